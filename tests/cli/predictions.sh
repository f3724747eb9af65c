#!/usr/bin/env bash
# What a run's result says of each row stands in its folder: the same bytes on any number of ranks,
# and where the run was stopped behind its best epoch.
set -euo pipefail
. "$2/tests/lib.sh"
cd "$tmp"
make_sample 100
small=(--units 4 --embedding 4 --dense 4 --batch-size 32 --learning-rate 0.02 --epochs 3 --quiet)

"$rnntrain" sample.h5 "${small[@]}" --run-dir one
ranks 2 "$rnntrain" sample.h5 "${small[@]}" --run-dir two
cmp one/predictions.h5 two/predictions.h5 || problem "two ranks predict otherwise"

# Stopped before its last epoch, whose weights are none of the best ones.
worse=(--learning-rate 0.02 --monitor val_loss)
"$rnntrain" sample.h5 "${small[@]}" "${worse[@]}" --run-dir whole
rc=0
"$rnntrain" sample.h5 "${small[@]}" "${worse[@]}" --run-dir stopped --max-time 0.001 2>>notes || rc=$?
while [ $rc = 75 ]; do
    rc=0
    "$rnntrain" sample.h5 "${small[@]}" "${worse[@]}" --run-dir stopped --resume --max-time 0.4 2>>notes || rc=$?
done
[ $rc = 0 ] || problem "resumed: code $rc"
cmp whole/predictions.h5 stopped/predictions.h5 || problem "a resumed run predicts otherwise"
