#!/usr/bin/env bash
# Rows that a run set aside to validate on can be judged later: the very rows, to the bit.
set -euo pipefail
. "$2/tests/lib.sh"
cd "$tmp"

make_texts "train.csv=430 test.csv=60" 3 1-2 1-9 0 neg=5 neu=3 pos=2
"$rnnprep" train.csv --test test.csv --maxlen 12 -o set.h5 --save-tokenizer words.json --quiet
"$rnnprep" train.csv --maxlen 12 -o alone.h5 --quiet
small=(--units 8 --embedding 8 --dense 16 --batch-size 32 --learning-rate 0.02 --quiet)

same() { # run file: judged now as in the epoch that ended with its weights
    "$rnntrain" eval "$1/$2" set.h5 --part validation --json >said 2>notes ||
        problem "$2: $(cat notes)"
    grep -q 'note: set.h5 has no validation part.*the run set aside' notes || problem "$2: no note"
    python3 - "$1/log.jsonl" "$2" <<'PYTHON' || problem "$1/$2: $(cat said) is not in the log"
import json, sys
log, file = sys.argv[1:]
events = [json.loads(line) for line in open(log)]
epochs = [e for e in events if e["event"] == "epoch"]
epoch = [e for e in epochs if e["improved"] or file == "last.h5"][-1]
now = json.load(open("said"))
assert (now["loss"], now["acc"]) == (epoch["val_loss"], epoch["val_acc"]), epoch
assert now["n"] == events[0]["validation"]
PYTHON
}
for np in 1 2; do
    ranks $np "$rnntrain" set.h5 --run-dir run$np --epochs 3 "${small[@]}"
    same run$np best.h5
    same run$np last.h5
done
while read -r options; do
    rm -rf other
    "$rnntrain" set.h5 --run-dir other --epochs 2 "${small[@]}" $options
    same other best.h5
    same other last.h5
done <<'OPTIONS'
--validation-split 0.33 --seed 7 --limit-train 300 --lane-rows 80 --batch-size 160
--validation keras-tail
--shuffle window --window-rows 64 --limit-train 200
--notebook
OPTIONS

# A run that ended inside an epoch; names of classes.
rc=0
"$rnntrain" set.h5 --run-dir cut "${small[@]}" --checkpoint-every 3 --test-nan 5 2>/dev/null || rc=$?
[ $rc -ne 0 ] || problem "a run that should have ended inside an epoch"
"$rnntrain" eval run1 set.h5 --part validation >first 2>notes
grep -q '^validation: loss .* on 43 rows$' first || problem "what is said: $(cat first)"
"$rnntrain" eval cut/last.h5 set.h5 --part validation >said 2>notes
grep -q '^validation: loss .* on 43 rows$' said || problem "inside an epoch: $(cat notes)"
"$rnntrain" eval run1 set.h5 --part validation --labels neg,neu,pos >said 2>notes
cmp -s first said || problem "--labels: $(cat said)"

# What cannot be told is refused, with what to do.
unasked() { # pattern model [data set]
    expect 64 "$1" "$rnntrain" eval "$2" "${3:-set.h5}" --part validation
}
unasked 'alone.h5 .* not those that the run of run1/best.h5 split.*SHA-256.*trained on' run1 alone.h5
"$rnntrain" export run1 -o model.keras >/dev/null
"$rnntrain" import model.keras -o model.h5 --maxlen 12 --tokenizer words.json \
    --labels neg,neu,pos >/dev/null 2>notes
unasked 'model.h5 is a model, not a point of a run.*--validation-split.*--part train' model.h5
"$rnntrain" set.h5 --run-dir none --epochs 1 "${small[@]}" --validation none
unasked 'none/best.h5 set no rows aside.*--validation none.*--part train' none
expect 65 'no validation part.*data set that' "$rnntrain" eval run1 train.csv --part validation

expect 65 'alone.h5: it has no test part; --part validation judges rows that a run set aside' \
    "$rnntrain" eval run1 alone.h5 --bootstrap 0

# A part of its own is judged as it stands, and what the run saw instead is said.
"$rnnprep" train.csv --validation-split 0.2 --maxlen 12 -o own.h5 --quiet
"$rnntrain" own.h5 --run-dir own --epochs 1 "${small[@]}" --validation stratified
"$rnntrain" eval own own.h5 --part validation >said 2>notes
grep -q ' on 89 rows$' said || problem "a part of its own: $(cat said)"
grep -q 'note: the run of own/best.h5 validated on rows of the training part' notes ||
    problem "no word of the rows that the run set aside"

# Where nobody says otherwise that part is what validates, on any ranks; the record has the rule.
for np in 1 2; do
    ranks $np "$rnntrain" own.h5 --run-dir auto$np --epochs 2 "${small[@]}"
done
"$rnntrain" own.h5 --run-dir asked --epochs 2 "${small[@]}" --validation own
first() { head -1 "$1/log.jsonl" | grep -o '"config":{.*},"ranks"'; }
[ "$(hashes auto1)" = "$(hashes asked)" ] && [ "$(hashes auto2)" = "$(hashes asked)" ] || problem "an own part, unasked"
[ "$(first auto2)" = "$(first asked)" ] || problem "an own part, recorded otherwise"
"$rnntrain" eval auto1 own.h5 --part validation >out 2>notes
[ ! -s notes ] || problem "an own part that validated: $(cat notes)"
rule() { # rule arguments...: what the record says
    "$rnntrain" own.h5 --run-dir ruled --overwrite --epochs 1 "${small[@]}" "${@:2}"
    first ruled | grep -q "\"validation\":\"$1\"" || problem "${*:2}: not $1"
}
rule stratified --validation-split 0.1
rule keras-tail --notebook --allow-one-class
"$rnntrain" own.h5 --print-config | grep -q '"validation": "auto"' || problem "--print-config: $(cat said)"

# A run goes on by the rule that it began with, with its log or without.
"$rnntrain" own.h5 --run-dir straight --epochs 2 "${small[@]}" --validation stratified
cp -r own without
rm without/log.jsonl
for run in own without; do
    "$rnntrain" own.h5 --run-dir $run --epochs 2 "${small[@]}" --resume
    cmp <("$rnntrain" inspect $run/last.h5 | grep 'weights hash') \
        <("$rnntrain" inspect straight/last.h5 | grep 'weights hash') || problem "$run: went on by another rule"
done
seeds=(--seeds 2 --epochs 1 "${small[@]}")
"$rnntrain" own.h5 --run-dir job "${seeds[@]}" --validation stratified
rm -r job/seed-2 job/ensemble.h5
"$rnntrain" own.h5 --run-dir job "${seeds[@]}" --resume
first job/seed-2 | grep -q '"validation":"stratified"' || problem "a job went on by another rule"
