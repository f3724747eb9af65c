#!/usr/bin/env bash
# ONNX files of every kind of model: ONNX's checker takes them, and onnxruntime gives the
# probabilities that rnntrain gives. RNNTRAIN_PYTHON names a Python with onnx, onnxruntime and h5py.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"

python=${RNNTRAIN_PYTHON:-python3}
"$python" -c 'import h5py, onnx, onnxruntime' 2>/dev/null ||
    skip "no onnxruntime: RNNTRAIN_PYTHON names a Python with it"

# Data sets of two and of three classes, padded in front and behind.
make_sample 300
for part in train test; do
    mkdir -p "$tmp/three/$part"
    cp -r "$tmp/sample/$part/pos" "$tmp/sample/$part/neg" "$tmp/three/$part"
    mkdir "$tmp/three/$part/other"
    for file in $(find "$tmp/three/$part" -name '*[147].txt' | sort); do
        mv "$file" "$tmp/three/$part/other/$(basename "$(dirname "$file")")_${file##*/}"
    done
done
for padding in pre post; do
    for classes in sample three; do
        "$rnnprep" "$tmp/$classes" -o "$tmp/$classes-$padding.h5" --num-words 200 --maxlen 26 \
            --padding $padding --truncating $padding --ngrams 3 --ngram-punctuation --quiet \
            $([ $classes$padding = samplepre ] || echo --ngram-characters 5)
        "$python" "$source/tests/slow/onnx_check.py" texts "$tmp/$classes-$padding.h5" \
            >"$tmp/$classes-$padding.texts"
    done
done

# A line a model: data set, then options.
cat >"$tmp/grid" <<'GRID'
sample-pre --model lstm
sample-pre --model lstm --head flatten --dense 0
sample-pre --model bilstm --head max
three-pre --model bilstm --head mean --units 5 --dense 0
sample-post --model gru --units 7
three-post --model gru --reset-after --head flatten
sample-pre --model bigru --reset-after --head max --dense 0
three-pre --model bigru --head last --units 3
sample-pre --model lstm --recurrent-activation hard_sigmoid
three-pre --model bilstm --recurrent-activation hard_sigmoid --head mean
sample-pre --model gru --recurrent-activation hard_sigmoid
three-post --model bigru --reset-after --recurrent-activation hard_sigmoid
sample-pre --model lstm --layers 3 --units 12,5,9 --dense 0
three-pre --model bilstm --layers 2 --units 4,7 --head flatten
sample-post --model bigru --layers 2 --units 9,3 --reset-after --head max
sample-pre --model lstm --mask
sample-pre --model lstm --mask --head flatten
sample-pre --model lstm --mask --head max --dense 0
sample-pre --model lstm --mask --head mean
sample-post --model lstm --mask
sample-post --model gru --mask --head flatten
sample-post --model gru --mask --head max --dense 0
sample-post --model gru --mask --head mean
three-pre --model bilstm --mask
three-pre --model bilstm --mask --head flatten --dense 0
three-pre --model bigru --mask --head max
three-pre --model bigru --mask --head mean --reset-after
three-post --model bilstm --mask --dense 0
three-post --model bilstm --mask --head flatten
three-post --model bilstm --mask --head max
three-post --model bigru --mask --head mean
sample-post --model bigru --mask --head flatten --reset-after --units 6
sample-pre --model gru --mask --reset-after --layers 2 --units 8,3
three-pre --model bilstm --mask --layers 3 --units 6,4,5 --head flatten
three-post --model bigru --mask --layers 2 --units 5,8 --head max
sample-pre --model bilstm --mask --layers 2 --units 3,6 --recurrent-activation hard_sigmoid --head mean
sample-post --model bigru --mask --layers 2 --recurrent-activation hard_sigmoid --head max --embedding 1
sample-pre --stack embedding:8,conv:10:3:same:relu,max-pooling:2,lstm:6,dense:5:elu
three-post --stack embedding:8:mask,conv:6:4:causal:tanh,average-pooling:3:same:strides=2,gru:5
labels-pre --stack embedding:8,conv:9:2:strides=2:no_bias,average-pooling:2,max+mean,dense:7:selu
labels-pre --stack embedding:8,bilstm:6:sum,layer-norm,max+mean,dense:9:gelu
sample-pre --stack embedding:8,max+mean,dense:8:softplus,layer-norm,dense:6:swish
three-pre --stack embedding:8,flatten,dense:6:sigmoid,dense:5:tanh,dense:4:linear
sample-post --stack embedding:8:mask,birnn:6:relu:ave,mean,dense:6:softsign,dense:5:leaky_relu
labels-pre --stack embedding:8,gru:6:backwards,rnn:7:sigmoid,dense:5:gelu_tanh,dense:4:exponential
sample-pre --model linear --linear-scaling log-count
three-post --model linear --linear-scaling tf-idf --linear-c 20
labels-pre --model linear --linear-scaling tf-idf --linear-c 20
GRID

