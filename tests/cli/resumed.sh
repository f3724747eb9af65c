#!/usr/bin/env bash
# What --resume takes up of a state that cannot be, and what is left of runs before: a damaged checkpoint
# that was put aside, unfinished files of older versions.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$tmp"

"$rnnprep" sample reviews --documents 40 >/dev/null
prep=("$rnnprep" reviews -o data.h5 --num-words 100 --maxlen 20 --quiet)
"${prep[@]}"
train=("$rnntrain" data.h5 --units 4 --embedding 4 --dense 4 --batch-size 16 --isa baseline --quiet)
"${train[@]}" --epochs 2 --run-dir run

# Gives the log another length in a checkpoint, and seals it again.
cat >change.py <<'PYTHON'
import hashlib, re, struct, sys
content = open(sys.argv[1], "rb").read()[:-48]
found = re.search(rb'"log_bytes":(\d+)', content)
content = content[:found.start(1)] + sys.argv[2].rjust(len(found[1])).encode() + content[found.end(1):]
magic = open(sys.argv[1], "rb").read()[-48:-40]
open(sys.argv[1], "wb").write(content + magic + struct.pack("<Q", len(content)) +
                              hashlib.sha256(content).digest())
PYTHON
changed() { # number
    rm -rf odd
    cp -r run odd
    python3 change.py odd/last.h5 "$1"
    "$rnntrain" inspect --verify odd/last.h5 >said || problem "it was not sealed again: $(cat said)"
    "${train[@]}" --epochs 3 --run-dir odd --resume >said 2>&1 || problem "$1: $(cat said)"
    [ "$(hashes odd)" = "$(hashes straight)" ] || problem "$1: other weights"
}
"${train[@]}" --epochs 3 --run-dir straight

# A length that is none: the generation before is taken.
for number in -5 '""' 1e2; do
    changed "$number"
    grep -q '^rnntrain: odd/last.h5: .*"log_bytes" is no number.*: going on from odd/last.prev.h5' said ||
        problem "$number: $(cat said)"
    [ "$(outcome odd)" = "$(outcome straight)" ] || problem "$number: another outcome"
done
[ -e odd/last.damaged.h5 ] || problem "nothing was put aside"

# A log that is shorter than it was costs lines, not epochs.
changed 9999
grep -q 'note: odd/log.jsonl has [0-9]* bytes, 9999 when the checkpoint was written' said ||
    problem "beyond the log: $(cat said)"
[ ! -e odd/last.damaged.h5 ] || problem "a whole checkpoint was put aside"

# The next run sweeps, what is of the dead alone.
dead=$(sh -c 'echo $$')
: >odd/last.damaged.h5
leave() { # folder name...
    local name
    for name in "${@:2}"; do
        : >"$1/$name.tmp.$dead"
        : >"$1/$name.tmp.$$"
        : >"$1/$name.tmp.${dead}x"
    done
}
rest() { find "$1" -name '*.tmp.*' | grep -c -v -E "tmp\.($$|${dead}x)\$" || true; }
leave odd last.h5 best.prev.h5 epoch.h5
leave . data.h5
: >odd/notes.h5.tmp.$dead
"${train[@]}" --epochs 1 --run-dir odd --overwrite
[ ! -e odd/last.damaged.h5 ] || problem "what was put aside stays"
[ "$(rest odd)" = 1 ] && [ -e odd/notes.h5.tmp.$dead ] || problem "in a run's folder: $(ls odd)"
[ "$(find odd -name '*.tmp.*' | wc -l)" = 7 ] || problem "more was swept: $(ls odd)"
"${prep[@]}"
[ "$(rest .)" = 1 ] && [ -e data.h5.tmp.$$ ] && [ -e data.h5.tmp.${dead}x ] ||
    problem "beside a data set: $(ls)"
