#!/usr/bin/env bash
# N-grams of rnnprep: those that Python counts, the same from a folder, an archive and standard input, on any
# number of threads, with any segmentation; and what does not go with them.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$tmp"
# folder/, two parts of two classes; lines.jsonl, its training part in the order of rows.
python3 - <<'PYTHON'
import json, os, random
random.seed(11)
words = ["the", "of", "Film", "isn't", "good", "bad", "very", "well-made", "x2", "ÉTÉ", "a"]
rare = ["rare%d" % i for i in range(60)]
def text():
    out = []
    for _ in range(random.choice([0, 1, 2, 5, 30, 90])):
        out.append(random.choice(words + rare[:random.randint(1, 60)]) + random.choice(["", "", "!", " (so)", "...", ",", "<br />"]))
    return " ".join(out)
lines = []
for part in ("train", "test"):
    for label in ("neg", "pos"):
        folder = "folder/%s/%s" % (part, label)
        os.makedirs(folder)
        for i in range(40):
            content = text()
            open("%s/%02d.txt" % (folder, i), "w").write(content)
            if part == "train":
                lines.append({"text": content, "label": label})
with open("lines.jsonl", "w") as file:
    for line in lines:
        file.write(json.dumps(line) + "\n")
PYTHON
prep() {
    "$rnnprep" "$@" --maxlen 20 --num-words 40 --quiet
}

# 1. As Python counts: its list, and the n-grams of each row. Neither ids nor words know of them.
cat >count.py <<'PYTHON'
import re, sys
path, n, characters, least, marks = sys.argv[1], *map(int, sys.argv[2:5]), sys.argv[5]
filters = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n '
cut = re.compile("[^%s]+%s" % (re.escape(filters), "|[%s]" % re.escape(marks) if marks else "")).findall
def runs(words, n):
    return {tuple(words[i:i + k]) for k in range(1, n + 1) for i in range(len(words) - k + 1)}
def grams(text):
    words = cut(re.sub("<[^>]+>", "", text).lower())
    found = runs(words, n)
    for word in words:
        if word not in marks:
            found |= runs(["\1", *("\1" + c for c in word), "\1"], characters)
    return found
def shown(gram):
    if gram[0][0] != "\1":
        return " ".join(gram)
    text = "".join(c[1:] for c in gram)
    return "*" * (gram[0] != "\1") + text + "*" * (gram[-1] != "\1" or not text)
rows = {part: [grams(open("folder/%s/%s/%02d.txt" % (part, label, i)).read())
               for label in ("pos", "neg") for i in range(40)] for part in ("train", "test")}
counts = {}
for row in rows["train"]:
    for gram in row:
        counts[gram] = counts.get(gram, 0) + 1
counts = {gram: count for gram, count in counts.items() if count >= (max(least, 2) if gram[0][0] == "\1" else least)}
words = sorted((g[0] for g in counts if len(g) == 1), key=lambda w: (-counts[w,], w.encode()))
number = {word: i for i, word in enumerate(words)}
wanted = sorted(counts, key=lambda g: (-counts[g], len(g), [number[w] for w in g]))
lines = [line.rstrip("\n").split("\t") for line in open(path)]
found = {"train": [], "test": []}
for name, rest in lines:
    if name in found:
        found[name].append([wanted[int(i)] for i in rest.split()])
assert [(int(c), g) for c, g in lines if c not in found] == [(counts[g], shown(g)) for g in wanted]
for part in rows:
    assert found[part] == [[g for g in wanted if g in row] for row in rows[part]], part
PYTHON
prep folder -o none.h5
for options in "1 0 1 " "2 0 2 " "3 0 2 !?.,;:()\"-" "5 0 3 !?.,;:()\"-" "1 5 1 " "3 2 2 " "2 5 2 !?.,;:()\"-"; do
    read -r n characters least marks <<<"$options"
    prep folder -o counted.h5 --ngrams "$n" --ngram-characters "$characters" --ngram-min-count "$least" \
        ${marks:+--ngram-punctuation}
    "$build"/tests/list_ngrams counted.h5 >counted.list
    python3 count.py counted.list "$n" "$characters" "$least" "$marks"
    for file in none counted; do
        "$rnnprep" inspect $file.h5 --rows 50 | grep ' row [0-9]*, ' >$file.rows
    done
    cmp none.rows counted.rows
