"""keras_training.py keras|tf_keras RNNTRAIN FOLDER

Training goes on here as it would in Keras, from models in each of its formats, moments included;
and a model trained here is trained further by Keras and comes back. FOLDER has pre.h5."""
import importlib
import json
import os
import subprocess
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import h5py
import numpy as np

flavour, rnntrain, folder = sys.argv[1:4]
keras = importlib.import_module(flavour)
layers = keras.layers
data = f"{folder}/pre.h5"
failures = 0


def part(name, n):
    with h5py.File(data) as file:
        return file[f"{name}/x"][:n].astype("int32"), file[f"{name}/y"][:n]


with h5py.File(data) as file:
    words, maxlen = int(file.attrs["num_words"]), int(file.attrs["maxlen"])
    n_train = file["train/x"].shape[0]


def run(*command):
    done = subprocess.run([rnntrain, *command], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"FAILED: {command}: {done.stderr}")
    return done.stdout


def mixed():
    return [layers.Bidirectional(layers.SimpleRNN(9, activation="relu", return_sequences=True),
                                 merge_mode="mul"),
            layers.GRU(8, activation="sigmoid", return_sequences=True, go_backwards=True),
            layers.Bidirectional(layers.LSTM(7), merge_mode="ave")]


def build(cell, bidirectional):
    inner = mixed() if cell == "mixed" else [getattr(layers, cell)(24)]
    return keras.Sequential([
        keras.Input((maxlen,), dtype="int32") if flavour == "keras" else
        layers.InputLayer((maxlen,)),
        layers.Embedding(words, 16),
        *([layers.Bidirectional(*inner)] if bidirectional else inner),
        layers.Dense(20, activation="relu"), layers.Dense(1, activation="sigmoid")])


def check(what, ours, theirs, most):
    global failures
    difference = max(abs(a - b) / abs(b) for a, b in zip(ours, theirs))
    print(f"{flavour} {keras.__version__}: {what}: {difference:.1e}")
    if len(ours) != len(theirs) or not difference <= most:
        failures += 1
        print(f"FAILED: {ours} {theirs}")


# Twenty steps of all rows, after three epochs in Keras.
x, y = part("train", n_train)
# Keras's Adam has 0.999 as a float, which makes its first steps 6e-6 shorter: where losses fall
# fast that is seen, so there the rate is low.
for cell, bidirectional, rate in (("LSTM", False, 0.002), ("GRU", False, 0.002),
                                  ("LSTM", True, 0.002), ("SimpleRNN", False, 0.0005),
                                  ("SimpleRNN", True, 0.0005), ("mixed", False, 0.002)):
    model = build(cell, bidirectional)
    model.compile(optimizer=keras.optimizers.Adam(learning_rate=rate),
                  loss="binary_crossentropy", metrics=["accuracy"])
    model.fit(x[:512], y[:512], batch_size=128, epochs=3, verbose=0, shuffle=False)
    ours = {}
    for ending in (".h5", ".keras"):
        path = f"{folder}/trained{ending}"
        model.save(path)
        run("train", data, "--init-from", path, "--run-dir", f"{folder}/run", "--overwrite",
            "--quiet", "--epochs", "20", "--batch-size", str(n_train), "--lane-rows", "256",
            "--shuffle", "none", "--validation", "none", "--monitor", "loss", "--patience",
            "0", "--learning-rate", str(rate))
        ours[ending] = [json.loads(line)["loss"] for line in open(f"{folder}/run/log.jsonl")
                        if '"event":"epoch"' in line]
    theirs = model.fit(x, y, batch_size=n_train, epochs=20, verbose=0,
                       shuffle=False).history["loss"]
    for ending, losses in ours.items():
        check(f"20 steps from {ending}, {cell}{' both ways' * bidirectional}", losses, theirs,
              2e-5)

# There and back.
run("train", data, "--recipe", "keras-gru", "--run-dir", f"{folder}/run", "--overwrite",
    "--quiet", "--epochs", "2", "--batch-size", "64")
model = keras.models.load_model(f"{folder}/run/best.h5")
model.fit(x, y, batch_size=64, epochs=1, verbose=0)
x_test, y_test = part("test", None)
theirs = model.evaluate(x_test, y_test, verbose=0)
for ending in (".h5", ".keras"):
    path = f"{folder}/back{ending}"
    model.save(path)
    ours = json.loads(run("eval", path, data, "--json"))
    check(f"loss after an epoch in Keras, {ending}", [ours["loss"]], [theirs[0]], 2e-6)
    check(f"accuracy, {ending}", [1 + ours["acc"]], [1 + theirs[1]], 1e-7)
sys.exit(failures != 0)
