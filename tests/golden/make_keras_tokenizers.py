#!/usr/bin/env python3
"""Writes keras_tokenizers.json: Keras's Tokenizer as people keep it, and the ids it gives.

Run with Keras 3. The class is the same under each of the names that it has had, so one is
pickled under all of them. Files are in hexadecimal digits.
"""
import json
import pickle
import sys
import types

from keras.src.legacy.preprocessing.text import Tokenizer

TEXTS = [
    "The soup was warm, the bread was not",
    "naïve Großmutter 東京 it's \u0130stanbul \U0001f600 ok",
    "soup of the day",
]
PROBES = ["the cold soup", "GROSSMUTTER naïve 東京 \U0001f600 day it's", "nothing known"]
MODULES = ["keras.preprocessing.text", "keras_preprocessing.text", "tensorflow.python.keras.preprocessing.text",
           "tf_keras.src.preprocessing.text", "keras.src.legacy.preprocessing.text"]


def renamed(module):
    """The class under the name of a module that is not installed."""
    if module == Tokenizer.__module__:
        return Tokenizer
    names = module.split(".")
    for i in range(1, len(names) + 1):
        sys.modules[".".join(names[:i])] = types.ModuleType(".".join(names[:i]))
    made = type("Tokenizer", (Tokenizer,), {"__module__": module})
    sys.modules[module].Tokenizer = made
    return made


def hexed(data):
    return (data if isinstance(data, bytes) else data.encode()).hex()


def main():
    cases = []
    for options in ({}, {"num_words": 8, "oov_token": "<OOV>", "lower": False}):
        for module in MODULES if not options else MODULES[1:2]:
            tokenizer = renamed(module)(**options)
            tokenizer.fit_on_texts(TEXTS)
            ids = tokenizer.texts_to_sequences(PROBES)
            for protocol in range(6):
                name = f"{module}, protocol {protocol}, {options}"
                cases.append({"name": name, "file": hexed(pickle.dumps(tokenizer, protocol)), "ids": ids})
        for protocol in (0, 2, 5):
            for what, value in (("to_json", tokenizer.to_json()), ("get_config", tokenizer.get_config())):
                cases.append({"name": f"{what}, protocol {protocol}, {options}",
                              "file": hexed(pickle.dumps(value, protocol)), "ids": ids})
        forms = {"to_json": tokenizer.to_json(), "dumped again": json.dumps(tokenizer.to_json()),
                 "with a mark": "\ufeff" + tokenizer.to_json(), "get_config": json.dumps(tokenizer.get_config())}
        if not options:  # the index says nothing of num_words and lower
            forms["word_index"] = json.dumps(tokenizer.word_index)
            forms["word_index within"] = json.dumps({"word_index": tokenizer.word_index}, ensure_ascii=False)
            cases.append({"name": "word_index, pickled", "file": hexed(pickle.dumps(tokenizer.word_index, 4)), "ids": ids})
        cases += [{"name": f"JSON, {name}, {options}", "file": hexed(text), "ids": ids} for name, text in forms.items()]

    tokenizer = Tokenizer(oov_token="<OOV>")
    tokenizer.fit_on_texts(TEXTS)
    cases.append({"name": "word_index with <OOV>", "file": hexed(json.dumps(tokenizer.word_index)),
                  "ids": tokenizer.texts_to_sequences(PROBES)})
    with open("keras_tokenizers.json", "w") as out:
        json.dump({"probes": PROBES, "cases": cases}, out, indent=0)
        out.write("\n")


main()
