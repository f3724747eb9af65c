#!/usr/bin/env bash
# The word index of keras.datasets.imdb: predict, eval, rnnprep --tokenizer and the C export give texts the
# ids that Python's statement of its rule gives them.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$tmp"

# texts.csv and index.json; ids.csv, the same rows as words "w17", with ids.json, which numbers these.
python3 - <<'PYTHON'
import json, random, re
random.seed(3)
NUM_WORDS = 30
known = ["word%d" % i for i in range(40)]  # of which 27 to 39 lie beyond
index = {word: i + 1 for i, word in enumerate(known)}
filters = re.compile('[%s]' % re.escape('!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'))

def ids(text):  # keras.datasets.imdb.load_data: start_char 1, oov_char 2, index_from 3
    words = [index[w] + 3 for w in filters.sub(" ", text.lower()).split(" ") if w in index]
    return [1] + [w if w < NUM_WORDS else 2 for w in words]

json.dump(index, open("index.json", "w"))
json.dump({"class_name": "Tokenizer", "config": {"num_words": NUM_WORDS, "filters": "", "lower": True,
    "split": " ", "char_level": False, "oov_token": None, "document_count": 0,
    "word_index": json.dumps({"w%d" % i: i for i in range(1, NUM_WORDS)})}}, open("ids.json", "w"))
with open("texts.csv", "w") as texts, open("ids.csv", "w") as rows, open("texts", "w") as plain, \
        open("ids", "w") as numbers:
    texts.write("text,label\n")
    rows.write("text,label\n")
    for i in range(120):
        words = [random.choice(known + ["stranger", "other"]) for _ in range(random.randint(0, 9))]
        words.insert(random.randint(0, len(words)), "word3" if i % 2 else "WORD5;")
        text = " ".join(words)
        row = " ".join("w%d" % n for n in ids(text))
        texts.write('"%s",%s\n' % (text, ("neg", "pos")[i % 2]))
        rows.write("%s,%s\n" % (row, ("neg", "pos")[i % 2]))
        plain.write(text + "\n")
        numbers.write(row + "\n")
PYTHON
"$rnnprep" ids.csv --tokenizer ids.json --maxlen 8 -o ids.h5 --quiet 2>notes
"$rnntrain" ids.h5 --run-dir run --quiet --recipe none --units 6 --embedding 5 --dense 0 --epochs 3 \
    --batch-size 16 --validation none --monitor loss --learning-rate 0.02
"$rnntrain" eval run/last.h5 ids.h5 --part train --json >scored
"$rnntrain" predict run/last.h5 ids --jsonl >judged

# The same model as a stranger's, with the index.
"$rnntrain" export run/last.h5 --to keras -o model.keras >/dev/null
"$rnntrain" import model.keras --imdb-word-index index.json -o imdb.h5 >/dev/null 2>&1
"$rnntrain" predict imdb.h5 texts --jsonl >found
cmp judged found || problem "predict, imported"
"$rnntrain" predict model.keras texts --jsonl --imdb-word-index index.json >found 2>/dev/null
cmp judged found || problem "predict, as it is"

"$rnnprep" texts.csv --tokenizer imdb.h5 -o texts.h5 --quiet 2>notes
"$rnntrain" eval imdb.h5 texts.h5 --part train --json >found
cmp scored found || problem "eval, imported"
"$rnntrain" eval model.keras texts.h5 --part train --json --imdb-word-index index.json >found 2>/dev/null
cmp scored found || problem "eval, as it is"

# Its tokenizer says the rule where Keras does not look.
"$rnntrain" export imdb.h5 --to c -o model.c --with-tokenizer >/dev/null 2>said
grep -q "model.tokenizer.json: a text begins with id 1, .*\[1\] + \[i if i < " said || problem "the rule is not said"
"$rnnprep" texts.csv --tokenizer model.tokenizer.json --maxlen 8 -o again.h5 --quiet 2>notes
content() { "$rnntrain" inspect --verify "$1" | sed 's/.*content //'; }
[ "$(content texts.h5)" = "$(content again.h5)" ] || problem "rows by tokenizer.json"
[ "$(content texts.h5)" = "$(content ids.h5)" ] || problem "rows by Python"
expect 65 'its rows begin otherwise than the model' "$rnntrain" eval imdb.h5 ids.h5 --part train

if command -v cc >/dev/null; then
    cc -O1 -D MODEL_MAIN model.c -lm -o judge
    ./judge <texts >found
    "$rnntrain" predict imdb.h5 texts >expected
    python3 - <<'PYTHON' || problem "the C source"
for left, right in zip(open("expected"), open("found"), strict=True):
    (label, p), (other, q) = left.split("\t"), right.split("\t")
    assert label == other and abs(float(p) - float(q)) < 2e-6, (left, right)
PYTHON
fi
