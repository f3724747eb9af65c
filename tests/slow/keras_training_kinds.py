"""keras_training_kinds.py keras|tf_keras RNNTRAIN RNNPREP FOLDER [NAME...]

Twenty steps of all rows here and in Keras, from one model of each kind of layer, without dropout: the
losses. FOLDER has pre.h5; data of several labels and of 300 classes are made. NAMEs: only these."""
import importlib
import json
import os
import random
import subprocess
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import h5py
import numpy as np

flavour, rnntrain, rnnprep, folder = sys.argv[1:5]
chosen = tuple(sys.argv[5:])
keras = importlib.import_module(flavour)
layers = keras.layers
failures = 0
worst = (0.0, "")


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise ValueError(f"{command}: {done.stderr}")


def make_data(name, labels_of, *options):
    """fastText lines, whose labels their words tell."""
    draw = random.Random(7)
    with open(f"{folder}/{name}.txt", "w") as file:
        for i in range(320):
            words = [f"w{draw.randrange(60)}" for _ in range(draw.randrange(3, 20))]
            marks = " ".join(f"__label__{label}" for label in labels_of(i, words, draw))
            file.write(f"{marks} {' '.join(words)}\n")
    run(rnnprep, f"{folder}/{name}.txt", "-o", f"{folder}/{name}.h5", "--maxlen", "20",
        "--quiet", *options)
    return f"{folder}/{name}.h5"


def labels_of(i, words, draw):
    return sorted({f"t{int(word[1:]) % 6}" for word in words[:3]})


data = {
    "": f"{folder}/pre.h5",
    "labels": make_data("labels", labels_of, "--multi-label", "on"),
    "classes": make_data("classes", lambda i, words, draw: [f"c{i % 300}"]),
}


def rows_of(path):
    with h5py.File(path) as file:
        return (file["train/x"][:].astype("int32"), file["train/y"][:],
                int(file.attrs["num_words"]))


def kinds():
    """Name, layers between embedding and output, data."""
    L, steps = layers, dict(return_sequences=True)
    for name in ("relu", "tanh", "sigmoid", "elu", "selu", "softplus", "softsign", "gelu", "swish",
                 "linear", "leaky_relu", "exponential"):
        yield f"hidden {name}", lambda name=name: [
            L.GlobalAveragePooling1D(), L.Dense(12, activation=name)], ""
    yield "layer normalization", lambda: [
        L.LayerNormalization(), L.LSTM(9), L.Dense(8, activation="tanh"), L.LayerNormalization()], ""
    yield "pooling max", lambda: [L.GlobalMaxPooling1D()], ""
    yield "pooling mean", lambda: [L.GlobalAveragePooling1D()], ""
    yield "pooling flatten", lambda: [L.Flatten()], ""
    yield "pooling side by side", lambda: "side", ""
    for padding in ("same", "valid", "causal"):
        for pool in ("MaxPooling1D", "AveragePooling1D"):
            yield f"conv {padding} {pool}", lambda padding=padding, pool=pool: [
                L.Conv1D(9, 3, padding=padding, activation="tanh"), getattr(L, pool)(2),
                L.GRU(7)], ""
    yield "conv relu pools", lambda: [
        L.Conv1D(9, 4, activation="relu", strides=2), L.GlobalMaxPooling1D()], ""
    for mode in ("sum", "ave", "mul", "concat"):
        yield f"merge {mode}", lambda mode=mode: [
            L.Bidirectional(L.LSTM(8), merge_mode=mode)], ""
    yield "go_backwards", lambda: [
        L.GRU(8, go_backwards=True, **steps), L.LSTM(6, go_backwards=True)], ""
    for cell in ("LSTM", "GRU", "SimpleRNN"):
        for name in ("relu", "sigmoid", "linear"):
            yield f"cell {cell} {name}", lambda cell=cell, name=name: [
                getattr(L, cell)(8, activation=name)], ""
    yield "distributed", lambda: [
        L.TimeDistributed(L.Dense(8, activation="relu")), L.SimpleRNN(7, **steps),
        L.GlobalAveragePooling1D()], ""
    yield "several labels", lambda: [L.Bidirectional(L.GRU(8, **steps)), L.GlobalMaxPooling1D()], \
        "labels"
    yield "classes in tiles", lambda: [L.LSTM(12)], "classes"
    yield "frozen embedding", lambda: ["freeze embedding", L.LSTM(9), L.Dense(7, "relu")], ""
    yield "frozen lstm", lambda: [L.LSTM(9, trainable=False), L.Dense(7, "relu")], ""
    yield "frozen batch normalization", lambda: [
        L.LSTM(9), L.BatchNormalization(trainable=False), L.Dense(7, activation="relu")], ""


