#!/usr/bin/env python3
"""Writes keras_outputs/: small models with other last layers as Keras saves them, and what Keras
says of the texts of keras_models/.

Usage: make_keras_outputs.py keras|tf_keras FOLDER     (needs that Keras, TensorFlow and h5py)

FOLDER gets <flavour>_<case>.h5 or .keras, and <flavour>.json: for each file the options that
rnntrain needs and the probabilities of all texts."""
import importlib
import json
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np

flavour, folder = sys.argv[1:3]
keras = importlib.import_module(flavour)
layers = keras.layers
WORDS, MAXLEN = 12, 7
random = np.random.RandomState(7)
with open(f"{folder}/../keras_models/texts") as file:
    texts = file.read().splitlines()
rows = np.zeros((len(texts), MAXLEN), "int32")
for row, text in zip(rows, texts):
    ids = [int(word[1:]) for word in text.split()][-MAXLEN:]
    row[MAXLEN - len(ids):] = ids


def model_of(units, activation, loss):
    shape = {"shape" if flavour == "keras" else "input_shape": (MAXLEN,)}
    model = keras.Sequential([
        layers.InputLayer(dtype="int32", **shape), layers.Embedding(WORDS, 3), layers.LSTM(4),
        layers.Dense(units, activation=activation)])
    model.compile("adam", loss)
    return model


def cases():
    """Name, ending, options, what becomes of the numbers, model."""
    from_logits = keras.losses.BinaryCrossentropy(from_logits=True)
    yield "labels", ".h5", "", None, model_of(3, "sigmoid", "binary_crossentropy")
    yield "labels", ".keras", "", None, model_of(3, "sigmoid", "binary_crossentropy")
    yield "two_labels", ".h5", "", None, model_of(2, "sigmoid", "binary_crossentropy")
    yield "label_logits", ".h5", "", "sigmoid", model_of(3, "linear", from_logits)
    yield "unsaid", ".h5", "--outputs labels", None, model_of(3, "sigmoid", "mse")
    yield "sigmoid_classes", ".keras", "", None, model_of(
        3, "sigmoid", "sparse_categorical_crossentropy")
    yield "two_classes", ".h5", "", None, model_of(2, "softmax", "categorical_crossentropy")


expected = []
for name, ending, options, then, model in cases():
    model.set_weights([random.normal(0, 0.9, w.shape).astype("float32")
                       for w in model.get_weights()])
    path = f"{flavour}_{name}{ending}"
    model.save(f"{folder}/{path}")
    found = model.predict(rows, verbose=0)
    if then == "sigmoid":
        found = 1 / (1 + np.exp(-found.astype("float64")))
    expected.append({"file": path, "options": options,
                     "probabilities": [[round(float(p), 7) for p in row] for row in found]})
with open(f"{folder}/{flavour}.json", "w") as file:
    json.dump({"version": keras.__version__, "models": expected}, file, indent=0)
