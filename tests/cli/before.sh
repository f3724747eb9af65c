#!/usr/bin/env bash
# Before and while it trains: --dry-run writes nothing and refuses what a run would; what
# --print-config prints is the same configuration again; lines inside an epoch are the same on any
# ranks and change no bit; where a run comes from stands in its log and in the provenance alone.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$tmp"

"$rnnprep" sample sample --documents 400 >/dev/null
"$rnnprep" ./sample -o data.h5 --num-words 200 --maxlen 20 --ngrams 1 --quiet
small=(--units 4 --embedding 4 --dense 0 --epochs 3 --batch-size 64)
everything() { find . -path ./sample -prune -o -path ./sessions -prune -o -printf '%p %s %T@\n' | sort; }

# A dry run: layers, memory, time, and not a trace of it.
everything >"$shared/was"
"$rnntrain" data.h5 "${small[@]}" --dry-run --trace trace.json >"$shared/said"
ranks 3 "$rnntrain" data.h5 "${small[@]}" --dry-run --run-dir not/there/yet >"$shared/of_ranks"
"$rnntrain" data.h5 --model linear --dry-run >"$shared/linear"
"$rnntrain" data.h5 "${small[@]}" --seeds 3 --add-linear --dry-run >"$shared/several"
"$rnntrain" tune data.h5 "${small[@]}" --trials 3 --dry-run >"$shared/tuned"
everything >"$shared/is"
cmp "$shared/was" "$shared/is" || problem "a dry run wrote something"
for said in said of_ranks several tuned; do
    grep -Eq '^time +[0-9]+ of [0-9]+ steps took .* an epoch about' "$shared/$said" ||
        problem "no time: $(cat "$shared/$said")"
done
for said in said of_ranks linear several tuned; do
    grep -q '^dry run  all is well' "$shared/$said" || problem "$(cat "$shared/$said")"
done

# Beside another process on its only core: a short run knows it too.
core=$(taskset -cp $$ | sed 's/.*: //; s/[-,].*//')
taskset -c "$core" bash -c 'while :; do :; done' &
taskset -c "$core" "$rnntrain" data.h5 "${small[@]}" --dry-run >"$shared/busy"
kill $!
grep -q '^warning  others are at work: ' "$shared/busy" || problem "busy: $(cat "$shared/busy")"

grep -q ' lstm:4 ' "$shared/said" || problem "no layers: $(cat "$shared/said")"
grep -q 'MiB a rank' "$shared/said" || problem "no memory: $(cat "$shared/said")"
grep -q '3 such networks, and a linear model' "$shared/several" || problem "$(cat "$shared/several")"

# Lines inside an epoch and the speed of each; the run's bits are those without them.
"$rnntrain" data.h5 "${small[@]}" --run-dir plain --quiet
LC_ALL=C.UTF-8 "$rnntrain" data.h5 "${small[@]}" --run-dir one --log-every 2 -v >said
ranks 3 "$rnntrain" data.h5 "${small[@]}" --run-dir three --log-every 2 --quiet
steps() { grep '"event":"step"' "$1/log.jsonl" | sed 's/,"seconds.*//'; }
[ "$(steps one | wc -l)" = 6 ] || problem "not every second of 12 steps: $(steps one)"
[ "$(steps one)" = "$(steps three)" ] || problem "steps depend on ranks"
[ "$(hashes one)" = "$(hashes plain)" ] || problem "--log-every changes bits"
[ "$(grep -c 'rows/s, .* GFLOP/s' said)" = 4 ] || problem "-v says no speeds: $(cat said)"
[ "$(grep '^epoch' said | wc -L)" -le 80 ] || problem "epoch lines are too wide: $(cat said)"
[ "$(grep -c '^epoch .* left$' said)" = 2 ] || problem "no time left: $(cat said)"
grep -Eq '^val_loss [▁▂▃▄▅▆▇█]{3}  [0-9.]* to [0-9.]*, best in epoch [1-3]$' said ||
    problem "no course of the value: $(cat said)"

# Where it comes from.
python3 - "$PWD" "$tmp" one/log.jsonl <<'PYTHON'
import json, re, sys
events = [json.loads(line) for line in open(sys.argv[3])]
start = events[0]
assert start["command"].startswith("rnntrain train data.h5 --units 4"), start["command"]
assert start["data_path"] == sys.argv[1] + "/data.h5", start["data_path"]
assert len(start["corpus"]) == 64 and len(start["build"]) == 16, start
stamp = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d\d\dZ$")
assert all(stamp.match(e["time"]) for e in events if e["event"] in ("start", "step", "epoch", "end"))
PYTHON
"$rnntrain" inspect one/best.h5 | tr -s ' \n' ' ' >said
grep -q 'command rnntrain train data.h5 --units 4' said || problem "no command in the provenance"
! "$rnntrain" inspect one/best.h5 | sed -n '/^config/,/^provenance/p' | sed '$d' | grep -q 'log_every\|verbose' ||
    problem "--log-every or -v is part of the configuration"

# What would refuse a run refuses a dry one.
expect 73 'one holds a run' "$rnntrain" data.h5 "${small[@]}" --run-dir one --dry-run
expect 73 'give --trace another name' "$rnntrain" data.h5 --dry-run --trace said
expect 74 'said is a file' "$rnntrain" data.h5 --dry-run --run-dir said/run
expect 64 'trained with units 4, which is now 5' "$rnntrain" data.h5 "${small[@]}" --units 5 --run-dir one \
    --resume --dry-run
"$rnntrain" data.h5 "${small[@]}" --run-dir one --resume --dry-run >said
grep -q 'one is finished' said || problem "a finished run: $(cat said)"
"$rnntrain" data.h5 "${small[@]}" --epochs 9 --run-dir one --overwrite --dry-run >said
[ "$(hashes one)" = "$(hashes plain)" ] || problem "a dry run overwrote a run"

# A printed configuration is the same one again, whatever it was made by.
again() { # options
    "$rnntrain" data.h5 "$@" --print-config >printed.json
    "$rnntrain" --config printed.json --print-config | cmp - printed.json || problem "other options: $*"
    python3 -m json.tool printed.json >/dev/null || problem "no JSON: $*"
}
again
again --stack "embedding:8, gru:4, max" --learning-rate 0.0123 --freeze embedding
again --model linear --linear-c 2
again --recipe best --seeds 2
again --notebook --validation none
again --init-from plain/best.h5
"$rnntrain" tune data.h5 --trials 3 --print-config | grep -q '"trials": 3' || problem "trials"
"$rnntrain" data.h5 "${small[@]}" --print-config >printed.json
"$rnntrain" --config printed.json --run-dir printed --quiet
[ "$(hashes printed)" = "$(hashes plain)" ] || problem "another run by the printed options"
