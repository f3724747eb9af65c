#!/usr/bin/env bash
# Additive attention as a pooling: the same bits on any ranks and resumed, frozen; C and
# Keras's file judge as the checkpoint does, wherever pads stand; what it is called.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"

make_sample 300
"$rnnprep" "$tmp/sample" -o "$tmp/post.h5" --num-words 200 --maxlen 20 --padding post --quiet
cat "$tmp"/sample/test/*/*1.txt | head -30 >"$tmp/texts"

go() { # np run-folder data option...
    ranks "$1" "$rnntrain" "$3" --batch-size 64 --learning-rate 0.01 --patience 0 \
        --run-dir "$2" --quiet "${@:4}"
}

try() { # data stack
    rm -rf "$tmp/one" "$tmp/many" "$tmp/parts"
    go 1 "$tmp/one" "$1" --epochs 2 --stack "$2"
    go 3 "$tmp/many" "$1" --epochs 2 --stack "$2"
    [ "$(outcome "$tmp/one")" = "$(outcome "$tmp/many")" ] ||
        problem "$2: other bits on three ranks"

    exports_judge_alike "$tmp/one" "$2"
}

try "$tmp/sample.h5" "embedding:8, dropout:0.2, attention"
try "$tmp/post.h5" "embedding:8:mask, max+attention:5, dropout:0.2, dense:6:relu"
try "$tmp/sample.h5" "embedding:6:mask, bilstm:5, attention+last:7"

last=(--stack "embedding:6:mask, bilstm:5, attention+last:7")
go 2 "$tmp/parts" "$tmp/sample.h5" --epochs 1 "${last[@]}"
go 3 "$tmp/parts" "$tmp/sample.h5" --epochs 2 "${last[@]}" --resume
[ "$(outcome "$tmp/one")" = "$(outcome "$tmp/parts")" ] || problem "other bits when it is resumed"

"$rnntrain" summary --stack "embedding:8, bilstm:6, attention" "$tmp/sample.h5" >"$tmp/table"
grep -Eq '^attention +attention:12 +\(12\) +168 ' "$tmp/table" || problem "$(cat "$tmp/table")"

expect 64 'layer 2, "attention:0": its units must be a whole number' \
    "$rnntrain" "$tmp/sample.h5" --run-dir "$tmp/no" --stack "embedding:8, attention:0"
expect 64 'layer 2, "attention\+max\+attention:4": expected some of' \
    "$rnntrain" "$tmp/sample.h5" --run-dir "$tmp/no" \
    --stack "embedding:8, attention+max+attention:4"
expect 64 'layer 2, "attention:7\+max": expected its units, a number to 8192, found 7\+max' \
    "$rnntrain" "$tmp/sample.h5" --run-dir "$tmp/no" --stack "embedding:8, attention:7+max"

# An epoch of poolings alone takes some time, which is said.
expect_seconds() { # stack
    "$rnntrain" "$tmp/sample.h5" --run-dir "$tmp/said_$RANDOM" --epochs 1 --stack "$1" >"$tmp/said"
    grep -Eq '^epoch +about [0-9.e-]*[1-9][0-9.e-]* s at' "$tmp/said" ||
        problem "$1: $(grep '^epoch *about' "$tmp/said")"
}
expect_seconds "embedding:8, attention:4"
expect_seconds "embedding:8, max"
