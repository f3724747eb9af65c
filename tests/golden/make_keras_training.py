#!/usr/bin/env python3
"""Writes keras_training.h5: what real Keras does in 20 steps from known weights.

Usage: make_keras_training.py [keras_training.h5]     (needs tensorflow-cpu and h5py)

/cases names the groups. Each holds config (JSON: the configuration, the losses of the 20 steps,
final_step), x (n, T) uint16, y (n) int32 and final (n_weights) int32: the final weights as
differences from the initial ones, in units of final_step. Rows are taken in order, 32 a step,
from the start again after the last. Initial weights need no storage, see initial(). The file
ends in the trailer that the project's own files have: magic, length, SHA-256.
"""
import hashlib
import json
import os
import struct
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
import h5py
import keras
import numpy as np
import tensorflow as tf

STEPS, BATCH = 20, 32

BASE = dict(cell="lstm", bidirectional=0, layers=1, units=32, embedding=32, vocabulary=60,
            maxlen=24, dense=256, classes=2, head="last", mask=0, reset_after=0,
            optimizer="adam", learning_rate=1e-3, momentum=0.0, clip_norm=0.0, scale=0.25,
            rows=64)
SMALL = dict(BASE, units=7, embedding=5, dense=0, scale=0.5)
CASES = {
    "keras_lstm": BASE,
    "keras_bilstm": dict(BASE, bidirectional=1, head="flatten", dense=0),
    "keras_gru": dict(BASE, cell="gru"),
    "gru_reset_after": dict(SMALL, cell="gru", reset_after=1, dense=6),
    "lstm_mask": dict(SMALL, mask=1),
    "bilstm_stack_max": dict(SMALL, bidirectional=1, layers=2, head="max"),
    "gru_mask_mean": dict(SMALL, cell="gru", mask=1, head="mean"),
    "four_classes": dict(SMALL, classes=4, dense=6),
    "rmsprop": dict(SMALL, optimizer="rmsprop", learning_rate=1e-2),
    "sgd_momentum": dict(SMALL, optimizer="sgd", learning_rate=0.1, momentum=0.9),
    "clip_norm": dict(SMALL, clip_norm=0.05),
}


def initial(n, scale):
    """The n initial weights, a hash of their index, uniform in [-scale, scale)."""
    u = (np.arange(n, dtype=np.uint64) * 2654435761) % 2**32
    u ^= u >> np.uint64(15)
    u = (u * np.uint64(2246822519)) % 2**32
    u ^= u >> np.uint64(13)
    return (((u >> np.uint64(8)) / 2.0**24 - 0.5) * 2 * scale).astype(np.float32)


def build(c):
    layers, L = keras.layers, [keras.layers.InputLayer(shape=(c["maxlen"],), dtype="int32")]
    L.append(layers.Embedding(c["vocabulary"], c["embedding"], mask_zero=bool(c["mask"])))
    for i in range(c["layers"]):
        kw = dict(recurrent_activation="sigmoid",
                  return_sequences=i + 1 < c["layers"] or c["head"] != "last")
        cell = (layers.LSTM(c["units"], **kw) if c["cell"] == "lstm" else
                layers.GRU(c["units"], reset_after=bool(c["reset_after"]), **kw))
        L.append(layers.Bidirectional(cell) if c["bidirectional"] else cell)
    L += {"last": [], "flatten": [layers.Flatten()], "max": [layers.GlobalMaxPooling1D()],
          "mean": [layers.GlobalAveragePooling1D()]}[c["head"]]
    if c["dense"]:
        L.append(layers.Dense(c["dense"], activation="relu"))
    L.append(layers.Dense(1 if c["classes"] == 2 else c["classes"]))  # logits
    return keras.Sequential(L)


def optimizer(c):
    clip = dict(global_clipnorm=c["clip_norm"]) if c["clip_norm"] else {}
    if c["optimizer"] == "adam":
        return keras.optimizers.Adam(c["learning_rate"], epsilon=1e-7, **clip)
    if c["optimizer"] == "sgd":
        return keras.optimizers.SGD(c["learning_rate"], momentum=c["momentum"], **clip)
    return None


