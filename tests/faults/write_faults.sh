#!/usr/bin/env bash
# Every single open, write, read, fsync, link and rename of a run's files made to fail once, in
# turn: training goes on, the checkpoint is tried again, and the run ends with the bits of the
# undisturbed one, or, where the last try failed, with exit code 74 and a checkpoint from which
# it goes on to them. An argument after the folders: each kind of failure at each call (faults
# tier); without one, kinds take turns at every fifth call.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
kinds=(ENOSPC EIO EROFS short rot)

make_sample 300
options=("$tmp/sample.h5" --recipe keras-gru --units 4 --embedding 4 --dense 4 --batch-size 60
    --epochs 3 --patience 0 --mask --checkpoint-every 2)
"$rnntrain" "${options[@]}" --run-dir "$tmp/straight" --quiet
expected=$(outcome "$tmp/straight")

whole() { # at least one checkpoint can be read, and no temporary file is left
    local file found=
    for file in last last.prev; do
        [ ! -e "$1/$file.h5" ] || ! "$rnntrain" inspect --verify "$1/$file.h5" >/dev/null 2>&1 ||
            found=1
    done
    [ -n "$found" ] || problem "$2: no checkpoint can be read"
    [ -z "$(find "$1" -name '*tmp*')" ] || problem "$2: a temporary file is left"
}

# One run with a fault at a call; `at` may end in '+': that call and all after it.
disturbed() { # at kind [ranks]
    local rc=0 run=$tmp/disturbed
    rm -rf "$run" "$tmp/note"
    cp -r "$tmp/begun" "$run"
    FAULT_FOLDER=$run FAULT_AT=$1 FAULT_KIND=$2 FAULT_NOTE=$tmp/note \
        LD_PRELOAD=$build/tests/libfaults.so timeout $patience ${3:+mpirun -np $3} \
        "$rnntrain" "${options[@]}" --run-dir "$run" --resume --quiet 2>"$tmp/err" || rc=$?
    [ -e "$tmp/note" ] || return 1
    local at=${1%+}
    what="call $1 ($(head -1 "$tmp/note"), $2), exit code $rc"
    case $rc in
    0) [ "$(outcome "$run")" = "$expected" ] || problem "$what: $(outcome "$run")" ;;
    74 | 66 | 65) # at the start, or at the last try
        [ "$at" -le "$first" ] || [ "$at" -gt $((total - last)) ] || [ "$at" != "$1" ] ||
            problem "$what, of $total: $(cat "$tmp/err")"
        [ "$(grep -c '^rnntrain: ' "$tmp/err")" -ge 1 ] || problem "$what: nothing is said"
        ;;
    *) problem "$what: $(cat "$tmp/err")" ;;
    esac
    whole "$run" "$what"
    "$rnntrain" "${options[@]}" --run-dir "$run" --resume --quiet
    [ "$(outcome "$run")" = "$expected" ] || problem "$what, resumed: $(outcome "$run")"
}

# A run that has a checkpoint, so that there is a previous one at every call.
"$rnntrain" "${options[@]}" --run-dir "$tmp/begun" --epochs 1 --quiet
sed -i '/"event":"\(test\|end\)"/d' "$tmp/begun/log.jsonl"
# How many calls there are. The first open the log, load, and write the log's first line; the last
# are those of the last checkpoint and the log's last lines.
cp -r "$tmp/begun" "$tmp/counted"
FAULT_FOLDER=$tmp/counted FAULT_TOTAL=$tmp/total LD_PRELOAD=$build/tests/libfaults.so \
    "$rnntrain" "${options[@]}" --run-dir "$tmp/counted" --resume --quiet
total=$(cat "$tmp/total") first=12 last=25
n=0 every=${3:+1} n_kinds=${3:+${#kinds[@]}}
every=${every:-5} n_kinds=${n_kinds:-1}
for ((at = 1; ; at += every)); do
    for ((k = 0; k < n_kinds; k++)); do
        disturbed $at "${kinds[(at + k) % ${#kinds[@]}]}" || break 2
        n=$((n + 1))
    done
done
[ $n -gt 12 ] || problem "only $n calls were made to fail"
echo "$n faults, one at a time"

# A disk that stays full: the run goes on to its end, then says so.
for ((at = 12; at < 60; at += 16)); do
    disturbed $at+ ENOSPC 2
    [ "${what: -2}" = 74 ] || problem "a full disk: $what"
done

# A small disk that fills up and is cleared again.
if [ "$(id -u)" = 0 ] && mkdir "$tmp/small" && mount -t tmpfs -o size=1m none "$tmp/small"; then
    at_end umount "$tmp/small"
    launch 2 "$rnntrain" "${options[@]}" --run-dir "$tmp/small/run" --test-delay 20000
    dd if=/dev/zero of="$tmp/small/filler" bs=1k status=none 2>/dev/null || true
    await "a word on the full disk" grep -q 'No space left on device.*tries again' "$tmp/err"
    rm "$tmp/small/filler"
    ends
    [ "$rc" = 0 ] || problem "a disk that was full: exit code $rc: $(cat "$tmp/err")"
    [ "$(outcome "$tmp/small/run")" = "$expected" ] || problem "another outcome after a full disk"
else
    echo "note: no full disk was tried: mounting a tmpfs needs root"
fi