done

# 2. The same bytes on any number of threads, from a folder, its archive and its lines.
prep folder -o folder.h5 --ngrams 3 --ngram-punctuation
tar cf folder.tar folder
for threads in 1 2 8; do
    prep folder -o threads.h5 --ngrams 3 --ngram-punctuation --threads $threads
    cmp folder.h5 threads.h5
done
for threads in 1 3; do
    prep folder -o characters$threads.h5 --ngrams 2 --ngram-characters 4 --threads $threads
done
cmp characters1.h5 characters3.h5
prep folder.tar -o tar.h5 --ngrams 3 --ngram-punctuation
prep - -o input.h5 --ngrams 3 --ngram-punctuation <folder.tar
cmp folder.h5 tar.h5
cmp folder.h5 input.h5

# 3. What it says of them, and what inspect does.
"$rnnprep" folder -o told.h5 --maxlen 20 --ngrams 2 --report report.json >out
grep -q '^n-grams    [0-9]* of 1 to 2 words, punctuation left out$' out
grep -q '^           2 words: [0-9]* kept, [0-9]* in too few documents dropped$' out
python3 -c '
import json
report = json.load(open("report.json"))
assert [l["words"] for l in report["ngrams_by_length"]] == [1, 2]
assert report["ngrams"] == sum(l["kept"] for l in report["ngrams_by_length"])'
"$rnnprep" inspect told.h5 >out
grep -q '^           2 words: [0-9]*, most documents have "' out
grep -q '^train .* n-grams a row$' out
"$rnntrain" inspect told.h5 | grep -q '^n-grams    [0-9]* of 1 to 2 words'
"$rnntrain" inspect --verify told.h5 >/dev/null

# 4. Those of another data set or of a model, for other texts: not counted again.
"$rnnprep" lines.jsonl -o other.h5 --tokenizer folder.h5 --quiet
"$rnnprep" lines.jsonl --tokenizer folder.h5 -o again.h5 | grep -q 'that were brought$'
for file in folder other; do
    "$rnnprep" inspect $file.h5 --rows 0 | grep -A3 '^n-grams' >$file.list
    "$rnnprep" inspect $file.h5 --rows 0 | grep '^train' | sed 's/.*positions, //' >>$file.list
done
cmp folder.list other.list
"$rnntrain" folder.h5 --model linear --linear-c 1 --linear-scaling log-count --run-dir model --quiet
"$rnnprep" lines.jsonl -o of_model.h5 --tokenizer model --quiet
cmp <("$build"/tests/list_ngrams of_model.h5) <("$build"/tests/list_ngrams other.h5)
"$rnntrain" eval model lines.jsonl >of_corpus
"$rnntrain" eval model of_model.h5 --part train 2>/dev/null >of_data
cmp <(sed "s/^[a-z]*: //" of_corpus) <(sed "s/^[a-z]*: //" of_data) || problem "$(cat of_corpus of_data)"
"$rnntrain" characters1.h5 --model linear --linear-c 1 --run-dir spelled --quiet
"$rnntrain" eval spelled lines.jsonl >of_corpus
"$rnntrain" eval spelled characters1.h5 --part train 2>/dev/null >of_data
cmp <(sed "s/^[a-z]*: //" of_corpus) <(sed "s/^[a-z]*: //" of_data) || problem "$(cat of_corpus of_data)"
expect 64 "ngrams counts n-grams; --tokenizer folder.h5 brings its own" \
    "$rnnprep" lines.jsonl -o no.h5 --tokenizer folder.h5 --ngrams 2
"$rnnprep" lines.jsonl -o counted.h5 --tokenizer none.h5 --ngrams 2 --quiet # its words, new n-grams

