#!/usr/bin/env bash
# Runs on two ranks, each killed by SIGKILL to a rank or to mpirun at a random moment, half of
# them while a checkpoint is written, then resumed on 1 to 8 ranks and killed
# again, until done: all end with the weights of the undisturbed run. On real reviews where the
# corpus is there. An argument after the folders: how many runs.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
runs=${3:-5}

corpus=${RNNTRAIN_IMDB:-$source/../shared/data/aclImdb.tar.xz}
if [ -e "$corpus" ]; then
    "$rnnprep" "$corpus" -o "$tmp/sample.h5" --quiet
else
    echo "note: no corpus, a synthetic sample instead"
    make_sample 3000
fi
options=("$tmp/sample.h5" --recipe keras-lstm --mask --batch-size 128 --epochs 3 --patience 0
    --limit-train 640 --limit-test 64 --checkpoint-every 1)
ranks 2 "$rnntrain" "${options[@]}" --run-dir "$tmp/straight" --quiet
expected=$(outcome "$tmp/straight")
files=$(ls "$tmp/straight")

# One start that is killed, if it does not end before; with a third argument while a checkpoint
# is written.
killed() { # np run [aimed]
    local victim
    launch "$1" "$rnntrain" "${options[@]}" --run-dir "$2" --resume --test-delay 10000
    sleep 0.$((RANDOM % 10))$((RANDOM % 10))
    while [ -n "${3:-}" ] && kill -0 $job 2>/dev/null && ! compgen -G "$2/*tmp*" >/dev/null; do
        sleep 0.01
    done
    if ((RANDOM % 2)); then
        victim=$job
    else
        victim=$(pids "$2" | shuf -n 1)
        [ -z "${3:-}" ] || victim=$(pids "$2" | head -1) # rank 0 writes
    fi
    [ -z "$victim" ] || kill -9 "$victim" 2>/dev/null || true
    { wait $job; } 2>/dev/null || true
    gone "$2"
}

RANDOM=${SEED:-4} in_writes=0 kills=0
for ((i = 0; i < runs; i++)); do
    run=$tmp/run-$i
    if ((i % 2)); then # each call on a file takes so long that it can be aimed at
        export LD_PRELOAD=$build/tests/libfaults.so FAULT_FOLDER=$run FAULT_DELAY=30000
    fi
    for ((n = 0; n < 1 + RANDOM % 3; n++)); do
        killed $((n == 0 ? 2 : 1 + RANDOM % 8)) "$run" \
            "${LD_PRELOAD:+aimed}"
        kills=$((kills + 1))
        ! compgen -G "$run/*tmp*" >/dev/null || in_writes=$((in_writes + 1))
    done
    unset LD_PRELOAD FAULT_FOLDER FAULT_DELAY
    ranks $((1 + RANDOM % 8)) "$rnntrain" "${options[@]}" --run-dir "$run" --resume --quiet
    [ "$(outcome "$run")" = "$expected" ] ||
        problem "run $i: $(outcome "$run"), expected $expected"
    [ "$(ls "$run")" = "$files" ] || problem "run $i: files are left: $(ls "$run")"
    rm -rf "$run"
done
[ "$in_writes" -gt 0 ] || problem "no kill came in a write"
echo "$runs runs, $kills kills, $in_writes of them in a write: all ended with the same weights"