class Keras2RMSprop:
    """p -= lr g / (sqrt(v) + eps), as Keras 2; Keras 3 puts eps inside the root."""

    def __init__(self, rate, rho=0.9, epsilon=1e-7):
        self.rate, self.rho, self.epsilon, self.v = rate, rho, epsilon, None

    def apply(self, gradients, variables):
        if self.v is None:
            self.v = [tf.Variable(tf.zeros_like(x)) for x in variables]
        for g, v, x in zip(gradients, self.v, variables):
            v.assign(self.rho * v + (1 - self.rho) * g * g)
            x.assign_sub(self.rate * g / (tf.sqrt(v) + self.epsilon))


def data(c, rng):
    n, T = c["rows"], c["maxlen"]
    x = rng.integers(1, c["vocabulary"], (n, T))
    lengths = rng.integers(0 if c["head"] == "last" else 1, T + 1, n)
    for r, length in enumerate(lengths):
        x[r, :T - length] = 0
    y = (x[:, -3:].sum(axis=1) + np.arange(n)) % c["classes"]
    return x.astype(np.uint16), y.astype(np.int32)


def run(c, seed):
    x, y = data(c, np.random.default_rng(seed))
    model, opt = build(c), optimizer(c) or Keras2RMSprop(c["learning_rate"])
    n = model.count_params()
    first, at = initial(n, c["scale"]), 0
    for w in model.weights:
        size = int(np.prod(w.shape))
        w.assign(first[at:at + size].reshape(w.shape))
        at += size
    losses = []
    for step in range(STEPS):
        rows = (np.arange(BATCH) + step * BATCH) % c["rows"]
        with tf.GradientTape() as tape:
            logits = model(x[rows].astype(np.int32), training=True)
            if c["classes"] == 2:
                loss = keras.ops.mean(keras.losses.binary_crossentropy(
                    y[rows, None].astype(np.float32), logits, from_logits=True))
            else:
                loss = keras.ops.mean(keras.losses.sparse_categorical_crossentropy(
                    y[rows], logits, from_logits=True))
        losses.append(float(loss))
        variables = [w.value for w in model.trainable_variables]
        # Dense, as Keras 2 and the other backends of Keras 3 have them: from the embedding comes
        # a list of rows with repeats, which Keras 3's Adam on TensorFlow squares one by one.
        gradients = [tf.convert_to_tensor(g) for g in tape.gradient(loss, variables)]
        opt.apply(gradients, variables if isinstance(opt, Keras2RMSprop)
                  else model.trainable_variables)
    final = np.concatenate([keras.ops.convert_to_numpy(w).ravel() for w in model.weights])
    return x, y, np.array(losses), final - first, n


def main(path):
    with h5py.File(path, "w", libver="earliest") as out:
        out["cases"] = np.array([name.encode() for name in CASES])
        out.attrs["keras_version"] = np.bytes_(keras.__version__)
        out.attrs["tensorflow_version"] = np.bytes_(tf.__version__)
        for k, (name, c) in enumerate(CASES.items()):
            x, y, losses, delta, n = run(c, 100 + k)
            group = out.create_group(name)
            step = float(np.abs(delta).max() / 32000)
            config = dict(c, losses=losses.tolist(), final_step=step, n_weights=n)
            group["config"] = np.frombuffer(json.dumps(config).encode(), np.uint8)
            group["x"], group["y"] = x, y
            group.create_dataset("final", data=np.rint(delta / step).astype(np.int32),
                                 compression="gzip", shuffle=True)
            print(f"{name:18} {n:6} weights, loss {losses[0]:.6f} -> {losses[-1]:.6f}, "
                  f"step {step:.1e}")
    with open(path, "rb+") as out:
        image = out.read()
        out.write(b"rnnEND\r\n" + struct.pack("<Q", len(image)) +
                  hashlib.sha256(image).digest())
    print(os.path.getsize(path), "bytes, Keras", keras.__version__)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else
         os.path.join(os.path.dirname(__file__), "keras_training.h5"))
