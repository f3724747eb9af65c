#!/usr/bin/env bash
# A corpus with several labels a text, from rnnprep to the model: the same weights on any number of
# ranks, and judged as a data set and as it stands, in each form, to the same figures.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$tmp"

python3 - <<'PYTHON'
import csv, json, os, random
random.seed(6)
names = ["toxic", "insult", "praise"]
for form in "fasttext", "columns", "separator", "lists":
    os.mkdir(form)
for part, n in (("train", 400), ("test", 60)):
    rows = []
    for i in range(n):
        labels = random.choice([[], ["praise"], ["toxic"], ["toxic", "insult"]])
        rows.append((" ".join([f"w{random.randrange(40)}" for _ in range(6)] + ["k" + l for l in labels]), labels))
    with open(f"fasttext/{part}.txt", "w") as file:
        file.writelines("".join(f"__label__{l} " for l in ls) + t + "\n" for t, ls in rows)
    with open(f"columns/{part}.csv", "w", newline="") as file:
        csv.writer(file).writerows([["text"] + names] + [[t] + [int(l in ls) for l in names] for t, ls in rows])
    with open(f"separator/{part}.csv", "w", newline="") as file:
        csv.writer(file).writerows([["text", "labels"]] + [[t, ";".join(ls)] for t, ls in rows])
    with open(f"lists/{part}.jsonl", "w") as file:
        file.writelines(json.dumps({"text": t, "meta": {"labels": ls}}) + "\n" for t, ls in rows)
PYTHON

"$rnnprep" fasttext -o x.h5 --num-words 60 --maxlen 10 --quiet
for np in 1 2 8; do
    ranks $np "$rnntrain" x.h5 --recipe none --units 8 --embedding 8 --dense 0 --batch-size 64 --lane-rows 8 \
        --learning-rate 0.03 --epochs 2 --run-dir run$np --quiet
    grep -o '"weights":"[^"]*"' run$np/log.jsonl | tail -1 >weights$np
    cmp weights1 weights$np || problem "other bits on $np ranks"
done

"$rnntrain" eval run1 x.h5 --part test --json >expected
grep -q '"f1":.*"toxic"' expected || problem "$(cat expected)"
is_same() { # corpus option...
    "$rnntrain" eval run1 "$@" --json >found
    cmp expected found || problem "$*: $(cat found)"
}
is_same fasttext
is_same columns --label-columns toxic,insult,praise
is_same separator --label-separator ";"
is_same lists --label-field meta.labels
expect 65 'toxic;insult' "$rnntrain" eval run1 separator # a label that the model has not

# Labels in front of texts are none of their words.
"$rnntrain" predict run1 fasttext/test.txt --format fasttext >judged
sed 's/__label__[a-z]* //g' fasttext/test.txt | "$rnntrain" predict run1 - >expected
cmp judged expected || problem "labels are judged with the text"

# One label a text and several are not each other's.
seq 30 | awk '{print "__label__" ($1 % 2 ? "praise" : "toxic"), "w" $1 % 7, "w" $1 % 5}' >one.txt
"$rnnprep" one.txt -o one.h5 --tokenizer x.h5 --quiet
expect 65 'one.h5: its texts have one label each, the model of .* gives several' "$rnntrain" eval run1 one.h5
"$rnntrain" eval run1 one.txt --json | grep -q '"n":30' || problem "one label a text is no list of one"
"$rnntrain" one.h5 --run-dir one --recipe none --units 4 --embedding 4 --dense 0 --epochs 1 --quiet
expect 65 'fasttext: its texts have several labels each, the model of .* gives one' \
    "$rnntrain" eval one fasttext
