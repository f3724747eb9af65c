#!/usr/bin/env bash
# `rnntrain sweep --slurm` on a real Slurm: an array of runs on two ranks each, of which one is
# preempted and resumes; each has the bits that it has in a sweep on this machine, and the job behind
# them makes the same table.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/cluster.sh"
cd "$tmp"

make_sample 600
swept=(sweep sample.h5 --grid units=4,6 --grid learning-rate=1e-3,0.02 --batch-size 32 --epochs 6
    --embedding 4 --dense 4 --patience 0)
table() { # output
    sed -n '/^point /,/^ *[0-9]* .*--/p; /^ *[0-9]*[* ]  .*--units/p' "$1" | sort -u
}
"$rnntrain" "${swept[@]}" --run-dir here >said
table said >wanted
[ "$(grep -c '^ *[0-9]\+[* ]  .*--units' wanted)" = 4 ] || problem "no table: $(cat said)"
start_cluster 8

# Ranks wait before each exchange, so that a run can be told to end before it has.
export BIND_TO=none CHECKPOINT_EVERY=4
RNNTRAIN_TEST_DELAY=50000 "$rnntrain" "${swept[@]}" --run-dir "of all" --slurm \
    --slurm-options="--ntasks=2 --mem-per-cpu=200 --time=5" >said || problem "$(cat said)"
read -r runs last <<<"$(sed -n 's/^4 runs are job \([0-9]*\), the table is job \([0-9]*\): .*/\1 \2/p' said)"
[ -n "$last" ] || problem "it does not say what it submitted: $(cat said)"
cmp "of all/sweep.sbatch" "$source/slurm/train.sbatch" || problem "another script"

(await "a checkpoint of run 2" [ -e "of all/trial-2/last.h5" ]) || problem "$(cat "of all"/*.out)"
scancel --batch --signal=USR1 "${runs}_2"
job_until "$last" JobState 'COMPLETED|FAILED|CANCELLED'
[ "$(job_field "$last" JobState)" = COMPLETED ] || problem "the table: $(cat "of all"/*.out)"
table "of all/slurm-table.out" | diff wanted - || problem "another table: $(cat "of all/slurm-table.out")"
for run in 1 2 3 4; do
    [ "$(job_field "${runs}_$run" JobState)" = COMPLETED ] || problem "$(cat "of all/slurm-$run.out")"
    [ "$(hashes "of all/trial-$run")" = "$(hashes "here/trial-$run")" ] || problem "run $run: other bits"
    grep '"event":"start"' "of all/trial-$run/log.jsonl" | grep -q '"ranks":2' || problem "run $run: not 2 ranks"
    restarts=$((run == 2))
    [ "$(job_field "${runs}_$run" Restarts)" = $restarts ] || problem "restarts of run $run"
    [ "$(grep -c '"event":"resume"' "of all/trial-$run/log.jsonl")" = $restarts ] || problem "run $run: resumed"
done
echo "The plot was superb." >text
"$rnntrain" predict "of all" text >judged
"$rnntrain" predict here text | cmp - judged || problem "another best run"
