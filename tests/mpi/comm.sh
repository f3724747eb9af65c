#!/usr/bin/env bash
# test_comm on several numbers of ranks.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"

for np in 1 2 3 5 8; do
    ranks $np "$build/tests/test_comm" >"$tmp/out" 2>&1 || {
        cat "$tmp/out"
        problem "np $np"
    }
done
