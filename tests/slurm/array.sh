#!/usr/bin/env bash
# An array on a real Slurm, by the installed batch scripts: a data set is made, five trainings that
# wait for it begin in folders that do not exist, two of them are preempted, and those alone go back
# into the queue, resume, and end with the bits of undisturbed runs; what waits for all five begins
# then.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/cluster.sh"

cmake --install "$build" --prefix "$tmp/prefix" >"$tmp/said" || problem "$(cat "$tmp/said")"
scripts=$(dirname "$(find "$tmp/prefix" -name train.sbatch)")
export PATH=$tmp/prefix/bin:$PATH BIND_TO=none CHECKPOINT_EVERY=4
cd "$tmp"
rnnprep sample reviews --documents 600 >said
settings=(--batch-size 32 --epochs 10 --patience 0 --units 4 --embedding 4 --dense 4)
for script in train scaling; do
    (unset SLURM_JOB_ID && bash "$scripts/$script.sbatch" reviews.h5) 2>said && problem "no job: $script"
    grep -q 'no job of Slurm: start it by sbatch' said || problem "no job: $(cat said)"
done
start_cluster 12

# The last task of an array has the array's own id: it is one of those that are told to end. Until
# they were told, their ranks wait before each exchange, which is minutes in all.
told=(2 5)
cat >unhurried <<'SCRIPT'
#!/bin/sh
case $SLURM_ARRAY_TASK_ID-${SLURM_RESTART_COUNT:-0} in
2-0 | 5-0) exec rnntrain "$@" --test-delay 500000 ;;
esac
exec rnntrain "$@"
SCRIPT
chmod +x unhurried

submit() { # name option-of-sbatch... script argument...
    sbatch --parsable --time=5 --output="$tmp/$1-%a.out" "${@:2}"
}
two=(--ntasks=2 --mem-per-cpu=200)
train=("$scripts/train.sbatch" reviews.h5 "${settings[@]}")
prep=$(submit prep "$scripts/prep.sbatch" reviews -o reviews.h5 --num-words 400 --maxlen 60)
array=$(RNNTRAIN=$tmp/unhurried submit train "${two[@]}" --dependency=afterok:"$prep" --array=1-5 \
    "${train[@]}" --seed %a --run-dir sweep/of/seeds)
last=$(RUN_DIR=after submit after "${two[@]}" --dependency=afterok:"$array" "${train[@]}" --epochs 1)

for task in "${told[@]}"; do
    (await "a checkpoint of task $task" [ -e "sweep/of/seeds/$task/last.h5" ]) ||
        problem "task $task: $(cat prep-*.out "train-$task.out")"
    scancel --batch --signal=USR1 "${array}_$task"
done
for task in "${told[@]}"; do
    (await "the requeue of task $task" grep -q 'requeued$' "train-$task.out") ||
        problem "task $task: $(cat "train-$task.out")"
done

# Meanwhile the same runs, undisturbed.
for task in 1 2 3 4 5; do
    rnntrain reviews.h5 "${settings[@]}" --seed $task --run-dir straight/$task --quiet
done
job_until "$last" JobState 'COMPLETED|FAILED|CANCELLED'
[ "$(job_field "$last" JobState)" = COMPLETED ] || problem "behind the array: $(cat after-*.out)"
for task in 1 2 3 4 5; do
    restarts=0
    [[ " ${told[*]} " != *" $task "* ]] || restarts=1
    run=sweep/of/seeds/$task
    [ "$(job_field "${array}_$task" JobState)" = COMPLETED ] ||
        problem "task $task: $(cat "train-$task.out")"
    [ "$(job_field "${array}_$task" Restarts)" = $restarts ] ||
        problem "task $task has $(job_field "${array}_$task" Restarts) restarts"
    [ "$(grep -c 'requeued$' "train-$task.out")" = $restarts ] || problem "$(cat "train-$task.out")"
    [ "$(grep -c '"event":"start"' "$run/log.jsonl")" = 1 ] || problem "task $task began twice"
    [ "$(grep -c '"event":"resume"' "$run/log.jsonl")" = $restarts ] ||
        problem "task $task did not go on alone: $(cat "train-$task.out")"
    [ "$(outcome "$run")" = "$(outcome "straight/$task")" ] ||
        problem "task $task: $(outcome "$run"), not $(outcome "straight/$task")"
done
