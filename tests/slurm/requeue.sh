#!/usr/bin/env bash
# slurm/train.sbatch on a real Slurm: a job that is told to end goes back into the queue, resumes,
# and ends with the bits of an undisturbed run. An argument after the folders: also by its time
# limit, twice (three minutes).
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/cluster.sh"

make_sample 1500
settings="--recipe keras-gru --batch-size 100 --epochs 6 --patience 0 --mask"
# shellcheck disable=SC2086
"$rnntrain" "$tmp/sample.h5" $settings --run-dir "$tmp/straight" --quiet
expected=$(outcome "$tmp/straight")
start_cluster 8
export DATA=$tmp/sample.h5 RNNTRAIN=$rnntrain BIND_TO=none CHECKPOINT_EVERY=20

submit() { # run option-of-sbatch...
    RUN_DIR=$tmp/$1 sbatch --parsable --chdir="$tmp" --mem-per-cpu=200 \
        --output="$tmp/$1.out" "${@:2}" "$source/slurm/train.sbatch"
}
trained() { # run: waits until an epoch is in its log
    (await "an epoch of $1" grep -q '"event":"epoch"' "$tmp/$1/log.jsonl") ||
        problem "no epoch was trained: $(cat "$tmp/$1.out")"
}
ended() { # run job restarts
    job_until "$2" JobState 'COMPLETED|FAILED|TIMEOUT|CANCELLED'
    [ "$(job_field "$2" JobState)" = COMPLETED ] || problem "$1: $(cat "$tmp/$1.out")"
    [ "$(job_field "$2" ExitCode)" = 0:0 ] || problem "$1: exit code $(job_field "$2" ExitCode)"
    [ "$(job_field "$2" Restarts)" = "$3" ] || problem "$1: $(job_field "$2" Restarts) restarts"
    [ "$(outcome "$tmp/$1")" = "$expected" ] || problem "$1: $(outcome "$tmp/$1")"
    [ "$(grep -c '"event":"start"' "$tmp/$1/log.jsonl")" = 1 ] || problem "$1: begun twice"
    [ "$(grep -c 'requeued$' "$tmp/$1.out")" = "$3" ] || problem "$1: $(cat "$tmp/$1.out")"
}

# Told to end before its ranks know the signal, which ends them: beside what comes next.
cat >"$tmp/sudden.sh" <<SCRIPT
#!/bin/sh
[ "\${SLURM_RESTART_COUNT:-0}" = 0 ] || exec "$rnntrain" "\$@"
[ "\$OMPI_COMM_WORLD_RANK" != 0 ] || scancel --batch --signal=USR1 "\$SLURM_JOB_ID"
exec sleep 1000
SCRIPT
chmod +x "$tmp/sudden.sh"
sudden=$(RNNTRAIN=$tmp/sudden.sh OPTIONS=$settings submit sudden --ntasks=2 --time=5)

# By a signal, as preemption gives it.
job=$(OPTIONS="$settings --test-delay 30000" submit signal --ntasks=3 --time=5)
trained signal
scancel --batch --signal=USR1 "$job"
job_until "$job" Restarts '^1$'
ended signal "$job" 1
ended sudden "$sudden" 1
grep -q 'resume  *epoch [0-9]* after batch [0-9]*, from .*/last.h5' "$tmp/signal.out" ||
    problem "the second start does not say from where"

# A run that is finished, and one that cannot begin, are not requeued.
job=$(OPTIONS=$settings submit signal --ntasks=2 --time=5)
job_until "$job" JobState COMPLETED
grep -q 'is finished, after 6 epochs' "$tmp/signal.out" || problem "finished: $(cat "$tmp/signal.out")"
job=$(OPTIONS="--unitz 3" submit wrong --ntasks=2 --time=5)
job_until "$job" JobState FAILED
[ "$(job_field "$job" ExitCode)" = 64:0 ] || problem "exit code $(job_field "$job" ExitCode)"
grep -q 'left no new checkpoint (exit code 64); not requeued' "$tmp/wrong.out" ||
    problem "no word on why: $(cat "$tmp/wrong.out")"

# srun without PMIx would start ranks that do not know of each other.
expect 64 'srun started 2 processes that do not know of each other' \
    srun --mpi=none --ntasks=1 --overcommit env SLURM_STEP_NUM_TASKS=2 "$rnntrain" "$DATA" \
    --run-dir "$tmp/none"
[ $# -gt 2 ] || exit 0

# The sweep of ranks.
job=$(OPTIONS="--mask" ROWS=400 RUN_DIR=$tmp/scaling sbatch --parsable --chdir="$tmp" \
    --ntasks=4 --mem-per-cpu=200 --output="$tmp/scaling.out" "$source/slurm/scaling.sbatch")
job_until "$job" JobState 'COMPLETED|FAILED'
[ "$(job_field "$job" ExitCode)" = 0:0 ] || problem "scaling: $(cat "$tmp/scaling.out")"
[ "$(grep -c -E '^ +[124] +[0-9.]+ .* [0-9a-f]{16}$' "$tmp/scaling.out")" = 6 ] ||
    problem "scaling: $(cat "$tmp/scaling.out")"

# By the time limit, twice, on other numbers of ranks, and once by a signal.
job=$(OPTIONS="$settings --test-delay 400000" submit limit --ntasks=2 --time=1 --signal=B:USR1@30)
job_until "$job" Restarts '^1$'
job_until "$job" Restarts '^2$'
sleep 10
scancel --batch --signal=TERM "$job"
job_until "$job" Restarts '^3$'
sleep 1
scontrol update job="$job" TimeLimit=10 2>/dev/null || true
ended limit "$job" "$(job_field "$job" Restarts)"
echo "$(job_field "$job" Restarts) requeues"
