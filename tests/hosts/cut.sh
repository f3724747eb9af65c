#!/usr/bin/env bash
# Ranks on several hosts: the same bits however they lie; and a host that is cut off in mid-epoch
# is named, the job ends, and the run goes on without it to the same bits.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/hosts.sh"
unset OMPI_MCA_rmaps_base_oversubscribe

make_sample 1500
options=("$tmp/sample.h5" --recipe keras-gru --batch-size 100 --epochs 4 --patience 0 --mask)
"$rnntrain" "${options[@]}" --run-dir "$tmp/straight" --quiet
expected=$(outcome "$tmp/straight")
make_hosts 4

in_host h1 cp "$tmp/sample.h5" "$shared/only.h5" # which no other host sees: one reads for all
for hosts in h1:4 h1:2,h2:2 h2:1,h1:3 h1:1,h2:1,h3:1,h4:1; do
    began=$SECONDS
    case $hosts in h1:*,*) options[0]=$shared/only.h5 ;; *) options[0]=$tmp/sample.h5 ;; esac
    timeout $patience bash -c "$(declare -f on_hosts in_host); bed=$bed on_hosts \"\$@\"" _ \
        $hosts 4 "$rnntrain" "${options[@]}" --run-dir "$tmp/$hosts" --quiet
    usual=$((SECONDS - began + 1)) # seconds, and more of them the busier the machine is
    [ "$(outcome "$tmp/$hosts")" = "$expected" ] || problem "on $hosts: $(outcome "$tmp/$hosts")"
done
grep -q '"hosts":"h1,h2,h3,h4"' "$tmp/h1:1,h2:1,h3:1,h4:1/log.jsonl" || problem "hosts in the log"

# The network of the second host is cut. The ranks on this side say whom they miss, and before that
# nobody gives up; then the launcher notices it too.
keepalive=$((usual + 1)) options[0]=$tmp/sample.h5
on_hosts h1:2,h2:2 4 "$rnntrain" "${options[@]}" --run-dir "$tmp/cut" --stall-timeout $usual \
    --checkpoint-every 2 --test-delay 50000 >"$tmp/said" 2>"$tmp/err" || exit $? &
job=$!
await "an epoch" grep -q '"event":"epoch"' "$tmp/cut/log.jsonl"
cut_host h2 $((usual + 4))
began=$(date +%s%N)
ends $((20 + 6 * usual))
[ $rc != 0 ] || problem "exit code 0 after a host was cut off"
echo "the job ended $((($(date +%s%N) - began) / 1000000)) ms after the cut, with code $rc"
grep -q "no answer for $usual s from rank 2 on h2, rank 3 on h2: " "$tmp/err" ||
    problem "the host is not named: $(cat "$tmp/err")"
on_hosts h1:3 3 "$rnntrain" "${options[@]}" --run-dir "$tmp/cut" --resume --quiet
[ "$(outcome "$tmp/cut")" = "$expected" ] || problem "after a cut: $(outcome "$tmp/cut")"
