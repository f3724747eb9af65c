#!/usr/bin/env bash
# Files in the layouts of Keras 1 to 2.3, without Keras. RNNTRAIN_PYTHON names a Python with h5py and
# numpy.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"

python=${RNNTRAIN_PYTHON:-python3}
"$python" -c 'import h5py, numpy' 2>/dev/null || skip "no h5py: RNNTRAIN_PYTHON names a Python with it"
"$python" "$source/tests/slow/keras_eras.py" "$rnntrain" "$tmp"
