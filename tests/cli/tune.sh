#!/usr/bin/env bash
# Options that are found: the same trials and the same best one on any ranks and when the search was
# stopped or killed; what is given holds for all of them; test rows are judged once.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$tmp"

"$rnnprep" sample sample --documents 300 >/dev/null
"$rnnprep" ./sample -o data.h5 --num-words 200 --maxlen 20 --ngrams 1 --quiet
"$rnnprep" ./sample -o ids.h5 --num-words 200 --maxlen 20 --quiet
small="--trials 4 --epochs 3 --seed 5 --units 4 --embedding 4"

# Each trial on each rung, and the model of the best.
came_to() { # folder
    grep '"event":"trial"' "$1/log.jsonl" | sed 's/,"seconds.*//' | sort
    grep '"event":"\(model\|blend\)"' "$1/log.jsonl" | tac | awk -F '"' '!is_there[$4 $8]++' | sort
}

"$rnntrain" tune data.h5 $small --run-dir one >said
came_to one >wanted
[ "$(grep -c '"event":"trial"' wanted)" = 7 ] || problem "not 4 trials, then 2, then 1: $(cat wanted)"
grep -q '^ *[1-4]\* ' said || problem "no best one in the table: $(cat said)"
! grep -q '"units":\[\?\(32\|64\)' one/trial-*/log.jsonl || problem "--units is drawn though given"
! grep -l '"event":"test"' one/trial-*/log.jsonl || problem "a trial looked at test rows"
"$rnntrain" eval one data.h5 >of_folder
acc=$(grep '"name":"ensemble"' one/log.jsonl | sed -E 's/.*"test_acc":([0-9.]{1,6}).*/\1/')
grep -q "acc $acc" of_folder || problem "the search says $acc: $(cat of_folder)"

launch 2 "$rnntrain" tune data.h5 $small --run-dir killed
sleep "0.$((RANDOM % 9))"
kill -9 $(started) 2>/dev/null || true
wait $job 2>/dev/null || true
ranks 3 "$rnntrain" tune data.h5 $small --run-dir killed --resume --quiet 2>/dev/null
came_to killed | diff wanted - || problem "3 ranks, killed before"

# Ended between two rungs of as many epochs: the second has lines of its own.
cp -r one between
head -n 6 one/log.jsonl >between/log.jsonl
rm -r between/trial-3
"$rnntrain" tune data.h5 $small --run-dir between --resume --quiet
came_to between | diff wanted - || problem "ended between two rungs"
"$rnntrain" tune data.h5 $small --run-dir killed --resume >said
grep -q "killed is finished" said || problem "not finished: $(cat said)"
expect 75 "go on with --resume" "$rnntrain" tune data.h5 $small --run-dir stopped --quiet \
    --max-time 0.001
"$rnntrain" tune data.h5 $small --run-dir stopped --quiet --resume
came_to stopped | diff wanted - || problem "stopped"

# By time, and without n-grams: a network alone.
"$rnntrain" tune ids.h5 --duration 0.01 --epochs 2 --units 4 --objective loss --run-dir alone >said
grep -q "the best network: alone/best.h5" said || problem "no network: $(cat said)"
grep -q '"which":"best"\|"event":"model","name":"network".*"test_acc"' alone/log.jsonl ||
    problem "the best one was not judged by test rows"
"$rnntrain" eval alone ids.h5 >/dev/null

# What cannot be.
expect 64 "tune finds one network" "$rnntrain" tune data.h5 $small --seeds 2 --run-dir x
expect 64 "nothing to tune" "$rnntrain" tune data.h5 --model linear --run-dir x
expect 64 "leaves no rows to compare" "$rnntrain" tune data.h5 $small --validation none --run-dir x
expect 64 "of other options" "$rnntrain" tune data.h5 $small --seed 6 --run-dir killed --resume
expect 73 "holds a run" "$rnntrain" tune data.h5 $small --run-dir one
