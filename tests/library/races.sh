#!/usr/bin/env bash
# The threads of librnntrain under ThreadSanitizer.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"

make_sample 900
"$rnntrain" "$tmp/sample.h5" --run-dir "$tmp/run" --units 4 --embedding 4 --dense 4 --mask \
    --epochs 1 --quiet
cat "$tmp"/sample/test/*/*.txt | sed -n 1,200p >"$tmp/many"
"$rnntrain" predict "$tmp/run/best.h5" "$tmp/many" >"$tmp/expected"
cmake -S "$source" -B "$tmp/build" -DRNNTRAIN_TESTS=ON -DRNNTRAIN_SANITIZE=thread >"$tmp/said"
cmake --build "$tmp/build" --target library_threads -j2 >"$tmp/said" 2>&1 ||
    problem "cannot be built: $(tail "$tmp/said")"
TSAN_OPTIONS=halt_on_error=1 "$tmp/build/tests/library_threads" "$tmp/run/best.h5" "$tmp/many" \
    >"$tmp/found" 2>"$tmp/err" || {
    grep -q 'unexpected memory mapping' "$tmp/err" && skip "ThreadSanitizer does not run here"
    problem "$(head -60 "$tmp/err")"
}
cmp "$tmp/found" "$tmp/expected" || problem "threads judge otherwise"
