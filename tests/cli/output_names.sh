#!/usr/bin/env bash
# A file has the name of what is in it.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$tmp"

make_sample 60
"$rnntrain" sample.h5 --run-dir run --quiet --recipe none --units 4 --embedding 4 --dense 0 --epochs 1 \
    --batch-size 16 --validation none --monitor loss
export_to() { # code pattern format file
    expect "$1" "$2" "$rnntrain" export run --to "$3" -o "$4"
}
export_to 64 'm.onnx has the name of --to onnx, and --to keras writes .keras' keras m.onnx
export_to 64 'm.ONNX has the name of --to onnx' keras m.ONNX
export_to 64 'm.keras has the name of --to keras, and --to onnx writes .onnx' onnx m.keras
export_to 64 'm.h5 has the name of an HDF5 file, and --to keras writes .keras' keras m.h5
export_to 64 'm.hdf5 has the name of an HDF5 file, and --to onnx writes .onnx' onnx m.hdf5
export_to 64 'files named \*.weights.h5 only' keras3-weights m.h5
export_to 64 'm.cpp: the name of a C source ends in .c' c m.cpp
for name in m m.KERAS m.pb m.tflite m.json m.zip; do
    export_to 64 "$name: Keras loads a model from a file named \*.keras only" keras $name
done
"$rnntrain" export run --to keras -o m.keras >said 2>&1
[ "$(wc -l <said)" = 1 ] || problem "a note on a good name: $(cat said)"
for name in y.keras y.onnx y.c y.weights.h5; do
    expect 64 "$name has the name of what .rnntrain export --to" "$rnntrain" import m.keras -o $name
done
"$rnntrain" import m.keras -o y.h5 >/dev/null 2>&1

printf 'text,label\na b,x\nb c,y\n' >texts.csv
expect 64 'other.csv has the name of a corpus' "$rnnprep" texts.csv -o other.csv
expect 66 "rnnprep CORPUS -o missing.h5" "$rnntrain" missing.csv
expect 65 "sample.h5: not a checkpoint of rnntrain, but a data set" "$rnntrain" predict sample.h5 texts.csv
expect 65 "run/best.h5: a checkpoint, not a data set: .rnntrain inspect" "$rnntrain" run/best.h5
expect 65 "texts.csv: not a model: .* MODEL comes first" "$rnntrain" predict texts.csv run
ls m m.pb m.zip m.onnx m.h5 m.hdf5 m.cpp y.keras y.onnx y.c other.csv 2>/dev/null && problem "a file is there"
exit 0
