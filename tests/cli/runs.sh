#!/usr/bin/env bash
# Several runs as one job: each has the bits of the same run alone, on any ranks in any groups, and
# when it was killed; what they judge as one; what cannot be several runs.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$tmp"

"$rnnprep" sample sample --documents 400 >/dev/null
"$rnnprep" ./sample -o data.h5 --num-words 300 --maxlen 40 --ngrams 2 --quiet
"$rnnprep" ./sample -o ids.h5 --num-words 300 --maxlen 40 --quiet
small="--units 4 --embedding 4 --dense 0 --epochs 2 --batch-size 64 --seed 11"

# What a job came to: its models' weights, and what they are as one.
came_to() { # run folder
    local member
    for member in seed-11 seed-12 seed-13 linear linear-all; do
        echo "$member $(hashes "$1/$member")"
    done
    grep '"event":"\(model\|blend\|seeds\)"' "$1/log.jsonl" | tac |
        awk -F '"' '!is_there[$4 $8]++' | sort # the last word on each
    [ -s "$1/ensemble.h5" ] || problem "$1 has no ensemble.h5"
}

# The same bits as alone, and on any ranks in any groups.
"$rnntrain" data.h5 $small --seeds 3 --add-linear --run-dir job >said
came_to job >wanted
"$rnntrain" data.h5 $small --run-dir first --quiet
"$rnntrain" data.h5 $small --replica 2 --run-dir third --quiet
"$rnntrain" data.h5 --seed 11 --batch-size 64 --model linear --no-linear-refit --run-dir fits --quiet
[ "$(hashes first)" = "$(hashes job/seed-11)" ] || problem "seed 11 is another run alone"
[ "$(hashes third)" = "$(hashes job/seed-13)" ] || problem "seed 13 is another run alone"
[ "$(hashes fits)" = "$(hashes job/linear)" ] || problem "the linear model is another alone"
for how in "2 1" "3 0" "5 2"; do
    read -r np groups <<<"$how"
    ranks "$np" "$rnntrain" data.h5 $small --seeds 3 --add-linear --run-dir "of$np$groups" \
        --groups "$groups" >said
    came_to "of$np$groups" | diff wanted - || problem "$np ranks, --groups $groups"
done
[ "$(grep -c '^seed-1[123] .* best val_' said)" = 3 ] || problem "not a line a run: $(cat said)"

# A member is a run, and all of them are a model.
"$rnntrain" eval job/seed-12 data.h5 >/dev/null
"$rnntrain" data.h5 $small --replica 1 --run-dir job/seed-12 --resume >said
grep -q "is finished" said || problem "a member is no run of its own: $(cat said)"
"$rnntrain" eval job data.h5 >said
acc=$(grep '"name":"ensemble"' job/log.jsonl | sed -E 's/.*"test_acc":([0-9.]{1,6}).*/\1/')
grep -q "acc $acc" said || problem "the job says $acc: $(cat said)"
grep -q '"event":"seeds","n":3,.*"test_acc_deviation"' job/log.jsonl || problem "no deviation"

# Killed at any moment, it goes on with every run; ended, nothing is left.
launch 2 "$rnntrain" data.h5 $small --seeds 3 --add-linear --run-dir killed
sleep "0.$((RANDOM % 4))"
kill -9 $(started) 2>/dev/null || true
wait $job 2>/dev/null || true
"$rnntrain" data.h5 $small --seeds 3 --add-linear --run-dir killed --resume --quiet 2>/dev/null
came_to killed | diff wanted - || problem "killed"
"$rnntrain" data.h5 $small --seeds 3 --add-linear --run-dir killed --resume >said
grep -q "killed is finished" said || problem "not finished: $(cat said)"
expect 75 "seed-1[12]: stopped as its time is up" "$rnntrain" data.h5 $small --seeds 3 --run-dir mean \
    --quiet --max-time 0.001
"$rnntrain" data.h5 $small --seeds 3 --run-dir mean --resume >said
grep -q "mean of their probabilities" said || problem "no mean: $(cat said)"
"$rnntrain" data.h5 $small --seeds 3 --add-linear --run-dir mean --resume --quiet
came_to mean | diff wanted - || problem "a linear model that came later"

# A rank that is frozen in a group of its own is named by one that has nothing left to do.
mpirun -np 2 "$rnntrain" data.h5 $small --seeds 2 --groups 2 --epochs 40 --run-dir frozen --quiet \
    --stall-timeout 2 --patience 0 2>"$tmp/err" &
job=$!
await "two runs" test -s frozen/seed-12/log.jsonl
kill -STOP "$(pids frozen | sed -n 2p)"
ends 60
[ $rc = 69 ] || problem "a frozen rank: exit code $rc: $(cat "$tmp/err")"
grep -q "no answer for .* s from rank 1 on" "$tmp/err" || problem "not named: $(cat "$tmp/err")"

# What cannot be.
expect 64 "rnnprep --ngrams" "$rnntrain" ids.h5 $small --add-linear --run-dir x
expect 64 "leaves no rows that say" "$rnntrain" data.h5 $small --add-linear --validation none --run-dir x
expect 64 "draws nothing" "$rnntrain" data.h5 --model linear --seeds 2 --run-dir x
expect 64 "groups is for --seeds" "$rnntrain" data.h5 $small --groups 2 --run-dir x
expect 64 "trace is for one run" "$rnntrain" data.h5 $small --seeds 2 --trace t --run-dir x
expect 73 "holds a run" "$rnntrain" data.h5 $small --seeds 3 --run-dir job
expect 73 "holds one run" "$rnntrain" data.h5 $small --seeds 3 --run-dir first --resume
expect 73 "its first line is not" "$rnntrain" data.h5 $small --run-dir job --resume
expect 64 "start at most 12 ranks" mpirun -np 13 "$rnntrain" data.h5 $small --seeds 3 --run-dir x
