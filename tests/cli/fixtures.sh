#!/usr/bin/env bash
# Files that the first version wrote: this one reads them and judges as Keras does with them. (That one
# had repeated outputs where Keras's Bidirectional gives zeros for masked steps.)
set -euo pipefail
. "$(dirname "$0")/../lib.sh"

dataset=$source/tests/fixtures/dataset_v1.h5
checkpoint=$source/tests/fixtures/checkpoint_v1.h5

near() { # found expected
    awk -v a="$1" -v b="$2" 'BEGIN { d = a - b; exit !(d < 2e-6 && d > -2e-6) }' ||
        problem "$1, expected $2"
}
"$rnntrain" eval "$checkpoint" "$dataset" --json >"$tmp/said"
near "$(sed -E 's/.*"loss":([0-9.e-]+).*/\1/' "$tmp/said")" 1.11682956
near "$(sed -E 's/.*"acc":([0-9.e-]+).*/\1/' "$tmp/said")" 0.433333333
printf 'The plot was not dull, and the acting was superb.\nA truly boring film.\n' |
    "$rnntrain" predict "$checkpoint" >"$tmp/said"
[ "$(cut -f 1 "$tmp/said" | tr '\n' ' ')" = 'neg pos ' ] || problem "other judgements"
near "$(sed -n 1p "$tmp/said" | cut -f 2)" 0.582083
near "$(sed -n 2p "$tmp/said" | cut -f 2)" 0.580198
"$rnntrain" inspect "$checkpoint" >"$tmp/said"
grep -q "weights hash 3d37d43604465115" "$tmp/said" || problem "other weights"
ranks 2 "$rnntrain" "$dataset" --run-dir "$tmp/run" --quiet --epochs 1 --batch-size 32
