#!/usr/bin/env bash
# Every bad input: one message with what is wrong and what to do, the exit code, on every
# number of ranks, and nothing left half done.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"

make_sample 300
good=$tmp/sample.h5
run=$tmp/run

# refused CODE PATTERN option...: alone and on 3 ranks, and no run directory is made.
refused() {
    local code=$1 pattern=$2
    shift 2
    expect "$code" "$pattern" "$rnntrain" "$@" --run-dir "$run"
    expect "$code" "$pattern" mpirun -np 3 "$rnntrain" "$@" --run-dir "$run"
    [ ! -e "$run" ] || problem "a run directory was made: $*"
}

# The command line.
refused 64 '^rnntrain: --batch-size 0: expected a whole number from 1' "$good" --batch-size 0
refused 64 '--bacth-size.*--batch-size' "$good" --bacth-size 64
refused 64 '--units' "$good" --units many
refused 64 'one of lstm, bilstm, gru' "$good" --model rnn
refused 64 'other.h5 is one operand too many; usage: rnntrain' "$good" other.h5
refused 64 'val_acc.*--monitor' "$good" --validation none --monitor val_acc
refused 66 'none.json' "$good" --config "$tmp/none.json"
echo '{"unitz": 3}' >"$tmp/bad.json"
refused 64 'bad.json.*unitz' "$good" --config "$tmp/bad.json"

refused 64 '--units: its value is missing' "$good" --units --mask
refused 64 '--reset-after is for --model gru' "$good" --reset-after
refused 64 '--momentum is for --optimizer sgd' "$good" --momentum 0.9
refused 64 '--window-rows is for --shuffle window' "$good" --window-rows 512
refused 64 'go together' "$good" --lr-decay inverse
echo '{"config": "other.json", "units": 3}' >"$tmp/chain.json"
refused 64 'chain.json: "config" cannot stand' "$good" --config "$tmp/chain.json"
for other in "--epochs 3" "--balance off"; do
    # shellcheck disable=SC2086
    expect 64 'rank 1 on .* has another configuration than rank 0' \
        mpirun -np 1 "$rnntrain" "$good" --run-dir "$run" : \
        -np 1 "$rnntrain" "$good" --run-dir "$run" $other
done
[ ! -e "$run" ] || problem "ranks that differ made a run directory"
expect 74 'standard output cannot be written' bash -c \
    "exec '$rnntrain' '$good' --run-dir '$tmp/full' --epochs 1 --limit-train 60 >/dev/full"

# A variable of the shell without a value gives an empty operand, or name; one of the environment is unset.
expect 64 'operand 1 is empty' "$rnntrain" ""
expect 64 'operand 1 is empty' "$rnnprep" ""
expect 64 'operand 2 is empty' "$rnntrain" eval "$run" ""
expect 64 'an empty name, expected that of a folder' "$rnntrain" "$good" --run-dir ""
expect 64 'an empty name, expected that of a file' "$rnnprep" "$good" -o ""
RNNTRAIN_EPOCHS="" "$rnntrain" "$good" --run-dir "$run" --dry-run --quiet >/dev/null || problem "an empty variable"
ln -s nowhere "$tmp/dangling"
expect 74 'it is a link to nothing' "$rnntrain" "$good" --run-dir "$tmp/dangling"
rm "$tmp/dangling"

# The data set.
mkfifo "$tmp/pipe"
refused 66 'pipe: not a regular file' "$tmp/pipe"
refused 66 'missing.h5.*rnnprep' "$tmp/missing.h5"
refused 66 'not a regular file' "$tmp"
head -c 20000 "$good" >"$tmp/short.h5"
refused 65 'short.h5: its trailer is missing.*make it again' "$tmp/short.h5"
head -c 5 "$good" >"$tmp/stub.h5"
refused 65 'stub.h5: not an HDF5 file' "$tmp/stub.h5"
: >"$tmp/empty.h5"
refused 65 'empty.h5' "$tmp/empty.h5"
cp "$good" "$tmp/flipped.h5"
printf '\xff' | dd of="$tmp/flipped.h5" bs=1 seek=9000 conv=notrunc status=none
refused 65 'flipped.h5: damaged.*SHA-256.*copy or make it again' "$tmp/flipped.h5"
"$build/tests/make_bad_files" "$tmp"
refused 65 'newer.h5: format version 2.*update rnntrain' "$tmp/newer.h5"
refused 65 'array.h5: not a data set' "$tmp/array.h5"
refused 65 'large_id.h5: /train/x row 1, position 2: id 10, expected' "$tmp/large_id.h5"

