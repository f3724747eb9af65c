#!/usr/bin/env bash
# Files that other programs opened for writing: read as a stranger's with one note, refused by
# --resume, sealed again; what was changed in them is never taken for what was sealed.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$tmp"

echo text,label >corpus.csv
for ((i = 0; i < 60; i++)); do
    echo "warm lovely soup $((i % 7)),pos"
    echo "cold awful lake $((i % 5)),neg"
done >>corpus.csv
"$rnnprep" corpus.csv --maxlen 6 -o data.h5 --quiet 2>prepared ||
    problem "$(cat prepared)"
train=("$rnntrain" data.h5 --units 4 --embedding 4 --dense 4 --batch-size 16 --quiet
    --isa baseline)
"${train[@]}" --run-dir run --epochs 2
printf 'warm lovely soup\nawful cold lake\n' >texts.txt
"$rnntrain" predict run/best.h5 texts.txt >judged
"$rnntrain" eval run/best.h5 data.h5 --part train >scored

# What h5py's modes r+ and a do, and HDF5's h5clear: the file ends where its content does.
cut_seal() { # file
    truncate -s -48 "$1"
}
notes() { # file: what was said of it, once
    [ "$(grep -c 'its seal is missing' said)" = 1 ] ||
        problem "$1: $(cat said)"
    grep -q "$1: its seal is missing.*read as a stranger's file; .rnntrain seal $1. checks" said ||
        problem "$1: $(cat said)"
}
reads_as_before() { # checkpoint [note?]
    "$rnntrain" predict "$1" texts.txt >found 2>said
    cmp -s found judged
}

cp run/best.h5 best.h5
reads_as_before best.h5
[ ! -s said ] || problem "a note about a sealed file: $(cat said)"
cut_seal best.h5
reads_as_before best.h5
notes best.h5
"$rnntrain" inspect best.h5 >inspected 2>said
notes best.h5
"$rnntrain" export best.h5 -o best.keras >/dev/null 2>said
notes best.h5
"$rnntrain" import best.h5 -o imported.h5 >/dev/null 2>said
[ "$(wc -l <said)" = 1 ] || problem "import assumes what the checkpoint says: $(cat said)"
cmp imported.h5 run/best.h5
expect 64 'its seal is missing.*rnntrain seal best.h5' "$rnntrain" inspect best.h5 --verify
"$rnntrain" seal best.h5 >said
cmp best.h5 run/best.h5
"$rnntrain" seal best.h5 | grep -q 'nothing was written' || problem "sealed twice"

cp data.h5 cut.h5
cut_seal cut.h5
"$rnntrain" eval run/best.h5 cut.h5 --part train >found 2>said
cmp found scored
notes cut.h5
"$rnntrain" cut.h5 "${train[@]:2}" --run-dir other --epochs 2 2>said
notes cut.h5
weights_of() { "$rnntrain" inspect "$1" | grep 'weights hash'; }
[ "$(weights_of other/last.h5)" = "$(weights_of run/last.h5)" ] || problem "other weights"
for command in inspect baseline; do
    "$rnnprep" $command cut.h5 >/dev/null 2>said || true
    notes cut.h5
done

# A run goes on from sealed files alone, and with the bits of a run that was left alone.
expect 64 'cut.h5: its seal is missing.*rnntrain seal cut.h5' \
    "$rnntrain" cut.h5 "${train[@]:2}" --run-dir other --epochs 3 --resume
"$rnntrain" seal cut.h5 >/dev/null
cmp cut.h5 data.h5
"${train[@]}" --run-dir run --epochs 3 --resume
cut_seal other/last.h5
expect 64 'other/last.h5: its seal is missing.*rnntrain seal other/last.h5' \
    "$rnntrain" cut.h5 "${train[@]:2}" --run-dir other --epochs 3 --resume
"$rnntrain" seal other/last.h5 >/dev/null
"$rnntrain" cut.h5 "${train[@]:2}" --run-dir other --epochs 3 --resume
[ "$(weights_of other/last.h5)" = "$(weights_of run/last.h5)" ] || problem "resumed otherwise"

# A trailer that is nearly there is no missing one.
near() { # file what
    cp "$1" near.h5
    eval "$2"
    expect 65 'near.h5: .*damaged' "$rnntrain" inspect near.h5
}
for file in run/best.h5 data.h5; do
    n=$(stat -c %s $file)
    near $file 'truncate -s -1 near.h5'
    near $file 'echo >>near.h5'
    near $file 'printf XXXXXXXX | dd of=near.h5 bs=1 seek=$((n - 48)) conv=notrunc status=none'
    near $file 'printf X | dd of=near.h5 bs=1 seek=$((n - 1)) conv=notrunc status=none'
    near $file 'printf X | dd of=near.h5 bs=1 seek=$((n / 2)) conv=notrunc status=none'
    near $file 'truncate -s -49 near.h5'
