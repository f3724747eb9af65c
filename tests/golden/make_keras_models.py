#!/usr/bin/env python3
"""Writes keras_models/: small models as Keras saves them, and what Keras says of some texts.

Usage: make_keras_models.py keras|tf_keras FOLDER     (needs that Keras, TensorFlow and h5py)

FOLDER gets <case>.h5, .keras or .weights.h5, tokenizer.json and texts, which both calls write
alike, and <keras>.json: for each file the options that rnntrain needs and the probabilities of all
texts."""
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
random = np.random.RandomState(3)
words = [f"w{i}" for i in range(1, WORDS)]
texts = [" ".join(random.choice(words, n)) for n in (7, 7, 3, 1, 9, 12, 5, 7)]
config = {"num_words": WORDS, "filters": "", "lower": True, "split": " ", "char_level": False,
          "oov_token": None, "document_count": 1}
for name in ("word_counts", "word_docs", "index_docs"):
    config[name] = "{}"
config["index_word"] = json.dumps({i + 1: w for i, w in enumerate(words)})
config["word_index"] = json.dumps({w: i + 1 for i, w in enumerate(words)})
with open(f"{folder}/tokenizer.json", "w") as file:
    json.dump({"class_name": "Tokenizer", "config": config}, file)
with open(f"{folder}/texts", "w") as file:
    file.write("\n".join(texts) + "\n")
rows = np.zeros((len(texts), MAXLEN), "int32")
for row, text in zip(rows, texts):
    ids = [int(word[1:]) for word in text.split()][-MAXLEN:]
    row[MAXLEN - len(ids):] = ids


def chain(length, *parts):
    """A model of the functional API."""
    source = result = keras.Input((length,), dtype="int32")
    for part in parts:
        result = part(result)
    return keras.Model(source, result)


def sequence(parts):
    shape = {"shape" if flavour == "keras" else "input_shape": (MAXLEN,)}
    return keras.Sequential([layers.InputLayer(dtype="int32", **shape)] + parts)


def frozen_inside():
    both = layers.Bidirectional(layers.GRU(3))
    inner = sequence([layers.Embedding(WORDS, 4, trainable=False), both])
    inner(rows)
    both.forward_layer.trainable = False
    return inner


def branches():
    """Poolings and last states side by side, in no order."""
    source = keras.Input((MAXLEN,), dtype="int32")
    steps = layers.Embedding(WORDS, 4, mask_zero=True)(source)
    steps, forward, _, backward, _ = layers.Bidirectional(
        layers.LSTM(3, return_sequences=True, return_state=True))(steps)
    last = layers.Concatenate()([forward, backward])
    joined = layers.Concatenate()([layers.GlobalAveragePooling1D()(steps), last,
                                   layers.GlobalMaxPooling1D()(steps)])
    return keras.Model(source, layers.Dense(1, activation="sigmoid")(joined))


def total(positions):
    if flavour == "keras":
        return keras.ops.sum(positions, axis=1)
    import tensorflow
    return tensorflow.reduce_sum(positions, axis=1)


def attention(kind):
    """Additive attention as people write it; under a mask by a query, beside a mean."""
    source = keras.Input((MAXLEN,), dtype="int32")
    steps = layers.Embedding(WORDS, 4, mask_zero=kind == "query")(source)
    steps = layers.Bidirectional(layers.GRU(3, return_sequences=True))(steps)
    hidden = layers.Dense(5, activation="tanh")(steps)
    if kind == "query":
        most = layers.GlobalMaxPooling1D()(steps)
        zeros = layers.Subtract()([most, most])
        query = layers.Embedding(1, 5)(layers.Dot(axes=1)([zeros, zeros]))
        found = layers.Flatten()(layers.Attention()([query, steps, hidden]))
        found = layers.Concatenate()([layers.GlobalAveragePooling1D()(steps), found])
    elif kind == "dot":
        shares = layers.Softmax(axis=1)(layers.Dense(1, use_bias=False)(hidden))
        found = layers.Flatten()(layers.Dot(axes=1)([shares, steps]))
    else:
        shares = layers.Flatten()(layers.TimeDistributed(layers.Dense(1))(hidden))
        shares = layers.RepeatVector(6)(layers.Activation("softmax")(shares))
        found = total(layers.Multiply()([steps, layers.Permute([2, 1])(shares)]))
    found = layers.Dense(4, activation="relu")(found)
    return keras.Model(source, layers.Dense(1, activation="sigmoid")(found))


