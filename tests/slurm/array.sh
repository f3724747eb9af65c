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
settings=(--batch-size 32 --epochs 3 --patience 0 --units 4 --embedding 4 --dense 4)
start_cluster 8

submit() { # name option-of-sbatch... script argument...
    sbatch --parsable --ntasks=1 --time=5 --output="$tmp/$1-%a.out" "${@:2}"
}
prep=$(submit prep "$scripts/prep.sbatch" reviews -o reviews.h5 --num-words 400 --maxlen 60)
array=$(submit train --mem-per-cpu=200 --dependency=afterok:"$prep" --array=1-5 "$scripts/train.sbatch" reviews.h5 \
    "${settings[@]}" --seed %a --run-dir sweep/of/seeds --test-delay 60000)
last=$(RUN_DIR=after submit after --mem-per-cpu=200 --dependency=afterok:"$array" "$scripts/train.sbatch" reviews.h5 \
    "${settings[@]}" --epochs 1)

# The last task of an array has the array's own id: it is one of those that are told to end.
told=(2 5)
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
