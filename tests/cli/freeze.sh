#!/usr/bin/env bash
# Layers that are frozen keep their weights, on any ranks, resumed and in the next training; and
# the table of layers says so.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"

make_sample 600
options=("$tmp/sample.h5" --batch-size 64 --epochs 1 --patience 0 --limit-train 200)
small=(--stack "embedding:4, lstm:3, dense:5, dense:4")

go() { # np run-folder option...
    ranks "$1" "$rnntrain" "${options[@]}" --run-dir "$2" --quiet "${@:3}"
}

# The numbers of an array of a run's model, as C.
array() { # run-folder name
    [ -e "$1/model.c" ] || "$rnntrain" export "$1/best.h5" --to c -o "$1/model.c" >/dev/null
    sed -n "/^static const float $2\[.*= {/,/^};/p" "$1/model.c"
}

expect_kept() { # what run-folder array... : which are those of $tmp/first
    local what=$1 run=$2 name
    shift 2
    for name in embedding_embeddings lstm_kernel dense_kernel dense_1_bias dense_2_kernel; do
        [ -n "$(array "$run" $name)" ] || problem "no array $name"
        if [ "$(array "$run" $name)" = "$(array "$tmp/first" $name)" ]; then
            [[ " $* " == *" $name "* ]] || problem "$what: $name did not train"
        else
            [[ " $* " != *" $name "* ]] || problem "$what: $name was frozen and has changed"
        fi
    done
}

go 1 "$tmp/first" "${small[@]}"
go 1 "$tmp/frozen" --init-from "$tmp/first/best.h5" --freeze "embedding, dense"
expect_kept "--freeze" "$tmp/frozen" embedding_embeddings dense_kernel
go 3 "$tmp/many" --init-from "$tmp/first/best.h5" --freeze dense,embedding
[ "$(outcome "$tmp/many")" = "$(outcome "$tmp/frozen")" ] || problem "frozen: other bits on other ranks"

# A model that has frozen layers keeps them, also by way of Keras's file, unless it is said.
"$rnntrain" export "$tmp/frozen/best.h5" --to keras -o "$tmp/frozen.keras" >/dev/null
cp -r "$tmp/frozen" "$tmp/before"
mv "$tmp/frozen" "$tmp/first.old" && rm -rf "$tmp/first" && mv "$tmp/first.old" "$tmp/first"
go 1 "$tmp/again" --init-from "$tmp/first/best.h5"
expect_kept "again" "$tmp/again" embedding_embeddings dense_kernel
go 1 "$tmp/keras" --init-from "$tmp/frozen.keras" --init-labels neg,pos
expect_kept "Keras" "$tmp/keras" embedding_embeddings dense_kernel
go 1 "$tmp/freed" --init-from "$tmp/first/best.h5" --freeze none
expect_kept "--freeze none" "$tmp/freed"

# The table, before a training and of a model.
"$rnntrain" summary "$tmp/sample.h5" "${small[@]}" --freeze embedding >"$tmp/table"
grep -q '^embedding  *embedding:4  *(60, 4)  *1,600  *0 f$' "$tmp/table" || problem "$(cat "$tmp/table")"
grep -q '^lstm  *lstm:3  *(3)  *96 ' "$tmp/table" || problem "$(cat "$tmp/table")"
grep -q '^1,745 parameters (6.98 kB), 1,600 frozen (f), ' "$tmp/table" || problem "$(cat "$tmp/table")"
[ "$(wc -L <"$tmp/table")" -le 80 ] || problem "a table wider than a terminal"
"$rnntrain" summary "$tmp/keras" | diff - <("$rnntrain" summary "$tmp/frozen.keras") ||
    problem "a model of Keras has another table"

expect 64 '--freeze: no layer with weights is called lstm_7: there are embedding, lstm, dense, dense_1, dense_2' \
    "$rnntrain" "${options[@]}" "${small[@]}" --run-dir "$tmp/no" --freeze lstm_7
expect 64 'all layers are frozen, so nothing would train' \
    "$rnntrain" "${options[@]}" "${small[@]}" --run-dir "$tmp/no" --freeze embedding,lstm,dense,dense_1,dense_2
expect 64 'is a model, which says itself what layers it has' \
    "$rnntrain" summary "$tmp/keras" --units 4
[ ! -e "$tmp/no" ] || problem "a refused --freeze left a run"
