# What the shell tests share. A test is called with the build folder and the source folder;
# it makes its files in $tmp, which goes when it ends.
build=$1
source=$2
rnntrain=$build/rnntrain
rnnprep=$build/rnnprep
tmp=$(mktemp -d "${TMPDIR:-/tmp}/rnntrain-test-XXXXXX")
trap 'rm -rf "$tmp"' EXIT
set -E
trap 'echo "FAILED: $0, line $LINENO: $BASH_COMMAND" >&2' ERR

export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_hwloc_base_binding_policy=none

# A build with sanitizers: what Open MPI leaks is not ours, everything else counts.
export LSAN_OPTIONS=suppressions=$source/tests/sanitize/lsan.supp:print_suppressions=0
export ASAN_OPTIONS=detect_leaks=1:fast_unwind_on_malloc=0
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1

problem() { # what went wrong
    echo "FAILED: $*" >&2
    exit 1
}

skip() { # why
    echo "SKIPPED: $*"
    exit 77
}

ranks() { # np command...
    local np=$1
    shift
    timeout 240 mpirun -np "$np" "$@"
}

# expect CODE PATTERN command...: the command must end with CODE and say PATTERN (a regular
# expression) in its own line of the error output; mpirun's notes do not count.
expect() {
    local code=$1 pattern=$2 rc=0
    shift 2
    timeout 120 "$@" >"$tmp/out" 2>"$tmp/err" || rc=$?
    [ $rc -eq "$code" ] || {
        cat "$tmp/err" >&2
        problem "exit code $rc, expected $code: $*"
    }
    grep -E '^(rnntrain|rnnprep): ' "$tmp/err" | grep -q -E -- "$pattern" || {
        cat "$tmp/err" >&2
        problem "no message like \"$pattern\": $*"
    }
    [ "$(grep -c -E '^(rnntrain|rnnprep): ' "$tmp/err")" -eq 1 ] ||
        problem "more than one message: $*"
}

# The weight hashes of a run, one an epoch.
hashes() { # run folder
    grep '"event":"epoch"' "$1/log.jsonl" | sed -E 's/.*"weights":"([0-9a-f]+)".*/\1/' |
        tr '\n' ' '
}

# A small synthetic data set at $tmp/sample.h5.
make_sample() { # documents
    "$rnnprep" sample "$tmp/sample" --documents "$1" >/dev/null
    "$rnnprep" "$tmp/sample" -o "$tmp/sample.h5" --num-words 400 --maxlen 60 --quiet
}

# Starts ranks in the background and waits until they say what they will train; $job is mpirun,
# its output goes to $tmp/said and $tmp/err.
launch() { # np command...
    local i np=$1
    shift
    rm -f "$tmp/said" "$tmp/err"
    mpirun -np "$np" "$@" >"$tmp/said" 2>"$tmp/err" &
    job=$!
    for ((i = 0; i < 600; i++)); do
        [ ! -s "$tmp/said" ] || return 0
        kill -0 $job 2>/dev/null || return 0
        sleep 0.05
    done
    problem "nothing was said: $*"
}

# The job must end within so many seconds; $rc is its code.
ends() { # seconds
    local i
    rc=0
    for ((i = 0; i < $1 * 20; i++)); do
        kill -0 $job 2>/dev/null || break
        sleep 0.05
    done
    ! kill -0 $job 2>/dev/null || {
        kill -9 $job
        problem "the job did not end in $1 s: $(cat "$tmp/err")"
    }
    wait $job || rc=$?
}

# The processes of a run's ranks.
pids() { # run folder
    pgrep -f "^$rnntrain .*$1( |\$)" || true
}

# Waits until all of them are gone.
gone() { # run folder
    local i
    for ((i = 0; i < 400; i++)); do
        [ -n "$(pids "$1")" ] || return 0
        sleep 0.05
    done
    problem "processes are left: $(pids "$1")"
}

# What a run came to: the hash of each epoch's weights, the scores of best and last.
outcome() { # run folder
    python3 - "$1/log.jsonl" <<'PYTHON'
import json, sys
events = [json.loads(line) for line in open(sys.argv[1])]
epochs = [e for e in events if e["event"] == "epoch"]
assert [e["epoch"] for e in epochs] == list(range(1, len(epochs) + 1)), "an epoch is missing or twice"
print([(e["loss"], e["val_acc"], e["weights"]) for e in epochs],
      [(e["which"], e["epoch"], e["loss"]) for e in events if e["event"] == "test"],
      [e["reason"] for e in events if e["event"] == "end"])
PYTHON
}
