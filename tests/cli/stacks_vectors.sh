#!/usr/bin/env bash
# Stacks whose layers treat each vector by itself: any activation, normalization, spatial
# dropout, Dense of sequences; the same bits on any ranks, resumed, exported, read back.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"

make_sample 400
options=("$tmp/sample.h5" --batch-size 64 --learning-rate 0.01 --epochs 2 --patience 0)
cat "$tmp"/sample/test/*/*1.txt | head -40 >"$tmp/texts"

go() { # np run-folder option...
    ranks "$1" "$rnntrain" "${options[@]}" --run-dir "$2" --quiet "${@:3}"
}

try() { # stack
    local stack=$1
    rm -rf "$tmp/one" "$tmp/many"
    go 1 "$tmp/one" --stack "$stack"
    go 2 "$tmp/many" --stack "$stack" --epochs 1
    go 3 "$tmp/many" --stack "$stack" --resume
    [ "$(outcome "$tmp/many")" = "$(outcome "$tmp/one")" ] || problem "$stack: other bits on other ranks"

    exports_judge_alike "$tmp/one" "$stack"
}

try "embedding:8, spatial-dropout:0.2, layer-norm, bilstm:5, dense:6:tanh, dropout:0.1, layer-norm:epsilon=1e-05, activation:leaky_relu:alpha=0.3, gru:4, dense:5:gelu, dropout:0.2, dense:4:selu:no_bias, dense:6:softplus, layer-norm:no_center, dense:3:swish"
try "embedding:8:mask, dense:6:elu, activation:sigmoid, spatial-dropout:0.3, mean, dense:5:gelu_tanh, dense:4:softsign, dense:4:exponential, dense:3:linear, activation:elu:alpha=0.5"

expect 64 'layer batch_normalization: a BatchNormalization is not trained here' \
    "$rnntrain" "${options[@]}" --run-dir "$tmp/no" --stack "embedding:8, gru:4, batch-norm"
expect 64 'layer 3, "dense:4:relo": relo is not known there; expected its units, no_bias' \
    "$rnntrain" "${options[@]}" --run-dir "$tmp/no" --stack "embedding:8, gru:4, dense:4:relo"
expect 64 'layer 3, "activation": expected one of relu, linear' \
    "$rnntrain" "${options[@]}" --run-dir "$tmp/no" --stack "embedding:8, gru:4, activation"
expect 64 'layer spatial_dropout1d takes a vector a position, but gru gives one a row' \
    "$rnntrain" "${options[@]}" --run-dir "$tmp/no" --stack "embedding:8, gru:4, spatial-dropout:0.2"

go 2 "$tmp/frozen" --stack "embedding:8, gru:4, batch-norm, dense:3" --freeze batch_normalization
"$rnntrain" predict "$tmp/frozen" "$tmp/texts" >/dev/null || problem "a frozen BatchNormalization does not judge"
