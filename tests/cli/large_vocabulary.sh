# A vocabulary of which a lane touches few rows: gradients have those alone, a row's update
# waits until it is wanted, and a node's ranks share the weights. All of it gives the bits of the
# dense way, which a sum by MPI still goes on one rank.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"

awk 'BEGIN {
    print "text,label"
    for (i = 0; i < 240; i++) {
        line = ""
        for (k = 0; k < 8; k++) {
            x = (x * 1103515245 + 12345) % 2147483648
            # half of the words stand in few texts, some in one
            line = line " w" (k % 2 ? int(x / 65536) % 2500 : int(x / 65536) % 40)
        }
        print line "," int(x / 1048576) % 2
    }
}' >"$tmp/texts.csv"
"$rnnprep" "$tmp/texts.csv" -o "$tmp/texts.h5" --maxlen 8 --num-words 0 >"$tmp/prep.out"

trained() { # folder, ranks, options...
    local folder=$tmp/$1 ranks=$2 launch=()
    shift 2
    [ "$ranks" = 1 ] || launch=(mpirun -np "$ranks")
    "${launch[@]}" "$rnntrain" train "$tmp/texts.h5" --run-dir "$folder" --units 3 --embedding 5 \
        --head last --batch-size 32 --lane-rows 4 --epochs 3 --patience 0 --learning-rate 0.02 --quiet \
        "$@" >"$folder.out" 2>&1
}

# The same; the hashes of its weights, epoch by epoch.
hashes() {
    local folder=$tmp/$1
    trained "$@" || return
    grep -o '"weights":"[0-9a-f]*"' "$folder/log.jsonl" | tr '\n' ' '
}

dense=$(hashes dense 1 --clip-norm 0.1 --allreduce mpi)
[ "$(wc -w <<<"$dense")" = 3 ]
[ "$(hashes three 3 --clip-norm 0.1 --checkpoint-every 2)" = "$dense" ]

dense_average=$(hashes dense_average 1 --ema 0.9 --lr-decay cosine --lr-warmup 0.5 --allreduce mpi)
[ "$(hashes average 2 --ema 0.9 --lr-decay cosine --lr-warmup 0.5)" = "$dense_average" ]

# Checkpoints that a thread puts in place: best.h5 is a name of last.h5 where both hold the same. The
# run is taken up by another number of ranks, where rows have waited, also after that thread was
# killed before last.h5 had its name, and before its generation was kept (tests/faults/kill_behind.sh).
hashes large 2 --clip-norm 0.1 --epochs 1 --test-large 1 >/dev/null
[ "$tmp/large/best.h5" -ef "$tmp/large/last.h5" ]
for call in renameat linkat; do
    (
        export FAULT_FOLDER=$tmp/large FAULT_CALL=$call FAULT_AT=2 FAULT_KIND=kill
        LD_PRELOAD=$build/tests/libfaults.so trained large 1 --clip-norm 0.1 --resume \
            --test-large 1 --checkpoint-every 3
    ) && rc=0 || rc=$?
    [ $rc = 137 ] || problem "killed before $call: exit code $rc"
done
[ "$(hashes large 1 --clip-norm 0.1 --resume --test-large 1 --checkpoint-every 3)" = "$dense" ]
for name in best last; do
    cmp <("$rnntrain" predict "$tmp/large/$name.h5" "$tmp/texts.csv") \
        <("$rnntrain" predict "$tmp/dense/$name.h5" "$tmp/texts.csv")
done
[ "$tmp/large/epoch.h5" -ef "$tmp/large/last.h5" ]
[ -z "$(find "$tmp" -name '*.tmp.*')" ]
