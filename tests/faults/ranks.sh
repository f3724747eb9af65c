#!/usr/bin/env bash
# Ranks that die, hang or drift; numbers that are not finite; time that runs out; two jobs in one
# directory: each is named, ends the job, and loses nothing.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"

make_sample 1500
options=("$tmp/sample.h5" --recipe keras-gru --batch-size 100 --epochs 4 --patience 0 --mask)
go() { # np run-folder option...
    ranks "$1" "$rnntrain" "${options[@]}" --run-dir "$2" --quiet "${@:3}"
}
same() { # what run-folder [expected]
    local found
    found=$(outcome "$2")
    [ "$found" = "${3:-$expected}" ] || problem "$1: $found, expected ${3:-$expected}"
}
said() { # pattern what
    grep -q -E "$1" "$tmp/err" || problem "$2: no message like \"$1\": $(cat "$tmp/err")"
}
began=$SECONDS
go 2 "$tmp/straight"
usual=$((SECONDS - began + 1)) # seconds, and more of them the busier the machine is
expected=$(outcome "$tmp/straight")
host=$(hostname)

# Harm is done to a run behind its first epoch.
launch_epoch() { # np run-folder option...
    launch "$1" "$rnntrain" "${options[@]}" --run-dir "$2" --checkpoint-every 1 \
        --test-delay 50000 "${@:3}"
    await "an epoch of $2" grep -q '"event":"epoch"' "$2/log.jsonl"
}
soon=$((10 + 5 * usual))

# A rank is killed: mpirun names it, its host and the signal.
run=$tmp/dead
launch_epoch 3 "$run"
kill -9 "$(pids "$run" | tail -1)"
ends $soon
[ "$rc" != 0 ] || problem "exit code 0 after a rank died"
said "rank 2.* on node $host exited on signal 9" "a dead rank"
gone "$run"
go 1 "$run" --resume
same "after a rank died" "$run"

# A rank is stopped, first or last: the others name it.
for victim in 1 3; do
    run=$tmp/hung-$victim
    launch_epoch 3 "$run" --stall-timeout $usual
    kill -STOP "$(pids "$run" | sed -n ${victim}p)"
    ends $((usual + soon))
    [ "$rc" = 69 ] || problem "exit code $rc after a rank hung: $(cat "$tmp/err")"
    said "no answer for $usual s from rank $((victim - 1)) on $host: .*--resume" "a rank that hangs"
    [ "$(grep -c 'no answer' "$tmp/err")" = 1 ] || problem "said more than once: $(cat "$tmp/err")"
    gone "$run"
    go 2 "$run" --resume
    same "after a rank hung" "$run"
done

# A bit of one replica falls over: named before anything is saved.
run=$tmp/drift
expect 70 "rank 2 on $host has drifted: its embedding/embeddings is not that of most ranks" \
    mpirun -np 3 "$rnntrain" "${options[@]}" --run-dir "$run" --test-drift 12 --checkpoint-every 4 --quiet
go 3 "$run" --resume
same "after a drift" "$run"

# A gradient that is not finite: the batch's rows are in the log, nothing of it in a checkpoint.
bad_rows() { # run-folder action: of how many rows of how many batches the log speaks
    python3 - "$1/log.jsonl" "$2" <<'PYTHON'
import json, sys
bad = [e for e in map(json.loads, open(sys.argv[1])) if e["event"] == "nonfinite"]
for e in bad:
    assert e["what"] == "gradient" and e["action"] == sys.argv[2], e
    assert len(set(e["rows"])) == len(e["rows"]) and max(e["rows"]) < 1000, e
    assert e["epoch"] == 2 and e["batch"] == 3, e
print(len(bad), len(bad[0]["rows"]) if bad else 0)
PYTHON
}
run=$tmp/nan
expect 76 'epoch 2, batch 3: the gradient is not finite: lower --learning-rate' \
    "$rnntrain" "${options[@]}" --run-dir "$run-stop" --test-nan 12 --on-nan stop --quiet
