#!/usr/bin/env python3
"""Writes keras_vectorization/: small models that take texts, by a TextVectorization, as Keras saves
them, and what Keras says of some texts.

Usage: make_keras_vectorization.py keras|tf_keras FOLDER     (needs that Keras and TensorFlow)

FOLDER gets <flavour>_<case>.keras, texts.jsonl, which both calls write alike, and <flavour>.json: the
probabilities of all texts by each file."""
import importlib
import json
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np
import tensorflow

flavour, folder = sys.argv[1:3]
keras = importlib.import_module(flavour)
layers = keras.layers
random = np.random.RandomState(11)
texts = ["The plot was superb.", "Don't re-do IT,\tthe  plot was\u00a0bad\u2003\u00c9 \u00e9a \u00c9A",
         "", "?!", "was\x0bbad\x0cgood\rplot\u0085was [UNK] unk \u0130 \u01c5 don't", " the the THE the",
         "good `bad` {was} <plot> a_b x+y=z", "never seen", "was the plot bad or good or bad or good"]
with open(f"{folder}/texts.jsonl", "w") as file:
    file.write("".join(json.dumps({"text": text}) + "\n" for text in texts))
words = ["the", "plot", "was", "dont", "\u00c9", "\u00e9a", "don't", "good", "bad", "unk", "superb."]


def cases():
    """Name, how texts are cut, whether it is a functional model, what makes a vector of the steps."""
    yield "given", dict(vocabulary=words, output_sequence_length=6), False, layers.LSTM(4)
    yield "lower", dict(standardize="lower", output_sequence_length=9), True, layers.GRU(3)
    yield "strip", dict(standardize="strip_punctuation", output_sequence_length=9), False, layers.GRU(3)
    yield "none", dict(standardize=None, vocabulary=["", "[UNK]"] + words,
                       output_sequence_length=30), True, layers.Bidirectional(layers.LSTM(3))
    yield "characters", dict(split="character", max_tokens=30, output_sequence_length=20), False, \
        layers.LSTM(4)


expected = {}
for name, how, functional, recurrent in cases():
    cuts = layers.TextVectorization(**how)
    if "vocabulary" not in how:
        cuts.adapt(["the plot was good", "Was THE plot bad?", "it's don't don't \u00c9"])
    parts = [cuts, layers.Embedding(40, 3, mask_zero=functional), recurrent,
             layers.Dense(1, activation="sigmoid")]
    source = result = keras.Input((1,), dtype="string")
    for part in parts:
        result = part(result)
    model = keras.Model(source, result) if functional else keras.Sequential([source] + parts)
    for part in parts[1:]:
        part.set_weights([random.normal(0, 0.9, w.shape).astype("float32") for w in part.get_weights()])
    path = f"{flavour}_{name}.keras"
    model.save(f"{folder}/{path}")
    found = model.predict(tensorflow.constant([[text] for text in texts]), verbose=0)
    expected[path] = [float(row[0]) for row in found]
with open(f"{folder}/{flavour}.json", "w") as file:
    json.dump(expected, file, indent=1)
    file.write("\n")