# Ranks and lanes.
expect 64 '5 ranks, but a batch of 64 rows has 4 lanes.*at most 4 ranks.*--batch-size 80.*--lane-rows 12, .* hardly any time' \
    mpirun -np 5 "$rnntrain" "$good" --batch-size 64 --run-dir "$run"

# The split.
refused 64 'of class neg.*--allow-one-class' "$good" --validation keras-tail
refused 64 'no /validation' "$good" --validation own

# The run directory.
mkdir "$tmp/held"
echo '{}' >"$tmp/held/log.jsonl"
for np in 1 3; do
    expect 73 'held holds a run.*--run-dir.*--overwrite' \
        mpirun -np $np "$rnntrain" "$good" --run-dir "$tmp/held"
done
mkdir -p "$tmp/odd/best.h5"
expect 74 'odd/best.h5: cannot be discarded' "$rnntrain" "$good" --run-dir "$tmp/odd" --overwrite
[ "$(cat "$tmp/held/log.jsonl")" = '{}' ] || problem "a log was overwritten"
: >"$tmp/file"
refused_dir() { # pattern folder
    local np
    for np in 1 3; do
        expect 74 "$1" mpirun -np $np "$rnntrain" "$good" --run-dir "$2"
    done
}
refused_dir 'file.*run directory' "$tmp/file"
refused_dir 'file: cannot make the run directory' "$tmp/file/such"
if [ "$(id -u)" != 0 ]; then
    mkdir -m 555 "$tmp/locked"
    refused_dir 'locked.*run directory' "$tmp/locked"
fi

# A disk without room for two checkpoints; tests/faults has one that fills up.
if [ "$(id -u)" = 0 ] && mkdir "$tmp/small" && mount -t tmpfs -o size=20k none "$tmp/small"; then
    at_end umount "$tmp/small"
    for np in 1 3; do
        expect 74 'small: 0 MiB are free, two checkpoints need [0-9]+: make room or choose' \
            mpirun -np $np "$rnntrain" "$good" --run-dir "$tmp/small" --epochs 1
        [ -z "$(ls "$tmp/small")" ] || problem "a file was left: $(ls "$tmp/small")"
    done
    expect 74 'small/set.h5: cannot write' env TMPDIR="$tmp" "$rnnprep" "$tmp/sample" \
        -o "$tmp/small/set.h5"
    # more words than memory holds of them: 17 million
    for class in a b; do
        words=$(printf 'w%.0s ' {1..200})
        yes "__label__$class $words" | head -42500 >>"$tmp/long.txt" || true
    done
    expect 74 'small: cannot write to a temporary file.*TMPDIR' env TMPDIR="$tmp/small" "$rnnprep" \
        "$tmp/long.txt" -o "$tmp/long.h5"
    rm "$tmp/long.txt"
    [ -z "$(ls -A "$tmp/small")" ] || problem "half a data set: $(ls -A "$tmp/small")"
else
    echo "note: no full disk was tried: mounting a tmpfs needs root"
fi

# Checkpoints.
ranks 2 "$rnntrain" "$good" --run-dir "$tmp/done" --quiet --epochs 1
ck=$tmp/done/best.h5
for command in "eval CK $good" "predict CK /dev/null" "inspect CK"; do
    expect 66 'none.h5' "$rnntrain" ${command/CK/$tmp/none.h5}
    head -c 9999 "$ck" >"$tmp/cut.h5"
    expect 65 'cut.h5' "$rnntrain" ${command/CK/$tmp/cut.h5}
    expect 65 'nan.ck.h5.*not a finite number' "$rnntrain" ${command/CK/$tmp/nan.ck.h5}
    expect 65 'newer.ck.h5: checkpoint version 2.*update' "$rnntrain" \
        ${command/CK/$tmp/newer.ck.h5}
    expect 65 'shape.ck.h5.*is \(10, 2\), expected \(10, 3\)' "$rnntrain" \
        ${command/CK/$tmp/shape.ck.h5}
done
for command in "predict CK /dev/null" "inspect CK"; do
    expect 65 "split.ck.h5: the tokenizer's split is empty" "$rnntrain" \
        ${command/CK/$tmp/split.ck.h5}
    expect 65 'words.ck.h5: its tokenizer gives ids up to 11, num_words is 10' "$rnntrain" \
        ${command/CK/$tmp/words.ck.h5}
