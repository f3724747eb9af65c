#!/usr/bin/env bash
# A run whose every start has time for one batch only, over and over, on 1 to 4 ranks: it comes to
# its end with the weights of the straight run, and leaves no file, no shared memory and no
# process behind. An argument after the folders: at least so many starts.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
starts=${3:-10}

make_sample 300
options=("$tmp/sample.h5" --recipe keras-lstm --units 8 --dense 8 --batch-size 54 --mask
    --epochs $((starts / 4 + 1)) --patience 0)
"$rnntrain" "${options[@]}" --run-dir "$tmp/straight" --quiet
for ((n = 0; ; n++)); do
    rc=0
    ranks $((1 + n % 4)) "$rnntrain" "${options[@]}" --run-dir "$tmp/run" --resume --quiet \
        --max-time 0.001 2>"$tmp/err" || rc=$?
    [ $rc != 0 ] || break
    [ $rc = 75 ] || problem "start $n: exit code $rc: $(cat "$tmp/err")"
done
[ $n -ge "$starts" ] || problem "only $n starts"
[ "$(outcome "$tmp/run")" = "$(outcome "$tmp/straight")" ] || problem "another outcome"
[ "$(ls "$tmp/run")" = "$(ls "$tmp/straight")" ] || problem "files are left: $(ls "$tmp/run")"
nothing_runs() { [ -z "$(started)" ]; }
await "the end of $(started)" nothing_runs
left=$(find "$tmp/sessions" "$shared" -mindepth 1)
[ -z "$left" ] || problem "left behind: $left"
echo "$n requeues"
