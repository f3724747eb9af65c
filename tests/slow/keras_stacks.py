"""keras_stacks.py keras|tf_keras RNNTRAIN FOLDER TEXTS [N [FIRST]]

N models of any kinds of layers in any order, made by Keras with random weights, judged by rnntrain;
imported, exported and loaded by Keras again. FOLDER has pre.h5 and post.h5, data sets whose test rows
are TEXTS, one a line, and tokenizer.json. Where Keras itself is farther than 2e-6 from its own result in
float64, that is said, and rnntrain must be nearer."""
import importlib
import json
import os
import random
import subprocess
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import h5py
import numpy as np

flavour, rnntrain, folder, texts = sys.argv[1:5]
n_models = int(sys.argv[5]) if len(sys.argv) > 5 else 80
first = int(sys.argv[6]) if len(sys.argv) > 6 else 0
keras = importlib.import_module(flavour)
layers = keras.layers
is_3 = flavour == "keras"
rows = {}
for padding in ("pre", "post"):
    with h5py.File(f"{folder}/{padding}.h5") as data:
        rows[padding] = data["test/x"][:].astype("int32")
        words, maxlen = int(data.attrs["num_words"]), int(data.attrs["maxlen"])
failures = compared = refused = 0
worst = (0.0, "", "")
hidden = ["relu", "tanh", "sigmoid", "elu", "selu", "softplus", "gelu", "swish", "linear"]


def cell(draw, sequences):
    kind = draw.choice(["LSTM", "GRU", "SimpleRNN"])
    options = {"return_sequences": sequences}
    if draw.random() < 0.3:
        options["activation"] = draw.choice(["relu", "tanh", "sigmoid"])
    if kind == "GRU":
        options["reset_after"] = draw.random() < 0.5
    if draw.random() < 0.3:
        options["dropout"] = options["recurrent_dropout"] = 0.2
    both = draw.random() < 0.4
    options["go_backwards"] = not both and draw.random() < 0.25
    layer = getattr(layers, kind)(draw.choice([3, 8, 17, 32]), **options)
    mode = draw.choice(["concat", "concat", "sum", "ave", "mul"])
    return layers.Bidirectional(layer, merge_mode=mode) if both else layer


def between(draw):
    """What may stand on a sequence and gives one."""
    return draw.choice([lambda: layers.Dropout(0.2), lambda: layers.SpatialDropout1D(0.2),
                        lambda: layers.LayerNormalization(),
                        lambda: layers.Dense(6, activation=draw.choice(hidden))])()


def vectors(draw):
    kind = draw.randrange(8)
    if kind < 4:
        return layers.Dense(draw.choice([5, 16, 33]), activation=draw.choice(hidden),
                            use_bias=draw.random() < 0.9)
    if kind < 6:
        return layers.Dropout(0.3)
    return layers.LayerNormalization() if kind == 6 else layers.BatchNormalization()


def conv(draw):
    padding = draw.choice(["same", "valid", "causal"])
    block = [layers.Conv1D(draw.choice([4, 16]), draw.choice([2, 3, 5]), padding=padding,
                           activation=draw.choice(["relu", "tanh"]))]
    if draw.random() < 0.7:
        block.append(draw.choice([layers.MaxPooling1D, layers.AveragePooling1D])(2))
    return block


def output(draw):
    kind = draw.choice(["one", "one", "softmax", "pair", "several"])
    units, activation, loss = {
        "one": (1, "sigmoid", "binary_crossentropy"),
        "softmax": (5, "softmax", "sparse_categorical_crossentropy"),
        "pair": (2, "softmax", "sparse_categorical_crossentropy"),
        "several": (6, "sigmoid", "binary_crossentropy")}[kind]
    return layers.Dense(units, activation=activation), loss


def build(draw):
    """A functional model, its loss and the side of its pads."""
    mask = draw.random() < 0.3
    convolves = not mask and draw.random() < 0.3
    n = draw.choice([0, 1, 1, 2, 3])
    # Before Keras 3 layers that look at all positions had no mask to skip.
    heads = ["max", "mean", "flatten", "last", "side"] if is_3 or not mask else ["last", "mean"]
    head = draw.choice(heads if n else [h for h in heads if h not in ("last", "side")])
    source = keras.Input((maxlen,), dtype="int32")
    x = layers.Embedding(words, draw.choice([5, 16, 32]), mask_zero=mask)(source)
    if draw.random() < 0.5:
        x = draw.choice([layers.Dropout, layers.SpatialDropout1D])(0.2)(x)
    for layer in conv(draw) if convolves else []:
        x = layer(x)
    for i in range(n):
        x = cell(draw, i + 1 < n or head != "last")(x)
        if draw.random() < 0.3 and (i + 1 < n or head != "last"):
            x = between(draw)(x)
    pool = {"max": layers.GlobalMaxPooling1D, "mean": layers.GlobalAveragePooling1D,
            "flatten": layers.Flatten}
    if head == "side":
        x = layers.Concatenate()([pool[h]()(x) for h in draw.sample(["max", "mean"], 2)])
    elif head != "last":
        x = pool[head]()(x)
    for _ in range(draw.randrange(4)):
        x = vectors(draw)(x)
    last, loss = output(draw)
    model = keras.Model(source, last(x))
    model.compile(optimizer="adam", loss=loss)
    state = np.random.RandomState(draw.randrange(1 << 30))
    model.set_weights([weight(state, w) for w in model.get_weights()])
    return model, draw.choice(["pre", "post"])


