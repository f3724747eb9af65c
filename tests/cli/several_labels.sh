#!/usr/bin/env bash
# Texts with several labels each: trained on any ranks, resumed, judged, exported and read from Keras.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"

golden=$source/tests/golden
cd "$tmp"
"$build/tests/make_labels" .
options="--recipe none --units 8 --embedding 8 --dense 0 --batch-size 32 --lane-rows 8 --learning-rate 0.01"

hash_of() { # run: the hash of its last weights
    grep -o '"weights":"[^"]*"' "$1/log.jsonl" | tail -1
}

# The same bits on any number of ranks, and gone on with on another.
for np in 1 3; do
    # shellcheck disable=SC2086
    ranks $np "$rnntrain" labels.h5 $options --run-dir run$np --epochs 4 --monitor val_f1 --quiet
done
# shellcheck disable=SC2086
"$rnntrain" labels.h5 $options --run-dir again --epochs 2 --monitor val_f1 --quiet
# shellcheck disable=SC2086
ranks 2 "$rnntrain" labels.h5 $options --run-dir again --epochs 4 --monitor val_f1 --quiet --resume
[ "$(hash_of run1)" = "$(hash_of run3)" ] || problem "other bits on three ranks"
[ "$(hash_of run1)" = "$(hash_of again)" ] || problem "other bits when resumed"
grep -q '"val_f1":0\.[0-9]*' run1/log.jsonl || problem "no val_f1 in the log"
# shellcheck disable=SC2086
"$rnntrain" labels.h5 $options --run-dir acc --epochs 1 --monitor val_acc >said
grep -q '^epoch  1/1 loss .* f1 .* val_loss .* val_acc 0' said || problem "what the star stands for: $(cat said)"

# What eval says is what predict's probabilities come to.
"$rnntrain" eval run1 labels.h5 --part train --json >evaluated
"$rnntrain" predict run1 texts --jsonl >judged
"$rnntrain" predict run1 texts >columns
python3 - <<'PYTHON' || problem "eval does not agree with predict"
import json
with open("judged") as file:
    judged = [json.loads(line) for line in file]
with open("texts") as file:
    texts = file.read().splitlines()
with open("columns") as file:
    columns = file.read().splitlines()
names = ["toxic", "obscene", "threat", "clean"]
right = wrong = missed = whole = 0
for text, row, column in zip(texts, judged, columns):
    found = {name for name, p in row["probabilities"].items() if p > 0.5}
    assert list(row["probabilities"]) == names and set(row["labels"]) == found
    assert column.split("\t")[0] == "|".join(n for n in names if n in found), column
    assert len(column.split("\t")[1].split("|")) == max(len(found), 1), column
    there = {name for name, word in zip(names, ("w1", "w2", "w3")) if word in text.split()}
    there = there or {"clean"}
    right += len(found & there)
    wrong += len(found - there)
    missed += len(there - found)
    whole += found == there
with open("evaluated") as file:
    said = json.load(file)
assert said["n"] == len(texts) == len(judged)
assert abs(said["f1"] - 2 * right / (2 * right + wrong + missed)) < 1e-8, said
assert abs(said["acc"] - whole / len(texts)) < 1e-8, said
assert said["f1"] > 0.8, said
mean = sum(label["f1"] for label in said["labels"].values()) / len(names)
assert abs(said["macro_f1"] - mean) < 1e-8, said
PYTHON
"$rnntrain" eval run1 labels.h5 --part train >evaluated
grep -q '^toxic  *[01]\.[0-9]*  *[01]\.[0-9]*  *[01]\.[0-9]*  *[0-9]*$' evaluated || problem "no table"
"$rnntrain" predict run1 texts --output judged.csv 2>/dev/null
head -1 judged.csv | grep -q "^text,labels,probability_toxic,.*probability_clean" || problem "no columns"

# Out to Keras and back the same, and as C, which is compiled and compared.
"$rnntrain" export run1 --to keras -o model.keras >/dev/null
"$rnntrain" predict model.keras texts --jsonl --tokenizer labels.h5 --labels toxic,obscene,threat,clean \
    >back 2>/dev/null
cmp -s judged back || problem "a model that came back from Keras judges otherwise"
"$rnntrain" export run1 --to c -o model.c >said
grep -q "the model's labels" said || problem "C: $(cat said)"

# A run that begins with the model, its labels in another order.
# shellcheck disable=SC2086
"$rnntrain" labels.h5 $options --run-dir more --init-from run1/best.h5 --epochs 1 --quiet

# What does not fit is refused.
make_sample 40
# Lists of labels that are read as one label each are pointed at, with what cuts them.
{ echo text,labels && for i in 1 2 3 4; do echo "one a$i,x" && echo "two b$i,y" && echo "both $i,x|y" && echo "more $i,y|x"; done; } >cut.csv
"$rnnprep" cut.csv --multi-label on -o cut.h5 >said
grep -q 'lists of labels, labels of their own here: "x|y" (4).*--label-separator "|"' said ||
    problem "lists of labels: $(cat said)"

expect 64 "monitor f1: F1 over training rows is for texts with several labels" \
    "$rnntrain" sample.h5 --run-dir no --monitor f1
expect 64 "monitor val_mcc: it is for texts with one label" \
    "$rnntrain" labels.h5 --run-dir no --monitor val_mcc
expect 65 "several" "$rnntrain" eval run1 sample.h5

# Models that Keras saved, beside what Keras said.
cat >compare.py <<'PYTHON'
"""compare.py EXPECTED.json RNNTRAIN GOLDEN: whether the probabilities are those that Keras gave."""
import json, subprocess, sys
with open(sys.argv[1]) as file:
    models = json.load(file)["models"]
for model in models:
    path = sys.argv[3] + "/keras_outputs/" + model["file"]
    options = model["options"].split() + ["--tokenizer", sys.argv[3] + "/keras_models/tokenizer.json"]
    lines = subprocess.run([sys.argv[2], "predict", path, sys.argv[3] + "/keras_models/texts",
                            "--jsonl"] + options, check=True, capture_output=True, text=True).stdout
    found = [list(json.loads(line)["probabilities"].values()) for line in lines.splitlines()]
    assert len(found) == len(model["probabilities"]), path
    for row, expected in zip(found, model["probabilities"]):
        assert len(row) == len(expected), path
        assert max(abs(a - b) for a, b in zip(row, expected)) < 1e-6, (path, row, expected)
PYTHON
for keras in keras tf_keras; do
    python3 compare.py "$golden/keras_outputs/$keras.json" "$rnntrain" "$golden" || problem "$keras"
done
expect 65 "does not say whether a text has one of the classes or any of the labels: give --outputs classes or" \
    "$rnntrain" predict "$golden/keras_outputs/keras_unsaid.h5" "$golden/keras_models/texts" \
    --tokenizer "$golden/keras_models/tokenizer.json"
