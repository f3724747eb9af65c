# What the shell tests share. A test is called with the build folder and the source folder.
#
# It is never alone on a machine. What it looks at, waits for, ends and removes is its own, known by
# what it set itself: its files lie in $tmp, also those of Open MPI, except shared memory, which lies
# in $shared; its processes carry $tmp in their environment. At its end all of that goes.
build=$1
source=$2
rnntrain=$build/rnntrain
rnnprep=$build/rnnprep
patience=300 # seconds for what takes long only if it hangs

tmp=$(mktemp -d "${TMPDIR:-/tmp}/rnntrain-XXXXXX")
shared=$(mktemp -d /dev/shm/rnntrain-XXXXXX 2>/dev/null) || shared=$tmp/shared
mkdir -p "$tmp/sessions" "$shared"
export TEST_FOLDER=$tmp LC_ALL=C.UTF-8
export OMPI_MCA_orte_tmpdir_base=$tmp/sessions OMPI_MCA_shmem_mmap_backing_file_base_dir=$shared
for part in btl_vader osc_sm osc_rdma; do
    export OMPI_MCA_${part}_backing_directory="$shared"
done

# The processes that were started here, or by tests that run within this one.
started() (
    unset TEST_FOLDER # its own are none of them
    grep -l -s -z "^TEST_FOLDER=$tmp\(/\|\$\)" /proc/[0-9]*/environ | cut -d/ -f3 || true
)

endings=()
at_end() { # command...: to be done before all goes
    endings=("$*" "${endings[@]}")
}

leave() {
    local i step
    trap - ERR
    set +e
    for step in "${endings[@]}"; do
        $step
    done
    for ((i = 0; i < 100; i++)); do
        kill -9 $(started) 2>/dev/null || break
        sleep 0.05
    done
    rm -rf "$tmp" "$shared"
}
trap leave EXIT
set -E
trap 'echo "FAILED: $0, line $LINENO: $BASH_COMMAND" >&2' ERR

export -n RNNTRAIN_PYTHON RNNTRAIN_IMDB # the programs would say that they know no such option
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_hwloc_base_binding_policy=none
export OMPI_MCA_mpi_yield_when_idle=1 # ranks that wait leave the cores to those that compute

# A build with sanitizers: what Open MPI leaks is not ours, everything else counts.
export LSAN_OPTIONS=suppressions=$source/tests/sanitize/lsan.supp:print_suppressions=0
# LeakSanitizer's tracer crashes in blocks of thread-local storage that Open MPI's components had:
# it does not follow them, which can show more leaks and hides none.
export ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1
ASAN_OPTIONS+=:intercept_tls_get_addr=0
# Libraries that plant faults stand before ASan's, which would refuse that.
ASAN_OPTIONS+=:verify_asan_link_order=0
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
    timeout $patience mpirun -np "$np" "$@"
}

# expect CODE PATTERN command...: the command must end with CODE and say PATTERN (a regular
# expression) in its own line of the error output; mpirun's notes do not count.
expect() {
    local code=$1 pattern=$2 rc=0
    shift 2
    timeout $patience "$@" >"$tmp/out" 2>"$tmp/err" || rc=$?
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

# Tables of texts with a class each, text,label: so many words of a row, from the first number to the
# second, tell its class, or as often as `odd` says another one's; the others are common. The same
# files for the same arguments.
make_texts() { # "FILE=ROWS ..." seed telling common odd CLASS=WEIGHT...
    python3 - "$@" <<'PYTHON'
import random, sys
files, seed, telling, common, odd, *classes = sys.argv[1:]
random.seed(int(seed))
weights = {name: float(weight) for name, weight in (c.split("=") for c in classes)}
shared = "the a of on and is was at walk train lamp soup river band shop lake bread".split()
own = dict(zip(weights, ("cold sour dull stale awful".split(), "warm kind bright lovely great".split(),
                         "plain usual mid even fair".split())))
def draw(words, between):
    return random.choices(words, k=random.randint(*map(int, between.split("-"))))
for name, rows in (f.split("=") for f in files.split()):
    with open(name, "w") as table:
        print("text,label", file=table)
        for _ in range(int(rows)):
            label, = random.choices(list(own), weights=list(weights.values()))
            shown = random.choice(list(own)) if random.random() < float(odd) else label
            words = draw(own[shown], telling) + draw(shared, common)
            random.shuffle(words)
            print(" ".join(words) + "," + label, file=table)
PYTHON
}

# Waits until a command succeeds.
await() { # what command...
    local what=$1 end=$((SECONDS + patience))
    shift
    until "$@" 2>/dev/null; do
        [ $SECONDS -lt $end ] || problem "not in $patience s: $what"
        sleep 0.05
    done
}

# Starts ranks in the background and waits until they say what they will train; $job is mpirun,
# its output goes to $tmp/said and $tmp/err.
launch() { # np command...
    local np=$1
    shift
    rm -f "$tmp/said" "$tmp/err"
    mpirun -np "$np" "$@" >"$tmp/said" 2>"$tmp/err" &
    job=$!
    await "a word of $*" has_spoken
}
has_spoken() { [ -s "$tmp/said" ] || ! kill -0 $job; }

# The job must end, in so many seconds where they are given; $rc is its code.
ends() { # [seconds]
    local limit=${1:-$patience} end
    end=$((SECONDS + limit)) rc=0
    while kill -0 $job 2>/dev/null; do
        [ $SECONDS -lt $end ] || problem "the job did not end in $limit s: $(cat "$tmp/err")"
        sleep 0.05
    done
    wait $job || rc=$?
}

# The processes of a run's ranks, in the order of ranks.
pids() { # run folder
    local pid
    for pid in $(pgrep -f " $1( |\$)"); do
        tr '\0' '\n' <"/proc/$pid/environ" |
            sed -n "s/^OMPI_COMM_WORLD_RANK=\(.*\)/\1 $pid/p" || true # it has ended
    done 2>/dev/null | sort -n | cut -d ' ' -f 2
}

# Waits until all of them are gone.
gone() { # run folder
    await "the end of all ranks of $1" is_gone "$1"
}
is_gone() { [ -z "$(pids "$1")" ]; }

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

# A run's best model, exported: C, which the export compiles and compares, and a file of Keras, which
# read back judges $tmp/texts as the model does: it says where pads stand.
exports_judge_alike() { # run folder, what
    local model=$1/best.h5
    "$rnntrain" export "$model" --to c -o "$tmp/model.c" >"$tmp/said"
    grep -q 'compiled and run' "$tmp/said" || problem "$2: C was not tried: $(cat "$tmp/said")"

    "$rnntrain" export "$model" --to keras -o "$tmp/model.keras" >/dev/null
    "$rnntrain" import "$tmp/model.keras" -o "$tmp/back.h5" --tokenizer "$model" >/dev/null \
        2>"$tmp/notes"
    ! grep -E 'pads stand|long text|name its classes' "$tmp/notes" ||
        problem "$2: the file says more than import reads"
    "$rnntrain" predict "$model" "$tmp/texts" >"$tmp/ours"
    [ -s "$tmp/ours" ] || problem "$2: nothing is judged"
    "$rnntrain" predict "$tmp/back.h5" "$tmp/texts" | cmp - "$tmp/ours" ||
        problem "$2: Keras's file judges otherwise"
}
