#!/usr/bin/env bash
# Recurrent layers of any cell, direction, merge mode, activation and dropout: the same bits
# on any ranks and resumed; C and Keras's file judge as the checkpoint does.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"

make_sample 160
"$rnnprep" "$tmp/sample" -o "$tmp/post.h5" --num-words 200 --maxlen 20 --padding post --quiet
cat "$tmp"/sample/test/*/*1.txt | head -30 >"$tmp/texts"
options=(--batch-size 64 --learning-rate 0.01 --epochs 1 --patience 0)

go() { # np run-folder data option...
    ranks "$1" "$rnntrain" "$3" "${options[@]}" --run-dir "$2" --quiet "${@:4}"
}

try() { # padding stack
    local data=$tmp/sample.h5
    [ "$1" = pre ] || data=$tmp/post.h5
    rm -rf "$tmp/one" "$tmp/many"
    go 1 "$tmp/one" "$data" --stack "$2"
    go 3 "$tmp/many" "$data" --stack "$2"
    [ "$(outcome "$tmp/one")" = "$(outcome "$tmp/many")" ] ||
        problem "$2: other bits on three ranks"

    exports_judge_alike "$tmp/one" "$2"
}

try pre "embedding:8, rnn:12"
try post "embedding:8:mask, birnn:6:relu:sum, gru:5:sigmoid:reset_after, mean"
try pre "embedding:8, bilstm:5:relu:mul:backwards, rnn:7:backwards, max, dense:4:relu"

# What is dropped within layers is a function of the step: stopped on three ranks, resumed
# on two.
options+=(--epochs 3)
stack="embedding:8, lstm:6:dropout=0.2:recurrent-dropout=0.3, bigru:4:ave:recurrent-dropout=0.2, rnn:5:dropout=0.1:recurrent-dropout=0.1"
go 1 "$tmp/whole" "$tmp/sample.h5" --stack "$stack"
launch 3 "$rnntrain" "$tmp/sample.h5" "${options[@]}" --run-dir "$tmp/parts" --stack "$stack" \
    --test-delay 20000
sleep 0.2
kill -USR1 $job
ends
[ $rc = 75 ] || problem "code $rc after SIGUSR1: $(cat "$tmp/err")"
go 2 "$tmp/parts" "$tmp/sample.h5" --stack "$stack" --resume
[ "$(outcome "$tmp/parts")" = "$(outcome "$tmp/whole")" ] || problem "other bits when resumed"

refuses() { # message stack
    expect 64 "$1" "$rnntrain" "$tmp/sample.h5" --run-dir "$tmp/no" --stack "$2"
}
refuses 'layer 2, "lstm:4:sum": sum is for two directions: bilstm, bigru, birnn' "embedding:8, lstm:4:sum"
refuses 'hard_sigmoid is for the gates of lstm and gru' "embedding:8, rnn:4:hard_sigmoid"
refuses 'elu is not known there; expected its units, tanh, relu' "embedding:8, rnn:4:elu"
refuses 'gives its steps backwards, and pads are skipped' "embedding:8:mask, rnn:4:backwards, max"
[ ! -e "$tmp/no" ] || problem "a refused stack left a run"
