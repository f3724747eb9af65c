#!/usr/bin/env bash
# --calibrate: a temperature and thresholds that validation rows choose, the same on any number of
# ranks, in the result's file and wherever it judges; without it a file has nothing new in it.
set -euo pipefail
. "$2/tests/lib.sh"
cd "$tmp"

python3 - <<'PYTHON'
import random
random.seed(9)
common = "the a of on and is was at walk train lamp soup river band shop lake bread".split()
own = {"ham": "cold sour dull stale".split(), "spam": "warm kind bright lovely".split()}
for name, n in (("train", 400), ("test", 60)):
    with open(f"{name}.csv", "w") as table, open(f"{name}.txt", "w") as labels:
        print("text,label", file=table)
        for i in range(n):
            label = random.choices(list(own), weights=[4, 1])[0]
            shown = label if random.random() < 0.9 else random.choice(list(own))
            words = random.choices(own[shown], k=1) + random.choices(common, k=random.randint(2, 6))
            random.shuffle(words)
            print(" ".join(words) + "," + label, file=table)
            marks = f"__label__{label} " + "__label__odd " * (len(words) % 3 == 0)
            print(marks + " ".join(words), file=labels)
PYTHON
"$rnnprep" train.csv --test test.csv --maxlen 8 -o set.h5 --quiet
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

# What cannot be chosen is refused.
expect 64 'calibrate both: there are no validation rows' \
    "$rnntrain" set.h5 --run-dir no "${small[@]}" --calibrate both --validation none --monitor loss
expect 64 'calibrate is for one model: leave --seeds out' \
    "$rnntrain" set.h5 --run-dir no --seeds 2 --calibrate both
sed '5s/ham$/eggs/;6s/ham$/eggs/;7s/ham$/eggs/;8s/ham$/eggs/' train.csv >three.csv
"$rnnprep" three.csv --maxlen 8 -o three.h5 --quiet
expect 64 'thresholds are for two classes.*--calibrate temperature' \
    "$rnntrain" three.h5 --run-dir no "${small[@]}" --validation-split 0.3 --calibrate both
