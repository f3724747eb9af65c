#!/usr/bin/env bash
# Vectors in a data set: those that rnnprep vectors makes of the same texts, to the bit, with any
# number of threads and from any form of a corpus; a model begins with them on any ranks.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$tmp"
"$rnnprep" sample corpus --documents 300 >/dev/null
cat corpus/test/neg/*.txt | head -60 >more.txt
printf 'Some words of its own\nSome words of its own, and SOME\n' >>more.txt
prep=("$rnnprep" corpus --maxlen 30 --quiet)
train=("$rnntrain" --units 4 --dense 4 --epochs 1 --batch-size 64 --quiet)

# A model that begins with them has the bits of one that begins with a file of them.
pair=0
same() { # options of words...
    pair=$((pair + 1))
    "${prep[@]}" --unlabelled more.txt "$@" --vectors 6 -o data.h5
    "$rnnprep" vectors corpus --unlabelled more.txt "$@" --dim 6 -o file.bin --quiet
    "${train[@]}" data.h5 --vectors own --run-dir own$pair
    "${train[@]}" data.h5 --vectors file.bin --run-dir file$pair
    [ "$(hashes own$pair)" = "$(hashes file$pair)" ] || problem "other bits with $*"
}
same --num-words 60
same --num-words all --no-lower
same --num-words 100 --min-count 3 --tags space --segment icu
ranks 3 "${train[@]}" data.h5 --vectors own --run-dir three
[ "$(hashes three)" = "$(hashes own3)" ] || problem "other bits on three ranks"

# The same bytes of the data set; beside n-grams and marks too, where nothing else changes.
all=(--unlabelled more.txt --ngrams 2 --ngram-punctuation --vectors 6)
"${prep[@]}" "${all[@]}" -o one.h5 --threads 1
"${prep[@]}" "${all[@]}" -o four.h5 --threads 4
tar -cf - corpus | "$rnnprep" - "${prep[@]:2}" "${all[@]}" -o stdin.h5
cmp one.h5 four.h5 || problem "other bytes on four threads"
cmp one.h5 stdin.h5 || problem "other bytes from standard input"
"${prep[@]}" "${all[@]:0:5}" -o without.h5
! grep -a -q vectors without.h5 || problem "what is not there is named"
"$rnntrain" inspect one.h5 --verify >whole
"$rnntrain" inspect without.h5 --verify >other
! cmp -s <(sed 's/.*content//' whole) <(sed 's/.*content//' other) || problem "the content is the same"

# What is said of them.
"${prep[@]:0:4}" --vectors 6 -o said.h5 --report said.json >said
grep -q '^vectors    6 numbers each, of [0-9]* words with an id' said || problem "$(cat said)"
python3 -c 'import json; found = json.load(open("said.json"))["vectors"]; assert found["numbers"] == 6 and found["words"] > 50'
for program in "$rnnprep" "$rnntrain"; do
    "$program" inspect said.h5 | grep -q '^vectors    6 numbers each, of' || problem "$program inspect: no vectors"
done
"$rnntrain" data.h5 --vectors own --units 2 --epochs 1 --run-dir told >told.txt
grep -q '^begins   with vectors of data.h5 (its own, .* x 6): ' told.txt || problem "$(cat told.txt)"
grep -q '"vectors":"own"' told/log.jsonl || problem "the record names none"
"$rnntrain" inspect said.h5 >/dev/null
cp said.h5 cut.h5
truncate -s -48 cut.h5
"$rnntrain" seal cut.h5 >/dev/null
cmp cut.h5 said.h5 || problem "sealed again it is another"

# Fewer numbers; a run that goes on; the best recipe, unless something else is wanted.
"${train[@]}" data.h5 --vectors own --vectors-dim 3 --run-dir reduced
"$rnntrain" summary reduced | grep -q 'embedding.* 3' || problem "not reduced"
"${train[@]}" data.h5 --vectors own --epochs 2 --run-dir whole.run
"${train[@]}" data.h5 --vectors own --run-dir parts
"${train[@]}" data.h5 --vectors own --epochs 2 --run-dir parts --resume
[ "$(outcome parts)" = "$(outcome whole.run)" ] || problem "resuming gives other bits"
best=("$rnntrain" one.h5 --recipe best --seeds 1 --no-add-linear --no-add-latent --units 4 --epochs 1
    --quiet)
"${best[@]}" --run-dir best
grep -q '"vectors":"own"' best/log.jsonl || problem "best begins with none"
"$rnntrain" summary best | grep -q 'embedding.* 6' || problem "best is of another width"
"${best[@]}" --embedding 4 --run-dir drawn
! grep -q '"vectors"' drawn/log.jsonl || problem "best begins with vectors of another width"
"${best[@]/one.h5/without.h5}" --run-dir none

# Which corpora get some by themselves.
"$rnnprep" corpus --for best -o chosen.h5 >said
grep -q 'vectors 64' said || problem "$(cat said)"
tr -s ' \n' ' ' <said | grep -q 'words are met often enough to be known by their neighbours' ||
    problem "$(cat said)"
"$rnnprep" corpus --for auto -o chosen.h5 >said
! grep -q 'vectors' said || problem "$(cat said)"
"$rnnprep" corpus --for best --num-words 50 -o chosen.h5 >said
! grep -q '^vectors' said || problem "$(cat said)"

expect 64 '--vectors own: the data set has no vectors: make it by rnnprep' \
    "${train[@]}" without.h5 --vectors own --run-dir x
expect 64 '--vectors own: the data set has no vectors' \
    "$rnntrain" without.h5 --stack "embedding:6, max" --vectors own --run-dir x
expect 64 'data.h5: vectors of 6 numbers, but the embedding is 8 wide' \
    "$rnntrain" data.h5 --embedding 8 --vectors own --run-dir x
expect 64 'give one of them' "${train[@]}" data.h5 --vectors own --init-from own1 --run-dir x
expect 64 '--vectors 900: the texts have [0-9]* words that are met 2 times or more: expected a smaller --vectors' \
    "${prep[@]}" --vectors 900 -o x.h5
[ ! -e x ] && [ ! -e x.h5 ] || problem "what is refused leaves something"
