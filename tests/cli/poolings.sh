#!/usr/bin/env bash
# Poolings over embeddings alone and side by side: the same bits on any ranks and resumed;
# C and Keras's file judge as the checkpoint does, wherever pads stand.
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
    go 3 "$tmp/many" "$1" --stack "$2"
    [ "$(outcome "$tmp/one")" = "$(outcome "$tmp/many")" ] ||
        problem "$2: other bits on three ranks"

    exports_judge_alike "$tmp/one" "$2"
}

try "$tmp/sample.h5" "embedding:8, mean"
try "$tmp/post.h5" "embedding:8:mask, max+mean, dropout:0.2, dense:6:relu"
try "$tmp/sample.h5" "embedding:6:mask, bilstm:5, mean+last+flatten+max"

expect 64 'layer 2, "max\+max": expected some of max, mean, flatten, last, attention, each once' \
    "$rnntrain" "$tmp/sample.h5" --run-dir "$tmp/no" --stack "embedding:8, max+max"
expect 64 'takes the last output of a recurrent layer' \
    "$rnntrain" "$tmp/sample.h5" --run-dir "$tmp/no" --stack "embedding:8, max+last"
