#!/usr/bin/env bash
# What communication of a training step does not hide, on clusters that SimGrid simulates: the real
# program, keras-lstm, one lane a rank that takes 3.5 ms, on a star of hosts.
#
#   tests/bench/cluster.sh BUILD DATASET [RANKS RANKS-A-HOST GBIT]...
#
# DATASET: rnnprep's, with 16 rows a rank and three steps at least. A row for each setting (8 ranks,
# 1 a host; 64, 16 a host; 256, 64 a host; at 10 and 100 Gbit/s): milliseconds beside the lane, and
# the share of the step that is the lane, ADAM milliseconds (0.1) of an update added. Links take 5 us
# and a message 2 us of its sender and of its receiver at 10 Gbit/s, 1 and 0.5 us at 100; SMPI's own
# factors of bandwidth and latency come on top. What ranks add in memory takes no simulated time.
set -euo pipefail
source=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "${1:?a build folder, see the head of this file}" && pwd)
data=$(realpath "${2:?a data set, see the head of this file}")
settings=("${@:3}")
set -- "$build" "$source"
. "$source/tests/lib.sh"
. "$source/tests/simulated/simulated.sh"
[ ${#settings[@]} -gt 0 ] ||
    settings=(8 1 10 8 1 100 64 1 10 64 1 100 64 16 10 64 16 100 256 64 10 256 64 100)
build_simulated
patience=3600
lane=0.0035
export SIMULATED_LANE=$lane

echo "| ranks | a host | Gbit/s | messages a step | MB a step | exposed ms | share of the lane |"
echo "|---|---|---|---|---|---|---|"
for ((i = 0; i < ${#settings[@]}; i += 3)); do
    ranks=${settings[i]} each=${settings[i + 1]} gbit=${settings[i + 2]}
    links=(5 2e-6)
    [ "$gbit" -lt 100 ] || links=(1 5e-7)
    steps=()
    for n in 1 3; do
        on_star "$ranks" "$each" "$gbit" "${links[@]}" "$simulated" "$data" --recipe keras-lstm \
            --run-dir "$tmp/run" --overwrite --isa avx2 --epochs 1 --batch-size $((16 * ranks)) \
            --limit-train $((16 * ranks * n)) --limit-test 16 --validation none --monitor loss \
            --trace "$tmp/trace" --stall-timeout 0 >"$tmp/said" 2>&1 || {
            tail -5 "$tmp/said"
            problem "$ranks ranks, $each a host"
        }
        steps+=($(sed -n 's/^sent \(.*\) messages \(.*\) bytes$/\1 \2/p' "$tmp/said"))
    done
    python3 - "$ranks" "$each" "$gbit" "${steps[@]}" "$(step_seconds "$tmp/trace")" $lane "${ADAM:-0.1}" <<'PYTHON'
import sys
ranks, each, gbit, m1, b1, m3, b3, step, lane, adam = map(float, sys.argv[1:])
exposed = (step - lane) * 1e3
print(f"| {ranks:.0f} | {each:.0f} | {gbit:.0f} | {(m3 - m1) / 2:,.0f} | {(b3 - b1) / 2e6:,.1f} | "
      f"{exposed:.3f} | {lane * 1e3 / (lane * 1e3 + exposed + adam):.3f} |")
PYTHON
done
