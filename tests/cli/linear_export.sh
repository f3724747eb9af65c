#!/usr/bin/env bash
# Linear models of n-grams as C sources and for ONNX: every way of cutting texts, of scaling and of
# judging, compiled without warnings, beside predict on hostile texts.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
command -v cc >/dev/null || skip "no cc"
cd "$tmp"
helper=$source/tests/cli/export_c.py

mkdir corpus
python3 "$helper" corpus corpus
python3 "$helper" texts 300 >texts
printf 'the\na\nfilm\n' >stop

data_set() { # name classes option...
    local name=$1 classes=$2 c
    shift 2
    local -a parts=()
    for ((c = 0; c < classes; c++)); do
        parts+=(--class "label $c=corpus/$c")
    done
    "$rnnprep" "${parts[@]}" -o "$name.h5" --test-split 0.2 --num-words 50 --maxlen 24 --quiet "$@"
}
data_set plain 2 --ngrams 3
data_set marks 3 --ngrams 2 --ngram-punctuation --tags space --stop-words stop
data_set spelled 3 --ngrams 2 --ngram-characters 4 --ngram-punctuation --stop-words stop --ngram-min-count 1
data_set characters 2 --ngrams 4 --char-level
data_set odd 3 --ngrams 3 --ngram-punctuation --tags html --no-lower --filters '«»…!?😀.,' --split=--
data_set words 2 --ngrams 1 --tags keep --filters ''

# Several labels a text, told by its words.
python3 - >labels.txt <<'PYTHON'
import random
draw = random.Random(3)
for _ in range(200):
    words = [f"w{draw.randrange(40)}" for _ in range(draw.randrange(3, 20))]
    labels = sorted({f"t{int(word[1:]) % 5}" for word in words[:3]})
    print(*(f"__label__{label}" for label in labels), *words)
PYTHON
"$rnnprep" labels.txt -o labels.h5 --ngrams 2 --multi-label on --test-split 0.2 --quiet
grep -o ' w.*' labels.txt >label_texts

n=0
try() { # data-set texts option...: trains, exports, compiles, compares
    local stem=model-$((++n)) data=$1 lines=$2
    shift 2
    "$rnntrain" "$data.h5" --model linear --run-dir run --overwrite --quiet --linear-c 30 "$@"
    "$rnntrain" export run --to c -o "$stem.c" >said
    grep -q 'compiled and run on 48 random texts' said || problem "not checked: $(cat said)"
    cc -Wall -Wextra -Wpedantic -Werror -std=c11 -O1 -D "MODEL_${n}_MAIN" "$stem.c" -lm -o judge ||
        problem "$stem ($data $*) has warnings"
    "$rnntrain" predict run "$lines" >expected
    ./judge <"$lines" >found
    python3 "$helper" compare expected found || problem "$stem: $data $*"
}
try plain texts --linear-scaling log-count
try marks texts --linear-scaling tf-idf
try spelled texts --linear-scaling tf-idf
try characters texts --linear-scaling tf-idf
try odd texts --linear-scaling log-count
try words texts --linear-scaling none
try labels label_texts --linear-scaling tf-idf

# As a library; ids are not its business.
cat >user.c <<'SOURCE'
#include "model-2.h"
#include <string.h>
int main(void)
{
    double p[MODEL_2_CLASSES], q[MODEL_2_CLASSES];
    int one = model_2_predict("", p), unknown = model_2_predict("xyzzy!xyzzy", q);
    return one < 0 || unknown < 0 || strcmp(model_2_labels[1], "label 1") != 0;
}
SOURCE
cc -Wall -Wextra -Werror -std=c11 -O1 -g -fsanitize=address,undefined user.c model-2.c -lm -o user 2>err ||
    cc -std=c11 user.c model-2.c -lm -o user
./user || problem "as a library: $?"
! grep -q predict_ids model-2.[ch] || problem "a linear model takes ids"

# For ONNX; where it is run slow/onnx.sh compares it.
if "$rnntrain" export run --to onnx -o model.onnx >said 2>err; then
    grep -q "all [0-9]* weights are bit for bit" said || problem "ONNX: $(cat said)"
else
    grep -q "built without ONNX" err || problem "ONNX: $(cat err)"
fi
