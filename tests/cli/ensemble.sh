#!/usr/bin/env bash
# Several models in one file: judged by everywhere as one, by the rule that the file says; what reads
# one model refuses it by name, and what does not belong together is not put together.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$tmp"

"$rnnprep" sample sample --documents 300 >/dev/null
"$rnnprep" ./sample -o data.h5 --num-words 300 --maxlen 60 --ngrams 2 --quiet
train=("$rnntrain" data.h5 --quiet --epochs 1 --units 6 --dense 0 --batch-size 32)
"${train[@]}" --run-dir run/seed-11 --seed 11
"${train[@]}" --run-dir run/seed-12 --seed 12 --model gru
"$rnntrain" data.h5 --run-dir run/linear --quiet --model linear --linear-c 1 --linear-scaling tf-idf
make=$build/tests/make_ensemble # FILE WEIGHTS BIAS MEMBER...
one=run/seed-11/best.h5 two=run/seed-12/best.h5 linear=run/linear/best.h5
"$make" run/ensemble.h5 0.4,3,0.6 0.05 $one $two $linear
"$make" mean.h5 - - $one $two

# Probabilities are those of the members, joined; a run's folder stands for its ensemble.
cat sample/test/*/*.txt >texts
for model in run mean.h5 $one $two $linear; do
    "$rnntrain" predict $model texts --jsonl >"judged_by_$(tr -d / <<<"$model")"
done
python3 - <<'PYTHON' || problem "other probabilities"
import json, math
def judged(model):
    with open("judged_by_" + model) as file:
        return [json.loads(line)["probabilities"] for line in file]
def logit(p):
    return math.log(p["pos"] / p["neg"])
members = list(zip(*map(judged, ("runseed-11best.h5", "runseed-12best.h5", "runlinearbest.h5"))))
assert len(members) == 100
for (a, b, c), joined, mean in zip(members, judged("run"), judged("mean.h5")):
    assert abs(0.4 * logit(a) + 3 * logit(b) + 0.6 * logit(c) + 0.05 - logit(joined)) < 2e-5
    assert abs((a["pos"] + b["pos"]) / 2 - mean["pos"]) < 1e-6
PYTHON
"$rnntrain" predict run/ensemble.h5 -o judged.csv texts >/dev/null
[ "$(wc -l <judged.csv)" = "$(($(wc -l <texts) + 1))" ] || problem "csv: $(wc -l <judged.csv)"
head -n 1 texts | "$rnntrain" predict run --jsonl | cmp - <(head -n 1 judged_by_run) ||
    problem "a text alone is judged otherwise"

# Data sets, those that are read window by window, and corpora are judged alike.
"$rnntrain" eval run data.h5 >of_data
"$rnntrain" eval run ./sample | cmp - of_data || problem "a corpus"
"$rnntrain" eval run data.h5 --window-rows 32 | cmp - of_data || problem "windows"
"$rnnprep" ./sample -o again.h5 --tokenizer run --quiet 2>notes
"$rnntrain" eval run again.h5 | cmp - of_data || problem "its tokenizer: $(cat notes)"
acc=$(python3 -c '
import json
with open("judged_by_run") as file:
    judged = [json.loads(line)["label"] for line in file]
print("%.6f" % (sum(label == ["neg", "pos"][i >= 50] for i, label in enumerate(judged)) / 100))')
grep -q "acc $acc" of_data || problem "$(cat of_data), predicted $acc"
"$rnntrain" eval run data.h5 --part validation >/dev/null 2>notes
grep -q "weights of the ensemble's members were chosen" notes || problem "no note: $(cat notes)"

# What is in it.
"$rnntrain" inspect run >said
for words in 'sum of 3 models' 'bias       0.05' 'member 2   weight 3$' 'gru/kernel' 'ngrams/kernel' \
    'needs ."ensemble".'; do
    grep -q "$words" said || problem "inspect does not say $words: $(cat said)"
done
"$rnntrain" inspect mean.h5 >said
grep -q 'mean of 2 models' said || problem "inspect of a mean: $(cat said)"
"$rnntrain" inspect run --verify >said
grep -q 'whole: .* 15 tensors' said || problem "--verify: $(cat said)"
"$rnntrain" summary run >said
grep -q '^member 3 of 3' said && grep -q '^gru ' said || problem "summary: $(cat said)"

# A seal that was lost comes back, and meanwhile the members are read with care.
truncate -s -48 run/ensemble.h5
"$rnntrain" predict run texts --jsonl 2>notes | cmp - judged_by_run || problem "unsealed"
grep -q "its seal is missing" notes || problem "no note: $(cat notes)"
cp run/ensemble.h5 unsealed.h5
"$rnntrain" seal run/ensemble.h5 >said
"$rnntrain" predict run texts --jsonl | cmp - judged_by_run || problem "sealed again"
"$rnntrain" import unsealed.h5 -o imported.h5 >said
cmp imported.h5 run/ensemble.h5 || problem "import"

# Other programs: Keras takes the network where there is one.
"$make" pair.h5 2,1 0 $linear $one
"$rnntrain" export pair.h5 --to keras -o pair.keras >said 2>notes
grep -q "network alone, with probabilities of its own" notes || problem "no note: $(cat notes)"
"$rnntrain" export $one --to keras -o one.keras >said
cmp pair.keras one.keras || problem "another network"
expect 64 "an ensemble of 2 networks, .*export one" "$rnntrain" export run --to keras -o x.keras
expect 64 "an ensemble of 2 networks, .*export one" "$rnntrain" export mean.h5 \
    --to keras3-weights -o x.weights.h5

# What goes on from one model, and what does not belong together.
expect 64 "run/ensemble.h5 is an ensemble of 3 models, and --init-from takes one: .*the folder" \
    "$rnntrain" data.h5 --init-from run --run-dir x
"$rnntrain" data.h5 --init-from run/seed-11 --run-dir x --quiet --epochs 1

# A folder that stands for an ensemble is no other run's.
expect 73 "run holds a run .ensemble.h5.: go on with it by --resume" "${train[@]}" --run-dir run
cp -r run over
"${train[@]}" --run-dir over --overwrite
[ ! -e over/ensemble.h5 ] || problem "an ensemble of before stands for the run"
mkdir resumed
cp run/ensemble.h5 resumed/last.h5
cp run/seed-11/log.jsonl resumed
expect 64 "last.h5 is an ensemble of 3 models, and --resume takes one" "${train[@]}" --seed 11 \
    --run-dir resumed --resume
expect 64 "is an ensemble of 2 models, and another ensemble takes one" \
    "$make" x.h5 - - $one mean.h5
"$rnnprep" ./sample -o ids.h5 --num-words 300 --maxlen 60 --quiet
"$rnnprep" ./sample -o other.h5 --num-words 300 --maxlen 60 --ngrams 1 --quiet
expect 65 "has no n-grams" "$rnntrain" eval run ids.h5
expect 65 "its n-grams are others" "$rnntrain" eval run other.h5
"$rnntrain" eval mean.h5 ids.h5 >said || problem "networks want n-grams"
"$rnnprep" ./sample -o short.h5 --num-words 300 --maxlen 50 --quiet
"$rnntrain" short.h5 --run-dir short --quiet --epochs 1 --units 6 --dense 0
expect 65 "the first has 60 positions, the second 50 positions: members are trained on one" \
    "$make" x.h5 - - $one short/best.h5
[ ! -e x.h5 ] || problem "what does not belong together was written"
