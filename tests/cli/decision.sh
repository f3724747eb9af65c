#!/usr/bin/env bash
# --calibrate: a temperature and thresholds that validation rows choose, the same on any number of
# ranks, in the result's file and wherever it judges; without it a file has nothing new in it.
# Argument: "all", sums of models too, and as C.
set -euo pipefail
. "$2/tests/lib.sh"
cd "$tmp"

make_texts "train.csv=400 test.csv=60" 9 1-1 2-6 0.1 ham=4 spam=1
for part in train test; do # a second label where the number of words is a multiple of three
    awk -F , 'NR > 1 { odd = split($1, words, " ") % 3 ? "" : "__label__odd "
        print "__label__" $2 " " odd $1 }' $part.csv >$part.txt
done
"$rnnprep" train.csv --test test.csv --maxlen 8 -o set.h5 --quiet
"$rnnprep" train.csv --test test.csv --validation-split 0.2 --maxlen 8 -o grams.h5 --ngrams 1 --quiet
small=(--units 8 --embedding 8 --dense 16 --batch-size 48 --learning-rate 0.02 --epochs 3)
"$rnntrain" set.h5 --run-dir plain "${small[@]}" --quiet
"$rnntrain" set.h5 --run-dir run1 "${small[@]}" --calibrate both >said
grep -q '^decision temperature [0-9.]*; spam from 0\.[0-9]* on, by f1: val_loss' said || problem "$(cat said)"
ranks 2 "$rnntrain" set.h5 --run-dir run2 "${small[@]}" --calibrate both --quiet
for run in run1 run2; do grep '"event":"decision"' $run/log.jsonl >$run.txt; done
cmp run1.txt run2.txt || problem "another decision on 2 ranks"
[ "$(hashes plain)" = "$(hashes run1)" ] || problem "the weights are others"

# inspect says it, of the weights that the log names; a model without one is as it was.
"$rnntrain" inspect run1 >said
grep -q '^decision   temperature .*; spam from 0\..* on, by f1, chosen on validation rows$' said ||
    problem "inspect: $(cat said)"
[ "$(grep -o 'hash [0-9a-f]*' said)" = "$(grep -o 'hash [0-9a-f]*' <("$rnntrain" inspect plain))" ] ||
    problem "the hash of the weights is another"
! "$rnntrain" inspect plain | grep -q ^decision || problem "a decision that nobody asked for"
! grep -q rnntrain/decision plain/best.h5 || problem "something new in a file"

# eval finds what was logged, and predict and the exports decide alike.
"$rnntrain" eval run1 set.h5 --part validation --json --bootstrap 0 --rows rows.csv >after 2>notes
"$rnntrain" eval plain set.h5 --part validation --json --bootstrap 0 >before 2>notes
python3 - <<'PYTHON' || problem "not what was logged: $(cat run1.txt after)"
import csv, json
event = json.load(open("run1.txt"))
names = {"f1": "macro_f1", "mcc": "mcc", "auc": "roc_auc", "loss": "loss", "acc": "acc"}
for key in "before", "after":
    judged = json.load(open(key))
    for ours, theirs in names.items():
        assert abs(event[key][ours] - judged[theirs]) < 2e-6, (key, ours, event[key], judged[theirs])
assert event["after"]["loss"] < event["before"]["loss"]
threshold, = event["decision"]["thresholds"]
for row in csv.DictReader(open("rows.csv")):
    assert row["prediction"] == ("spam" if float(row["probability_spam"]) >= threshold else "ham"), row
PYTHON
cut -d, -f1 test.csv | tail -n +2 >texts
"$rnntrain" predict run1 texts >judged
"$rnntrain" export run1 -o model.c --to c | grep -q "compiled and run" || problem "C was not tried"
cc -O1 -D MODEL_MAIN model.c -lm -o classify
./classify <texts | cut -f 1 | diff <(cut -f 1 judged) - || problem "C decides otherwise"
"$rnntrain" export run1 -o model.keras >said 2>notes
grep -q 'note: keras gives probabilities alone; decide .*: spam from 0\.[0-9]* on, by f1$' notes ||
    problem "Keras: $(cat notes)"
"$rnntrain" import model.keras -o back.h5 --labels ham,spam --maxlen 8 >/dev/null 2>&1
"$rnntrain" eval back.h5 set.h5 --json --bootstrap 0 2>/dev/null | grep -o '"loss":[^,]*' >back
"$rnntrain" eval run1 set.h5 --json --bootstrap 0 | grep -o '"loss":[^,]*' | cmp - back ||
    problem "the temperature is not in Keras's weights"

# Labels, each with a threshold of its own.
"$rnnprep" train.txt --test test.txt --maxlen 8 -o labels.h5 --quiet
"$rnntrain" labels.h5 --run-dir labels "${small[@]}" --calibrate threshold >said
grep -q '^decision ham from 0\..* on, odd from 0\..* on, spam from 0\..* on, by f1: ' said ||
    problem "$(cat said)"
sed 's/__label__[a-z]* //g' test.txt >texts
"$rnntrain" predict labels texts >judged
"$rnntrain" export labels -o labels.c --to c | grep -q "compiled and run" || problem "C was not tried"
cc -O1 -D LABELS_MAIN labels.c -lm -o classify
./classify <texts | cut -f 1 | diff <(cut -f 1 judged) - || problem "C gives other labels"

