#!/usr/bin/env bash
# Recipes that follow from the data: what they choose, that options win over them, and the same bits
# on any ranks.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$tmp"

"$rnnprep" sample sample --documents 300 >/dev/null
"$rnnprep" ./sample -o data.h5 --num-words 300 --maxlen 40 --ngrams 2 --quiet
"$rnnprep" ./sample -o ids.h5 --num-words 300 --maxlen 40 --quiet
small=(--units 4 --embedding 4 --epochs 1 --quiet)

# A network and a linear model beside it, in steps of a small corpus.
"$rnntrain" data.h5 --recipe auto "${small[@]}" --run-dir auto
[ -e auto/ensemble.h5 ] || problem "auto: $(ls auto)"
grep -q '"event":"blend".*"tf_idf":' auto/log.jsonl || problem "auto: $(grep blend auto/log.jsonl)"
head -n 1 auto/seed-1/log.jsonl >record
for pair in '"model":"bilstm"' '"head":"max"' '"batch_size":32' '"monitor":"val_loss"' \
    '"units":4' '"recipe":"auto"'; do
    grep -q "$pair" record || problem "auto has no $pair: $(cat record)"
done
"$rnntrain" data.h5 --recipe auto --print-config | grep -q '"add_each_scaling": true' || problem "data.h5: one scaling"
"$rnntrain" ids.h5 --recipe auto --print-config | grep -q '"add_each_scaling": false' ||
    problem "two linear models of no n-grams"
ranks 3 "$rnntrain" data.h5 --recipe auto "${small[@]}" --run-dir three
[ "$(hashes auto/seed-1)" = "$(hashes three/seed-1)" ] || problem "auto: other bits on three ranks"
for name in linear-all tf-idf-all; do
    [ "$(hashes auto/$name)" = "$(hashes three/$name)" ] || problem "$name: other bits on three ranks"
done
grep -q '"linear_scaling":"log-count"' auto/linear/log.jsonl || problem "auto/linear is of another scaling"
grep -q '"linear_scaling":"shared-tf-idf"' auto/tf-idf/log.jsonl || problem "auto/tf-idf is of another scaling"
"$rnntrain" data.h5 --recipe auto "${small[@]}" --linear-scaling tf-idf --run-dir named
[ -e named/linear-all ] && [ ! -e named/tf-idf ] || problem "a scaling that is named: $(ls named)"

# Without n-grams, or without rows that judge, the network alone.
"$rnntrain" --data ids.h5 --recipe auto "${small[@]}" --run-dir ids
[ -e ids/best.h5 ] && [ ! -e ids/ensemble.h5 ] || problem "without n-grams: $(ls ids)"
"$rnntrain" data.h5 --recipe auto "${small[@]}" --run-dir none --validation none
[ -e none/best.h5 ] && [ ! -e none/ensemble.h5 ] || problem "without validation: $(ls none)"

# Several networks, as many as are asked for.
"$rnntrain" data.h5 --recipe best "${small[@]}" --seeds 2 --seed 11 --run-dir best
[ -e best/seed-12/best.h5 ] && [ ! -e best/seed-13 ] || problem "best: $(ls best)"
[ -e best/latent-all/best.h5 ] || problem "best, without components: $(ls best)"
RNNTRAIN_RECIPE=best ranks 2 "$rnntrain" data.h5 "${small[@]}" --no-add-linear --no-add-latent \
    --seeds 1 --run-dir one
[ -e one/best.h5 ] && [ ! -e one/ensemble.h5 ] || problem "best, but one and alone: $(ls one)"

# The linear model alone.
"$rnntrain" data.h5 --recipe fast --quiet --run-dir fast
[ "$("$rnntrain" summary fast | grep -c '^ngrams ')" = 1 ] || problem "fast is not linear"
expect 64 "--recipe fast reads n-grams.*rnnprep CORPUS --for fast" \
    "$rnntrain" ids.h5 --recipe fast --run-dir no
expect 64 "--recipe fast reads n-grams" mpirun -np 2 "$rnntrain" ids.h5 --recipe fast --run-dir no
expect 66 "nothing.h5" "$rnntrain" nothing.h5 --recipe auto --run-dir no
[ ! -e no ] || problem "a refused recipe leaves a run"
