#!/usr/bin/env bash
# libFuzzer on every target, from its seeds, under ASan and UBSan. Arguments behind the folders:
# seconds for each target, then the targets (all). Findings are kept in BUILD/fuzz.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
command -v clang >/dev/null || skip "no clang"
seconds=${3:-60}
targets=("${@:4}")
[ ${#targets[@]} -gt 0 ] || targets=(text options dataset checkpoint sealed foreign keras corpus records vectors)

fuzz=$build/fuzz
CC=clang cmake -S "$source" -B "$fuzz" -DRNNTRAIN_TESTS=ON -DRNNTRAIN_LIBFUZZER=ON \
    -DRNNTRAIN_SANITIZE=address,undefined,fuzzer-no-link -DCMAKE_C_FLAGS_RELEASE=-O1 \
    >"$tmp/log" 2>&1 &&
    cmake --build "$fuzz" --parallel "$(nproc)" --target "${targets[@]/#/fuzz_}" \
        >>"$tmp/log" 2>&1 || {
    tail -50 "$tmp/log"
    problem "the fuzzing build"
}
# A process that holds much takes long to fork those that read files.
ASAN_OPTIONS+=:quarantine_size_mb=16
for target in "${targets[@]}"; do
    mkdir -p "$fuzz/corpus-$target"
    echo "fuzz_$target, $seconds s"
    "$fuzz/tests/fuzz_$target" \
        -max_total_time="$seconds" -timeout=40 -rss_limit_mb=2048 -max_len=8192 \
        -artifact_prefix="$fuzz/$target-" -print_final_stats=1 \
        "$fuzz/corpus-$target" "$source/tests/fuzz/seeds/$target" >"$fuzz/$target.log" 2>&1 || {
        tail -60 "$fuzz/$target.log"
        problem "fuzz_$target has a finding: $(ls "$fuzz/$target"-*)"
    }
    grep -E 'number_of_executed_units|peak_rss' "$fuzz/$target.log"
done