done

# What was changed while the seal was off.
"$build"/tests/change_files id cut.h5
expect 65 'cut.h5: /train/x row 0' "$rnntrain" cut.h5 --run-dir no
expect 65 'cut.h5: /train/x row 0' "$rnntrain" seal cut.h5
cp data.h5 cut.h5
"$build"/tests/change_files label cut.h5
expect 65 'cut.h5: /train/y row 0: class 2, expected 0 to 1' "$rnntrain" seal cut.h5

# Weights that a person changed are a model, and no point of a run.
cp run/last.h5 changed.h5
"$build"/tests/change_files weight changed.h5
"$rnntrain" predict changed.h5 texts.txt >found 2>said
notes changed.h5
"$rnntrain" seal changed.h5 | grep -q 'sealed as a model.*no run can be resumed' ||
    problem "changed weights were not noticed"
reads_as_before changed.h5 2>/dev/null && problem "changed weights judge as before" || true
[ ! -s said ] || problem "a note about a sealed file: $(cat said)"
cp changed.h5 run/last.h5
expect 64 'run/last.h5 is a model, not a point of a run' "${train[@]}" --run-dir run --epochs 4 --resume

"$rnntrain" eval run/best.h5 data.h5 --part train >scored
# Another layout, and texts of variable length: read as it is, written anew.
cp data.h5 cut.h5
"$build"/tests/change_files layout cut.h5
"$rnntrain" eval run/best.h5 cut.h5 --part train >found 2>said
cmp found scored
notes cut.h5
"$rnntrain" seal cut.h5 | grep -q 'laid out anew' || problem "the layout was kept"
"$rnntrain" eval run/best.h5 cut.h5 --part train >found 2>said
cmp found scored
[ ! -s said ] || problem "a note about a sealed file: $(cat said)"
same_content() { [ "$("$rnnprep" inspect "$1" | grep ^content)" = "$("$rnnprep" inspect "$2" | grep ^content)" ]; }
same_content cut.h5 data.h5

# Names and words that are not those of the data: the run's older generation is taken, and the bits
# of a run that was left alone come of it.
"${train[@]}" --run-dir straight --epochs 4
"${train[@]}" --run-dir named --epochs 3
cp -r named worded
"$build"/tests/change_files name named/last.h5
"$build"/tests/change_files word worded/last.h5
for run in named worded; do
    "$rnntrain" seal $run/last.h5 >/dev/null
    "${train[@]}" --run-dir $run --epochs 4 --resume >said 2>&1
    grep -q "$run/last.h5: .*on which it was trained: it was changed: going on from" said ||
        problem "$run: $(cat said)"
    [ "$(weights_of $run/last.h5)" = "$(weights_of straight/last.h5)" ] || problem "$run: other bits"
done

# A data set that contradicts itself.
cp data.h5 cut.h5
"$build"/tests/change_files kept cut.h5
expect 65 'cut.h5: /tokenizer and /tokenizer_kept name different words' "$rnntrain" seal cut.h5

# Marks that HDF5 leaves in a file which is open for writing.
cp data.h5 cut.h5
"$build"/tests/change_files open cut.h5
expect 65 'cut.h5: another program has it open for writing.*h5clear -s cut.h5' \
    "$rnntrain" inspect cut.h5

# A corpus in the place of a data set.
expect 65 'corpus.csv: not an HDF5 file.*rnnprep corpus.csv -o corpus.h5' "$rnntrain" corpus.csv
mkdir texts
expect 66 'texts/: a folder.*rnnprep texts/ -o texts.h5' "$rnntrain" texts/

# The same by HDF5's own tools, where they are.
if command -v h5repack >/dev/null && command -v h5clear >/dev/null; then
    for file in run/best.h5 data.h5; do
        rm -f tool.h5
        h5repack $file tool.h5
        "$rnntrain" inspect tool.h5 >/dev/null 2>said
        notes tool.h5
        "$rnntrain" seal tool.h5 >/dev/null
        "$rnntrain" inspect tool.h5 --verify >/dev/null
        cmp tool.h5 $file # a run that began with it goes on with it
        for options in -s --increment=4096; do
            cp $file tool.h5
            h5clear $options tool.h5 >/dev/null
            "$rnntrain" inspect tool.h5 >/dev/null 2>said
            "$rnntrain" seal tool.h5 >/dev/null
            "$rnntrain" inspect tool.h5 --verify >/dev/null
            cmp tool.h5 $file
        done
    done
else
    echo "SKIPPED, as hdf5-tools are not installed: h5repack and h5clear"
fi
