#!/usr/bin/env bash
# The real program on 8 to 256 simulated ranks: the weights of one real rank, and as many messages
# and bytes a step as src/README.md says. An argument after the folders: the most ranks.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../simulated/simulated.sh"
most=${3:-256}
build_simulated

# Every lane has every word, so what travels is known: no row is left out.
words=4 width=8
"$rnnprep" sample "$tmp/sample" --documents 10500 >/dev/null
"$rnnprep" "$tmp/sample" -o "$tmp/sample.h5" --num-words $words --maxlen 100 --quiet

options() { # lanes steps
    echo "$tmp/sample.h5 --overwrite --isa baseline --epochs 1 --units 8 --embedding $width --dense 0
        --lane-rows 8 --batch-size $((8 * $1)) --limit-train $((8 * $1 * $2)) --limit-test 16
        --validation none --monitor loss --stall-timeout 0"
}

sent() { # ranks ranks-a-host lanes steps: messages and bytes
    on_star "$1" "$2" 100 1 5e-7 "$simulated" $(options "$3" "$4") --run-dir "$tmp/simulated-run" \
        >"$tmp/said" 2>&1 || {
        tail -20 "$tmp/said" >&2
        problem "$1 simulated ranks, $2 a host"
    }
    sed -n 's/^sent \(.*\) messages \(.*\) bytes$/\1 \2/p' "$tmp/said"
}

simulate() { # ranks ranks-a-host lanes messages-of-a-rank-and-step
    local nodes=$(($1 / $2)) before after array messages bytes
    [ "$1" -le "$most" ] || return 0
    "$rnntrain" $(options "$3" 4) --run-dir "$tmp/run" --quiet
    before=($(sent "$1" "$2" "$3" 2))
    after=($(sent "$1" "$2" "$3" 4))
    [ "$(hashes "$tmp/simulated-run")" = "$(hashes "$tmp/run")" ] ||
        problem "$1 simulated ranks, $2 a host: other weights than one rank's"

    # (nodes - 1) times each: the array to be added and to be gathered, with its rows' bits; the
    # nine doubles of each lane
    array=$((8 * ((words + 63) / 64) + 4 * $(parameters)))
    messages=$(($1 * $4)) bytes=$(((nodes - 1) * (2 * array + 72 * $3)))
    [ "$((after[0] - before[0])) $((after[1] - before[1]))" = "$((2 * messages)) $((2 * bytes))" ] ||
        problem "$1 simulated ranks, $2 a host, $3 lanes: in two steps $((after[0] - before[0]))" \
            "messages of $((after[1] - before[1])) bytes, expected $((2 * messages)), $((2 * bytes))"
}
parameters() { sed -n 's/.*"event":"start".*"parameters":\([0-9]*\).*/\1/p' "$tmp/run/log.jsonl"; }

simulate 8 1 8 14
simulate 16 4 16 6
simulate 16 4 64 6
simulate 64 16 64 6
simulate 64 1 64 12
simulate 256 64 256 6
