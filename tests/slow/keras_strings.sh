#!/usr/bin/env bash
# Texts of every oddity through rnnprep and through Keras's own code. RNNTRAIN_PYTHON names a
# Python with keras-preprocessing and h5py.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"

python=${RNNTRAIN_PYTHON:-python3}
"$python" -c 'import keras_preprocessing, h5py' 2>/dev/null ||
    skip "no keras-preprocessing: RNNTRAIN_PYTHON names a Python with it"
"$python" "$source/tests/slow/keras_strings.py" "$rnnprep" "$tmp"
