#!/usr/bin/env bash
# README.md's commands behind the three roads, on small data under the names that stand there.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/sections.sh"

# A corpus as aclImdb lies there, with texts of no label.
rnnprep sample aclImdb --documents 400 >/dev/null
mkdir -p aclImdb/train/unsup
for n in $(seq 200); do
    echo "The plot was dull. The acting was superb, not lazy, number $n." >aclImdb/train/unsup/$n.txt
done
small=(--num-words 400 --maxlen 40 --quiet)
make_table reviews.csv 400
rnnprep reviews.csv -o dataset.h5 --ngrams 2 --test-split 0.3 --keep-origin --keep-text "${small[@]}"
rnnprep aclImdb -o imdb.h5 --unlabelled aclImdb/train/unsup "${small[@]}"
cp dataset.h5 data.h5
cp dataset.h5 reviews.h5
cut -d , -f 3- reviews.csv | tail -n 20 >texts.txt

# A section's commands say themselves what they train; all are short.
export RNNTRAIN_EPOCHS=2
for run in first second third run; do
    rnntrain dataset.h5 --run-dir $run --seed ${#run} --quiet
done
cp run/best.h5 .
section "Models"
section "Word vectors"
mv run kept # a run of five seeds takes its name
section "Several models as one, and the search for options"
rm -r run && mv kept run
section "Before a long run"
section "Seeing what it learned"
[ -s three.html ] && [ "$(wc -l <epochs.csv)" = 3 ] || problem "no report, or no history: $(cat epochs.csv)"

# Files of ours stand for those of Keras.
rnntrain export run -o model.keras --with-tokenizer >/dev/null
mv model.tokenizer.json tokenizer.json
section "Keras in, Keras out"
rnntrain predict model.h5 texts.txt | cmp - <(rnntrain predict run texts.txt) || problem "judged otherwise"
