#!/usr/bin/env bash
# Folders that others may write to: links planted at names that a program uses lead nowhere, what
# killed programs leave is removed by the next one, and a signal leaves nothing.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$tmp"

"$rnnprep" sample reviews --documents 60 >/dev/null
"$rnnprep" reviews -o data.h5 --num-words 100 --maxlen 20 --quiet
train=("$rnntrain" "$tmp/data.h5" --units 4 --embedding 4 --dense 4 --batch-size 16 --epochs 2
    --isa baseline)
"${train[@]}" --run-dir run --quiet
printf 'a dull film\na moving film\n' >texts.txt
"$rnntrain" export run --to keras -o model.keras >/dev/null

# Links to files outside, and to none, as temporary names with numbers of processes to come, and at
# the names themselves.
mkdir outside
plant() { # folder name...
    python3 - "$tmp/outside" $$ "$@" <<'PYTHON'
import os, sys
outside, pid, folder, names = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4:]
os.makedirs(folder)
for name in names:
    open(f"{outside}/{name}", "w").write("mine")
    for i in range(1, 301):
        os.symlink(f"{outside}/{name}" if i % 2 else f"{outside}/new-{name}",
                   f"{folder}/{name}.tmp.{pid + i}")
PYTHON
}
untouched() { # what
    [ -z "$(find outside -name 'new-*')" ] || problem "$1: a file was made through a link"
    [ "$(cat outside/* | sed 's/mine//g')" = "" ] || problem "$1: a file was written through a link"
    [ -z "$(find "$folder" -type f -links +1 -newer texts.txt ! -name epoch.h5 ! -name last.h5)" ]
}
links_in() { find "$folder" -type l ! -name '*.tmp.*'; }

# Each command replaces a link at its output's own name by a file.
folder=outputs
head -c -48 run/best.h5 >unsealed.h5
outputs=(data.h5 report.json tokenizer.json k.weights.h5 k.keras m.c m.h o.onnx s.h5 i.h5 p.csv p.jsonl)
plant outputs "${outputs[@]}"
for name in "${outputs[@]}"; do
    ln -s "$tmp/outside/$name" "outputs/$name"
done
"$rnnprep" reviews -o outputs/data.h5 --report outputs/report.json --save-tokenizer outputs/tokenizer.json --quiet
ln -s "$tmp/outside/none" outputs/k.tokenizer.json
"$rnntrain" export run --to keras3-weights -o outputs/k.weights.h5 --with-tokenizer >/dev/null 2>&1
"$rnntrain" export run --to keras -o outputs/k.keras >/dev/null
"$rnntrain" export run --to c -o outputs/m.c >/dev/null
"$rnntrain" export run --to onnx -o outputs/o.onnx >/dev/null 2>said ||
    { grep -q 'without ONNX' said && rm outputs/o.onnx; }
"$rnntrain" seal unsealed.h5 -o outputs/s.h5 >/dev/null
"$rnntrain" import model.keras -o outputs/i.h5 --tokenizer outputs/k.tokenizer.json >/dev/null 2>&1
"$rnntrain" predict run texts.txt -o outputs/p.csv >/dev/null
"$rnntrain" predict run texts.txt -o outputs/p.jsonl >/dev/null
untouched commands
[ "$(links_in)" = "" ] || problem "links are left: $(links_in)"

# A run: its checkpoints, their generations, its log, its trace.
folder=planted
plant planted last.h5 last.prev.h5 best.h5 best.prev.h5 epoch.h5 log.jsonl trace.json
for name in last.h5 last.prev.h5 best.h5 best.prev.h5 epoch.h5 log.jsonl trace.json; do
    ln -s "$tmp/outside/$name" "planted/$name"
