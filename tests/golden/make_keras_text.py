#!/usr/bin/env python3
"""Writes keras_text.json: what Keras's own Tokenizer and pad_sequences do with odd texts.

Usage: make_keras_text.py [keras_text.json]     (needs keras 3 or tf_keras)

A case holds the options, the words in index order with their indices and counts, and the
padded matrix.
"""
import json
import sys

import keras
from keras.src.legacy.preprocessing.text import Tokenizer
from keras.utils import pad_sequences

TEXTS = [
    "The cat sat. The CAT ran! The end?",
    "",
    "   ",
    "...!!!",
    "a-b_c d'e \"f\" 'g' h\tj\nk\r\nl",
    "ΌΔΥΣΣΕΥΣ ΣΑΣ Σ ΑΣ. ΑΣ'Β",
    "İstanbul ISPARTA ıI",
    "STRASSE Straße ẞ ﬁn Ǆ ǅ",
    "caf\u00e9 cafe\u0301 CAFÉ",
    "non\u00a0breaking next\u0085line thin\u2009space line\u2028sep",
    "日本語 の テキスト 日本語",
    "😀 😀😀 a😀b 👩‍👩‍👧",
    "the the the the cat cat end b b b",
    "zero\u200bwidth \ufeffbom \ufffd replaced",
    "Word word WORD wOrD",
    "<br />tag<br/>here <b>x</b> < > <> <<a>>",
    "tie1 tie2 tie3 tie3 tie2 tie1",
    "ÀÉÎÕÜ àéîõü ΑΒΓ αβγ АБВ абв",
    "UNK oov <OOV> unk",
    "1 22 333 1,000 3.14 50%",
    "x" * 300 + " " + "y" * 300,
    "K Å ſ ϴ Ω Ⅷ ⓐ Ⓐ Ａ ａ 𐐀 𐐨",
]
DEFAULT_FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'
CASES = [
    {},
    {"num_words": 10},
    {"num_words": 10, "oov_token": "<OOV>"},
    {"num_words": 2},
    {"lower": False},
    {"filters": ""},
    {"filters": ".,!?日é"},
    {"split": "a"},
    {"split": "th"},
    {"oov_token": "unk", "num_words": 30},
    {"padding": "post"},
    {"truncating": "post", "maxlen": 3},
    {"padding": "post", "truncating": "post", "maxlen": 2},
    {"lower": False, "filters": " ", "split": " "},
]


def run(case):
    maxlen = case.get("maxlen", 6)
    tokenizer = Tokenizer(num_words=case.get("num_words"),
                          filters=case.get("filters", DEFAULT_FILTERS),
                          lower=case.get("lower", True), split=case.get("split", " "),
                          oov_token=case.get("oov_token"))
    tokenizer.fit_on_texts(TEXTS)
    sequences = tokenizer.texts_to_sequences(TEXTS + ["unseen words and the cat"])
    matrix = pad_sequences(sequences, maxlen=maxlen, padding=case.get("padding", "pre"),
                           truncating=case.get("truncating", "pre"))
    words = sorted(tokenizer.word_index, key=tokenizer.word_index.get)
    return {"options": dict(case, maxlen=maxlen), "words": words,
            "indices": [tokenizer.word_index[word] for word in words],
            "matrix": matrix.tolist(),
            "word_counts": [tokenizer.word_counts.get(word, 0) for word in words]}


def main():
    path = sys.argv[1] if len(sys.argv) > 1 else "keras_text.json"
    result = {"keras": keras.__version__, "texts": TEXTS, "unseen": "unseen words and the cat",
              "cases": [run(case) for case in CASES]}
    with open(path, "w", encoding="utf-8") as file:
        json.dump(result, file, ensure_ascii=False, separators=(",", ":"))
        file.write("\n")


main()
