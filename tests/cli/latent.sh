#!/usr/bin/env bash
# The components of all texts: n-grams of texts without labels are in the data set, the linear model
# that learns from them has the same bits on any ranks and when it goes on, judges texts as it does
# rows, and stands beside networks and the other linear model in one file.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$tmp"

"$rnnprep" sample sample --documents 300 >/dev/null
"$rnnprep" sample more --documents 400 --seed 7 >/dev/null
cat more/*/*/*.txt >more.txt
"$rnnprep" ./sample -o ids.h5 --num-words 200 --maxlen 40 --quiet
prep=("$rnnprep" ./sample --num-words 200 --maxlen 40 --ngrams 2 --ngram-punctuation --quiet)
"${prep[@]}" -o without.h5
"${prep[@]}" --unlabelled more.txt -o data.h5 --threads 1
"${prep[@]}" --unlabelled more.txt -o threads.h5 --threads 3
cmp data.h5 threads.h5 || problem "3 threads: other bytes"

one=(--model linear --linear-scaling latent --linear-components 16)
"$rnntrain" data.h5 "${one[@]}" --run-dir one >said
grep -q "fit  *1 *latent, C 0.03125" said || problem "no first fit: $(cat said)"
ranks 3 "$rnntrain" data.h5 "${one[@]}" --run-dir three --quiet
[ "$(hashes one)" = "$(hashes three)" ] || problem "3 ranks: $(hashes three), 1: $(hashes one)"
"$rnntrain" without.h5 "${one[@]}" --run-dir less --quiet
[ "$(hashes one)" != "$(hashes less)" ] || problem "texts without labels change nothing"
expect 75 "stopped as its time is up" "$rnntrain" data.h5 "${one[@]}" --run-dir stopped --quiet \
    --max-time 0.001
"$rnntrain" data.h5 "${one[@]}" --run-dir stopped --quiet --resume
[ "$(hashes one)" = "$(hashes stopped)" ] || problem "resumed: $(hashes stopped)"

"$rnntrain" eval one data.h5 >of_data
"$rnntrain" eval one ./sample >of_corpus
cmp of_data of_corpus || problem "a data set: $(cat of_data), its corpus: $(cat of_corpus)"

# Networks and both linear models as one; refits are in the file, and others judge validation.
several=(--add-linear --add-latent --linear-components 16 --epochs 1 --units 4 --embedding 4
    --dense 0 --batch-size 32 --lane-rows 4)
"$rnntrain" data.h5 "${several[@]}" --run-dir all >said
grep -q "blend  *logits .* network + .* linear + .* latent + c" said || problem "$(cat said)"
grep -q '"event":"blend".*"latent":' all/log.jsonl || problem "$(grep blend all/log.jsonl)"
ranks 2 "$rnntrain" data.h5 "${several[@]}" --run-dir two --quiet
for name in latent-all seed-1; do
    [ "$(hashes all/$name)" = "$(hashes two/$name)" ] || problem "$name on 2 ranks"
done
blend() { grep '"event":"blend"' "$1/log.jsonl" | sed 's/,"time".*//'; }
[ "$(blend all)" = "$(blend two)" ] || problem "2 ranks blend otherwise: $(blend two)"
"$rnntrain" inspect all >said
grep -q "sum of 3 models" said || problem "$(head -5 said)"
expect 64 "add-latent: --validation none leaves no rows" "$rnntrain" data.h5 --add-latent \
    --validation none --run-dir none
expect 64 "n-grams" "$rnntrain" ids.h5 "${one[@]}" --run-dir ids
