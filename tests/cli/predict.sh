#!/usr/bin/env bash
# Texts in, judgements out: predict and eval read what rnnprep reads, by the same options.
set -euo pipefail
. "$2/tests/lib.sh"
cd "$tmp"

python3 - >corpus.csv <<'PYTHON'
import random
random.seed(5)
common = "the a of on and is was at walk train lamp soup river band shop lake bread".split()
own = {"neg": "cold sour dull stale awful bad dreary".split(),
       "pos": "warm kind bright lovely great pleasant fine".split()}
print("id,review,label")
for i in range(400):
    label = ("neg", "pos")[i % 2]
    words = [random.choice(own[label]) for _ in range(random.randint(1, 3))]
    words += random.choices(common, k=random.randint(1, 8))
    random.shuffle(words)
    print(f"{i},{' '.join(words)},{label}")
PYTHON
"$rnnprep" corpus.csv --maxlen 12 -o set.h5 --quiet
"$rnntrain" set.h5 --run-dir run --epochs 4 --units 8 --embedding 8 --dense 16 --batch-size 32 \
    --learning-rate 0.02 --quiet >said 2>&1
predict() { # argument...: the judgements, and nothing else on either stream
    "$rnntrain" predict run/best.h5 "$@" 2>&1
}
same() { # what argument...: the two judgements of `right`
    { predict "${@:2}" >said && cmp -s said right; } || { cat said; problem "$1"; }
}

# Encodings and packing of lines.
printf 'warm lovely café\nawful cold lake\n' >plain
predict plain >right
[ "$(cut -f 1 right | tr '\n' ' ')" = "pos neg " ] || { cat right said; problem "the model judges otherwise"; }
{ printf '\xef\xbb\xbf' && cat plain; } >marked
same "a byte order mark of UTF-8" marked
for encoding in utf-16 utf-32; do
    iconv -f utf-8 -t $encoding plain >marked
    same "$encoding with its mark" marked
    same "$encoding in a pipe" - <marked
done
iconv -f utf-8 -t latin1 plain >latin
same "latin1" latin --encoding latin1
predict latin >said
grep -q 'note: latin: 1 sequence is not valid UTF-8, the first in line 1, and replaced' said ||
    problem "invalid bytes are not said"
gzip -c plain >plain.gz
same "compressed lines" plain.gz
iconv -f utf-8 -t utf-16le plain >unmarked
same "UTF-16 without its mark" unmarked --encoding utf-16le
expect 65 'unmarked: looks like UTF-16 .*--encoding utf-16le' "$rnntrain" predict run/best.h5 unmarked
expect 65 'a program, expected text' "$rnntrain" predict run/best.h5 "$rnntrain"
expect 64 'no such encoding' "$rnntrain" predict run/best.h5 plain --encoding klingon

# A line without an end: the answers before it, then its number and the limit.
{ head -1 plain && head -c 70000000 /dev/zero | tr '\0' a; } >endless
expect 65 'endless: line 2 is longer than 64 MiB' "$rnntrain" predict run/best.h5 endless
head -1 right | cmp - "$tmp/out" || problem "the answer before a huge line is lost"

# Records: found as rnnprep finds them, in their order.
cat >rows.csv <<'CSV'
id,review,label
7,"warm, lovely café",neg
8,awful cold lake,neg
CSV
same "a table" rows.csv
same "a table in a pipe" - --format csv <rows.csv
predict - <rows.csv >said 2>&1
grep -q "looks like names of columns.*--format csv" said || { cat said; problem "a table taken for lines"; }
printf 'id\treview\n7\twarm, lovely café\n8\tawful cold lake\n' >rows.tsv
same "tabs" rows.tsv
printf '{"text": "warm lovely café", "n": 0.1, "x": {"y": []}}\n{"text": "awful cold lake"}\n' >rows.jsonl
same "JSON Lines" rows.jsonl
printf '[{"text": "warm lovely café"},\n {"text": "awful cold lake"}]\n' >rows.json
same "one JSON array" rows.json
printf '{"a": "sour", "b": "warm lovely café"}\n{"a": "warm", "b": "awful cold lake"}\n' >fields.jsonl
same "a field by its name" fields.jsonl --text-field b
mkdir -p folder/2020
head -1 plain >folder/2020/a.txt
tail -1 plain >folder/b.txt
same "a folder" folder
tar czf folder.tgz folder
same "an archive" folder.tgz

# What is told beside a judgement.
predict rows.csv -o judged.csv >said
predict rows.jsonl -o judged.jsonl >said
predict folder -o folder.csv >said
predict plain -o lines.tsv >said
printf 'xyzzy\nawful xyzzy\n' | "$rnntrain" predict run/best.h5 --jsonl >blind.jsonl 2>notes
grep -q 'note: 1 of 2 texts holds no word that the model knows.*3 words it does not know 2' notes ||
    problem "texts without a known word are not said"
