#!/usr/bin/env bash
# Real Keras loads our checkpoints as they are, compiled, and predicts the same. RNNTRAIN_PYTHON
# names a Python with tensorflow-cpu, keras, tf_keras and h5py.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"

python=${RNNTRAIN_PYTHON:-python3}
"$python" -c 'import keras, h5py' 2>/dev/null || skip "no Keras: RNNTRAIN_PYTHON names a Python with it"

make_sample 900
cat >"$tmp/check.py" <<'PYTHON'
"""check.py keras|tf_keras CHECKPOINT DATASET PREDICTIONS: probabilities of the test rows."""
import importlib, json, sys
import h5py
keras = importlib.import_module(sys.argv[1])
model = keras.models.load_model(sys.argv[2])
assert model.optimizer is not None, "not compiled"
with h5py.File(sys.argv[3]) as data:
    rows = data["test/x"][:].astype("int32")
found = model.predict(rows, verbose=0)
found = found[:, 0] if found.shape[1] == 1 else found[:, 1]
ours = [json.loads(line)["probabilities"]["pos"] for line in open(sys.argv[4])]
assert len(ours) == len(found)
worst = max(abs(float(a) - b) for a, b in zip(found, ours))
print(f"{sys.argv[1]} {keras.__version__}: {worst:.1e}")
assert worst < 2e-6, worst
PYTHON
cat "$tmp"/sample/test/pos/*.txt "$tmp"/sample/test/neg/*.txt >"$tmp/texts"
for options in "--recipe keras-lstm" "--recipe keras-bilstm" "--recipe keras-gru" \
    "--recipe keras-gru --reset-after --mask" "--recipe keras-lstm --layers 2 --mask" \
    "--recipe none --model bigru --head max --layers 2 --optimizer sgd --momentum 0.9" \
    "--recipe none --model bilstm --head mean --mask --optimizer rmsprop"; do
    # shellcheck disable=SC2086
    ranks 2 "$rnntrain" "$tmp/sample.h5" $options --run-dir "$tmp/run" --overwrite --quiet \
        --epochs 2 --batch-size 64 --learning-rate 0.01
    "$rnntrain" predict "$tmp/run/best.h5" "$tmp/texts" --jsonl >"$tmp/ours"
    for keras in keras tf_keras; do
        "$python" -c "import $keras" 2>/dev/null || continue
        TF_CPP_MIN_LOG_LEVEL=3 "$python" "$tmp/check.py" $keras "$tmp/run/best.h5" \
            "$tmp/sample.h5" "$tmp/ours" 2>"$tmp/err" || {
            cat "$tmp/err" >&2
            problem "$keras: $options"
        }
    done
done
