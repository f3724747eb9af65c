#!/usr/bin/env bash
# Builds what deals with floats, files and ranks once more with ASan and UBSan and runs it: unit
# tests, strangers' bytes, and short.sh in place of what takes longer. sanitize_all.sh runs all.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"

# Unoptimised it is compiled in a fifth of the time, which is more than its tests lose.
sane=$build/sanitize level=-O0 replay=3 target=sanitized
if [ "${RNNTRAIN_TEST_ALL:-}" = 1 ]; then
    sane=$build/sanitize-all level=-O1 replay=12 target=all
fi
cmake -S "$source" -B "$sane" -DRNNTRAIN_TESTS=ON -DRNNTRAIN_SANITIZE=address,undefined \
    -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS_DEBUG=$level -DRNNTRAIN_REPLAY=$replay \
    >"$tmp/log" 2>&1 &&
    cmake --build "$sane" --parallel "$(nproc)" --target $target >>"$tmp/log" 2>&1 || {
    tail -50 "$tmp/log"
    problem "the sanitized build"
}
if [ $target = all ]; then
    selection=(-E '^(lint|symbols|sanitize.*|requeues?|hosts)$')
else # what was built, and what it needs
    built=$(cd "$sane/tests" && echo test_* fuzz_* | tr ' ' '|')
    selection=(-R "^($built|hostile_models|rnnprep|readers|fixtures)\$")
fi
export TMPDIR=$tmp
cd "$sane"
ctest -LE . --parallel "$(nproc)" --output-on-failure "${selection[@]}" >"$tmp/log" 2>&1 || {
    cat "$tmp/log"
    problem "a test under sanitizers"
}
"$source/tests/sanitize/short.sh" "$sane" "$source"