done
expect 65 'sample.h5: not a checkpoint' "$rnntrain" eval "$good" "$good"
"$rnnprep" "$tmp/sample" -o "$tmp/longer.h5" --num-words 400 --maxlen 61 --quiet
expect 65 'longer.h5.*(61|60)' "$rnntrain" eval "$ck" "$tmp/longer.h5"
expect 66 'none.txt' "$rnntrain" predict "$ck" "$tmp/none.txt"
expect 64 'an operand is missing; usage: rnntrain predict MODEL' "$rnntrain" predict
expect 64 'MODEL' "$rnntrain" eval
expect 64 'FILE' "$rnntrain" inspect

# Corpora.
not_made() { # code pattern option...
    expect "$1" "$2" "$rnnprep" "${@:3}" -o "$tmp/out.h5"
    [ ! -e "$tmp/out.h5" ] || problem "a data set was written: ${*:3}"
}
not_made 66 'nothing: cannot open: No such file' "$tmp/nothing"
mkdir -p "$tmp/one/train/pos" "$tmp/hollow/train/pos" "$tmp/hollow/train/neg" "$tmp/bare"
echo good >"$tmp/one/train/pos/1.txt"
not_made 65 'one: one class only .pos.; a classifier needs' "$tmp/one"
echo good >"$tmp/hollow/train/pos/1.txt"
not_made 65 'train/neg holds no document' "$tmp/hollow"
not_made 65 'bare' "$tmp/bare"
cp -r "$tmp/one" "$tmp/stray"
mkdir -p "$tmp/stray/train/neg" "$tmp/stray/test/meh"
echo bad >"$tmp/stray/train/neg/1.txt"
echo meh >"$tmp/stray/test/meh/1.txt"
not_made 65 'class meh is in test but not in train' "$tmp/stray"
rm -r "$tmp/stray/test"
printf 'caf\xe9' >"$tmp/stray/train/neg/2.txt"
not_made 65 'train/neg/2.txt: byte 3 is not valid UTF-8' "$tmp/stray" --strict
printf '\xff\xfep\0o\0s\0,\0a\0\n\0n\0e\0g\0,\0\x00\xd8b\0\n\0' >"$tmp/utf16.csv"
not_made 65 'utf16.csv: byte 22 is not valid in the encoding of its mark' "$tmp/utf16.csv" \
    --header off --strict
