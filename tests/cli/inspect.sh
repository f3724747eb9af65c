#!/usr/bin/env bash
# rnntrain inspect for programs: one JSON object of every kind of file, with what the text says.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$tmp"

"$rnnprep" sample sample --documents 200 >/dev/null
"$rnnprep" ./sample -o data.h5 --num-words 100 --maxlen 12 --ngrams 1 --quiet
"$rnntrain" data.h5 --run-dir run --units 3 --embedding 4 --dense 0 --epochs 2 --seeds 2 --add-linear --quiet
"$rnntrain" export run/seed-1/best.h5 -o model.keras --to keras >/dev/null
for file in data.h5 run/seed-1/last.h5 run/ensemble.h5 run/linear/best.h5; do
    "$rnntrain" inspect $file >"$(basename $file).txt"
    "$rnntrain" inspect $file --json >"$(basename $file).json"
    python3 - "$(basename $file)" <<'PYTHON'
import json, re, sys
text, found = open(sys.argv[1] + ".txt").read(), json.load(open(sys.argv[1] + ".json"))
assert found["labels"] == ["neg", "pos"] and found["input"]["maxlen"] == 12, found
if found["kind"] == "dataset":
    assert "hash " + found["hash"] in text and found["rows"]["train"] > 0 and found["ngrams"], found
    assert len(found["provenance"]["corpus_sha256"]) == 64
    sys.exit()
models = found["members"] if found["kind"] == "ensemble" else [found]
assert re.findall("weights hash ([0-9a-f]+)", text) == [m["weights"] for m in models], found
for model in models:
    assert sum(t["size"] for t in model["tensors"]) == model["parameters"] > 0, model
    assert model["state"]["epoch"] >= 1 and model["config"]["seed"] == 1 and model["provenance"]["ranks"] == 1
PYTHON
done
grep -q '^epoch 1 *acc 0\.[0-9]*, loss 0' last.h5.txt && grep -q '^config .*batch_size 256, *$' last.h5.txt &&
    ! grep -q '[{"]' last.h5.txt || problem "no text for people: $(cat last.h5.txt)"
awk 'length > 80' last.h5.txt >wide
[ ! -s wide ] || problem "wider than a terminal: $(cat wide)"
grep -Eq '^run +2 epochs, [0-9]+ steps; best epoch [12], val_loss [0-9.]+, val_acc [0-9.]+$' last.h5.txt ||
    problem "where the run stood: $(cat last.h5.txt)"
"$rnntrain" inspect model.keras --labels neg,pos --json 2>/dev/null >keras.json || true
python3 -c 'import json; k = json.load(open("keras.json")); assert k["kind"] == "keras" and k["tensors"], k'

# A run that finished no epoch has no best.h5: what there is is named.
mkdir begun && cp run/seed-1/last.h5 begun/
expect 66 'begun: a run that has not finished an epoch.*begun/last.h5' "$rnntrain" inspect begun

# Where no data set is named the model's own is taken, and said, also where another lies here.
mv data.h5 moved.h5
expect 66 'dataset.h5: cannot open' "$rnntrain" eval run
mv moved.h5 data.h5
echo "no data set" >dataset.h5
"$rnntrain" eval run --json >said 2>notes
rm dataset.h5
grep -q '"part":"test"' said && grep -q "note: the data is .*/data.h5" notes || problem "the run's data: $(cat notes)"
"$rnntrain" mistakes run/linear --top 1 2>notes >said
grep -q '^worst' said && grep -q 'note: the data is' notes || problem "mistakes of the run's data: $(cat notes)"

# Beside its members a job's ensemble has no epochs of its own.
"$rnntrain" compare run --bootstrap 0 >said 2>/dev/null
grep -Eq '^run +- +- .* [01]\.[0-9]+ ' said || problem "the ensemble beside its members: $(cat said)"
