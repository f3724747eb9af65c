#!/usr/bin/env bash
# A logistic regression's weights on several numbers of ranks: the same bits on each of them.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"

for np in 1 2 3 5 8; do
    ranks $np "$build/tests/test_logistic" hash >"$tmp/out.$np" || problem "np $np"
    sort -u "$tmp/out.$np" >"$tmp/all.$np"
    [ "$(wc -l <"$tmp/out.$np")" = $((6 * np)) ] || problem "np $np: $(cat "$tmp/out.$np")"
    cmp "$tmp/all.1" "$tmp/all.$np" || problem "np $np: other weights than one rank has"
done
[ "$(wc -l <"$tmp/all.1")" = 6 ] || problem "$(cat "$tmp/all.1")"
