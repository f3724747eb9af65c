#!/usr/bin/env bash
# All points of a grid: each run has the bits that it has alone; the same table on any ranks, killed or
# not; as an array of Slurm jobs the same runs; what cannot be swept. Argument: "all", 3 x 5 runs.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$tmp"

"$rnnprep" sample sample --documents 300 >/dev/null
"$rnnprep" ./sample -o data.h5 --num-words 200 --maxlen 20 --quiet
base=(data.h5 --epochs 2 --batch-size 64 --seed 3 --units 4 --embedding 4 --dense 0)
points=(--grid units=3,5 --grid learning_rate=1e-3,0.02)
seeds=1 np=2 n=4
if [ "${3:-}" = all ]; then
    points=(--grid units=3,5,7)
    seeds=5 np=4 n=15
fi
swept=(sweep "${base[@]}" "${points[@]}" --seeds $seeds)

table() { # output
    sed -n '/^point /,/^ *[0-9]* .*--/p; /^ *[0-9]*[* ]  .*--units/p' "$1" | sort -u
}
runs() { # folder
    for i in $(seq $n); do echo "$i $(hashes "$1/trial-$i")"; done
}

"$rnntrain" "${swept[@]}" --run-dir one >said
runs one >wanted
table said >wanted_table
[ "$(grep -c '^ *[0-9]\+\*  .*--units' wanted_table)" = 1 ] || problem "no table: $(cat said)"
[ -s one/best.h5 ] || problem "no best run: $(cat said)"
"$rnntrain" eval one data.h5 >/dev/null

# The same run alone.
"$rnntrain" "${base[@]}" --units 5 $([ $seeds = 1 ] && echo --learning-rate 0.02) --run-dir alone --quiet \
    --replica $((seeds - 1))
alone=$([ $seeds = 1 ] && echo 4 || echo 10)
[ "$(hashes alone)" = "$(hashes one/trial-$alone)" ] || problem "another run alone"
cmp <(grep -o '"config":{.*},"ranks"' alone/log.jsonl) \
    <(grep -o '"config":{.*},"ranks"' one/trial-$alone/log.jsonl) || problem "other options alone"

# On ranks, killed and gone on with.
for try in 1 2; do
    launch $np "$rnntrain" "${swept[@]}" --run-dir killed --resume
    sleep "0.$((RANDOM % 9))"
    kill -9 $(started) 2>/dev/null || true
    wait $job 2>/dev/null || true
done
ranks $np "$rnntrain" "${swept[@]}" --run-dir killed --resume >said 2>/dev/null
runs killed | diff wanted - || problem "killed: other runs"
table said | diff wanted_table - || grep -q 'killed is finished' said || problem "killed: another table: $(cat said)"
"$rnntrain" "${swept[@]}" --run-dir killed --resume >said
grep -q 'killed is finished' said || problem "not finished: $(cat said)"

# As an array: an sbatch that runs each task here, then the table. tests/slurm has the real one.
mkdir bin
cat >bin/sbatch <<'SBATCH'
#!/bin/bash
! env | grep -E '^(OMPI_MCA_ess|PMIX_)' || exit 1 # of this program's MPI: jobs begin their own
export SLURM_SUBMIT_DIR=$PWD SLURM_JOB_ID=7 SLURM_JOB_END_TIME=9999999999 SLURM_NTASKS=1
while [[ $1 == --* ]]; do
    case $1 in
    --array=1-*) n=${1#--array=1-} ;;
    --wrap=*) sh -c "${1#--wrap=}" >table 2>&1 && echo 8 && exit ;;
    esac
    shift
done
for ((i = 1; i <= n; i++)); do
    SLURM_ARRAY_JOB_ID=7 SLURM_ARRAY_TASK_ID=$i bash "$@" >>tasks 2>&1 || exit 1
done
echo "$n"
SBATCH
cat >bin/mpirun <<'MPIRUN'
#!/bin/sh
while [ "$1" != "$RNNTRAIN" ]; do shift; done
exec "$@"
MPIRUN
chmod +x bin/*
PATH=$PWD/bin:$PATH "$rnntrain" "${swept[@]}" --run-dir "an array" --slurm --slurm-options="--time=5" >said ||
    problem "$(cat tasks table)"
grep -q "^$n runs are job $n, the table is job 8" said || problem "$(cat said)"
runs "an array" | diff wanted - || problem "an array: other runs"
table table | diff wanted_table - || problem "an array: another table: $(cat table)"

# Models that would be watched by other values: all by one, the runs those of that monitor.
"$rnntrain" sweep data.h5 --epochs 1 --batch-size 64 --grid units=8,32 --run-dir watched >said 2>err
[ "$(grep -c 'all are watched by val_loss, as by --monitor val_loss' err)" = 1 ] || problem "watched: $(cat err)"
grep -q '^point  *val_loss' said || problem "watched: $(cat said)"
"$rnntrain" data.h5 --epochs 1 --batch-size 64 --units 32 --monitor val_loss --run-dir alone32 --quiet
[ "$(hashes alone32)" = "$(hashes watched/trial-2)" ] || problem "another run by val_loss alone"
cmp <(grep -o '"config":{.*},"ranks"' alone32/log.jsonl) \
    <(grep -o '"config":{.*},"ranks"' watched/trial-2/log.jsonl) || problem "other options by val_loss alone"
expect 64 'watched by val_acc and by val_f1, which cannot be compared' "$rnntrain" sweep data.h5 \
    --grid monitor=auto,val_f1 --run-dir x

# What cannot be.
expect 64 'nothing varies' "$rnntrain" sweep data.h5 --run-dir x
expect 64 'no such option' "$rnntrain" sweep data.h5 --grid unit=3,4 --run-dir x
expect 64 'give --data once' "$rnntrain" sweep data.h5 --grid data=a,b --run-dir x
expect 64 'stands there twice' "$rnntrain" sweep data.h5 --grid units=3 --grid units=4 --run-dir x
expect 64 'the value 3 stands there twice' "$rnntrain" sweep data.h5 --grid units=3,4,3 --run-dir x
expect 64 '^rnntrain: --units -1: expected' "$rnntrain" sweep data.h5 --grid units=-1 --run-dir x
[ ! -e x ] || problem "what was refused left a folder"
expect 66 'trial-1: none.h5: cannot open' "$rnntrain" sweep none.h5 --grid units=3,4 --run-dir x
[ ! -e x ] || problem "a sweep of no data left a folder"
mkdir x
expect 66 'cannot open' "$rnntrain" sweep none.h5 --grid units=3,4 --run-dir x
rmdir x || problem "a folder that was there is not as it was"
expect 64 'of other options' "$rnntrain" "${swept[@]}" --seed 4 --run-dir one --resume
expect 64 'start it without mpirun' mpirun -np 2 "$rnntrain" "${swept[@]}" --run-dir x --slurm
expect 69 'there is no sbatch here' env PATH=/nowhere "$rnntrain" "${swept[@]}" --run-dir x --slurm