def cases():
    """Name, ending, options, model."""
    yield "lstm", ".h5", "", sequence([
        layers.Embedding(WORDS, 4), layers.Dropout(0.2), layers.LSTM(5),
        layers.Dense(6, activation="relu"), layers.Dense(1, activation="sigmoid")])
    yield "stack", ".keras", "", sequence([
        layers.Embedding(WORDS, 4, mask_zero=True),
        layers.Bidirectional(layers.GRU(4, return_sequences=True)),
        layers.Bidirectional(layers.GRU(3)), layers.Dense(3, activation="softmax")])
    yield "chain", ".keras", "--maxlen 7", chain(
        None, layers.Embedding(WORDS, 3, mask_zero=True), layers.LSTM(4, return_sequences=True),
        layers.GlobalAveragePooling1D(), layers.Dense(1), layers.Activation("sigmoid"))
    yield "weights", ".weights.h5", "--maxlen 7 --head max", sequence([
        layers.Embedding(WORDS, 3), layers.GRU(4, return_sequences=True, reset_after=False),
        layers.GlobalMaxPooling1D(), layers.Dense(2, activation="softmax")])
    yield "hard", ".h5", "", sequence([
        layers.Embedding(WORDS, 3),
        layers.LSTM(4, return_sequences=True, recurrent_activation="hard_sigmoid"),
        layers.Flatten(), layers.Dense(1, activation="sigmoid")])
    # Keras lists frozen arrays of a nested model, and of a Bidirectional, behind the others.
    yield "frozen", ".h5", "", sequence([
        frozen_inside(), layers.Dense(2, activation="softmax")])
    # Layers that treat each vector by itself, on sequences and behind them.
    yield "vectors", ".keras", "", sequence([
        layers.Embedding(WORDS, 4), layers.SpatialDropout1D(0.2), layers.LayerNormalization(),
        layers.TimeDistributed(layers.Dense(5, activation="tanh")), layers.GaussianNoise(0.1),
        layers.Bidirectional(layers.GRU(3, return_sequences=True)), layers.BatchNormalization(),
        layers.Activation("swish"), layers.Dense(4, use_bias=False), layers.LeakyReLU(0.1),
        layers.GlobalMaxPooling1D(), layers.Dense(6, activation="gelu"), layers.Dropout(0.5),
        layers.Dense(5), layers.BatchNormalization(scale=False), layers.ELU(0.5),
        layers.Dense(4, activation="selu"), layers.LayerNormalization(center=False, epsilon=1e-6),
        layers.Dense(3), layers.Softmax()])

    yield "simple", ".h5", "", sequence([
        layers.Embedding(WORDS, 4), layers.SimpleRNN(5, return_sequences=True),
        layers.SimpleRNN(4, activation="relu", recurrent_dropout=0.2),
        layers.Dense(1, activation="sigmoid")])
    yield "mixed", ".keras", "", sequence([
        layers.Embedding(WORDS, 3),
        layers.Bidirectional(layers.SimpleRNN(4, return_sequences=True), merge_mode="ave"),
        layers.LSTM(3, activation="relu", return_sequences=True, go_backwards=True),
        layers.Bidirectional(layers.GRU(2, activation="sigmoid"), merge_mode="mul"),
        layers.Dense(3, activation="softmax")])
    yield "simple", ".weights.h5", "--maxlen 7", sequence([
        layers.Embedding(WORDS, 3), layers.Bidirectional(layers.SimpleRNN(4, return_sequences=True)),
        layers.SimpleRNN(4, use_bias=False), layers.Dense(2, activation="softmax")])
    yield "branches", ".h5", "", branches()
    yield "windows", ".keras", "", sequence([
        layers.Embedding(WORDS, 4, mask_zero=True),
        layers.Conv1D(5, 3, padding="same", activation="tanh"), layers.MaxPooling1D(2),
        layers.Conv1D(4, 2, padding="causal", activation="relu", use_bias=False),
        layers.AveragePooling1D(2, strides=1, padding="same"), layers.Flatten(),
        layers.Dense(2, activation="softmax")])
    yield "attention", ".keras", "", attention("dot")
    yield "repeated", ".keras", "", attention("repeat")
    yield "query", ".h5", "", attention("query")


expected = []
for name, ending, options, model in cases():
    model(rows)
    model.set_weights([abs(w) if "moving_variance" in known.name else w for known, w in zip(
        model.weights, [random.normal(0, 0.7, w.shape).astype("float32")
                        for w in model.get_weights()])])
    path = f"{flavour}_{name}{ending}"
    (model.save_weights if ending == ".weights.h5" else model.save)(f"{folder}/{path}")
    found = model.predict(rows, verbose=0)
    if found.shape[1] == 1:
        found = np.hstack([1 - found, found])
    expected.append({"file": path, "options": options,
                     "probabilities": [[round(float(p), 7) for p in row] for row in found]})
with open(f"{folder}/{flavour}.json", "w") as file:
    json.dump({"version": keras.__version__, "models": expected}, file, indent=0)
