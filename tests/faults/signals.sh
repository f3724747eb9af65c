#!/usr/bin/env bash
# Signals nobody expects, to every program at any moment from its first instruction on. A run
# stops with a checkpoint and code 75 and, gone on with, comes to the same bits; another program
# ends by the signal, and what stood stays whole. What is ignored at the start stays ignored; a
# closed output and a limit of a file's size are errors of a write.
# $3: moments of each program, 2 by default.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
moments=${3:-2}
signals=(HUP INT QUIT TERM USR1 XCPU)
RANDOM=1

make_sample 1200
printf 'a good film\n%.0s' {1..20000} >"$tmp/texts"
options=("$tmp/sample.h5" --recipe keras-gru --batch-size 100 --epochs 2 --mask --quiet)

# A shell starts what is in the background with SIGINT and SIGQUIT ignored; nothing is ignored of
# what is tried here.
input=/dev/null
begin() { # command...
    env --default-signal "$@" <"$input" >"$tmp/said" 2>"$tmp/err" &
    job=$!
}
# From then on signals are caught: some 2 ms after a process began to be loaded.
listens() {
    local caught
    kill -0 $job || return 0
    case $(readlink "/proc/$job/exe") in "$build"/*) ;; *) return 1 ;; esac # not yet it
    caught=$(sed -n 's/^SigCgt:[[:space:]]*//p' "/proc/$job/status")
    [ $((0x$caught & 1)) = 1 ]
}
calculate() { awk "BEGIN { print $1 }" </dev/null; }
seconds() { # command... -> how long it takes
    local began=$EPOCHREALTIME
    "$@" >"$tmp/said"
    calculate "$EPOCHREALTIME - $began"
}
# Sends a signal as soon as it is caught, or after a random part of what the whole takes.
strike() { # signal moment [whole]
    local part=0
    [ "$2" = 0 ] || part=$(calculate "$3 * $RANDOM / 32768")
    await "that $job listens" listens
    sleep "$part"
    kill "-$1" $job 2>/dev/null || true
    ends
}

# A run, straight through and struck.
whole=$(seconds "$rnntrain" "${options[@]}" --run-dir "$tmp/straight")
expected=$(outcome "$tmp/straight")
for signal in "${signals[@]}"; do
    for ((moment = 0; moment < moments; moment++)); do
        run=$tmp/run-$signal-$moment
        begin "$rnntrain" "${options[@]}" --run-dir "$run" --checkpoint-every 3
        strike "$signal" "$moment" "$whole"
        [ $rc = 75 ] || [ $rc = 0 ] || problem "a run's code after SIG$signal is $rc: $(cat "$tmp/err")"
        [ $rc = 0 ] || grep -q "stopped by signal .*; go on with --resume" "$tmp/err" ||
            problem "not said: SIG$signal: $(cat "$tmp/err")"
        [ $rc = 0 ] || "$rnntrain" "${options[@]}" --run-dir "$run" --resume
        [ "$(outcome "$run")" = "$expected" ] || problem "SIG$signal at moment $moment: other bits"
        rm -r "$run"
    done
done

# The other programs end by the signal; a file that they replace is the old or the new one.
"$rnntrain" predict "$tmp/straight/best.h5" "$tmp/texts" -o "$tmp/judged.csv" >"$tmp/said"
struck() { # file command...
    local file=$1 number whole signal moment known
    shift
    whole=$(seconds "$@")
    known=$(sha256sum <"$file")
    for signal in "${signals[@]}" USR2; do
        for ((moment = 0; moment < moments; moment++)); do
            begin "$@"
            strike "$signal" "$moment" "$whole"
            number=$((128 + $(kill -l "$signal")))
            [ $rc = $number ] || [ $rc = 0 ] || problem "code $rc after SIG$signal: $*: $(cat "$tmp/err")"
            [ "$(sha256sum <"$file")" = "$known" ] || problem "SIG$signal: $file is another: $*"
        done
    done
}
struck "$tmp/sample.h5" "$rnnprep" "$tmp/sample" -o "$tmp/sample.h5" --num-words 400 --maxlen 60
struck "$tmp/judged.csv" "$rnntrain" predict "$tmp/straight/best.h5" "$tmp/texts" -o "$tmp/judged.csv"
struck "$tmp/straight/best.h5" "$rnntrain" eval "$tmp/straight/best.h5" "$tmp/sample.h5"
"$rnntrain" export "$tmp/straight/best.h5" --to keras -o "$tmp/model.keras" >"$tmp/said"
struck "$tmp/model.keras" "$rnntrain" export "$tmp/straight/best.h5" --to keras -o "$tmp/model.keras"