def weight(state, old):
    """Near zero, but what BatchNormalization divides by is not."""
    values = state.normal(0, 0.3, old.shape).astype("float32")
    return 0.5 + np.abs(values) if old.ndim == 1 and (old == 1).all() else values


def describe(model):
    names = []
    for layer in model.layers[1:]:
        config = layer.get_config()
        inner = config.get("layer", {}).get("config", {})
        more = [str(v) for k, v in {**inner, **config}.items()
                if k in ("units", "activation", "merge_mode", "go_backwards", "mask_zero", "padding",
                         "reset_after") and v not in (None, False)]
        names.append(":".join([type(layer).__name__] + more))
    return " ".join(names)


def judge(path, shape, *hints):
    """rnntrain's probabilities, in the shape of Keras's."""
    lines = subprocess.run(
        [rnntrain, "predict", path, texts, "--jsonl", *hints], check=True,
        capture_output=True, text=True).stdout.splitlines()
    found = np.array([list(json.loads(line)["probabilities"].values()) for line in lines])
    return found[:, 1:] if shape[1] == 1 else found


def in_float64(model, x):
    exact = keras.models.model_from_json(model.to_json().replace("float32", "float64"))
    exact.set_weights([w.astype("float64") for w in model.get_weights()])
    return exact.predict(x, verbose=0)


def compare(what, text, found, expected, exact=None):
    global failures, worst, compared
    difference = float(np.abs(found - expected).max())
    compared += 1
    if difference > 2e-6 and exact:
        reference = exact()
        own = float(np.abs(reference - expected).max())
        difference = float(np.abs(found - reference).max())
        print(f"{text}: Keras is {own:.1e} from its float64, rnntrain {difference:.1e}", flush=True)
    worst = max(worst, (difference, what, text))
    if not difference <= 2e-6:
        failures += 1
        print(f"FAILED: {flavour}: {what}: {difference:.1e}: {text}", flush=True)


def run(*arguments):
    subprocess.run([rnntrain, *arguments], check=True, capture_output=True, text=True)


def try_model(model, padding, text):
    x = rows[padding]
    expected = model.predict(x, verbose=0)
    hints = ["--tokenizer", f"{folder}/tokenizer.json", "--padding", padding]
    for ending in (".h5", ".keras"):
        model.save(f"{folder}/model{ending}")
        compare(f"Keras's {ending} here", text,
                judge(f"{folder}/model{ending}", expected.shape, *hints), expected,
                lambda: in_float64(model, x))
    ours = f"{folder}/ours.h5"
    run("import", f"{folder}/model.keras", "-o", ours, *hints)
    compare("our .h5 in Keras", text,
            keras.models.load_model(ours).predict(x, verbose=0), expected_of(expected))
    if is_3:
        run("export", ours, "--to", "keras", "-o", f"{folder}/ours.keras")
        loaded = keras.models.load_model(f"{folder}/ours.keras")
        compare("our .keras in Keras", text, loaded.predict(x, verbose=0), expected_of(expected))


def expected_of(expected):
    """Two softmax units are one sigmoid unit in what we write."""
    return expected[:, 1:] if expected.shape[1] == 2 else expected


for k in range(first, first + n_models):
    model, padding = build(random.Random(k))
    text = f"{k}: {describe(model)}"
    try:
        try_model(model, padding, text)
    except subprocess.CalledProcessError as error:
        is_named = "mask" in error.stderr  # what a mask leaves there is refused by name
        refused += is_named
        failures += not is_named
        print(f"{'refused' if is_named else 'FAILED'}: {text}: {error.stderr}", flush=True)
    keras.backend.clear_session()
print(f"{flavour} {keras.__version__}: {compared} comparisons of {n_models} models, {failures} failed, {refused} refused, "
      f"largest difference {worst[0]:.1e}: {worst[1]}, {worst[2]}")
sys.exit(failures != 0)
