#!/usr/bin/env bash
# `mv run run.old` at a random moment of a job, and a new job under the old name: the first one says
# where its run is and does not end with 0, neither folder has anything of the other, and both runs
# come to what they come to alone. The same with the log alone, and with the folder removed. An
# argument after the folders: how many times.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
rounds=${3:-3}
cd "$tmp"

make_sample 300
options=("$tmp/sample.h5" --recipe keras-gru --units 4 --embedding 4 --dense 4 --batch-size 60
    --epochs 5 --patience 0 --mask --checkpoint-every 2)
for seed in 1 2; do
    "$rnntrain" "${options[@]}" --seed $seed --run-dir straight-$seed --quiet
done
files=$(ls straight-1)

# All that a folder has is of the run with that seed.
is_of() { # seed folder
    [ "$(ls "$2")" = "$files" ] || problem "$2 has $(ls "$2")"
    [ "$(outcome "$2")" = "$(outcome "straight-$1")" ] || problem "$2: $(outcome "$2")"
    local file
    for file in best last best.prev last.prev epoch; do
        "$rnntrain" inspect --verify "$2/$file.h5" >said || problem "$2/$file.h5 is damaged"
        "$rnntrain" inspect "$2/$file.h5" | grep -q "\<seed $1\>" ||
            problem "$2/$file.h5 is of another run"
    done
}

RANDOM=${SEED:-7} n=0
for ((i = 0; n < rounds; i++)); do
    rm -rf run run.old
    launch $((2 + i % 2)) "$rnntrain" "${options[@]}" --seed 1 --run-dir run --test-delay 80000
    sleep 0.$((RANDOM % 9))$((RANDOM % 10))
    ! grep -q '^result' said || continue # it was complete
    mv run run.old
    n=$((n + 1))
    "$rnntrain" "${options[@]}" --seed 2 --run-dir run --quiet
    ends
    case $rc in
    75) grep -q "run was moved while the run trained: .* --run-dir $tmp/run.old\$" err ||
        problem "no word on the move: $(cat err)" ;;
    74) grep -q "run was moved when the run was complete: its result is in $tmp/run.old\$" err ||
        problem "no word on the move: $(cat err)" ;;
    *) problem "exit code $rc: $(cat err said)" ;;
    esac
    "$rnntrain" "${options[@]}" --seed 1 --run-dir run.old --resume --quiet
    is_of 1 run.old
    is_of 2 run
done

# The log alone, with nothing, an empty file or another's in its place; then the folder itself.
for place in nothing empty another gone; do
    rm -rf run run.kept-1
    launch 2 "$rnntrain" "${options[@]}" --seed 1 --run-dir run --test-delay 80000
    sleep 0.$((RANDOM % 5))$((RANDOM % 10))
    case $place in
    gone) mv run gone && rm -rf gone ;;
    *) mv run/log.jsonl old.jsonl ;;&
    empty) : >run/log.jsonl ;;
    another) cp straight-2/log.jsonl run/log.jsonl ;;
    esac
    ends
    [ $rc = 75 ] || problem "$place: exit code $rc: $(cat err)"
    kept=$(sed -n 's/^rnntrain: run .* while the run trained.*--resume --run-dir //p' err)
    case $place in
    gone) [ "$kept" = "$tmp/run.kept-1" ] ;;
    another) [ "$kept" = "$tmp/run/kept-1" ] && cmp run/log.jsonl straight-2/log.jsonl ;;
    *) [ "$kept" = "$tmp/run" ] ;;
    esac || problem "$place: it is in $kept: $(cat err)"
    "$rnntrain" "${options[@]}" --seed 1 --run-dir "$kept" --resume --quiet
    [ "$(hashes "$kept" | awk '{ print $NF }')" = "$(hashes straight-1 | awk '{ print $NF }')" ] ||
        problem "$place: other weights"
done

# Another run comes under the name between the lock and the reading of the checkpoints: it is not taken
# up, though its options and data are the same. Who resumes waits for the lock, which this one holds
# until the folders have changed.
cat >swap.py <<'PYTHON'
import fcntl, glob, os, shutil, subprocess, sys, time
with open("run/log.jsonl", "r+") as log:
    fcntl.lockf(log, fcntl.LOCK_EX)
    job = subprocess.Popen(sys.argv[2:])
    while not any(os.path.samefile(fd, log.name) for fd in glob.glob(f"/proc/{job.pid}/fd/*")
                  if os.path.exists(fd)) and job.poll() is None:
        time.sleep(0.02)
    os.rename("run", "run.old")
    shutil.copytree(sys.argv[1], "run")
sys.exit(job.wait())
PYTHON
swapped() { # code pattern epochs: the run that is moved has so many
    rm -rf run run.old
    "$rnntrain" "${options[@]}" --seed 1 --epochs "$3" --run-dir run --quiet
    expect "$1" "$2" python3 swap.py straight-1 "$rnntrain" "${options[@]}" --seed 1 --run-dir run \
        --resume
    diff -r run straight-1 >/dev/null || problem "the run that came was written to"
}
swapped 75 "run was moved while the run trained: .* --run-dir $tmp/run.old\$" 2
"$rnntrain" "${options[@]}" --seed 1 --run-dir run.old --resume --quiet
[ "$(hashes run.old)" = "$(hashes straight-1)" ] || problem "other weights after a swap"
swapped 74 "run was moved when the run was complete: its result is in $tmp/run.old\$" 5
