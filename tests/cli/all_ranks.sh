#!/usr/bin/env bash
# Texts judged by several threads and by several ranks: the bytes of one thread, in order, with
# errors where they stand; and taken up again behind those that were judged.
set -euo pipefail
. "$2/tests/lib.sh"
cd "$tmp"

make_texts "made.csv=3000" 9 2-2 0-30 0 neg=1 pos=1
awk -F , -v OFS=, 'NR == 1 { print "id,review,label" } NR > 1 { print NR - 2, $0 }' made.csv >texts.csv
tail -n +2 made.csv | cut -d , -f 1 >lines
"$rnnprep" texts.csv --maxlen 20 -o set.h5 --quiet
"$rnntrain" set.h5 --run-dir run --epochs 1 --units 8 --embedding 8 --quiet >said 2>&1
predict() { # np threads argument...
    local np=$1 threads=$2
    shift 2
    if [ "$np" = 1 ]; then
        "$rnntrain" predict run --threads "$threads" "$@"
    else
        ranks "$np" "$rnntrain" predict run --threads "$threads" "$@" 2>mpirun.said || {
            cat mpirun.said >&2
            return 1
        }
    fi
}

# Lines from a file and from a pipe, and rows with what is kept of them.
predict 1 1 lines >right
[ "$(wc -l <right)" = 3000 ] || problem "3000 texts have $(wc -l <right) judgements"
predict 1 1 texts.csv -o right.csv >said
predict 1 1 texts.csv --jsonl >right.jsonl
for way in "1 5" "3 2"; do
    predict $way lines | cmp - right || problem "lines judged by $way (np, threads)"
    cat lines | predict $way - | cmp - right || problem "a pipe judged by $way (np, threads)"
    predict $way texts.csv -o out.csv >said
    cmp out.csv right.csv || problem "a table judged by $way (np, threads)"
    predict $way texts.csv --jsonl | cmp - right.jsonl || problem "JSON judged by $way (np, threads)"
done

# Figures and rows of eval, whatever computes.
for threads in 1 4; do
    "$rnntrain" eval run set.h5 --part train --json --bootstrap 50 --threads $threads \
        --rows rows$threads.csv >figures$threads
done
cmp figures1 figures4 || problem "figures by 4 threads"
cmp rows1.csv rows4.csv || problem "rows by 4 threads"

for np in 2 3; do
    ranks $np "$rnntrain" eval run set.h5 --part train --json --bootstrap 50 --rows rows$np.csv >figures 2>said
    cmp figures figures1 || problem "figures on $np ranks: $(cat said)"
    cmp rows$np.csv rows1.csv || problem "rows on $np ranks"
    ! grep -q note said || problem "a note on $np ranks: $(cat said)"
done
"$rnntrain" eval run made.csv --json --bootstrap 0 >figures1
ranks 2 "$rnntrain" eval run made.csv --json --bootstrap 0 --threads 1 | cmp - figures1 ||
    problem "a corpus on 2 ranks"
"$rnntrain" mistakes run set.h5 --part validation --top 3 >right.mistakes 2>said.alone
ranks 2 "$rnntrain" mistakes run set.h5 --part validation --top 3 2>said | cmp - right.mistakes ||
    problem "mistakes on 2 ranks"
cmp said said.alone || problem "notes on 2 ranks: $(cat said)"
expect 66 'nowhere.h5' mpirun -np 2 "$rnntrain" eval run nowhere.h5

# What a name stands for is the same everywhere, or nothing is judged.
head -99 made.csv | "$rnnprep" - -o other.h5 --quiet
expect 65 'other.h5: rank 1 reads another file under this name than rank 0' mpirun \
    -np 1 "$rnntrain" eval run set.h5 : -np 1 "$rnntrain" eval run other.h5
expect 64 'rank 1 on .* has another model, by the hash of its weights' mpirun \
    -np 1 "$rnntrain" predict run lines : -np 1 "$rnntrain" predict "$2/tests/fixtures/checkpoint_v1.h5"

# What is no text is not judged.
mkdir nothing
expect 65 'nothing: there are no labelled texts in it' "$rnntrain" eval run nothing
for command in eval predict mistakes; do
    expect 65 'run: the folder of a run, whose model is run/best.h5' "$rnntrain" $command run run
done
expect 66 'nothing: not a regular file: expected .* the folder of a run' "$rnntrain" summary nothing

# Behind what was judged before.
head -1234 right >begun
predict 1 3 lines --skip "$(wc -l <begun)" >>begun
cmp begun right || problem "lines taken up again"
[ "$(predict 2 1 texts.csv --skip 2999 | cmp - <(tail -1 right) && echo same)" = same ] ||
    problem "rows taken up again"
[ -z "$(predict 1 2 lines --skip 3000)" ] || problem "all lines passed over"
expect 64 'skip 3001: lines has 3000 texts' "$rnntrain" predict run lines --skip 3001
expect 64 'skip 3001: texts.csv has 3000 texts' "$rnntrain" predict run texts.csv --skip 3001

# An error comes behind the answers before it, whoever met it.
{ cat texts.csv && printf '3000,warm,pos,more\n3001,warm,pos\n'; } >odd.csv
for np in 1 2; do
    if predict $np 2 odd.csv >out 2>said; then problem "a row with a field too many was judged"; fi
    cmp out right || problem "answers before an odd row at np $np"
done
{ seq -f '{"text": "warm %.0f"}' 2000 && printf '{"text": "y", "b": 1}\n'; } >odd.jsonl
expect 65 'text 2001 has other columns than the first' "$rnntrain" predict run odd.jsonl -o out2.csv \
    --threads 3
expect 65 'text 2001 has other columns than the first' mpirun -np 2 "$rnntrain" predict run odd.jsonl \
    -o out2.csv
[ ! -e out2.csv ] || problem "a table that is not whole was written"
expect 66 'nowhere: cannot open' mpirun -np 2 "$rnntrain" predict run nowhere

# Whoever waits for an answer gets it.
coproc judge { "$rnntrain" predict run --threads 4; }
for i in 1 2 3; do
    head -1 lines >&"${judge[1]}"
    read -r -t 60 answer <&"${judge[0]}" || problem "no answer to line $i of a pipe"
    [ "$answer" = "$(head -1 right)" ] || problem "another answer to line $i of a pipe"
done

# A rank that is killed takes the others with it, though they wait for texts.
mkfifo never
exec 7<>never
ranks 2 "$rnntrain" predict run never >out 2>said &
job=$!
second() { # the process of rank 1
    started | while read -r process; do
        [ "$(readlink "/proc/$process/exe")" != "$(realpath "$rnntrain")" ] ||
            ! grep -q -z '^OMPI_COMM_WORLD_RANK=1$' "/proc/$process/environ" || echo "$process"
    done
}
for ((i = 0; i < 200; i++)); do
    process=$(second)
    [ -z "$process" ] || break
    sleep 0.05
done
sleep 0.3
kill -9 $process
if wait $job; then problem "a rank that was killed went unnoticed"; fi