python3 - right <<'PYTHON'
import csv, json, sys
right = [line.split("\t") for line in open(sys.argv[1]).read().splitlines()]
rows = list(csv.DictReader(open("judged.csv")))
assert [r["review"] for r in rows] == ["warm, lovely café", "awful cold lake"], rows
assert [(r["id"], r["label"]) for r in rows] == [("7", "neg"), ("8", "neg")], rows
assert [[r["predicted_label"], f"{float(r['probability']):.6f}"] for r in rows] == right, rows
assert all(abs(float(r["probability_pos"]) + float(r["probability_neg"]) - 1) < 1e-6 for r in rows)
rows = [json.loads(line) for line in open("judged.jsonl")]
assert rows[0]["n"] == 0.1 and rows[0]["x"] == {"y": []}, rows
assert [[r["label"], f"{r['probability']:.6f}"] for r in rows] == right, rows
assert rows[0]["words"] == 3 and rows[0]["known_words"] == 2, rows
rows = list(csv.DictReader(open("folder.csv")))
assert [[r["label"], r["id"]] for r in rows] == [["pos", "2020/a.txt"], ["neg", "b.txt"]], rows
rows = list(csv.DictReader(open("lines.tsv"), delimiter="\t"))
assert [r["text"] for r in rows] == ["warm lovely café", "awful cold lake"], rows
rows = [json.loads(line) for line in open("blind.jsonl")]
assert [r.get("known_words") for r in rows] == [0, None], rows
PYTHON
expect 65 'has other columns than the first' "$rnntrain" predict run/best.h5 -o o.csv --text-field a \
    <(printf '{"a": "x"}\n{"a": "y", "b": 1}\n')
[ ! -e o.csv ] || problem "a table that is not whole was written"
expect 64 'ends in .csv, .tsv or .jsonl' "$rnntrain" predict run/best.h5 plain -o out.txt
expect 73 'would replace the texts' "$rnntrain" predict run/best.h5 rows.csv -o ./rows.csv

# A class whose name would break the two columns; tokenizers in other files than JSON.
golden=$2/tests/golden/keras_models
keras() { # tokenizer argument...
    "$rnntrain" predict "$golden/keras_lstm.h5" "$golden/texts" --tokenizer "$@" 2>notes
}
keras "$golden/tokenizer.json" --labels $'a\tb,c\nd' >said
[ "$(grep -c -E $'^(a\\\\tb|c\\\\nd)\t0\\.[0-9]{6}$' said)" = "$(wc -l <said)" ] ||
    problem "a tab or a line's end in a class"
python3 - "$golden/tokenizer.json" <<'PYTHON'
import json, pickle, sys
text = open(sys.argv[1]).read()
open("twice.json", "w").write(json.dumps(text))
open("marked.json", "w", encoding="utf-8-sig").write(text)
pickle.dump(text, open("text.pickle", "wb"), 2)
pickle.dump(json.loads(text), open("config.pickle", "wb"))
index = json.loads(json.loads(text)["config"]["word_index"])
json.dump({"word_index": index}, open("index.json", "w"))
class Tokenizer: pass
pickle.dump(Tokenizer(), open("other.pickle", "wb"))
PYTHON
keras "$golden/tokenizer.json" >right
for file in twice.json marked.json text.pickle config.pickle; do
    keras $file >said
    cmp -s said right || problem "the tokenizer in $file"
done
keras index.json >said
grep -q 'note: .*index.json: a word index alone' notes || problem "what is assumed of an index is not said"
expect 65 'other.pickle: a pickle, at byte .*__main__.Tokenizer.*tokenizer.json' "$rnntrain" predict \
    "$golden/keras_lstm.h5" "$golden/texts" --tokenizer other.pickle

# What is packed comes by its name, not through a pipe.
printf 'a film\n' | gzip >packed.gz
tar cf packed.tar packed.gz
for kind in gz tar; do
    expect 65 'standard input: packed by .*give the file by its name' \
        sh -c "'$rnntrain' predict run/best.h5 <packed.$kind"
done
printf '%%PDF-1.4\n1 0 obj\n' >document
expect 65 'document: a PDF document' "$rnntrain" predict run/best.h5 document

# Data that are prepared with a model's tokenizer are judged as their texts are.
"$rnntrain" eval run set.h5 --part train >right
for model in run/best.h5 run; do
    "$rnnprep" corpus.csv --tokenizer $model -o again.h5 --quiet
    "$rnntrain" eval run again.h5 --part train >said
    cmp -s said right || problem "data prepared by the tokenizer of $model"
done
