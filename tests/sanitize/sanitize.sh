#!/usr/bin/env bash
# What deals with floats, files and ranks, built once more with ASan and UBSan: build, then units
# (strangers' bytes, ranks) and short (short.sh, in place of what takes longer) beside each other.
# Without an argument after the folders: all three, with every test of the default tier.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"

step=${3:-all}
# Unoptimised it is compiled in a fifth of the time, which is more than its tests lose; and of the
# kernels, which take half of it, those that every machine runs and those that this one chooses.
sane=$build/sanitize level=-O0 replay=3 target=sanitized
has() { grep -q -w "$1" /proc/cpuinfo; }
if has avx512bw; then kernels=avx512; else kernels=avx2; fi
if has amx_bf16; then kernels+=";tiles"; elif has avx512_bf16; then kernels+=";pairs"; fi
if [ $step = all ]; then
    sane=$build/sanitize-all level=-O1 replay=12 target=all kernels=
    export TEST_ALL=1
fi

sanitized_build() {
    cmake -S "$source" -B "$sane" -DRNNTRAIN_TESTS=ON -DRNNTRAIN_SANITIZE=address,undefined \
        -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS_DEBUG=$level -DRNNTRAIN_REPLAY=$replay \
        -DRNNTRAIN_KERNEL_SETS="$kernels" \
        >"$tmp/log" 2>&1 &&
        cmake --build "$sane" --parallel "$(nproc)" --target $target >>"$tmp/log" 2>&1 || {
        tail -50 "$tmp/log"
        problem "the sanitized build"
    }
}

sanitized_tests() {
    local built selection=(-E '^(lint|symbols|sanitize.*|requeues?|array|hosts)$')
    if [ $target != all ]; then # what was built, and what it needs
        built=$(cd "$sane/tests" && echo test_* fuzz_* | tr ' ' '|')
        selection=(-R "^($built|hostile_models|fixtures)\$")
    fi
    (cd "$sane" && TMPDIR=$tmp ctest -LE . --parallel "$(nproc)" --output-on-failure \
        "${selection[@]}" >"$tmp/log" 2>&1) || {
        cat "$tmp/log"
        problem "a test under sanitizers"
    }
}

sanitized_short() {
    TMPDIR=$tmp "$source/tests/sanitize/short.sh" "$sane" "$source"
}

case $step in
all)
    sanitized_build
    sanitized_tests
    sanitized_short
    ;;
build) sanitized_build ;;
units) sanitized_tests ;;
short) sanitized_short ;;
esac
