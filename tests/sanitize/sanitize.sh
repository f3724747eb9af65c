#!/usr/bin/env bash
# Builds everything once more with ASan and UBSan and runs the tests that deal with floats and
# files there; with RNNTRAIN_TEST_ALL=1 all of them.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"

sane=$build/sanitize
targets=(rnntrain rnnprep make_bad_files make_hostile_models test_comm test_bit_rot)
targets+=(fuzz_text fuzz_options fuzz_dataset fuzz_checkpoint fuzz_keras fuzz_corpus fuzz_records)
for source_file in "$source"/tests/unit/*/test_*.c "$source"/tests/golden/test_*.c; do
    name=$(basename "$source_file" .c)
    case $name in
    test_gradient | test_reference | test_linear) ;; # of doubles: in the full run only
    *) targets+=("$name") ;;
    esac
done
left_out='export_c' # it mostly runs what was exported
left_out+='|lint|sanitize.*|determinism|bad_input|train|ranks|write_faults|kill|requeues?|hosts'
selection=(-E "^($left_out|test_gradient|test_reference|test_linear|test_rows)\$")
if [ "${RNNTRAIN_TEST_ALL:-}" = 1 ]; then
    targets=(all)
    selection=(-E '^(lint|sanitize.*|requeues?|hosts)$')
fi
cmake -S "$source" -B "$sane" -DRNNTRAIN_TESTS=ON -DRNNTRAIN_SANITIZE=address,undefined \
    -DCMAKE_C_FLAGS_RELEASE=-O1 >"$tmp/log" 2>&1 &&
    cmake --build "$sane" --parallel "$(nproc)" --target "${targets[@]}" >>"$tmp/log" 2>&1 || {
    tail -50 "$tmp/log"
    problem "the sanitized build"
}
(cd "$sane" && ctest -LE . --output-on-failure "${selection[@]}") >"$tmp/log" 2>&1 || {
    cat "$tmp/log"
    problem "a test under sanitizers"
}
"$source/tests/sanitize/short.sh" "$sane" "$source"
