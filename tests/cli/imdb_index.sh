#!/usr/bin/env bash
# rnnprep --imdb-word-index: its rows are those of Python's statement of keras.datasets.imdb.load_data, and
# what is trained on them judges texts as it judges the rows.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$tmp"

# rule.py NUM_WORDS: the SHA-256 of the rows. The index also as people keep it otherwise.
cat >rule.py <<'PYTHON'
import csv, hashlib, json, sys
MAXLEN, START, OOV, FROM = 9, 1, 2, 3
num_words, index = int(sys.argv[1]) or 1 << 30, json.load(open("index.json"))
table = str.maketrans({c: " " for c in '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'})
digest = hashlib.sha256()
for text, label in list(csv.reader(open("texts.csv", encoding="utf-8")))[1:]:
    words = [index[w] + FROM for w in text.lower().translate(table).split(" ") if w in index]
    ids = [w if w < num_words else OOV for w in [START] + words][-MAXLEN:]
    digest.update(b"".join(w.to_bytes(4, "little") for w in [0] * (MAXLEN - len(ids)) + ids))
print(digest.hexdigest())
PYTHON
python3 - <<'PYTHON'
import csv, json, pickle, random
random.seed(17)
words = ["the", "br", "i'm", "caf\u00e9", "na\u00efve", "\u65e5\u672c", "\u03c3\u03bf\u03c6\u03cc\u03c2"]
words += ["w%d" % i for i in range(41)]
index = {word: i + 1 for i, word in enumerate(words)}
random.shuffle(words)
shifted = {word: i + 3 for word, i in index.items()}
shifted.update({"<PAD>": 0, "<START>": 1, "<UNK>": 2, "<UNUSED>": 3})
some = words + ["<br />", "stranger", "Caf\u00c9!", "THE,w9;", "\u03a3\u039f\u03a6\u038c\u03a3"]
def dump(name, value):
    with open(name, "w") as file:
        json.dump(value, file)
dump("index.json", index)
dump("twice.json", json.dumps(index))
dump("named.json", {"word_index": index})
dump("shifted.json", shifted)
dump("pad.json", {**index, "<PAD>": 0})
with open("mark.json", "wb") as file:
    file.write(b"\xef\xbb\xbf" + json.dumps(index, ensure_ascii=False).encode())
with open("index.pickle", "wb") as file:
    pickle.dump(index, file)
for name, more in ("zero", {"zero": 0}), ("negative", {"less": -1}), ("double", {"again": 3}), \
        ("gap", {"far": 90}), ("real", {"the": 1.0}):
    dump(name + ".json", {**index, **more})
dump("turned.json", {i: word for word, i in index.items()})
dump("tokenizer.json", {"config": {"word_index": json.dumps(index), "filters": ""}})
with open("texts.csv", "w", encoding="utf-8", newline="") as file, \
        open("plain", "w", encoding="utf-8") as plain:
    out = csv.writer(file)
    out.writerow(["text", "label"])
    for i in range(160):
        text = " ".join(random.choice(some) for _ in range(random.randint(1, 14)))
        out.writerow([text, ("neg", "pos")["w1" in text]])
        plain.write(text + "\n")
PYTHON

rows() { # index num_words
    "$rnnprep" texts.csv --imdb-word-index "$1" --num-words "$2" --maxlen 9 -o rows.h5 --quiet
    "$build/tests/matrix_hash" rows.h5 | head -1
}
for n in 0 5 6 20 51 52 10000; do
    [ "$(rows index.json $n)" = "$(python3 rule.py $n)" ] || problem "other rows: --num-words $n"
done
for file in twice.json named.json shifted.json pad.json mark.json index.pickle; do
    [ "$(rows $file 20)" = "$(python3 rule.py 20)" ] || problem "other rows: $file"
done

refused() { # code pattern index [options]
    local code=$1 pattern=$2 file=$3
    shift 3
    expect "$code" "$pattern" "$rnnprep" texts.csv -o no.h5 --quiet --imdb-word-index "$file" "$@"
}
refused 64 '--num-words 4 keeps no word: expected 0 \(all\) or 5 and more' index.json --num-words 4
refused 64 '--num-words 1 keeps no word' index.json --num-words 1
refused 64 '--tags makes a vocabulary; --imdb-word-index index.json brings its own' index.json --tags keep
refused 64 'give one of them' index.json --tokenizer index.json
refused 65 'zero.json: word_index gives "zero" the index 0, expected 1 to' zero.json
refused 65 'gives "less" the index -1' negative.json
refused 65 'gives "again" the index 3, which "[^"]*" has too' double.json
refused 65 'gives "far" the index 90, expected 1 to 49 of an index that has 49 words' gap.json
refused 65 'gives "the" the index 1.0, expected a whole number' real.json
refused 65 'gives "1" the index "the", expected a whole number' turned.json
refused 65 'tokenizer.json: a whole tokenizer of Keras.* --tokenizer' tokenizer.json
refused 65 'texts.csv: no JSON' texts.csv

# As a tokenizer it is another one, which is said.
expect 0 'that of keras.datasets.imdb is for --imdb-word-index' \
    "$rnnprep" texts.csv --tokenizer index.json -o other.h5 --quiet
expect 65 'name it with --imdb-word-index' "$rnnprep" texts.csv --tokenizer shifted.json -o no.h5 --quiet

"$rnnprep" texts.csv --imdb-word-index index.json --num-words 20 --maxlen 9 -o rows.h5 >said
grep -q '^vocabulary kept 16 of 48 words, ids 4 to 19$' said || problem "its summary: $(grep vocab said)"
"$rnntrain" rows.h5 --run-dir run --quiet --recipe none --units 6 --embedding 5 --dense 0 --epochs 2 \
    --batch-size 16 --validation none --monitor loss --learning-rate 0.02
"$rnntrain" export run/last.h5 --to keras -o model.keras >/dev/null
"$rnntrain" eval run/last.h5 rows.h5 --part train --json >scored
"$rnntrain" predict run/last.h5 plain --jsonl >judged
index="--imdb-word-index index.json"
"$rnntrain" eval run/last.h5 texts.csv --json >found
cmp <(sed s/train/all/ scored) found || problem "eval of texts"
"$rnntrain" eval model.keras rows.h5 --part train --json $index >found 2>/dev/null
cmp scored found || problem "eval of rows by a model of Keras"
"$rnntrain" eval model.keras texts.csv --json $index >found 2>/dev/null
cmp <(sed s/train/all/ scored) found || problem "eval of texts by a model of Keras"
"$rnntrain" predict model.keras plain --jsonl --imdb-word-index shifted.json >found 2>/dev/null
cmp judged found || problem "predict by a model of Keras"
"$rnnprep" texts.csv --tokenizer run/last.h5 -o again.h5 --quiet 2>notes
cmp <("$build/tests/matrix_hash" again.h5) <("$build/tests/matrix_hash" rows.h5) || problem "rows by the model"
