#!/usr/bin/env bash
# Real Keras loads our checkpoints as they are, compiled, and predicts the same; its own models, of
# the whole grid of architectures and in every format, are judged here as there; training goes on here
# as there. RNNTRAIN_PYTHON names a Python with tensorflow-cpu, keras, tf_keras and h5py, and jax for
# the comparison of training: on TensorFlow, Keras 3's Adam takes the gradients of an id that stands twice
# in a batch one by one. RNNTRAIN_IMDB names an aclImdb archive.
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

# Reviews: real ones where they are.
corpus=${RNNTRAIN_IMDB:-$source/../shared/data/aclImdb.tar.xz}
reviews=$tmp/sample
if [ -e "$corpus" ]; then
    tar -C "$tmp" -xf "$corpus"
    reviews=$tmp/reviews
    for class in pos neg; do
        mkdir -p "$reviews/train/$class" "$reviews/test/$class"
        find "$tmp/aclImdb/train/$class" -name '*0_*.txt' | sort | sed -n 1,1000p |
            xargs cp -t "$reviews/train/$class"
        find "$tmp/aclImdb/test/$class" -name '*.txt' | sort | sed -n 1,32p |
            xargs cp -t "$reviews/test/$class"
    done
fi
mkdir "$tmp/grid"
for padding in pre post; do
    "$rnnprep" "$reviews" -o "$tmp/grid/$padding.h5" --num-words 2000 --maxlen 60 --quiet \
        --padding $padding --save-tokenizer "$tmp/grid/tokenizer.json"
done
for class in pos neg; do
    for file in "$reviews/test/$class"/*; do
        cat "$file"
        echo
    done
done >"$tmp/grid/texts"
failed=0
for keras in keras tf_keras; do
    "$python" -c "import $keras" 2>/dev/null || continue
    "$python" "$source/tests/slow/keras_models.py" $keras "$rnntrain" "$tmp/grid" "$tmp/grid/texts" \
        2>"$tmp/err" || failed=1
    "$python" -W ignore "$source/tests/slow/keras_stacks.py" $keras "$rnntrain" "$tmp/grid" \
        "$tmp/grid/texts" 2>"$tmp/err" || failed=1
    "$python" -W ignore "$source/tests/slow/keras_strangers.py" $keras "$rnntrain" "$tmp/grid" \
        "$tmp/grid/texts" 2>"$tmp/err" || failed=1
done
for keras in "keras jax" "tf_keras tensorflow"; do
    read -r module backend <<<"$keras"
    "$python" -c "import $module, $backend" 2>/dev/null || continue
    KERAS_BACKEND=$backend "$python" "$source/tests/slow/keras_training.py" "$module" "$rnntrain" \
        "$tmp/grid" 2>"$tmp/err" || failed=1
    KERAS_BACKEND=$backend "$python" "$source/tests/slow/keras_training_kinds.py" "$module" \
        "$rnntrain" "$rnnprep" "$tmp/grid" 2>"$tmp/err" || failed=1
done
[ $failed = 0 ] || { cat "$tmp/err" >&2; problem "Keras says otherwise"; }
