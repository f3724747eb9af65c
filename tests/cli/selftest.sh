#!/usr/bin/env bash
# rnntrain selftest, in an empty folder: all is ok here, and a fault planted in the arithmetic
# fails the checks that it should, and no others.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$tmp"

failed() { # JSON of a selftest: the names of the checks that failed
    python3 -c 'import json, sys
checks = json.load(sys.stdin)
assert len(checks) == 6, checks
for c in checks:
    assert c["says"] and (c["level"] == "ok") == ("cure" not in c), c
print(*[c["check"] for c in checks if c["level"] == "FAILED"], sep=", ")'
}
expect() { # CODE CHECKS command...: ends so, and these failed
    local code=$1 checks=$2 rc=0
    shift 2
    timeout $patience "$@" --json >said 2>err || rc=$?
    [ $rc = "$code" ] || problem "exit code $rc of $*: $(cat said err)"
    [ "$(failed <said)" = "$checks" ] || problem "$*: $(failed <said) FAILED: $(cat said)"
}

mpirun -np 2 "$rnntrain" selftest >said || problem "it FAILED: $(cat said)"
[ "$(wc -L <said)" -le 80 ] || problem "too wide: $(cat said)"
tail -1 said | grep -q '^6 ok, 0 FAILED; kernel set ' || problem "$(tail -1 said)"

expect 0 '' "$rnntrain" selftest --precision bf16
expect 70 'gradients, losses, kernel sets' "$rnntrain" selftest --test-fault gradient
grep -q FAILED err || problem "nothing is said: $(cat err)"
expect 70 'order of lanes, ranks' "$rnntrain" selftest --test-fault unsteady
[ -z "$(ls -A | grep -vx 'err\|said\|sessions\|shared')" ] || problem "it leaves files: $(ls -A)"

# One rank computes wrongly, and by another set: it is named, whichever it is.
expect 70 'gradients, losses, kernel sets, ranks' mpirun -np 1 "$rnntrain" selftest --json : \
    -np 1 "$rnntrain" selftest --isa baseline --test-fault gradient
grep -q 'on 1 of 2 ranks; rank 1 on ' said || problem "no rank is named: $(cat said)"
if grep -q avx2 /proc/cpuinfo; then
    grep -q 'kernel set.*give an --isa' said || problem "no set is named: $(cat said)"
fi
