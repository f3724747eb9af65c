#!/usr/bin/env bash
# memcheck: preparing, a short training on two ranks, predicting. valgrind 3.19 knows no
# AVX-512, so the AVX2 kernels run, and OpenBLAS's for Haswell.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
command -v valgrind >/dev/null || skip "valgrind is not there"

export OPENBLAS_CORETYPE=Haswell
check=(valgrind -q --error-exitcode=9 --leak-check=full --show-leak-kinds=definite
    --errors-for-leak-kinds=definite
    --suppressions=/usr/share/openmpi/openmpi-valgrind.supp
    --suppressions="$source/tests/slow/valgrind.supp")
isa=avx2
grep -q -w avx2 /proc/cpuinfo || isa=baseline

"$rnnprep" sample "$tmp/sample" --documents 120 >/dev/null
"${check[@]}" "$rnnprep" "$tmp/sample" -o "$tmp/sample.h5" --num-words 100 --maxlen 20 --quiet
for recipe in keras-lstm keras-bilstm keras-gru; do
    ranks 2 "${check[@]}" "$rnntrain" "$tmp/sample.h5" --recipe $recipe --run-dir "$tmp/run" \
        --overwrite --quiet --isa $isa --epochs 1 --batch-size 40 --units 9 --dense 5 --mask
done
echo "not bad at all" | "${check[@]}" "$rnntrain" predict "$tmp/run/best.h5" --isa $isa >/dev/null
