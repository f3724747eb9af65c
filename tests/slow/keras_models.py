"""keras_models.py keras|tf_keras RNNTRAIN FOLDER TEXTS

Forty models over the whole grid of architectures, made by Keras, saved in each of its formats,
judged by rnntrain; imported, exported and loaded by Keras again. FOLDER has pre.h5 and post.h5, data
sets whose test rows are TEXTS, one a line, and tokenizer.json."""
import importlib
import itertools
import json
import os
import re
import subprocess
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import h5py
import numpy as np

flavour, rnntrain, folder, texts = sys.argv[1:5]
keras = importlib.import_module(flavour)
layers = keras.layers
is_3 = flavour == "keras"
rows = {}
for padding in ("pre", "post"):
    with h5py.File(f"{folder}/{padding}.h5") as data:
        rows[padding] = data["test/x"][:].astype("int32")
        words, maxlen = int(data.attrs["num_words"]), int(data.attrs["maxlen"])
random = np.random.RandomState(6)
failures = compared = 0
worst = (0.0, "", "")


def specify(k):
    """Model k of the grid."""
    cells = list(itertools.product(("LSTM", "GRU"), (False, True), (1, 2, 3)))
    cell, bidirectional, n_layers = cells[k % len(cells)]
    head = ("last", "flatten", "max", "mean")[k // 3 % 4]
    mask = k % 5 in (1, 4) and (is_3 or head in ("last", "mean"))
    return {
        "cell": cell, "bidirectional": bidirectional, "head": head, "mask": mask,
        "units": [int(n) for n in random.choice([3, 8, 17, 32], n_layers)],
        "embedding": int(random.choice([5, 16, 32])), "dense": int(random.choice([0, 7, 64])),
        "classes": 2 if k % 4 else 5, "hard": k % 7 == 3,
        "reset_after": bool(k // 2 % 2), "padding": "post" if k % 3 == 2 else "pre",
        "shape": ("sequential", "functional", "nested")[k % 3],
    }


def layers_of(spec):
    """Embedding and recurrent layers; and what follows them."""
    below = [layers.Embedding(words, spec["embedding"], mask_zero=spec["mask"]),
             layers.Dropout(0.3)]
    for i, units in enumerate(spec["units"]):
        options = {"return_sequences": i + 1 < len(spec["units"]) or spec["head"] != "last",
                   "recurrent_activation": "hard_sigmoid" if spec["hard"] else "sigmoid"}
        if spec["cell"] == "GRU":
            options["reset_after"] = spec["reset_after"]
        cell = getattr(layers, spec["cell"])(units, **options)
        below.append(layers.Bidirectional(cell) if spec["bidirectional"] else cell)
    above = {"last": [], "flatten": [layers.Flatten()], "max": [layers.GlobalMaxPooling1D()],
             "mean": [layers.GlobalAveragePooling1D()]}[spec["head"]]
    if spec["dense"]:
        above += [layers.Dense(spec["dense"], activation="relu"), layers.Dropout(0.1)]
    binary = spec["classes"] == 2
    above.append(layers.Dense(1 if binary else spec["classes"],
                              activation="sigmoid" if binary else "softmax"))
    return below, above


def build(spec):
    below, above = layers_of(spec)
    source = keras.Input((maxlen,), dtype="int32")
    if spec["shape"] == "functional":
        result = source
        for layer in below + above:
            result = layer(result)
        model = keras.Model(source, result)
    elif spec["shape"] == "nested":
        inner = keras.Sequential(below)
        model = keras.Sequential([source if is_3 else layers.InputLayer((maxlen,)), inner] +
                                 above)
    else:
        model = keras.Sequential([source if is_3 else layers.InputLayer((maxlen,))] + below +
                                 above)
    model.compile(optimizer="adam", loss="binary_crossentropy" if spec["classes"] == 2 else
                  "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.build((None, maxlen))
    model.set_weights([random.normal(0, 0.4, w.shape).astype("float32")
                       for w in model.get_weights()])
    return model


def judge(path, spec, *hints):
    """rnntrain's probabilities, in the shape of Keras's."""
    lines = subprocess.run(
        [rnntrain, "predict", path, texts, "--jsonl", *hints], check=True,
        capture_output=True, text=True).stdout.splitlines()
    found = np.array([list(json.loads(line)["probabilities"].values()) for line in lines])
    return found[:, 1:] if spec["classes"] == 2 else found


def compare(what, spec, found, expected):
    global failures, worst, compared
    difference = float(np.abs(found - expected).max())
    compared += 1
    worst = max(worst, (difference, what, str(spec)))
    if not difference <= 2e-6:
        failures += 1
        print(f"FAILED: {flavour}: {what}: {difference:.1e}: {spec}")


def export(path, target, to):
    subprocess.run([rnntrain, "export", path, "--to", to, "-o", target], check=True,
                   capture_output=True)


def try_model(spec):
    model = build(spec)
    x = rows[spec["padding"]]
    expected = model.predict(x, verbose=0)
    hints = ["--tokenizer", f"{folder}/tokenizer.json", "--padding", spec["padding"]]
    blind = hints + ["--maxlen", str(maxlen), "--head", spec["head"],
                     "--mask=" + ("true" if spec["mask"] else "false"),
                     "--recurrent-activation", "hard_sigmoid" if spec["hard"] else "sigmoid"]
    for ending in (".h5", ".keras", ".weights.h5"):
        path = f"{folder}/model{ending}"
        if ending == ".weights.h5":
            if spec["shape"] == "nested":
                continue  # without a configuration its parts have no order
            model.save_weights(path)
        else:
            model.save(path)
        given = blind if ending == ".weights.h5" else hints
        compare(f"Keras's {ending} here", spec, judge(path, spec, *given), expected)
    ours = f"{folder}/ours.h5"
    subprocess.run([rnntrain, "import", f"{folder}/model.h5", "-o", ours, *hints], check=True,
                   capture_output=True)
    if spec["hard"] and is_3:
        return
    loaded = keras.models.load_model(ours)
    assert loaded.optimizer is not None, "not compiled"
    compare("our .h5 in Keras", spec, loaded.predict(x, verbose=0), expected)
    if spec["hard"] or not is_3:
        return
    export(ours, f"{folder}/ours.keras", "keras")
    loaded = keras.models.load_model(f"{folder}/ours.keras")
    assert loaded.optimizer is not None, "not compiled"
    compare("our .keras in Keras", spec, loaded.predict(x, verbose=0), expected)
    export(ours, f"{folder}/ours.weights.h5", "keras3-weights")
    loaded.set_weights([0 * w for w in loaded.get_weights()])
    loaded.load_weights(f"{folder}/ours.weights.h5")
    compare("our .weights.h5 in Keras", spec, loaded.predict(x, verbose=0), expected)


def check_tokenizer():
    """tokenizer.json beside an exported model, read by Keras, gives the ids of the data set."""
    text = importlib.import_module("keras.src.legacy.preprocessing.text" if is_3 else
                                   "tf_keras.preprocessing.text")
    os.makedirs(f"{folder}/out", exist_ok=True)
    subprocess.run([rnntrain, "export", f"{folder}/ours.h5", "--to", "keras", "-o",
                    f"{folder}/out/model.keras", "--with-tokenizer"], check=True,
                   capture_output=True)
    with open(f"{folder}/out/model.tokenizer.json") as file:
        tokenizer = text.tokenizer_from_json(file.read())
    with open(texts) as file:
        plain = [re.sub("<[^>]+>", "", line) for line in file.read().splitlines()]
    for ids, row in zip(tokenizer.texts_to_sequences(plain), rows["pre"], strict=True):
        assert ids[-maxlen:] == [int(i) for i in row if i], ids


for k in range(int(sys.argv[5]) if len(sys.argv) > 5 else 40):
    spec = specify(k)
    try:
        try_model(spec)
    except subprocess.CalledProcessError as error:
        failures += 1
        print(f"FAILED: {flavour}: {spec}: {error.stderr}")
    keras.backend.clear_session()
check_tokenizer()
print(f"{flavour} {keras.__version__}: {compared} comparisons, largest difference {worst[0]:.1e}: "
      f"{worst[1]}, {worst[2]}")
sys.exit(failures != 0)