head -c 5000 /dev/urandom >"$tmp/noise.tar"
not_made 65 'noise.tar' "$tmp/noise.tar"
rm "$tmp/stray/train/neg/2.txt"
ln -s 1.txt "$tmp/stray/train/neg/2.txt"
not_made 65 'train/neg/2.txt is a link' "$tmp/stray"
rm "$tmp/stray/train/neg/2.txt"
ln "$tmp/stray/train/neg/1.txt" "$tmp/stray/train/neg/2.txt"
tar -C "$tmp" -cf "$tmp/links.tar" stray
not_made 65 'train/neg/.*.txt is a link' "$tmp/links.tar"
rm "$tmp/stray/train/neg/2.txt"
tar -C "$tmp" -cf "$tmp/twice.tar" stray
tar -C "$tmp" -rf "$tmp/twice.tar" stray/train/neg/1.txt
not_made 65 'train/neg/1.txt is there twice' "$tmp/twice.tar"
mkdir "$tmp/stray/train/caf"$'\xe9'
echo text >"$tmp/stray/train/caf"$'\xe9/1.txt'
not_made 65 'name of class .* not valid UTF-8' "$tmp/stray"
rm -r "$tmp/stray/train/caf"$'\xe9'
not_made 64 'must be valid UTF-8' "$tmp/stray" --filters $'!\xf0'
not_made 64 'must be valid UTF-8' "$tmp/stray" --oov-token $'\xe9'
printf 'good\nb\xe9\n' >"$tmp/stops"
not_made 65 'stops: line 2 is not valid UTF-8' "$tmp/stray" --stop-words "$tmp/stops"
echo 'bad bad good unk' >"$tmp/stray/train/neg/2.txt"
not_made 64 '--oov-token unk: the corpus has this word' "$tmp/stray" --oov-token unk --num-words 3
truncate -s 0 "$tmp"/stray/train/*/*.txt
not_made 65 'hold no word' "$tmp/stray" --num-words 0
expect 74 'pipe: cannot be replaced' "$rnnprep" "$tmp/sample" -o "$tmp/pipe" --quiet
cp "$tmp/twice.tar" "$tmp/itself.tar"
expect 64 'itself.tar would replace the corpus' "$rnnprep" "$tmp/itself.tar" -o "$tmp/itself.tar"
expect 74 'cannot read the stop words' "$rnnprep" "$tmp/sample" --stop-words "$tmp" \
    -o "$tmp/out.h5"
tar -C "$tmp" -czf "$tmp/crc.tgz" sample
printf 'abcd' | dd of="$tmp/crc.tgz" bs=1 conv=notrunc status=none \
    seek=$(($(stat -c %s "$tmp/crc.tgz") - 8))
not_made 65 'crc.tgz: the gzip archive is damaged, .*to be copied again' "$tmp/crc.tgz"
truncate -s 1M "$tmp/skipped.bin" # the end is met within an entry that is not read
tar -C "$tmp" -czf "$tmp/crc.tgz" sample skipped.bin
printf 'abcd' | dd of="$tmp/crc.tgz" bs=1 conv=notrunc status=none \
    seek=$(($(stat -c %s "$tmp/crc.tgz") - 8))
not_made 65 'crc.tgz: the gzip archive is damaged, .*to be copied again' "$tmp/crc.tgz"
tar -C "$tmp" -cf "$tmp/cut.tar" sample
head -c 100000 "$tmp/cut.tar" >"$tmp/cut2.tar"
not_made 65 'cut2.tar' "$tmp/cut2.tar"
not_made 64 '--num-words 1' "$tmp/sample" --num-words 1
not_made 64 '--maxlen 0' "$tmp/sample" --maxlen 0
not_made 64 '--max-len.*--maxlen' "$tmp/sample" --max-len 3
expect 74 'no/out.h5' "$rnnprep" "$tmp/sample" -o "$tmp/no/out.h5"
expect 64 'an operand is missing; usage: rnnprep CORPUS' "$rnnprep"
expect 65 'bad.json' "$rnnprep" inspect "$tmp/bad.json"
expect 65 'bad.json' "$rnnprep" baseline "$tmp/bad.json"
expect 73 'sample: it exists' "$rnnprep" sample "$tmp/sample"

# A failing run replaces nothing that stood there.
cp "$good" "$tmp/kept.h5"
expect 65 'hollow' "$rnnprep" "$tmp/hollow" -o "$tmp/kept.h5"
cmp -s "$good" "$tmp/kept.h5" || problem "a data set was damaged"

# More ids than any memory holds: said before it is taken. More than the file: not believed.
refused 65 '/train/x cannot be read: it says that it has more rows than' "$tmp/hollow.h5"
refused 74 'MiB are to be held in memory, .* take another, or give --shuffle window' "$tmp/huge.h5"
refused 74 'take another, or give fewer --window-rows' "$tmp/huge.h5" --shuffle window
expect 64 'its ids take .* MiB in memory, .*: use another host' "$rnnprep" baseline "$tmp/huge.h5"

# Little shared memory, as containers have: said at once, and windows that fit do.
if unshare -m true 2>/dev/null; then
    "$rnnprep" sample "$tmp/many" --documents 2400 >/dev/null
    "$rnnprep" "$tmp/many" -o "$tmp/wide.h5" --maxlen 6000 --quiet # 27.5 MiB
    # $shared is hidden by the mount: Open MPI has its own places there, which go with its end.
    echo 'mount -t tmpfs -o size=28600k tmpfs /dev/shm || exit
unset ${!OMPI_MCA_shmem*} ${!OMPI_MCA_btl*} ${!OMPI_MCA_osc*}
"$@"' >"$tmp/little"
    little=(unshare -m bash "$tmp/little" mpirun -np 2 "$rnntrain" "$tmp/wide.h5" --run-dir "$run")
    expect 74 'are to be shared by its ranks, /dev/shm has [12][0-9]: enlarge it, or give --shuffle window' \
        "${little[@]}"
    expect 74 'enlarge it, or give fewer --window-rows' "${little[@]}" --shuffle window
    [ ! -e "$run" ] || problem "a run directory was made without memory"
    "${little[@]}" --shuffle window --window-rows 512 --mask --epochs 1 --units 4 --embedding 4 \
        --quiet
fi
