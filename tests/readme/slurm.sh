#!/usr/bin/env bash
# README.md's commands on a real Slurm.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../slurm/cluster.sh"
. "$(dirname "$0")/sections.sh"
start_cluster 32
export BIND_TO=none ROWS=16 RNNTRAIN_EPOCHS=2

make_table reviews.csv 400
done_by() { # number of jobs that must all have ended well
    local job
    for job in $(scontrol show job -o | sed -n 's/^JobId=\([0-9]*\) .*/\1/p'); do
        job_until "$job" JobState 'COMPLETED|FAILED|TIMEOUT|CANCELLED'
        [ "$(job_field "$job" JobState)" = COMPLETED ] ||
            problem "job $job: $(scontrol show job "$job") $(tail -n 20 ./*.out)"
    done
    [ "$(scontrol show job -o | grep -c '^JobId')" -ge "$1" ] || problem "only $(squeue)"
}
section "An allocation of Slurm"
grep -q ' 0 errors' "$tmp/said" || problem "doctor: $(cat "$tmp/said")"
done_by 3
[ -e first/ensemble.h5 ] || problem "no model: $(ls first; cat ./*.out)"

for n in $(seq 12); do echo "--learning-rate 0.00$n --units 4 --embedding 4 --dense 0"; done >options.txt
export RNNTRAIN_UNITS=4 RNNTRAIN_EMBEDDING=4
section "On a cluster"
done_by 6
grep -q -E '^ +16 +[0-9.]+ .* [0-9a-f]{16}$' rnntrain-scaling-*.out || problem "scaling: $(cat rnntrain-scaling-*.out)"
section "Many runs"
done_by 20
[ -e sweep/seed-5/best.h5 ] && [ -e sweep/line/12/best.h5 ] || problem "sweeps: $(ls sweep/*)"

rm -r gru
script "A script of your own" own.sbatch
own=$(sbatch --parsable own.sbatch)
job_until "$own" JobState 'COMPLETED|FAILED|TIMEOUT|CANCELLED'
grep -q '"event":"end"' gru/log.jsonl || problem "a script of one's own: $(cat "slurm-$own.out")"