def build(parts, words, length, units, loss):
    source = keras.Input((length,), dtype="int32")
    is_frozen = parts[0] == "freeze embedding"
    x = layers.Embedding(words, 12, trainable=not is_frozen)(source)
    if parts == "side":
        x = layers.Bidirectional(layers.GRU(6, return_sequences=True))(x)
        parts = []
        x = layers.Concatenate()([layers.GlobalMaxPooling1D()(x),
                                  layers.GlobalAveragePooling1D()(x)])
    for part in parts[is_frozen:]:
        x = part(x)
    last = "softmax" if loss.startswith("sparse") else "sigmoid"
    model = keras.Model(source, layers.Dense(units, activation=last)(x))
    # Sums that are longer than 1e-7 of Adam's epsilon: its first steps do not depend on noise.
    model.compile(optimizer=keras.optimizers.Adam(learning_rate=RATE, epsilon=1e-3), loss=loss)
    return model


RATE, STEPS = 0.002, 20


def losses_here(model, path, n):
    model.save(f"{folder}/kind.keras")
    run(rnntrain, "train", path, "--init-from", f"{folder}/kind.keras", "--run-dir",
        f"{folder}/run", "--overwrite", "--quiet", "--epochs", str(STEPS), "--batch-size", str(n),
        "--lane-rows", "256", "--shuffle", "none", "--validation", "none", "--monitor", "loss",
        "--patience", "0", "--learning-rate", str(RATE))
    return [json.loads(line)["loss"] for line in open(f"{folder}/run/log.jsonl")
            if '"event":"epoch"' in line]


def compare(name, parts, of):
    global failures, worst
    x, y, words = rows_of(data[of])
    loss, units = {"": ("binary_crossentropy", 1), "labels": ("binary_crossentropy", 6),
                   "classes": ("sparse_categorical_crossentropy", int(y.max()) + 1)}[of]
    model = build(parts, words, x.shape[1], units, loss)
    ours = losses_here(model, data[of], len(x))
    theirs = model.fit(x, y, batch_size=len(x), epochs=STEPS, verbose=0,
                       shuffle=False).history["loss"]
    difference = max(abs(a - b) / abs(b) for a, b in zip(ours, theirs))
    worst = max(worst, (difference, name))
    print(f"{name}: {difference:.1e}", flush=True)
    if len(ours) != len(theirs) or not difference <= 2e-5:
        failures += 1
        print(f"FAILED: {flavour}: {name}: {difference:.1e}: {ours} {theirs}", flush=True)


n_kinds = 0
for name, parts, of in kinds():
    if chosen and not name.startswith(chosen):
        continue
    n_kinds += 1
    try:
        keras.utils.set_random_seed(n_kinds)
        compare(name, parts(), of)
    except ValueError as error:
        failures += 1
        print(f"FAILED: {flavour}: {name}: {str(error)[:600]}", flush=True)
    keras.backend.clear_session()
print(f"{flavour} {keras.__version__}: 20 steps of {n_kinds} kinds, {failures} failed, largest "
      f"relative difference {worst[0]:.1e}: {worst[1]}")
sys.exit(failures != 0)
