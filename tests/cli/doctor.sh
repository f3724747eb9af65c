#!/usr/bin/env bash
# rnntrain doctor names what is wrong and the cure, and nothing else: one fault planted at a time.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$tmp"
plant=$build/tests/libplanted.so

findings() { # JSON of a doctor: "level check" of what is not ok
    python3 -c 'import json, sys
for f in json.load(sys.stdin):
    assert f["says"] and (f["level"] == "ok") == ("cure" not in f), f
    if f["level"] != "ok":
        print(f["level"], f["check"])' <"$1"
}

rc=0
"$rnntrain" doctor --json >said || rc=$?
findings said | sort -u >usual
grep -q '^error' usual && [ $rc = 69 ] || [ $rc = 0 ] || problem "exit code $rc: $(cat said)"
[ ! -e run ] || problem "a run directory was made"
[ "$(python3 -c 'import json; print(len(json.load(open("said"))))')" -ge 15 ] || problem "checks are missing"
"$rnntrain" doctor >said || true
[ "$(wc -L <said)" -le 80 ] || problem "too wide: $(cat said)"
tail -1 said | grep -Eq '^[0-9]+ ok, [0-9]+ warnings?, [0-9]+ errors?$' || problem "$(tail -1 said)"
! ls -A | grep -q doctor- || problem "its file was left there"
expect 64 'unknown option --rundir' "$rnntrain" doctor --rundir x
[ $rc = 69 ] || expect 74 'standard output cannot be written' bash -c "exec '$rnntrain' doctor >/dev/full"

# fault LEVEL CHECK command...: that is found, beside what is usual here, and the code says so.
fault() {
    local level=$1 check=$2 rc=0
    shift 2
    timeout $patience "$@" --json >said 2>err || rc=$?
    findings said | sort -u >found || problem "$check: no answer: $(cat said err)"
    grep -qx "$level $check" found || problem "$check is not found ($*): $(cat said)"
    [ "$level" != error ] || [ $rc = 69 ] || problem "$check: exit code $rc"
}
only() { # CHECK...: nothing else was found that is not usual
    local name
    for name in "$@"; do
        sed -i "/ $name\$/d" found
    done
    comm -23 found usual >more
    [ ! -s more ] || problem "found besides $*: $(cat more said)"
}

fault error launcher env SLURM_STEP_NUM_TASKS=4 SLURM_PROCID=0 "$rnntrain" doctor
only launcher
fault error launcher env PMI_SIZE=4 PMI_RANK=0 "$rnntrain" doctor
touch file
fault error 'run directory' "$rnntrain" doctor --run-dir file/run
only 'run directory' 'file locks'
fault error 'disk room' env LD_PRELOAD="$plant" PLANT_FULL="$PWD" "$rnntrain" doctor --run-dir "$PWD"
only 'disk room'
fault warning 'file locks' env LD_PRELOAD="$plant" PLANT_NO_LOCKS=1 "$rnntrain" doctor
only 'file locks'
fault error clock env LD_PRELOAD="$plant" PLANT_CLOCK=-2000000000 "$rnntrain" doctor
fault error processor "$rnntrain" doctor --isa avx9000
only processor kernels
if grep -q avx2 /proc/cpuinfo; then
    fault warning blas env OPENBLAS_CORETYPE=Prescott "$rnntrain" doctor
    only blas
fi
fault error 'temporary files' env TMPDIR="$PWD/none" "$rnntrain" doctor
(
    ulimit -n 100
    fault warning limits "$rnntrain" doctor
)

# Ranks: memory that they cannot share, more of them than cores, all on one core, two kinds of BLAS.
fault error 'shared memory' mpirun -np 2 -x OMPI_MCA_osc_sm_backing_directory="$PWD/none" "$rnntrain" doctor
fault warning oversubscription mpirun -np $(($(nproc --all) + 1)) "$rnntrain" doctor
only oversubscription
core=$(taskset -cp $$ | sed 's/.*: \([0-9]*\).*/\1/')
if [ "$(nproc --all)" -gt 1 ]; then
    fault warning binding mpirun -np 2 taskset -c "$core" "$rnntrain" doctor
    only binding
fi
if grep -q avx2 /proc/cpuinfo; then
    fault error kernels mpirun -np 1 "$rnntrain" doctor --json : \
        -np 1 "$rnntrain" doctor --isa baseline
fi