done
expect 73 'holds a run' "${train[@]}" --run-dir planted
expect 73 'trace.json: there is such a file' "${train[@]}" --run-dir planted --trace planted/trace.json
expect 73 'log.jsonl: it is a link, expected the log of a run' "${train[@]}" --run-dir planted --resume
untouched "a run that was refused"
"${train[@]}" --run-dir planted --trace planted/trace.json --overwrite --quiet
untouched "a run"
[ "$(links_in)" = "" ] || problem "links are left: $(links_in)"
[ "$(outcome planted)" = "$(outcome run)" ] || problem "another outcome"
rm -rf planted/*.tmp.*

# Links planted while it trains.
launch 1 "${train[@]}" --run-dir planted --overwrite --test-delay 30000 --epochs 3
await "a checkpoint" eval '[ -e planted/epoch.h5 ] || ! kill -0 $job'
for name in last.prev.h5 best.prev.h5 epoch.h5; do
    ln -sf "$tmp/outside/$name" "planted/$name"
done
ends
[ $rc = 0 ] || problem "links in mid-run: $(cat err)"
untouched "links in mid-run"

# A folder that is a link is the folder that it leads to.
mkdir scratch
ln -s scratch linked
"${train[@]}" --run-dir linked --quiet
"$rnnprep" reviews -o linked/data.h5 --quiet
[ -e scratch/best.h5 ] && [ -e scratch/data.h5 ] || problem "a link to a folder is not followed"

# What is no log of this run is not emptied.
log() { # pattern
    expect 73 "$1" "${train[@]}" --run-dir other --resume
}
mkdir other
echo 'my notes' >other/log.jsonl
log 'log.jsonl: its first line is not one of a run on these data.*--run-dir'
[ "$(cat other/log.jsonl)" = 'my notes' ] || problem "a foreign log was emptied"
sed 's/"data":"./"data":"x/' run/log.jsonl >other/log.jsonl
log 'its first line is not one'
rm other/log.jsonl
mkfifo other/log.jsonl
log 'log.jsonl: it is a FIFO'
"${train[@]}" --run-dir other --overwrite --quiet
[ "$(outcome other)" = "$(outcome run)" ] || problem "another outcome"
ln other/log.jsonl name # is not emptied with it
"${train[@]}" --run-dir other --overwrite --quiet
[ -s name ] && [ "$(stat -c %h name)" = 1 ] || problem "a log with two names was emptied"

# What killed ones leave is removed by the next one, what TERM ends leaves nothing. Reading waits
# for a pipe; then the data set is begun, and each call on it takes long.
slow() { # signal command...
    local rc=0
    FAULT_FOLDER=$tmp/left FAULT_DELAY=20000 LD_PRELOAD=$build/tests/libfaults.so "${@:2}" >said 2>&1 &
    job=$!
    await "a temporary file" has_begun
    kill -"$1" $job
    { wait $job || rc=$?; } 2>/dev/null
    [ $rc = $((128 + $(kill -l "$1"))) ] || problem "exit code $rc after $1"
}
has_begun() { compgen -G "left/*.tmp.*" >/dev/null || ! kill -0 $job; }
rest() { find left -name '*.tmp.*'; }
mkdir left
for signal in TERM KILL HUP; do
    slow $signal "$rnnprep" reviews -o left/data.h5 --quiet
    [ $signal = KILL ] || [ -z "$(rest)" ] || problem "$signal left $(rest)"
    [ $signal != KILL ] || [ -n "$(rest)" ] || problem "nothing is left by KILL: no test"
    "$rnnprep" reviews -o left/data.h5 --quiet
    [ -z "$(rest)" ] || problem "not removed: $(rest)"
done

# The trial of a C source: its folder, its compiler.
mkdir bin left/tmp
printf '#!/bin/sh\nsleep 100 & echo $! >%s/compiler\nwait\n' "$tmp" >bin/cc
chmod +x bin/cc
ended() { ! runs "$1"; } # what was killed may take a moment to go
runs() { grep -q '^State:.[^ZX]' "/proc/$1/status" 2>/dev/null; }
for signal in TERM HUP KILL; do
    rm -f compiler
    PATH=$tmp/bin:$PATH TMPDIR=$tmp/left/tmp "$rnntrain" export run --to c -o left/m.c >said 2>&1 &
    job=$!
    await "a compiler" test -s compiler
    kill -$signal $job
    { wait $job || true; } 2>/dev/null
    [ $signal = KILL ] || await "the end of the compiler" ended "$(cat compiler)"
    [ $signal = KILL ] || [ -z "$(ls left/tmp)" ] || problem "$signal left $(ls left/tmp)"
done
TMPDIR=$tmp/left/tmp "$rnntrain" export run --to c -o left/m.c >/dev/null
[ -z "$(ls left/tmp)" ] || problem "a trial is left: $(ls left/tmp)"
