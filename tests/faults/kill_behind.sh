#!/usr/bin/env bash
# Checkpoints that a thread puts in place while training goes on, as those of large models: the
# process is killed in the thread before a call on their files, at the seal, fsync, link or rename,
# and resumed, again and again: the weights are those of the undisturbed run. "all" behind the
# folders: before each single call of a run. A number behind them: a model of as many words, killed
# at random moments.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
words=300 rows=96 large=1
case ${3:-} in [0-9]*) words=$3 rows=$(($3 / 16)) large=0 ;; esac

awk -v words=$words -v rows=$rows 'BEGIN {
    print "text,label"
    for (i = 0; i < rows; i++) {
        line = ""
        for (k = 0; k < 16; k++)
            line = line " w" (i * 16 + k) * 7919 % words
        print line "," i % 2
    }
}' >"$tmp/texts.csv"
"$rnnprep" "$tmp/texts.csv" -o "$tmp/texts.h5" --maxlen 16 --num-words 0 --quiet
options=("$tmp/texts.h5" --units 4 --embedding 8 --dense 0 --batch-size 16 --lane-rows 4 --epochs 2
    --patience 0 --learning-rate 0.02 --quiet --test-large $large)
[ $large = 1 ] || options+=(--embedding 64 --batch-size 256 --lane-rows 16)
"$rnntrain" "${options[@]}" --run-dir "$tmp/straight"
expected=$(outcome "$tmp/straight")

same() { # what
    [ "$(outcome "$run")" = "$expected" ] || problem "$1: $(outcome "$run"), expected $expected"
    [ "$(cd "$run" && echo *)" = "$(cd "$tmp/straight" && echo *)" ] || problem "$1: $(ls "$run")"
}

# Whether the run was killed at that call, which it may not come to.
killed() { # call number [option...]
    local rc=0
    { FAULT_FOLDER=$run FAULT_CALL=$1 FAULT_AT=$2 FAULT_KIND=kill \
        LD_PRELOAD=$build/tests/libfaults.so "$rnntrain" "${options[@]}" --run-dir "$run" --resume \
        "${@:3}" 2>"$tmp/err" || rc=$?; } 2>/dev/null
    [ $rc = 0 ] || [ $rc = 137 ] || problem "$1 $2: exit code $rc: $(cat "$tmp/err")"
    [ $rc = 137 ]
}

run=$tmp/run n=0
case ${3:-} in
all)
    for call in write fsync linkat renameat; do
        for ((at = 1; ; at++)); do
            rm -rf "$run"
            killed $call $at --checkpoint-every 2 || break
            "$rnntrain" "${options[@]}" --run-dir "$run" --resume
            same "killed before $call $at"
            n=$((n + 1))
        done
    done
    [ $n -gt 30 ] || problem "only $n kills"
    ;;
"")
    # before last.h5 has its name, before epoch.h5 is one of it, before a generation is kept
    for at in "renameat 1" "linkat 2" "renameat 2"; do
        killed $at && n=$((n + 1))
    done
    [ $n = 3 ] || problem "only $n kills"
    "$rnntrain" "${options[@]}" --run-dir "$run" --resume
    same "killed $n times"

    # a damaged last.h5, which is read while its seal is checked
    cp "$run/last.h5" "$tmp/last.h5"
    for at in 9 5000 $(($(stat -c %s "$tmp/last.h5") / 2)); do
        cp "$tmp/last.h5" "$run/changed.h5"
        printf 'x' | dd of="$run/changed.h5" bs=1 seek=$at conv=notrunc status=none
        mv "$run/changed.h5" "$run/last.h5"
        "$rnntrain" "${options[@]}" --run-dir "$run" --resume 2>"$tmp/err"
        grep -q 'last.h5: damaged.*going on from .*last.prev.h5' "$tmp/err" ||
            problem "damaged at $at: $(cat "$tmp/err")"
        rm "$run/last.damaged.h5"
        same "damaged at $at"
    done
    ;;
*)
    for ((i = 0; i < 12; i++)); do
        launch 2 "$rnntrain" "${options[@]}" --run-dir "$run" --resume --checkpoint-every 4
        await "a checkpoint" compgen -G "$run/*tmp*" >/dev/null
        sleep 0.$((RANDOM % 10))$((RANDOM % 10))
        kill -9 "$(pids "$run" | head -1)" 2>/dev/null && n=$((n + 1))
        { wait $job; } 2>/dev/null || true
        gone "$run"
    done
    ranks 1 "$rnntrain" "${options[@]}" --run-dir "$run" --resume
    same "killed $n times"
    ;;
esac
echo "$n kills, the same weights"
