#!/usr/bin/env bash
# Every command once on two ranks, and what bad files do; sanitize.sh runs it in its own build.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"

make_sample 240
set=$tmp/sample.h5
for options in "--recipe keras-lstm" "--recipe keras-bilstm --layers 2" \
    "--recipe keras-gru --reset-after --head max --mask" \
    "--recipe keras-gru --head mean --mask --clip-norm 1 --recurrent-activation hard_sigmoid"; do
    # shellcheck disable=SC2086
    ranks 2 "$rnntrain" "$set" $options --run-dir "$tmp/run" --overwrite --quiet --epochs 2 \
        --batch-size 101 --units 9 --embedding 7 --limit-test 50 --test-ranges 3
    "$rnntrain" eval "$tmp/run/best.h5" "$set" >/dev/null
done
printf 'good\n\n\xff\xfe not bad\n' | "$rnntrain" predict "$tmp/run/last.h5" --jsonl >/dev/null
"$rnntrain" inspect "$tmp/run/last.h5" >/dev/null
"$rnntrain" inspect "$set" >/dev/null
"$rnnprep" inspect "$set" >/dev/null
"$rnnprep" baseline "$set" >/dev/null
"$build/tests/make_bad_files" "$tmp"
head -c 9999 "$set" >"$tmp/short.h5"
for file in short large_id newer; do
    expect 65 "$file.h5" mpirun -np 2 "$rnntrain" "$tmp/$file.h5" --run-dir "$tmp/none"
done
for file in nan shape newer; do
    expect 65 "$file.ck.h5" "$rnntrain" predict "$tmp/$file.ck.h5" /dev/null
done
expect 64 '--unitz' mpirun -np 2 "$rnntrain" "$set" --unitz 3 --run-dir "$tmp/none"
expect 66 'none.h5' mpirun -np 2 "$rnntrain" "$tmp/none.h5" --run-dir "$tmp/none"
