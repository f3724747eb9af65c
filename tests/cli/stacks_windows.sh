#!/usr/bin/env bash
# Convolutions and poolings of windows, trained from the words of --stack: the same bits on
# any ranks and resumed; C and Keras's file judge as the checkpoint does.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"

make_sample 300
"$rnnprep" "$tmp/sample" -o "$tmp/post.h5" --num-words 200 --maxlen 20 --padding post --quiet
cat "$tmp"/sample/test/*/*1.txt | head -30 >"$tmp/texts"

go() { # np run-folder data option...
    ranks "$1" "$rnntrain" "$3" --batch-size 64 --learning-rate 0.01 --epochs 2 --patience 0 \
        --run-dir "$2" --quiet "${@:4}"
}

try() { # data stack
    rm -rf "$tmp/one" "$tmp/many"
    go 1 "$tmp/one" "$1" --stack "$2"
    go 3 "$tmp/many" "$1" --stack "$2" --epochs 1
    go 2 "$tmp/many" "$1" --stack "$2" --resume
    [ "$(outcome "$tmp/one")" = "$(outcome "$tmp/many")" ] ||
        problem "$2: other bits on other ranks, or resumed"

    exports_judge_alike "$tmp/one" "$2"
}

try "$tmp/sample.h5" "embedding:8, conv:6:3, max"
try "$tmp/post.h5" \
    "embedding:8:mask, dropout:0.2, conv:6:3:tanh:same:no_bias, max-pooling:2, conv:5:2:causal:strides=2, average-pooling:3:same:strides=2, lstm:4"

expect 64 'layer conv1d: kernel_size is 4000, but it takes' \
    "$rnntrain" "$tmp/sample.h5" --run-dir "$tmp/no" --stack "embedding:8, conv:6:4000, max"
expect 64 'filters, kernel_size, an activation, same or causal' \
    "$rnntrain" "$tmp/sample.h5" --run-dir "$tmp/no" --stack "embedding:8, conv:6:3:wide, max"
