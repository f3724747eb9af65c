#!/usr/bin/env bash
# What training minds beside the loss of its rows: the same bits on any ranks and when it goes on
# within an epoch; records, messages, and what cannot stand together.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$tmp"

"$rnnprep" sample sample --documents 300 >/dev/null
"$rnnprep" ./sample -o data.h5 --num-words 300 --maxlen 30 --ngrams 1 --quiet
small=(--units 4 --embedding 4 --dense 0 --batch-size 48 --epochs 2 --quiet)

# On 1 and 3 ranks, and broken off in the second epoch, then gone on with on 2.
same() { # name options...
    local name=$1 rc=0
    shift
    "$rnntrain" data.h5 "${small[@]}" --run-dir "$name" "$@"
    ranks 3 "$rnntrain" data.h5 "${small[@]}" --run-dir "$name-3" "$@"
    [ "$(hashes "$name")" = "$(hashes "$name-3")" ] || problem "$name: 3 ranks differ"

    "$rnntrain" data.h5 "${small[@]}" --run-dir "$name-2" "$@" --checkpoint-every 1 --test-nan 7 \
        2>/dev/null || rc=$?
    [ $rc = 76 ] || problem "$name: code $rc where a gradient is no number"
    ranks 2 "$rnntrain" data.h5 "${small[@]}" --run-dir "$name-2" "$@" --resume
    [ "$(hashes "$name")" = "$(hashes "$name-2")" ] || problem "$name: resumed, it differs"
}
recorded() { # run: its configuration
    head -n 1 "$1/log.jsonl"
}

"$rnntrain" data.h5 "${small[@]}" --run-dir plain
! recorded plain | grep -q -E 'class_weight|ema|smoothing|adversarial' || problem "a record of what was not asked for"

same all --class-weight '{"pos": 3}' --ema 0.9 --label-smoothing 0.1 --adversarial 1
recorded all | grep -q '"adversarial":1.0,' || problem "not in $(recorded all)"
recorded all | grep -q '"ema":0.9,.*"label_smoothing":0.1,' || problem "not in $(recorded all)"

# Weights of classes: balanced is what it says, and a file is the same as its JSON.
"$rnntrain" data.h5 "${small[@]}" --run-dir weighed --class-weight '{"pos": 3}'
[ "$(hashes plain)" != "$(hashes weighed)" ] || problem "--class-weight changes nothing"
echo '{ "pos" : 3.0, "neg": 1 }' >weights.json
"$rnntrain" data.h5 "${small[@]}" --run-dir file --class-weight weights.json
[ "$(hashes file)" = "$(hashes weighed)" ] || problem "a file of weights is not its JSON"
mv weights.json gone.json
expect 64 "was trained with class_weight" "$rnntrain" data.h5 "${small[@]}" --run-dir file --resume
"$rnntrain" data.h5 "${small[@]}" --run-dir file --class-weight gone.json --resume
for number in {1..90}; do
    [ $((number % 3)) = 0 ] && echo "spam,cheap offer $number now" || echo "ham,see you at $number"
done >mails.csv
"$rnnprep" mails.csv -o mails.h5 --maxlen 6 --quiet --ngrams 1
"$rnntrain" mails.h5 --units 2 --embedding 2 --epochs 1 --run-dir balanced --class-weight balanced \
    >said
grep -q "weights  of a row, by its class: 0.75 (ham) to 1.5 (spam)" said || problem "$(cat said)"
"$rnntrain" mails.h5 --model linear --run-dir linear --class-weight balanced >said
grep -q "weights  of a row, by its class: 0.75 (ham) to 1.5 (spam)" said || problem "$(cat said)"

# Averages of the weights are the model: they are validated, and saved as its weights, also in last.h5,
# beside which stands where the optimizer is.
"$rnntrain" eval all/last.h5 data.h5 >said
loss=$(grep '"which":"last"' all/log.jsonl | sed -E 's/.*"loss":(0\.[0-9]{5}).*/\1/')
grep -q "loss $loss" said || problem "last.h5: $(cat said), in the run: $loss"
cp all/last.h5 cut.h5
truncate -s -48 cut.h5
"$rnntrain" seal cut.h5 >/dev/null
cmp cut.h5 all/last.h5 || problem "sealed again it is another"
expect 64 "was trained with ema 0.9" "$rnntrain" data.h5 "${small[@]}" --run-dir all --resume \
    --class-weight '{"pos": 3}' --label-smoothing 0.1 --adversarial 1
expect 64 "--model linear is fitted at once.*--ema" "$rnntrain" data.h5 --run-dir x --model linear \
    --ema 0.9
"$rnntrain" data.h5 "${small[@]}" --run-dir moved --adversarial 1
[ "$(hashes plain)" != "$(hashes moved)" ] || problem "--adversarial changes nothing"
expect 64 "--adversarial has an embedding.*--freeze keeps it" "$rnntrain" data.h5 --run-dir x \
    --adversarial 1 --freeze embedding
expect 64 "--model linear has no embedding.*--adversarial" "$rnntrain" data.h5 --run-dir x \
    --model linear --adversarial 1
expect 64 "--model linear.*--label-smoothing" "$rnntrain" data.h5 --run-dir x --model linear \
    --label-smoothing 0.1

expect 66 "class-weight none.json: it is not \"balanced\"" "$rnntrain" data.h5 --run-dir x \
    --class-weight none.json
expect 64 "has no class spam, but neg, pos" "$rnntrain" data.h5 --run-dir x \
    --class-weight '{"spam": 2}'
expect 64 "the weight of pos is no number from 0" "$rnntrain" data.h5 --run-dir x \
    --class-weight '{"pos": -2}'
expect 64 "it names no class" "$rnntrain" data.h5 --run-dir x --class-weight '{}'
expect 64 "it is no JSON object" "$rnntrain" data.h5 --run-dir x --class-weight '{"pos"'
