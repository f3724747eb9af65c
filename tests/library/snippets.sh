#!/usr/bin/env bash
# The manual's Python reads a data set and a checkpoint with h5py alone. RNNTRAIN_PYTHON names a
# Python with h5py.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/fenced.sh"

python=${RNNTRAIN_PYTHON:-python3}
"$python" -c 'import h5py' 2>/dev/null || skip "no h5py: RNNTRAIN_PYTHON names a Python with it"

make_sample 900
cd "$tmp"
mv sample.h5 dataset.h5
"$rnntrain" --epochs 1 --mask --quiet
"$rnntrain" inspect run/best.h5 >said
cp run/best.h5 .
{
    fenced rnntrain-files.5 python 1
    cat <<'PYTHON'
import json
assert x.shape == (600, 60) and x.dtype == "uint16" and y.shape == (600,), (x.shape, y.shape)
assert set(y) == {0, 1} and x.max() < 400
words = json.loads(tokenizer)["config"]
assert words["num_words"] == 400
PYTHON
} >dataset.py
{
    fenced rnntrain-files.5 python 3
    cat <<'PYTHON'
import json
import re
assert labels == ["neg", "pos"], labels
assert json.loads(tokenizer)["config"]["num_words"] == 400
shapes = {name: array.shape for name, array in weights.items()}
assert shapes["embedding/embeddings:0"] == (400, 32), shapes
assert shapes["lstm/kernel:0"] == (32, 128) and shapes["dense_1/bias:0"] == (1,), shapes
total = sum(array.size for array in weights.values())
assert re.search(r"\b%s\b" % f"{total:,}", open("said").read()), total
PYTHON
} >checkpoint.py
for script in dataset checkpoint; do
    "$python" $script.py || problem "the manual's Python: $script"
done