[ "$(bad_rows "$run-stop" stop)" = "1 100" ] || problem "rows of a stop: $(bad_rows "$run-stop" stop)"
go 2 "$run-stop" --resume --on-nan skip
same "resumed behind a stop" "$run-stop"
for action in skip rollback; do
    for np in 1 3; do
        go $np "$run-$action-$np" --test-nan 12 --on-nan $action
        [ "$(bad_rows "$run-$action-$np" $action)" = "1 100" ] || problem "rows of $action"
    done
    with=$(outcome "$run-$action-1")
    same "$action on other ranks" "$run-$action-3" "$with"
    [ "$with" != "$expected" ] || problem "$action changed nothing"
    # Killed behind the bad batch and resumed.
    launch 2 "$rnntrain" "${options[@]}" --run-dir "$run-$action" --test-nan 12 \
        --on-nan $action --checkpoint-every 1 --test-delay 50000
    await "numbers that are not finite" grep -q nonfinite "$run-$action/log.jsonl"
    sleep 0.1
    kill -9 $job
    { wait $job; } 2>/dev/null || true
    gone "$run-$action"
    go 3 "$run-$action" --resume --test-nan 12 --on-nan $action
    same "$action and resumed" "$run-$action" "$with"
done
# A rate that half of it, and half of that, does not cure.
rc=0
"$rnntrain" "${options[@]}" --run-dir "$run-thrice" --optimizer sgd --learning-rate 1000 \
    --momentum 0.999999 --batch-size 20 --epochs 1 --on-nan rollback --quiet 2>"$tmp/err" || rc=$?
[ $rc = 76 ] || problem "exit code $rc after three rollbacks"
[ "$(grep -c 'is not finite: rollback' "$tmp/err")" = 3 ] || problem "not three rollbacks"
said "not finite, also with a smaller rate from the epoch's beginning on" "three rollbacks"

# Two jobs in one directory; a killed one is waited for.
run=$tmp/two
launch 2 "$rnntrain" "${options[@]}" --run-dir "$run" --test-delay 50000
kill -STOP $(pids "$run")
for option in --resume --overwrite; do
    cp "$tmp/err" "$tmp/err-first"
    expect 73 'two/log.jsonl: another process trains in this run directory' \
        "$rnntrain" "${options[@]}" --run-dir "$run" $option --quiet
    cp "$tmp/err-first" "$tmp/err"
done
kill -9 $job $(pids "$run")
{ wait $job; } 2>/dev/null || true
go 2 "$run" --resume
same "after two jobs" "$run"

# SIGUSR2: where the run stands. --max-time and Slurm's end of the job: 75, and on it goes.
run=$tmp/time
launch 2 "$rnntrain" "${options[@]}" --run-dir "$run" --max-time $((5 + usual)) \
    --test-delay $((50000 * (usual + 1)))
kill -USR2 $job
ends $((usual + soon))
[ "$rc" = 75 ] || problem "exit code $rc after --max-time: $(cat "$tmp/err")"
said '^rnntrain: epoch [0-9] of 4, batch [0-9]* of [0-9]*, step [0-9]*: loss' "SIGUSR2"
said 'stopped as its time is up in epoch [0-9] after batch [0-9]*; go on with --resume' "--max-time"
SLURM_JOB_END_TIME=$(($(date +%s) + 1)) expect 75 'stopped as its time is up' \
    "$rnntrain" "${options[@]}" --run-dir "$run" --resume --quiet
go 3 "$run" --resume --checkpoint-seconds 0.001
same "stopped for time" "$run"

# What the launcher got wrong.
SLURM_STEP_NUM_TASKS=4 expect 64 'srun started 4 processes .* srun --mpi=pmix' \
    "$rnntrain" "${options[@]}" --run-dir "$tmp/none"
cp "$rnntrain" "$tmp/other" && echo >>"$tmp/other"
expect 64 "rank 1 on $host has another program .*install one rnntrain" \
    mpirun -np 1 "$rnntrain" "${options[@]}" --run-dir "$tmp/none" : \
    -np 1 "$tmp/other" "${options[@]}" --run-dir "$tmp/none"
[ ! -e "$tmp/none" ] || problem "a refused job left a run directory"
