#!/usr/bin/env bash
# A training step of batch 256 x 380, forward, backward and Adam: ours and the peers', in turns
# on the same cores, and how many times as fast a core ours is.
#
#   tests/bench/bench.sh BUILD [--rounds 5] [--recipes "keras-lstm keras-bilstm keras-gru"]
#                              [--peers FOLDER] [--install]
#
# Peers: Debian's python3-torch, oneDNN's LSTM primitive (libdnnl-dev, g++), and in FOLDER
# (default BUILD/peers) the environments torch and keras, which --install makes from PyPI (six
# GB). A peer that is missing is named. On one core: one thread, pinned; on two: two threads, or
# two processes of one (DistributedDataParallel over gloo), or two ranks.
set -euo pipefail
bench=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:?a build folder, see the head of this file}" && pwd)
shift
rounds=5 recipes="keras-lstm keras-bilstm keras-gru" peers=$build/peers install=
while [ $# -gt 0 ]; do
    case $1 in
    --rounds) rounds=$2 && shift 2 ;;
    --recipes) recipes=$2 && shift 2 ;;
    --peers) peers=$2 && shift 2 ;;
    --install) install=yes && shift ;;
    *) echo "bench.sh: $1: no such option" >&2 && exit 64 ;;
    esac
done
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
results=$(mktemp) && trap 'rm -f "$results"' EXIT
cores=$(nproc)

if [ -n "$install" ]; then
    python3 -m venv "$peers/torch" && "$peers/torch/bin/pip" install -q numpy torch
    python3 -m venv "$peers/keras" && "$peers/keras/bin/pip" install -q keras tensorflow-cpu
fi
mkdir -p "$peers"
g++ -O2 -std=c++17 "$bench/onednn.cpp" -ldnnl -o "$peers/onednn" 2>/dev/null ||
    echo "missing: oneDNN (apt-get install libdnnl-dev g++)"
debian=/usr/bin/python3 torch=$peers/torch/bin/python keras=$peers/keras/bin/python
"$debian" -c 'import torch' 2>/dev/null ||
    { debian= && echo "missing: Debian's PyTorch (apt-get install python3-torch)"; }
[ -x "$torch" ] || { torch= && echo "missing: PyTorch of PyPI (--install)"; }
[ -x "$keras" ] || { keras= && echo "missing: Keras of PyPI (--install)"; }
[ "$cores" -ge 2 ] || echo "missing: a second core"

# One figure: runs the command and notes "contender cores ms", the median of its few steps.
run() { # contender cores command...
    local name=$1 on=$2 said pinned=(taskset -c 0)
    shift 2
    [ "$on" = 1 ] || pinned=()
    said=$(OMP_NUM_THREADS=$on "${pinned[@]}" "$@" 2>/dev/null | grep -o 'ms [0-9.]* [0-9.]*') ||
        { echo "failed: $name on $on: $*" >&2 && return; }
    echo "$name|$on|${said##* }" >>"$results"
}

# The same of a peer in Python; no python, no peer.
run_peer() { # contender cores python library recipe threads [processes]
    [ -z "$3" ] || run "$1" "$2" "$3" "$bench/peers.py" "$4" "$5" 256 380 3 "${@:6}"
}

one_round() { # recipe
    local recipe=$1 ours=("$build/tests/bench_step" 3 380 1 --recipe "$1") on
    run rnntrain 1 "${ours[@]}"
    [ "$cores" -lt 2 ] || run rnntrain 2 mpirun -np 2 --bind-to core "${ours[@]}"
    if [ -x "$peers/onednn" ] && [ "$recipe" = keras-lstm ]; then
        run "oneDNN's LSTM alone" 1 "$peers/onednn" 256 380 3
    fi
    for ((on = 1; on <= (cores < 2 ? 1 : 2); on++)); do
        run_peer "PyTorch 1.13, threads" $on "$debian" torch "$recipe" $on
        run_peer "PyTorch of PyPI, threads" $on "$torch" torch "$recipe" $on
        run_peer "Keras on TensorFlow" $on "$keras" keras "$recipe" $on
    done
    [ "$cores" -ge 2 ] || return 0
    run_peer "PyTorch 1.13, processes" 2 "$debian" torch "$recipe" 1 2
    run_peer "PyTorch of PyPI, processes" 2 "$torch" torch "$recipe" 1 2
}

# Medians and ranges; the last column is how often our step fits into the peer's.
table() { # recipe
    sort "$results" | awk -F'|' -v recipe="$1" '
        function flush_group() {
            if (!n) return
            median[key] = n % 2 ? ms[(n + 1) / 2] : (ms[n / 2] + ms[n / 2 + 1]) / 2
            low[key] = ms[1]; high[key] = ms[n]; order[++groups] = key; n = 0
        }
        { if ($1 "|" $2 != key) { flush_group(); key = $1 "|" $2 }
          for (i = ++n; i > 1 && ms[i - 1] > $3; i--) ms[i] = ms[i - 1]
          ms[i] = $3 + 0 }
        END {
            flush_group()
            print "\n| " recipe " | cores | ms a step | range | rows/s a core | ours is |"
            print "|---|---|---|---|---|---|"
            for (g = 1; g <= groups; g++) {
                split(order[g], part, "|"); ours = median["rnntrain|" part[2]]
                printf "| %s | %d | %.0f | %.0f to %.0f | %.0f | %.1fx |\n", part[1], part[2],
                    median[order[g]], low[order[g]], high[order[g]],
                    256000 / median[order[g]] / part[2], median[order[g]] / ours
            }
        }'
}

grep -m 1 'model name' /proc/cpuinfo | sed 's/.*: //'
for recipe in $recipes; do
    : >"$results"
    for ((round = 0; round < rounds; round++)); do
        one_round "$recipe"
    done
    table "$recipe"
done
