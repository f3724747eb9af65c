#!/usr/bin/env bash
# Models that --stack says: the same bits on any ranks and resumed, exported and judged as
# any other; flags are short forms of stacks.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"

make_sample 600
options=("$tmp/sample.h5" --batch-size 64 --learning-rate 0.01 --epochs 3 --patience 0)
cat "$tmp"/sample/test/*/*1.txt | head -40 >"$tmp/texts"

go() { # np run-folder option...
    ranks "$1" "$rnntrain" "${options[@]}" --run-dir "$2" --quiet "${@:3}"
}

try() { # stack option...
    local stack=$1
    shift
    rm -rf "$tmp/one" "$tmp/many"
    go 1 "$tmp/one" --stack "$stack" "$@"
    expected=$(outcome "$tmp/one")

    # Stopped on three ranks, resumed on two.
    launch 3 "$rnntrain" "${options[@]}" --run-dir "$tmp/many" --stack "$stack" --test-delay 20000 "$@"
    sleep 0.2
    kill -USR1 $job
    ends
    [ $rc = 75 ] || problem "$stack: code $rc after SIGUSR1: $(cat "$tmp/err")"
    go 2 "$tmp/many" --stack "$stack" --resume "$@"
    [ "$(outcome "$tmp/many")" = "$expected" ] || problem "$stack: other bits on other ranks"

    exports_judge_alike "$tmp/one" "$stack"
}

try "embedding:8, dropout:0.2, bilstm:6, dropout:0.1, gru:5, max, dropout:0.3, dense:7:relu, dense:4:relu"

# A stack that flags say is those flags, and recorded as them.
go 1 "$tmp/flags" --units 6 --embedding 8 --dense 4 --head mean --model bigru
go 1 "$tmp/stack" --stack " embedding:8,dropout:0.2,bigru:6,mean,dense:4,dropout:0.20"
[ "$(outcome "$tmp/flags")" = "$(outcome "$tmp/stack")" ] || problem "a stack of flags is another model"
config() { # run folder
    sed -n '1s/.*"config":\({[^}]*}\).*/\1/p' "$1/log.jsonl"
}
config "$tmp/flags" | grep -q '"model":"bigru"' || problem "no configuration in the log"
[ "$(config "$tmp/flags")" = "$(config "$tmp/stack")" ] || problem "a stack of flags is recorded otherwise"

expect 64 '--stack says all of a model: options of its parts, as --units, cannot stand beside it' \
    "$rnntrain" "${options[@]}" --run-dir "$tmp/no" --stack "embedding:8, lstm:4" --units 6
expect 64 '--stack: layer 2, "lstn:4": no such layer \(did you mean lstm\?\)' \
    "$rnntrain" "${options[@]}" --run-dir "$tmp/no" --stack "embedding:8, lstn:4"
[ ! -e "$tmp/no" ] || problem "a refused stack left a run"