# Several labels a text, told by its words.
"$python" - >"$tmp/labels.txt" <<'PYTHON'
import random
draw = random.Random(3)
for _ in range(300):
    words = [f"w{draw.randrange(50)}" for _ in range(draw.randrange(3, 20))]
    labels = sorted({f"t{int(word[1:]) % 6}" for word in words[:3]})
    print(*(f"__label__{label}" for label in labels), *words)
PYTHON
"$rnnprep" "$tmp/labels.txt" -o "$tmp/labels-pre.h5" --multi-label on --maxlen 26 --test-split 0.2 --ngrams 2 --quiet
"$python" "$source/tests/slow/onnx_check.py" texts "$tmp/labels-pre.h5" >"$tmp/labels-pre.texts"

cases=""
n=0
while read -r data options; do
    n=$((n + 1))
    cases="$cases $n"
    short="--embedding 8 --units 10 --dense 32"
    [[ $options = --stack* || $options = *linear* ]] && short=
    # shellcheck disable=SC2086
    "$rnntrain" "$tmp/$data.h5" --recipe none $short $options \
        --run-dir "$tmp/run" --overwrite --quiet --epochs 8 --batch-size 8 --limit-train 200 \
        --learning-rate 0.01 </dev/null
    "$rnntrain" export "$tmp/run/last.h5" --to onnx -o "$tmp/$n.onnx" >"$tmp/out" ||
        problem "export: $options"
    "$rnntrain" predict "$tmp/run/last.h5" "$tmp/$data.texts" --jsonl >"$tmp/$n.jsonl"
    printf '%s\n%s\n' "$tmp/$data.h5" "$data $options" >"$tmp/$n.txt"
done <"$tmp/grid"
cat "$tmp/out"

# Several models in one file: networks of two seeds beside a linear model.
for data in sample-pre three-post; do
    bias=0.1
    [ $data = three-post ] && bias=0.1,0,-0.3
    net=("$rnntrain" "$tmp/$data.h5" --recipe none --quiet --epochs 4 --batch-size 8
        --learning-rate 0.01 --embedding 8 --units 7)
    "${net[@]}" --run-dir "$tmp/$data-1" --model bilstm --mask --head max
    "${net[@]}" --run-dir "$tmp/$data-2" --model gru --seed 2
    "$rnntrain" "$tmp/$data.h5" --model linear --quiet --run-dir "$tmp/$data-3"
    for rule in "- - 1 2" "0.5,0.8,0.6 $bias 1 2 3" "- - 3 1"; do
        n=$((n + 1))
        cases="$cases $n"
        read -r weights bias members <<<"$rule"
        # shellcheck disable=SC2086
        "$build/tests/make_ensemble" "$tmp/$n.h5" $weights $bias \
            $(printf "$tmp/$data-%s/last.h5 " $members)
        "$rnntrain" export "$tmp/$n.h5" --to onnx -o "$tmp/$n.onnx" >"$tmp/out"
        "$rnntrain" predict "$tmp/$n.h5" "$tmp/$data.texts" --jsonl >"$tmp/$n.jsonl"
        printf '%s\n%s\n' "$tmp/$data.h5" "$data ensemble $rule" >"$tmp/$n.txt"
    done
done
# shellcheck disable=SC2086
"$python" "$source/tests/slow/onnx_check.py" check "$tmp" $cases
