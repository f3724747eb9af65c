#!/usr/bin/env bash
# README.md: a model that Keras made is served; files as Python and Keras read them. RNNTRAIN_PYTHON
# names a Python with keras and h5py.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
python=${RNNTRAIN_PYTHON:-python3}
TF_CPP_MIN_LOG_LEVEL=3 "$python" -c 'import h5py, keras' 2>/dev/null ||
    skip "no Keras: RNNTRAIN_PYTHON names a Python with it"
. "$(dirname "$0")/sections.sh"
export TF_CPP_MIN_LOG_LEVEL=3

make_table reviews.csv 400
"$python" - <<'PYTHON' 2>"$tmp/err" || problem "Keras: $(tail -n 5 "$tmp/err")"
import csv, json, re
import keras
import numpy as np

keras.utils.set_random_seed(1)
rows = list(csv.DictReader(open("reviews.csv")))
words = sorted({word for row in rows for word in re.findall(r"[a-z']+", row["text"].lower())})
index = {word: i for i, word in enumerate(words, 1)}
config = {"num_words": None, "filters": '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n', "lower": True, "split": " ",
          "char_level": False, "oov_token": None, "document_count": len(rows), "word_counts": "{}",
          "word_docs": "{}", "index_docs": "{}", "word_index": json.dumps(index),
          "index_word": json.dumps({i: word for word, i in index.items()})}
json.dump({"class_name": "Tokenizer", "config": config}, open("tokenizer.json", "w"))

model = keras.Sequential([keras.layers.Input((60,)), keras.layers.Embedding(len(words) + 1, 8),
                          keras.layers.LSTM(8), keras.layers.Dense(1, activation="sigmoid")])
model.save("model.keras")
ids = [index[word] for word in "the plot was superb".split()]
(p,), = model.predict(np.array([[0] * (60 - len(ids)) + ids]), verbose=0)
open("expected", "w").write(f"{p:.6f}")
PYTHON
section "A model of Keras, served"
[ -s judged.csv ] || problem "no judged.csv"
echo "The plot was superb." | rnntrain predict model.h5 --jsonl >"$tmp/judged"
python3 - "$tmp/judged" expected <<'PYTHON' || problem "Keras says $(cat expected), rnntrain $(cat "$tmp/judged")"
import json, sys
judged = json.load(open(sys.argv[1]))
assert abs(judged["probabilities"]["good"] - float(open(sys.argv[2]).read())) < 2e-6, judged
PYTHON

"$rnnprep" reviews.csv -o dataset.h5 --num-words 400 --maxlen 60 --test-split 0.3 --quiet
"$rnntrain" --epochs 1 --mask --quiet
cp run/best.h5 .
section "Files"
