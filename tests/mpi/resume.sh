#!/usr/bin/env bash
# A run that was stopped or killed and resumed, on other numbers of ranks, is bit for bit the
# run that was never stopped; and what resuming refuses.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"

make_sample 1500
options=("$tmp/sample.h5" --recipe keras-gru --batch-size 128 --epochs 16 --patience 0 --mask)

go() { # np run-folder option...
    ranks "$1" "$rnntrain" "${options[@]}" --run-dir "$2" "${@:3}"
}

same() { # what run-folder
    [ "$(outcome "$2")" = "$expected" ] || problem "$1: $(outcome "$2"), expected $expected"
}

go 4 "$tmp/straight" --quiet
expected=$(outcome "$tmp/straight")

# Finished: said so, nothing is done.
cp "$tmp/straight/log.jsonl" "$tmp/log"
go 2 "$tmp/straight" --resume | grep -q 'straight is finished, after 16 epochs' ||
    problem "not finished"
cmp "$tmp/straight/log.jsonl" "$tmp/log"

# Begun by --resume in an empty directory, stopped by a signal at five random batches, resumed on
# other numbers of ranks. Delays make the batches last long enough to be hit.
RANDOM=3 run=$tmp/stopped
for np in 1 3 8 2 5; do
    launch $np "$rnntrain" "${options[@]}" --run-dir "$run" --resume --test-delay 20000
    sleep 0.$((1 + RANDOM % 4))
    kill -USR1 $job
    ends
    [ $rc = 75 ] || problem "np $np: exit code $rc after SIGUSR1: $(cat "$tmp/err")"
    grep -q 'stopped by signal 10 in epoch [0-9]* after batch [0-9]*; go on with --resume' \
        "$tmp/err" || problem "no word on the signal"
done
go 2 "$run" --resume >"$tmp/said"
head -1 "$tmp/said" | grep -q 'resume  *epoch [0-9]* after batch [0-9]*, from .*/last.h5' ||
    problem "the first line does not say from where: $(head -1 "$tmp/said")"
same "stopped by signals" "$run"

# The same with windows of rows read ahead, and where the file cannot be read for a while.
straight=$expected
"$rnnprep" "$tmp/sample" -o "$tmp/wide.h5" --num-words 400 --maxlen 2000 --quiet
wide=("$tmp/wide.h5" "${options[@]:1}" --shuffle window --window-rows 300)
go_wide() { # np run-folder option...
    ranks "$1" "$rnntrain" "${wide[@]}" --run-dir "$2" "${@:3}"
}
go_wide 2 "$tmp/windows" --quiet
expected=$(outcome "$tmp/windows")
for np in 3 1; do
    launch $np "$rnntrain" "${wide[@]}" --run-dir "$tmp/window" --resume --test-delay 20000
    sleep 0.$((2 + RANDOM % 4))
    kill -USR1 $job
    ends
    [ $rc = 75 ] || problem "np $np, windows: exit code $rc after SIGUSR1: $(cat "$tmp/err")"
done
go_wide 2 "$tmp/window" --resume --quiet
same "windows" "$tmp/window"
cp "$tmp/wide.h5" "$tmp/good.h5"
launch 2 "$rnntrain" "${wide[@]}" --run-dir "$tmp/torn" --test-delay 20000
sleep 0.5
dd if=/dev/zero of="$tmp/wide.h5" bs=1k seek=20 conv=notrunc status=none \
    count=$(($(stat -c %s "$tmp/wide.h5") / 1024 - 20))
ends
[ $rc = 65 ] || problem "exit code $rc after rows were torn: $(cat "$tmp/err")"
grep -q 'rows from [0-9]* on cannot be unpacked: .*; then go on with --resume from batch' "$tmp/err" ||
    problem "no word on torn rows: $(cat "$tmp/err")"
cp "$tmp/good.h5" "$tmp/wide.h5"
go_wide 3 "$tmp/torn" --resume --quiet
same "torn rows" "$tmp/torn"
expected=$straight

# What must be as it was.
run=$tmp/changed
go 1 "$run" --epochs 2 --quiet
refused() { # pattern option...
    expect 64 "$1" "$rnntrain" "${options[@]}" --run-dir "$run" --resume "${@:2}"
}
refused 'last.h5 was trained with seed 1, which is now 2: .*only epochs, patience and on-nan' --seed 2
refused 'give one of them' --overwrite
for words in 300 40; do # the same ids, and others
    "$rnnprep" "$tmp/sample" -o "$tmp/other.h5" --num-words $words --maxlen 60 --quiet
    expect 64 'was trained on other data than .*/other.h5' "$rnntrain" "$tmp/other.h5" \
        "${options[@]:1}" --run-dir "$run" --resume
done
refused 'was computed by the kernel set' --isa baseline
expect 73 'go on with it by --resume' "$rnntrain" "${options[@]}" --run-dir "$run"

# A damaged checkpoint: the generation before it, or an error.
cp -r "$run" "$tmp/damaged"
printf 'x' | dd of="$tmp/damaged/last.h5" bs=1 seek=5000 conv=notrunc status=none
go 2 "$tmp/damaged" --resume --quiet 2>"$tmp/err"
grep -q 'damaged/last.h5: .*going on from .*/last.prev.h5' "$tmp/err" || problem "no word on damage"
same "damaged" "$tmp/damaged"
[ -e "$tmp/damaged/last.damaged.h5" ] || problem "the damaged file was not put aside"

# A best.h5 that is damaged or gone, and a log with half a line at its end: last.h5 knows enough.
for harm in rot loss; do
    cp -r "$run" "$tmp/best-$harm"
    case $harm in
    rot) printf 'x' | dd of="$tmp/best-rot/best.h5" bs=1 seek=5000 conv=notrunc status=none ;;
    loss) rm "$tmp/best-loss/"best*.h5 && head -c -9 "$run/log.jsonl" >"$tmp/best-loss/log.jsonl" ;;
    esac
    go 2 "$tmp/best-$harm" --resume --quiet 2>"$tmp/err"
    grep -q 'best.h5 cannot be read: it is written again' "$tmp/err" || problem "no word on best.h5"
    "$rnntrain" inspect --verify "$tmp/best-$harm/best.h5" >/dev/null || problem "best.h5 is not mended"
    [ $harm = loss ] || same "best.h5 damaged" "$tmp/best-$harm"
    python3 -c 'import json, sys
for line in open(sys.argv[1]): json.loads(line)' "$tmp/best-$harm/log.jsonl" || problem "a torn log"
done
for file in last last.prev; do
    printf 'x' | dd of="$run/$file.h5" bs=1 seek=5000 conv=notrunc status=none
done
expect 65 'last.prev.h5' "$rnntrain" "${options[@]}" --run-dir "$run" --resume
