#!/usr/bin/env bash
# The 25,000 test reviews by a word index that is made, by frequency, of the training reviews: the ids of
# rnnprep --tokenizer MODEL are those of Python's statement of keras.datasets.imdb's rule, and so are what
# predict, eval and the C source judge. RNNTRAIN_IMDB names an aclImdb archive.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"

corpus=${RNNTRAIN_IMDB:-$source/../shared/data/aclImdb.tar.xz}
[ -e "$corpus" ] || skip "no corpus: RNNTRAIN_IMDB=aclImdb_v1.tar.gz names one"
cd "$tmp"
tar -xf "$corpus"

cat >rule.py <<'PYTHON'
"""rule.py: index.json of the training reviews, and the test reviews' ids: their SHA-256."""
import collections, glob, hashlib, json, os
NUM_WORDS, MAXLEN, START, OOV, FROM = 10000, 380, 1, 2, 3
table = str.maketrans({c: " " for c in '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'})

def words(path):
    with open(path, encoding="utf-8", newline="") as file:
        return [w for w in file.read().lower().translate(table).split(" ") if w]

counts = collections.Counter()
for path in sorted(glob.glob("aclImdb/train/[np]*/*.txt")):
    counts.update(words(path))
index = {word: i + 1 for i, (word, _) in enumerate(counts.most_common())}
json.dump(index, open("index.json", "w"))

digest, missing, beyond = hashlib.sha256(), 0, 0
for label in "pos", "neg":  # in the order of rows
    for path in sorted(glob.glob("aclImdb/test/%s/*.txt" % label)):
        found = [index[w] + FROM for w in words(path) if w in index]
        missing += any(w not in index for w in words(path))
        beyond += any(w >= NUM_WORDS for w in found)
        ids = ([START] + [w if w < NUM_WORDS else OOV for w in found])[-MAXLEN:]
        row = [0] * (MAXLEN - len(ids)) + ids
        digest.update(b"".join(w.to_bytes(4, "little") for w in row))
print(digest.hexdigest())
print("%d words; %d reviews hold one that is missing, %d one beyond" % (len(index), missing, beyond),
      file=open("figures", "w"))
PYTHON
expected=$(python3 rule.py)
cat figures

"$rnnprep" aclImdb --num-words 10000 --maxlen 380 -o plain.h5 --quiet
"$rnntrain" plain.h5 --run-dir run --quiet --epochs 1 --limit-train 2000 --limit-test 100
"$rnntrain" export run/last.h5 --to keras -o model.keras >said
"$rnntrain" import model.keras --imdb-word-index index.json -o imdb.h5 >said 2>notes
"$rnnprep" aclImdb --tokenizer imdb.h5 -o imdb-rows.h5 --quiet 2>notes
found=$("$build/tests/matrix_hash" imdb-rows.h5 | tail -1)
[ "$found" = "$expected" ] || problem "other ids: $found, expected $expected"

# The loss that eval gives is that of what predict says, review by review, and of the C source.
for class in neg pos; do
    for file in $(find aclImdb/test/$class -name '*.txt' | sort); do
        cat "$file"
        echo
    done
done >texts
[ "$(wc -l <texts)" = 25000 ] || problem "a review has more lines than one"
"$rnntrain" eval imdb.h5 imdb-rows.h5 --json >scored
"$rnntrain" predict imdb.h5 texts --jsonl >judged
"$rnntrain" export imdb.h5 --to c -o model.c >said 2>notes
cc -O2 -D MODEL_MAIN model.c -lm -o judge
./judge <texts >by_c
"$rnntrain" predict imdb.h5 texts >by_predict
python3 - <<'PYTHON' || problem "they do not agree"
import json, math
scored = json.load(open("scored"))
judged = [json.loads(line) for line in open("judged")]
losses = [-math.log(max(j["probabilities"][("neg", "pos")[i >= 12500]], 1e-300)) for i, j in enumerate(judged)]
right = sum(j["label"] == ("neg", "pos")[i >= 12500] for i, j in enumerate(judged))
print(scored, sum(losses) / len(losses), right / len(judged))
assert abs(sum(losses) / len(losses) - scored["loss"]) < 1e-6 and abs(right / len(judged) - scored["acc"]) < 1e-9
n = 0
for left, right in zip(open("by_predict"), open("by_c"), strict=True):
    (label, p), (other, q) = left.split("\t"), right.split("\t")
    n += label != other
    assert abs(float(p) - float(q)) < 2e-6, (left, right)
print(n, "decisions differ in C")
assert n == 0
PYTHON
