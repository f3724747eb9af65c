#!/usr/bin/env python3
"""What rnnprep does with class folders, in Python: Keras's Tokenizer and pad_sequences, h5py.

prep.py FOLDER OUTPUT.h5; needs keras-preprocessing, numpy < 2, h5py."""
import os
import re
import sys

import h5py
from keras_preprocessing.sequence import pad_sequences
from keras_preprocessing.text import Tokenizer


def read(folder, part):
    texts, labels = [], []
    for label in ("pos", "neg"):
        place = os.path.join(folder, part, label)
        for name in sorted(os.listdir(place)):
            with open(os.path.join(place, name), encoding="utf-8") as file:
                texts.append(re.sub("<[^>]+>", "", file.read()))
            labels.append(label == "pos")
    return texts, labels


def main(folder, output):
    parts = {part: read(folder, part) for part in ("train", "test")}
    tokenizer = Tokenizer(num_words=3800)
    tokenizer.fit_on_texts(parts["train"][0])
    with h5py.File(output, "w") as file:
        for part, (texts, labels) in parts.items():
            rows = pad_sequences(tokenizer.texts_to_sequences(texts), maxlen=380, dtype="uint16")
            file.create_dataset(f"{part}/x", data=rows, compression="gzip", shuffle=True)
            file.create_dataset(f"{part}/y", data=labels)
        file["tokenizer"] = tokenizer.to_json()


main(*sys.argv[1:])
