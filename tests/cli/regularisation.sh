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
    grep -o '"config":{[^}]*}' "$1/log.jsonl" | head -n 1
}

"$rnntrain" data.h5 "${small[@]}" --run-dir plain
! recorded plain | grep -q class_weight || problem "a record of what was not asked for"

# Weights of classes: balanced is what it says, and a file is the same as its JSON.
same weighed --class-weight '{"pos": 3}'
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

expect 66 "class-weight none.json: it is not \"balanced\"" "$rnntrain" data.h5 --run-dir x \
    --class-weight none.json
expect 64 "has no class spam, but neg, pos" "$rnntrain" data.h5 --run-dir x \
    --class-weight '{"spam": 2}'
expect 64 "the weight of pos is no number from 0" "$rnntrain" data.h5 --run-dir x \
    --class-weight '{"pos": -2}'
expect 64 "it names no class" "$rnntrain" data.h5 --run-dir x --class-weight '{}'
expect 64 "it is no JSON object" "$rnntrain" data.h5 --run-dir x --class-weight '{"pos"'
