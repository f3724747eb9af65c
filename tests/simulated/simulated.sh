# rnntrain on simulated clusters, by SimGrid's SMPI. Sourced behind lib.sh.
for program in smpicc smpirun; do
    command -v $program >/dev/null || skip "no $program: libsimgrid-dev"
done

# $simulated: the program, the sources as they are, built against SMPI. Ranks are copies of it in
# one process, and its libraries are shared by all. SMPI's getopt.h has a struct option too.
build_simulated() {
    local here=$source/tests/simulated folder=$build/simulated
    simulated=$folder/rnntrain
    mkdir -p "$folder"
    smpicc -O2 -I"$source/src" -I"$source/include" -c "$here/shim.c" -o "$folder/shim.o"
    cmake -S "$source" -B "$folder" -DCMAKE_C_COMPILER=smpicc -DCMAKE_C_FLAGS=-D_GETOPT_EXT_H=1 \
        -DRNNTRAIN_ONNX=OFF -DCMAKE_PROJECT_INCLUDE="$here/simulated.cmake" >"$tmp/said" 2>&1 &&
        cmake --build "$folder" -j"$(nproc)" --target rnntrain >>"$tmp/said" 2>&1 || {
        tail -30 "$tmp/said"
        problem "no build against SMPI"
    }
}

# A star of hosts: so many Gbit/s and microseconds a link, and seconds that a message costs its
# sender and its receiver.
on_star() { # ranks ranks-a-host gbit microseconds overhead command...
    local ranks=$1 each=$2 gbit=$3 latency=$4 overhead=$5 i
    shift 5
    cat >"$tmp/star.xml" <<XML
<?xml version="1.0"?>
<!DOCTYPE platform SYSTEM "https://simgrid.org/simgrid.dtd">
<platform version="4.1">
  <cluster id="star" prefix="n" suffix="" radical="0-$(((ranks + each - 1) / each - 1))" speed="1Gf"
    core="$each" bw="${gbit}Gbps" lat="${latency}us" sharing_policy="SPLITDUPLEX"
    loopback_bw="800Gbps" loopback_lat="0.3us"/>
</platform>
XML
    for ((i = 0; i < ranks; i++)); do
        echo n$((i / each))
    done >"$tmp/hosts"
    OPENBLAS_NUM_THREADS=1 timeout $patience smpirun -np "$ranks" -hostfile "$tmp/hosts" \
        -platform "$tmp/star.xml" --cfg=smpi/host-speed:1Gf --cfg=smpi/simulate-computation:no \
        --cfg=smpi/coll-selector:ompi --cfg=smpi/os:"0:$overhead:0" --cfg=smpi/ois:"0:$overhead:0" \
        --cfg=smpi/or:"0:$overhead:0" --cfg=network/crosstraffic:0 --log=root.thres:error "$@"
}

# Seconds of a step, of the trace's last ones: from the end of a sum to the end of the next.
step_seconds() { # trace
    python3 - "$1" <<'PYTHON'
import json, sys
text = open(sys.argv[1]).read()
try:
    trace = json.loads(text)
except ValueError:
    trace = json.loads(text.rstrip().rstrip(",") + "]")
events = trace["traceEvents"] if isinstance(trace, dict) else trace
ends = sorted(e["ts"] + e["dur"] for e in events
              if e.get("ph") == "X" and e["name"] == "reduce" and e["tid"] == 0)
steps = [b - a for a, b in zip(ends, ends[1:])]
print(f"{sorted(steps[len(steps) // 2:])[0] / 1e6:.6f}")
PYTHON
}
