#!/usr/bin/env bash
# Figures of validation rows, epoch by epoch: those that eval gives the same weights, the same on any
# number of ranks and resumed, and watched by --monitor without a bit of the weights being another.
set -euo pipefail
. "$2/tests/lib.sh"
cd "$tmp"

make_texts "train.csv=300 test.csv=40" 3 1-1 1-6 0 neg=6 neu=2 pos=2
"$rnnprep" train.csv --test test.csv --maxlen 8 -o set.h5 --quiet
small=(set.h5 --units 8 --embedding 8 --dense 16 --batch-size 48 --learning-rate 0.02 --patience 0)
watched=(--monitor val_f1)

# What an epoch's line says of its rows and weights, and which epochs were the best.
told() {
    grep '"event":"epoch"' "$1/log.jsonl" |
        sed -E 's/"learning_rate".*("weights":)/\1/; s/,"time":"[^"]*"//'
}
"$rnntrain" "${small[@]}" "${watched[@]}" --epochs 4 --run-dir run1 >said
grep -q '^epoch  1/4 .* val_loss [0-9.]* val_f1 [01]\.[0-9]* [* ]' said || problem "$(cat said)"
grep -q '^baseline always neg: loss [0-9.]*  acc [0-9.]*; naive Bayes: loss [0-9.]*  acc [0-9.]*$' said ||
    problem "no baseline: $(cat said)"
told run1 >expected
for np in 2 3; do
    ranks $np "$rnntrain" "${small[@]}" "${watched[@]}" --epochs 4 --run-dir run$np --quiet
    told run$np | cmp expected - || problem "other figures on $np ranks"
done
"$rnntrain" "${small[@]}" "${watched[@]}" --epochs 2 --run-dir again --quiet
ranks 2 "$rnntrain" "${small[@]}" "${watched[@]}" --epochs 4 --run-dir again --quiet --resume
told again | cmp expected - || problem "other figures resumed"
"$rnntrain" "${small[@]}" --monitor val_loss --epochs 4 --run-dir unasked --quiet
told unasked | sed 's/"improved":[a-z]*,//' >unasked.txt
sed 's/"improved":[a-z]*,//' expected | cmp - unasked.txt || problem "what is watched changes a run"

# The best weights are those that val_f1 says, and eval finds the figures of the log for them.
"$rnntrain" eval run1 set.h5 --part validation --json --bootstrap 0 --rows rows.csv >found 2>notes
"$rnntrain" eval run1 set.h5 --json --bootstrap 0 >tested
python3 - <<'PYTHON' || problem "eval and the log differ: $(cat found)"
import csv, json
events = [json.loads(line) for line in open("run1/log.jsonl")]
epochs = [e for e in events if e["event"] == "epoch"]
best = max(epochs, key=lambda e: e["val_f1"])
test = [e for e in events if e["event"] == "test"][0]
assert test["epoch"] == best["epoch"], best
names = {"f1": "macro_f1", "precision": "macro_precision", "recall": "macro_recall", "auc": "roc_auc",
         "balanced_acc": "balanced_acc", "mcc": "mcc", "average_precision": "average_precision"}
for line, prefix, file in (best, "val_", "found"), (test, "", "tested"):
    said = json.load(open(file))
    for ours, theirs in names.items():
        assert abs(line[prefix + ours] - said[theirs]) < 1e-8, (ours, line, said)
rows = list(csv.DictReader(open("rows.csv")))
assert len(rows) == json.load(open("found"))["n"] == events[0]["validation"]
right = sum(row["label"] == row["prediction"] for row in rows) / len(rows)
assert abs(right - best["val_acc"]) < 1e-8
# What costs nothing, beside the scores: the largest class of the training rows, and naive Bayes.
baseline, = [e for e in events if e["event"] == "baseline"]
assert baseline["part"] == "test" and baseline["n"] == test["n"] == 40
labels = [line.rsplit(",", 1)[1].strip() for line in open("test.csv")][1:]
assert baseline["prior"]["label"] == "neg" and baseline["prior"]["auc"] == 0.5
assert abs(baseline["prior"]["acc"] - labels.count("neg") / 40) < 1e-8
assert baseline["naive_bayes"]["acc"] > baseline["prior"]["acc"]
assert baseline["naive_bayes"]["loss"] < baseline["prior"]["loss"]
PYTHON

# The linear model, fits of which are compared by it, and a search.
"$rnnprep" train.csv --test test.csv --maxlen 8 -o grams.h5 --ngrams 2 --quiet
"$rnntrain" grams.h5 --model linear --monitor val_auc --run-dir linear --quiet
grep '"event":"epoch"' linear/log.jsonl | grep -q '"val_auc":[01]\.' || problem "no val_auc of a fit"
"$rnntrain" tune set.h5 --trials 1 --epochs 1 --objective auc --run-dir tuned >said
grep -q '^trial    epochs  best   val_auc' said || problem "tune: $(cat said)"

# Where it has no value it is refused, with what has one.
grep -v ',neu$' train.csv >two.csv
echo "plain usual bread,neu" >>two.csv
"$rnnprep" two.csv --maxlen 8 -o two.h5 --quiet
two=(two.h5 --run-dir two --epochs 1 --quiet)
expect 64 'no ROC AUC .* here of neu: give --monitor val_average_precision' \
    "$rnntrain" "${two[@]}" --monitor val_auc
expect 64 'did you mean val_auc' "$rnntrain" "${two[@]}" --monitor roc_auc
"$rnntrain" "${two[@]}" --monitor val_mcc
! grep -q val_auc two/log.jsonl || problem "a ROC AUC that is not defined"