# A model that is done is calibrated as its run would have done it, and as it was again.
cp plain/best.h5 later.h5
"$rnntrain" calibrate later.h5 set.h5 --calibrate both >said 2>notes || problem "calibrate: $(cat notes)"
grep -q '^temperature .*; spam from .* on, by f1, on 40 rows$' said || problem "calibrate: $(cat said)"
[ "$("$rnntrain" inspect later.h5 | grep ^decision)" = "$("$rnntrain" inspect run1 | grep ^decision)" ] ||
    problem "calibrate chooses otherwise than train"
"$rnntrain" calibrate later.h5 set.h5 --calibrate both -o again.h5 >/dev/null 2>&1
cmp later.h5 again.h5 || problem "what was chosen before plays a part"
"$rnntrain" calibrate later.h5 --calibrate none >said
cmp later.h5 plain/best.h5 || problem "it is not as it was"

# Not while its run, or the job that the run is of, may replace it.
mkdir -p held/fold-1/seed-1
cp plain/best.h5 held/fold-1/seed-1
for log in held/fold-1/seed-1/log.jsonl held/log.jsonl; do
    expect 73 'seed-1/best.h5 is of a run that another process trains' python3 - "$log" \
        "$rnntrain" calibrate held/fold-1/seed-1 --calibrate none <<'PYTHON'
import fcntl, subprocess, sys
with open(sys.argv[1], "w") as log: # as runs hold theirs
    fcntl.lockf(log, fcntl.LOCK_EX)
    sys.exit(subprocess.run(sys.argv[2:]).returncode)
PYTHON
done
"$rnntrain" calibrate held/fold-1/seed-1 --calibrate none >said || problem "a run that has ended holds it"

mkdir begun
expect 66 'begun: .*expected .* the folder of a run, which has best.h5' "$rnntrain" calibrate begun set.h5

# Several models as one have a decision of their own, as has one that was none before; C goes by it.
cut -d, -f1 test.csv | tail -n +2 >texts
which=(2)
[ "${3:-}" != all ] || which=(1 2)
small+=(--epochs 1)
for seeds in "${which[@]}"; do # a sum of logits, a mean of probabilities
    how=(--seeds $seeds --validation own)
    [ $seeds = 2 ] || how+=(--add-linear)
    "$rnntrain" grams.h5 --run-dir bare$seeds "${small[@]}" "${how[@]}" --quiet
    ranks 2 "$rnntrain" grams.h5 --run-dir job$seeds "${small[@]}" "${how[@]}" --calibrate both >said
    grep -q '^decision temperature [0-9.]*; spam from 0\.[0-9]* on' said || problem "$seeds seeds: $(cat said)"
    cp bare$seeds/ensemble.h5 later.h5
    "$rnntrain" calibrate later.h5 grams.h5 --calibrate both >said 2>notes || problem "calibrate: $(cat notes)"
    [ "$("$rnntrain" inspect later.h5 | grep ^decision)" = "$("$rnntrain" inspect job$seeds | grep ^decision)" ] ||
        problem "calibrate chooses otherwise than a job: $(cat said)"
    "$rnntrain" inspect job$seeds | grep -q "^decision   temperature" || problem "inspect says no decision"
    "$rnntrain" predict job$seeds texts >judged
    "$rnntrain" predict later.h5 texts | cmp - judged || problem "another ensemble on 2 ranks"
    if [ "${3:-}" = all ]; then
        "$rnntrain" export job$seeds -o joint.c --to c | grep -q "compiled and run" || problem "C was not tried"
        cc -O1 -D JOINT_MAIN joint.c -lm -o classify
        ./classify <texts | cut -f 1 | diff <(cut -f 1 judged) - || problem "C decides otherwise"
    fi
    "$rnntrain" eval job$seeds grams.h5 --part validation --json --bootstrap 0 >after 2>notes
    grep '"event":"decision"' job$seeds/log.jsonl >event.json
    python3 - <<'PYTHON' || problem "not what was logged: $(cat event.json after)"
import json
event, judged = json.load(open("event.json")), json.load(open("after"))
for ours, theirs in {"f1": "macro_f1", "loss": "loss", "acc": "acc"}.items():
    assert abs(event["after"][ours] - judged[theirs]) < 2e-6, (ours, event["after"], judged[theirs])
assert event["after"]["loss"] <= event["before"]["loss"] + 1e-9
PYTHON
    "$rnntrain" calibrate later.h5 --calibrate none >said
    cmp later.h5 bare$seeds/ensemble.h5 || problem "it is not as it was"
done

# What cannot be chosen is refused.
expect 64 'calibrate both: there are no validation rows' \
    "$rnntrain" set.h5 --run-dir no "${small[@]}" --calibrate both --validation none --monitor loss
expect 64 'calibrate would be judged by the rows that chose it' \
    "$rnntrain" set.h5 --run-dir no --folds 2 --calibrate both
sed '5s/ham$/eggs/;6s/ham$/eggs/;7s/ham$/eggs/;8s/ham$/eggs/' train.csv >three.csv
"$rnnprep" three.csv --maxlen 8 -o three.h5 --quiet
expect 64 'thresholds are for two classes.*--calibrate temperature' \
    "$rnntrain" three.h5 --run-dir no "${small[@]}" --validation-split 0.3 --calibrate both

# One that lost its seal is checked and sealed by import, its decision with it.
head -c -48 "$source/tests/fixtures/decided.h5" >unsealed.h5
"$rnntrain" import unsealed.h5 -o sealed.h5 >said 2>&1 || problem "an unsealed model with a temperature: $(cat said)"
"$rnntrain" inspect sealed.h5 | grep -q '^decision  *temperature 64' || problem "a decision that import lost"