# Only training rows count: an n-gram's documents are the rows of train that have it.
prep lines.jsonl -o parts.h5 --ngrams 2 --validation-split 0.3 --test-split 0.2
"$build"/tests/list_ngrams parts.h5 >parts.list
python3 - <<'PYTHON'
rows = {"train": [], "validation": [], "test": []}
documents = []
for line in open("parts.list"):
    name, rest = line.rstrip("\n").split("\t")
    rows[name].append(rest.split()) if name in rows else documents.append(int(name))
assert all(len(part) > 3 for part in rows.values()) and sum(map(len, rows.values())) == 80
for i, n in enumerate(documents):
    assert n == sum(str(i) in row for row in rows["train"]) >= 2
PYTHON

# 5. Bounded memory: what a limit forgets is the same on any number of threads.
for threads in 1 3; do
    prep folder -o limit$threads.h5 --ngrams 3 --ngram-limit 20 --threads $threads
done
cmp limit1.h5 limit3.h5
"$rnnprep" folder -o limit.h5 --ngrams 3 --ngram-limit 20 | grep -q 'a rare n-gram, by --ngram-limit'
prep folder -o words.h5 --ngrams 2 --vocab-limit 10 # words that are forgotten are none

# 6. Other segmentations, stop words, several labels, texts without words.
printf 'text,label\n%s\n' '你好！世界。,a' '你好！朋友,b' '你好 世界,a' ',b' >chinese.csv
"$rnnprep" chinese.csv -o icu.h5 --segment icu --ngrams 2 --ngram-punctuation --quiet
"$rnnprep" inspect icu.h5 | grep -q '1 word: 3, most documents have "你好", "世界", "！"'
"$rnnprep" inspect icu.h5 | grep -q '2 words: 1, most documents have "你好 ！"'
"$rnnprep" chinese.csv -o char.h5 --segment char --ngrams 2 --quiet
"$rnnprep" inspect char.h5 | grep -q '2 words: 3, most documents have "你 好"'
printf 'text,labels\n%s\n' 'not the good,x;y' 'Not the good,x' 'other,y' 'not good,' >several.csv
printf 'the\n' >stop.txt
"$rnnprep" several.csv -o several.h5 --label-column labels --label-separator ';' --ngrams 2 --stop-words stop.txt --quiet
"$rnnprep" inspect several.h5 | grep -q '2 words: 1, most documents have "not good"'

# 7. A data set that another program opened is read and sealed again, one that it changed refused.
cp folder.h5 open.h5
truncate -s -48 open.h5
"$rnnprep" inspect open.h5 --rows 0 2>/dev/null | grep -q '^n-grams'
"$rnntrain" seal open.h5 >/dev/null
cmp open.h5 folder.h5
refuses() { # what was changed, message
    cp folder.h5 bad.h5
    "$build"/tests/change_files "$1" bad.h5
    expect 65 "bad.h5: $2" "$rnnprep" inspect bad.h5
}
refuses ngram '/train/ngrams/index row 0, place 0: n-gram 999999'
refuses parent '/ngrams: row 3 of parent'
refuses start '/train/ngrams/start row 0: 1'

# 8. What does not go together.
expect 64 "ngram-punctuation says how n-grams are counted: give --ngrams N too" "$rnnprep" folder -o no.h5 --ngram-punctuation
expect 64 "ngram-min-count says how" "$rnnprep" folder -o no.h5 --ngram-min-count 3
expect 64 "ngram-characters says how" "$rnnprep" folder -o no.h5 --ngram-characters 3
expect 64 "with --segment char characters are words: leave it out" \
    "$rnnprep" folder -o no.h5 --ngrams 3 --ngram-characters 3 --segment char
expect 64 "0 to 5" "$rnnprep" folder -o no.h5 --ngrams 6
expect 64 "no n-gram stands in 1000 training documents" "$rnnprep" folder -o no.h5 --ngrams 2 --ngram-min-count 1000
! "$rnnprep" inspect none.h5 | grep -q ngram || problem "n-grams where none are asked for"
