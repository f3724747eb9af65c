#!/usr/bin/env bash
# The real corpus: the same ids as Keras's, from the folder and from the archive; the same
# weights on any number of ranks, in whatever is measured. RNNTRAIN_IMDB names an aclImdb
# archive.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"

corpus=${RNNTRAIN_IMDB:-$source/../shared/data/aclImdb.tar.xz}
[ -e "$corpus" ] || skip "no corpus: RNNTRAIN_IMDB=aclImdb_v1.tar.gz names one"
tar -C "$tmp" -xf "$corpus"

# SHA-256 of Keras's own (25000, 380) matrices as little-endian int32: train, then test.
removed="3c59ac26bdad45a3e29286b65c464c4fb1a4b4f6cd0bb78ee126ccb6cddeeaac
b8f7396b6000037b01e3822ce96760a79a98d065d9d3c8eee0bd7db7f97a2305"
space="9dbae051294407b1327c54cbf38c007a876b442adf11220825550eb1607d08dc
3c5da366c061b220287755ed23fd750fef2b3116fa8b5e19121646a4348f0b55"
for tags in remove space; do
    expected=$removed
    [ $tags = remove ] || expected=$space
    "$rnnprep" "$corpus" --tags $tags -o "$tmp/$tags.h5" --quiet
    "$rnnprep" "$tmp/aclImdb" --tags $tags -o "$tmp/folder.h5" --quiet
    cmp "$tmp/$tags.h5" "$tmp/folder.h5" || problem "archive and folder differ"
    [ "$("$build/tests/matrix_hash" "$tmp/$tags.h5")" = "$expected" ] || problem "--tags $tags"
done

train() { # np run-folder option...; mpirun would read what the loop reads
    ranks "$1" "$rnntrain" "$tmp/remove.h5" --run-dir "$2" --overwrite --quiet --epochs 2 \
        --limit-train 2000 --limit-test 200 "${@:3}" </dev/null || problem "np $1: ${*:3}"
}
# What tests/bench measures, and a recipe that looks up the products with embeddings.
while read -r options; do
    expected=
    for np in 1 2 3 4 5 7 8 16; do
        # shellcheck disable=SC2086
        train $np "$tmp/run" $options
        found=$(hashes "$tmp/run")
        echo "$options np $np: $found"
        [ "$found" = "${expected:=$found}" ] || problem "$options np $np: expected $expected"
    done
    # shellcheck disable=SC2086
    train 5 "$tmp/run" $options --test-ranges 4 --test-delay 5000
    [ "$(hashes "$tmp/run")" = "$expected" ] || problem "$options with delays and moving lanes"
done <<'TEXT'
--recipe keras-lstm
--recipe keras-bilstm
--recipe keras-gru
--recipe keras-lstm --mask
--recipe keras-bilstm --mask
--recipe keras-gru --mask
--recipe keras-lstm --embedding-dropout 0
--limit-train 600 --units 128 --embedding 128
--limit-train 600 --model gru --units 128 --embedding 128
--units 50 --embedding 100 --batch-size 100 --lane-rows 6
TEXT
