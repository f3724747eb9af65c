#!/usr/bin/env bash
# Cross-validation: each fold has the bits that it has alone, on any ranks and when it was killed; what
# was said of all rows is what their folds said; what cannot be dealt. Argument: "all", jobs as folds,
# several labels, windows, a sweep.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$tmp"

"$rnnprep" sample sample --documents 150 >/dev/null
"$rnnprep" ./sample -o data.h5 --num-words 200 --maxlen 20 --ngrams 1 --keep-text --quiet
network=(--units 4 --embedding 4 --dense 0)
base=(--folds 3 --epochs 1 --batch-size 64 --seed 3)
small=("${base[@]}" "${network[@]}")

came_to() { # run folder
    local fold
    for fold in 1 2 3; do
        find "$1/fold-$fold" -name log.jsonl | sort | while read -r log; do
            [ -e "$(dirname "$log")/best.h5" ] || continue # a job's
            echo "$fold $(hashes "$(dirname "$log")")"
        done
    done
    grep '"event":"\(model\|folds\|out_of_fold\)"' "$1/log.jsonl" | sort -u
    sha256sum <"$1/predictions.h5"
}

# Alone, on ranks, killed and gone on with.
check() { # name option...
    local name=$1
    shift
    "$rnntrain" data.h5 "${base[@]}" "$@" --run-dir "$name" >said
    came_to "$name" >wanted
    [ "$(grep -c '"event":"model"' wanted)" = 3 ] || problem "$name: no table: $(cat said wanted)"
    grep -q '"event":"folds","n":3,.*"val_loss_deviation".*"val_acc_deviation"' wanted ||
        problem "$name: no deviations: $(cat wanted)"
    "$rnntrain" data.h5 "${base[@]}" "$@" --fold 2 --run-dir "$name-2" --quiet
    for log in $(cd "$name/fold-2" && find . -name best.h5); do
        [ "$(hashes "$name-2/${log%/*}")" = "$(hashes "$name/fold-2/${log%/*}")" ] ||
            problem "$name: fold 2 is another run alone"
    done
    launch 2 "$rnntrain" data.h5 "${base[@]}" "$@" --run-dir "$name-killed"
    sleep "0.$((RANDOM % 5))"
    kill -9 $(started) 2>/dev/null || true
    wait $job 2>/dev/null || true
    ranks 2 "$rnntrain" data.h5 "${base[@]}" "$@" --run-dir "$name-killed" --resume >said 2>/dev/null
    came_to "$name-killed" | diff wanted - || problem "$name: other folds on 2 ranks, killed"
}
check one "${network[@]}"
grep -q '^3 folds  *val_loss [0-9.]* +- ' said || grep -q 'is finished' said || problem "$(cat said)"
"$rnntrain" data.h5 "${small[@]}" --run-dir one --resume >said
grep -q 'one is finished' said || problem "not finished: $(cat said)"

# Each row is judged by the fold that had not learnt it.
"$rnntrain" eval one data.h5 --json --bootstrap 0 --rows rows.csv >figures 2>notes
grep -q 'cross-validation: judged are the [0-9]* training rows' notes || problem "$(cat notes)"
for fold in 1 2 3; do
    "$rnntrain" eval one/fold-$fold data.h5 --part validation --bootstrap 0 --rows rows$fold.csv \
        >/dev/null 2>&1
done
python3 - <<'PYTHON' || problem "other rows out of fold: $(cat figures)"
import csv, json
all_rows = {row["row"]: row for row in csv.DictReader(open("rows.csv"))}
own = [row for fold in "123" for row in csv.DictReader(open(f"rows{fold}.csv"))]
assert len(own) == len(all_rows) == json.load(open("figures"))["n"]
for row in own:
    found = all_rows[row["row"]]
    assert found["prediction"] == row["prediction"] and found["label"] == row["label"]
    for key in row:
        if key.startswith("probability"):
            assert abs(float(row[key]) - float(found[key])) < 1e-6, (row, found)
events = [json.loads(line) for line in open("one/log.jsonl")]
together, = [e for e in events if e["event"] == "out_of_fold"]
figures = json.load(open("figures"))
assert abs(together["loss"] - figures["loss"]) < 1e-9 and together["acc"] == figures["acc"]
PYTHON
"$rnntrain" mistakes one data.h5 --kind worst --top 2 >said 2>/dev/null
[ -s said ] || problem "no mistakes"

# What cannot be.
expect 66 'one: a cross-validation, which has no model' "$rnntrain" inspect one
expect 64 'folds 1 leaves no rows' "$rnntrain" data.h5 --folds 1 --run-dir x
expect 64 'fold 4: --folds says that there are 3' "$rnntrain" data.h5 "${small[@]}" --fold 4 --run-dir x
expect 64 'leave --validation-split out' "$rnntrain" data.h5 "${small[@]}" --validation-split 0.2 --run-dir x
expect 64 'on other rows: leave one of them out' \
    "$rnntrain" data.h5 "${small[@]}" --validation keras-tail --run-dir x
expect 64 'one holds another job' "$rnntrain" data.h5 "${small[@]}" --folds 4 --run-dir one --resume
expect 64 'class neg has [0-9]* different texts, and each fold wants one' \
    "$rnntrain" data.h5 "${small[@]}" --folds 100 --limit-train 150 --fold 1 --run-dir x
[ "${3:-}" = all ] || exit 0

# Folds that are jobs, linear models, windows of the file, several labels.
check jobs "${network[@]}" --seeds 2 --add-linear
"$rnntrain" report jobs -o report.html
check fast --recipe fast
check windows "${network[@]}" --shuffle window --window-rows 64
for run in one windows; do
    grep -o '"validation":[0-9][0-9]*' $run/fold-1/log.jsonl
done | sort -u >counts
[ "$(wc -l <counts)" = 1 ] || problem "windows have other folds: $(cat counts)"
python3 - <<'PYTHON'
import random
random.seed(3)
with open("labels.txt", "w") as table:
    for i in range(150):
        labels = [name for name in ("red", "green", "blue") if random.random() < 0.4]
        words = labels + random.choices("the a of on walk train lamp soup".split(), k=4)
        print(" ".join(f"__label__{label}" for label in labels) + " " + " ".join(words), file=table)
PYTHON
"$rnnprep" labels.txt -o data.h5 --maxlen 10 --several-labels --quiet 2>/dev/null ||
    "$rnnprep" labels.txt -o data.h5 --maxlen 10 --quiet
"$rnntrain" data.h5 "${small[@]}" --run-dir labels >said
grep -q '"event":"folds".*"val_f1_deviation"' labels/log.jsonl || problem "labels: $(cat labels/log.jsonl)"
"$rnntrain" eval labels data.h5 --json --bootstrap 0 >figures 2>/dev/null

# A sweep whose points are judged on all folds.
"$rnntrain" sweep data.h5 "${small[@]}" --grid units=3,5 --run-dir swept >said
[ "$(ls -d swept/trial-* | wc -l)" = 6 ] || problem "not 2 points of 3 folds: $(ls swept)"
[ "$(hashes swept/trial-5)" != "$(hashes swept/trial-4)" ] || problem "folds are alike"
grep -q '"event":"point".*"folds":3' swept/log.jsonl || problem "$(cat swept/log.jsonl)"