# One that waits for its input ends at once.
input=$tmp/input
mkfifo "$input"
sleep 1000 >"$input" &
disown
for program in "$rnnprep - --format lines -o $tmp/none.h5" "$rnntrain predict $tmp/straight/best.h5"; do
    for signal in "${signals[@]}" USR2; do
        begin $program
        strike "$signal" 0
        [ $rc = $((128 + $(kill -l "$signal"))) ] || problem "code $rc after SIG$signal: $program"
        [ ! -e "$tmp/none.h5" ] || problem "SIG$signal: a file of no input"
    done
done

# Under nohup a run does not hear SIGHUP.
env --ignore-signal=HUP "$rnntrain" "${options[@]}" --run-dir "$tmp/nohup" >"$tmp/said" &
job=$!
sleep "$(calculate "$whole / 4")"
kill -HUP $job
ends
[ $rc = 0 ] && [ "$(outcome "$tmp/nohup")" = "$expected" ] || problem "SIGHUP under nohup: $rc"

# Nobody listens: a run trains on, rnnprep finishes its file, predict ends; none says a word.
closed() { # command... -> $rc, with an output that is closed from the beginning
    rc=0
    { env --default-signal "$@" 2>"$tmp/err" || echo $? >"$tmp/code"; } | true
    [ ! -e "$tmp/code" ] || rc=$(cat "$tmp/code")
    rm -f "$tmp/code"
}
closed "$rnntrain" "${options[@]/--quiet/--mask}" --run-dir "$tmp/closed"
[ "$rc" = 0 ] && [ "$(outcome "$tmp/closed")" = "$expected" ] ||
    problem "a run with a closed output: $rc: $(cat "$tmp/err")"
closed "$rnnprep" "$tmp/sample" -o "$tmp/closed.h5" --num-words 400 --maxlen 60
[ "$rc" = 141 ] && [ ! -s "$tmp/err" ] ||
    problem "rnnprep with a closed output: $rc: $(cat "$tmp/err")"
cmp "$tmp/closed.h5" "$tmp/sample.h5" || problem "rnnprep with a closed output wrote another file"
closed "$rnntrain" predict "$tmp/straight/best.h5" "$tmp/texts"
[ "$rc" = 141 ] && [ ! -s "$tmp/err" ] ||
    problem "predict with a closed output: $rc: $(cat "$tmp/err")"

# A file must not become as large: said, what stands stays.
limited() { # command...
    (ulimit -f 8 && exec "$@") >"$tmp/said" 2>"$tmp/err" && rc=0 || rc=$?
    [ $rc = 74 ] && grep -q -E 'File too large|ulimit -f' "$tmp/err" ||
        problem "a limit of a file's size: $rc: $* $(cat "$tmp/err")"
}
known=$(sha256sum <"$tmp/sample.h5")
limited "$rnnprep" "$tmp/sample" -o "$tmp/sample.h5" --num-words 400 --maxlen 60
[ "$(sha256sum <"$tmp/sample.h5")" = "$known" ] || problem "a limit of a file's size: another file"
limited "$rnntrain" export "$tmp/straight/best.h5" --to keras -o "$tmp/limited.keras"
ranks 1 bash -c 'ulimit -f 32 && exec "$@"' bash "$rnntrain" "${options[@]}" \
    --run-dir "$tmp/limited" >"$tmp/said" 2>"$tmp/err" && rc=0 || rc=$?
[ $rc = 74 ] && grep -q 'File too large' "$tmp/err" ||
    problem "a run and a limit of a file's size: $rc: $(cat "$tmp/err")"
"$rnntrain" "${options[@]}" --run-dir "$tmp/limited" --resume
[ "$(outcome "$tmp/limited")" = "$expected" ] || problem "after a limit of a file's size: other bits"
