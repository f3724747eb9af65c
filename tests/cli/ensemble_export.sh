#!/usr/bin/env bash
# Ensembles as C sources and for ONNX: members of every kind in one file, compiled without warnings,
# beside predict on hostile texts.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
command -v cc >/dev/null || skip "no cc"
cd "$tmp"
helper=$source/tests/cli/export_c.py
make=$build/tests/make_ensemble # FILE WEIGHTS BIAS MEMBER...

mkdir corpus
python3 "$helper" corpus corpus
python3 "$helper" texts 200 >texts
printf 'the\na\nfilm\n' >stop
"$rnnprep" --class a=corpus/0 --class b=corpus/1 --class c=corpus/2 -o three.h5 --test-split 0.2 \
    --num-words 200 --maxlen 24 --ngrams 3 --ngram-punctuation --stop-words stop --oov-token unk --quiet
"$rnnprep" --class a=corpus/0 --class b=corpus/1 -o two.h5 --test-split 0.2 --num-words 200 \
    --maxlen 30 --ngrams 2 --quiet

for data in two three; do
    net=("$rnntrain" $data.h5 --quiet --epochs 1 --validation none --monitor acc --recipe none
        --batch-size 16 --learning-rate 0.02 --embedding 5)
    "${net[@]}" --run-dir $data/lstm --model lstm --units 6
    "${net[@]}" --run-dir $data/bigru --model bigru --mask --head max --units 4 --dense 0
    "$rnntrain" $data.h5 --quiet --model linear --run-dir $data/linear --linear-c 20 \
        --linear-scaling tf-idf
done
members() { # data name...: their files
    local data=$1 name
    shift
    for name; do
        echo $data/$name/last.h5
    done
}

n=0
try() { # WEIGHTS BIAS MEMBER...: an ensemble of them, exported, compiled, compared
    local stem=model-$((++n))
    "$make" $stem.h5 "$@"
    "$rnntrain" export $stem.h5 --to c -o $stem.c >said
    grep -q 'compiled and run on 48 random texts' said || problem "not checked: $(cat said)"
    cc -Wall -Wextra -Wpedantic -Werror -std=c11 -O1 -D "MODEL_${n}_MAIN" $stem.c -lm -o judge ||
        problem "$stem has warnings"
    "$rnntrain" predict $stem.h5 texts >expected
    ./judge <texts >found
    python3 "$helper" compare expected found || problem "$stem: $*"

    if ! "$rnntrain" export $stem.h5 --to onnx -o $stem.onnx >said 2>err; then
        grep -q "built without ONNX" err || problem "ONNX: $(cat err)"
    else
        grep -q "all [0-9]* weights are bit for bit" said || problem "ONNX: $(cat said)"
    fi
}
try 0.5,1,0.7 0.1,0,-0.2 $(members three lstm linear bigru)
try - - $(members two bigru lstm)
try - - $(members two linear lstm lstm)

# Ids are enough where no member reads n-grams.
grep -q model_2_predict_ids model-2.h || problem "networks do not take ids"
! grep -q predict_ids model-1.h model-3.h || problem "ids are not all that is read"
cat >user.c <<'SOURCE'
#include "model-1.h"
int main(void)
{
    double p[MODEL_1_CLASSES];
    return model_1_predict("", p) < 0 || model_1_predict("the film! unk <b>", p) < 0;
}
SOURCE
cc -Wall -Wextra -Werror -std=c11 -O1 -g -fsanitize=address,undefined user.c model-1.c -lm -o user 2>err ||
    cc -std=c11 user.c model-1.c -lm -o user
./user || problem "as a library: $?"
