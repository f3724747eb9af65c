#!/usr/bin/env bash
# What each kind of layer costs: a training step of batch 256 x 380 on one core, without pads.
#
#   tests/bench/kinds.sh BUILD [TURNS]
#
# Behind an embedding of 64, a row a stack: model flops of a training row, bytes of the parameters,
# and of TURNS runs (5) the medians of the step's rate as a share of SGEMM 1024^3, and of its
# milliseconds. Skipped products count as done, so a share may be above 1; a step of hardly any
# products has none to speak of.
set -euo pipefail
build=$(cd "${1:?a build folder, see the head of this file}" && pwd)
turns=${2:-5}
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
stacks=(
    "lstm:64" "gru:64" "rnn:64" "bilstm:64, max" "lstm:64:recurrent-dropout=0.2"
    "conv:64:5, max" "conv:64:5, max-pooling:4, max" "conv:64:5, average-pooling:4, max"
    "max" "mean" "flatten" "attention:64"
    "dense:64:relu, max" "dense:64:gelu, max" "layer-norm, mean" "lstm:64, layer-norm, max"
    "dropout:0.2, spatial-dropout:0.2, mean" "mean, dense:1024:relu, dense:1024:relu"
)

median() { sort -g | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'; }

grep -m 1 'model name' /proc/cpuinfo | sed 's/.*: //'
echo "| stack behind embedding:64 | flops a row | parameters | share of SGEMM | ms a step |"
echo "|---|---|---|---|---|"
for stack in "${stacks[@]}"; do
    size=$("$build/rnntrain" summary --stack "embedding:64, $stack" |
        sed -n 's/.*parameters (\(.*\)), \(.*\) training flops.*/\2 | \1/p')
    said=$(for ((turn = 0; turn < turns; turn++)); do
        taskset -c 0 "$build/tests/bench_step" 5 380 1 --stack "embedding:64, $stack" 2>/dev/null |
            tail -1
    done)
    share=$(awk '{ print $3 }' <<<"$said" | median)
    ms=$(sed 's/.* ms [^ ]* \([^ ]*\) .*/\1/' <<<"$said" | median)
    echo "| $stack | $size | $share | $ms |"
done
