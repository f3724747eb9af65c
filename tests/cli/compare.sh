#!/usr/bin/env bash
# compare, history and watch say what the logs and the predictions of runs say.
set -euo pipefail
. "$2/tests/lib.sh"
cd "$tmp"
make_sample 200
small=(--units 4 --embedding 4 --dense 4 --batch-size 32 --learning-rate 0.02 --quiet)
"$rnntrain" sample.h5 "${small[@]}" --epochs 2 --run-dir runs/a &
"$rnntrain" watch runs/a --interval 0.1 >watched
wait
"$rnntrain" sample.h5 "${small[@]}" --epochs 3 --run-dir runs/b --seed 2 --model gru

[ "$(grep -c '^epoch' watched)" = 2 ] || problem "watch saw other epochs: $(cat watched)"
grep -q '^end  *epochs' watched || problem "watch saw no end"

"$rnntrain" compare runs/a runs/b --bootstrap 50 >compared
grep -q '^  model  *gru, not lstm' compared || problem "no word of the model: $(cat compared)"
grep -q '^  seed  *2, not ' compared || problem "no word of the seed"
grep -q "McNemar's p" compared || problem "no word of the same rows"
"$rnntrain" compare runs/a runs/b sample.h5 --bootstrap 50 | cmp - compared ||
    problem "judged anew they compare otherwise"

"$rnntrain" history runs >history.csv
python3 - <<'PYTHON' || problem "history says other things than the logs"
import csv, json
rows = list(csv.DictReader(open("history.csv")))
events = [(name, json.loads(line)) for name in "ab" for line in open(f"runs/{name}/log.jsonl")]
epochs = [(name, e) for name, e in events if e["event"] == "epoch"]
assert len(rows) == len(epochs) == 5
for row, (name, epoch) in zip(rows, epochs):
    assert row["run"] == name and row["weights"] == epoch["weights"]
    for key in ("epoch", "loss", "val_acc", "seconds"):
        assert float(row[key]) == epoch[key], (key, row[key])
PYTHON

expect 64 'runs/a is one run: name two' "$rnntrain" compare runs/a
mkdir empty
expect 66 'empty: there is no log.jsonl' "$rnntrain" history empty
"$rnntrain" sample.h5 "${small[@]}" --run-dir stopped --max-time 0.001 2>/dev/null || true
expect 75 'stopped was stopped' "$rnntrain" watch stopped
