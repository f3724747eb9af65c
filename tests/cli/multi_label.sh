#!/usr/bin/env bash
# Texts with several labels, or none: one corpus in every form gives one data set, from wherever it
# is read; what is one label a text stays so; what cannot be told apart names the option.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$tmp"

# Comments whose labels exclude and imply each other, in four forms.
python3 - <<'PYTHON'
import csv, json, os, random
random.seed(5)
names = ["toxic", "severe", "obscene", "threat", "insult", "praise"]
rows = []
for i in range(600):
    labels = []
    if random.random() < 0.4:
        labels = ["toxic"] + [n for n, p in (("severe", 0.2), ("obscene", 0.5), ("threat", 0.1), ("insult", 0.4)) if random.random() < p]
    elif random.random() < 0.3:
        labels = ["praise"]
    words = [f"w{random.randrange(200)}" for _ in range(random.randint(3, 20))] + ["k" + l for l in labels]
    rows.append((" ".join(words) + (', "quoted"' if i % 9 == 0 else ""), labels))
rows.sort(key=lambda row: len(row[1]) > 0)  # texts without labels first
for folder in "fasttext", "columns", "separator", "lists":
    os.mkdir(folder)
for part, some in (("train", rows[::2]), ("test", rows[1::2])):
    with open(f"fasttext/{part}.txt", "w") as file:
        file.writelines("".join(f"__label__{l} " for l in ls) + t + "\n" for t, ls in some)
    with open(f"columns/{part}.csv", "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["id", "comment_text"] + names)
        out.writerows([i, t] + [int(n in ls) for n in names] for i, (t, ls) in enumerate(some))
    with open(f"separator/{part}.csv", "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["comment_text", "labels"])
        out.writerows([t, ",".join(reversed(ls))] for t, ls in some)
    with open(f"lists/{part}.jsonl", "w") as file:
        file.writelines(json.dumps({"meta": {"labels": ls}, "text": t}) + "\n" for t, ls in some)
PYTHON
columns=(--label-columns "toxic,severe,obscene,threat,insult,praise")
depth=(--label-field meta.labels)

# content CORPUS [option...]: the hash of ids, labels and lengths.
content() {
    "$rnnprep" "$@" --num-words 300 --maxlen 30 -o x.h5 >said
    "$rnnprep" inspect x.h5 | sed -n 's/^content *//p'
}
same() { # content...
    [ "$(content "$@")" = "$whole" ] || problem "$*: another data set"
}

whole=$(content fasttext)
grep -q -z '^.*train *300 documents: insult [0-9]*,.*toxic [0-9]' said ||
    problem "no counts of labels"
grep -q -E '^labels +[0-9.]+ a document, of 6; [0-9]+ documents have none' said ||
    problem "nothing on labels a document"
"$rnnprep" inspect x.h5 --rows 200 >shown
grep -q -E '^train +300 rows: .* labels a row' shown || problem "no labels a row: $(cat shown)"
grep -q 'train row 0, no label: ' shown || problem "a text without label is not shown"
grep -q -E 'row [0-9]+, [a-z]+, [a-z, ]+: ' shown || problem "a text with two labels is not shown"
same columns "${columns[@]}"
same separator --label-separator ,
same lists "${depth[@]}"

# From archives and in other packings.
tar cf lists.tar lists
gzip -k columns/*.csv
mkdir packed
mv columns/*.gz packed
same lists.tar "${depth[@]}"
same packed "${columns[@]}"
python3 -c 'import zipfile, os
with zipfile.ZipFile("separator.zip", "w") as z:
    [z.write(f"separator/{n}") for n in os.listdir("separator")]'
same separator.zip --label-separator ,
whole=$(content fasttext/train.txt --test-split 0.2)
same - --test-split 0.2 <fasttext/train.txt
same - --test-split 0.2 "${columns[@]}" <columns/train.csv
same - --test-split 0.2 "${depth[@]}" <lists/train.jsonl

# Words such as ktoxic tell each label.
content fasttext >/dev/null
"$rnnprep" baseline x.h5 >said
grep -q -E 'a label at a time: test micro-F1 0\.[6-9][0-9]+; all labels right of 0\.[0-9]+ ' said ||
    problem "no baseline: $(cat said)"

# Names in an order of their own; a label that no text has stays, and is said.
printf '%s\n' threat toxic severe obscene insult praise sarcasm >names
"$rnnprep" fasttext --labels names -o x.h5 >said
grep -q 'none of the training texts have 1 of the 7 labels.*sarcasm' said || problem "sarcasm is not named"
"$rnnprep" inspect x.h5 | grep -q 'rows: threat' || problem "the names have another order"
sed '1s/praise/sarcasm/; 2,$s/,[01]\r$/,0/' columns/train.csv >none.csv
"$rnnprep" none.csv --label-columns toxic,sarcasm,insult -o x.h5 >said
grep -q 'none of the training texts have 1 of the 3 labels.*: sarcasm' said || problem "a column is lost"

printf '{"text": "x %s", "y": [1, 0]}\n' 1 2 3 >pairs.jsonl
"$rnnprep" pairs.jsonl --label-field y -o x.h5 | grep -q 'all of the training texts have 2 of the 2 labels' ||
    problem "labels that all texts have are not said"

# A report has the same figures.
"$rnnprep" fasttext -o x.h5 --quiet --report report.json
python3 -c '
import json
report = json.load(open("report.json"))
assert report["multi_label"] and 0 < report["labels_a_document"] < 3
assert report["documents_without_label"] > 100 and "class_weights" not in report'

# One label a text stays one, and rows of several are refused or left out there.
seq 40 | awk '{print "__label__" (NR % 2 ? "a" : "b"), "text number", $1}' >one.txt
"$rnnprep" one.txt -o x.h5 >said
! grep -q '^labels' said || problem "one label became several"
sed '5s/^/__label__b /' one.txt >slip.txt
expect 65 'slip.txt: line 5, column [0-9]*: a second label.*--multi-label on' "$rnnprep" slip.txt -o x.h5
"$rnnprep" slip.txt --on-bad-row skip -o x.h5 | grep -q '1 row with a second label' ||
    problem "the row is not left out"
"$rnnprep" slip.txt --multi-label on -o x.h5 | grep -q '^labels .*of 2' || problem "not read as several"
expect 64 'columns/train.csv: .*--label-columns toxic,severe,obscene,threat,insult,praise' \
    "$rnnprep" columns/train.csv -o x.h5
expect 64 '--label-columns names a column a label' \
    "$rnnprep" columns "${columns[@]}" --label-column toxic -o x.h5
expect 64 '--label-columns toxic: one column' "$rnnprep" columns --label-columns toxic -o x.h5
expect 64 '--label-separator reads several labels a text' \
    "$rnnprep" separator --label-separator , --multi-label off -o x.h5
expect 64 '--class gives every text of a file one label' \
    "$rnnprep" --class a=one.txt --class b=slip.txt --label-separator , -o x.h5
expect 65 'one label only: a; where texts may have several' \
    "$rnnprep" - --multi-label on -o x.h5 < <(printf '__label__a x y\nz\n')

# Class folders beside a file of several labels, and by themselves where that is wanted.
mkdir -p mixed/train/{a,b}
for i in 1 2 3; do echo "good $i" >mixed/train/a/$i.txt && echo "bad $i" >mixed/train/b/$i.txt; done
printf '__label__a __label__b x\n__label__b y\n__label__b __label__a z\n' >mixed.txt
"$rnnprep" mixed/train --test mixed.txt -o x.h5 >said
grep -q '^test *3 documents: a 2, b 3' said || problem "not mixed: $(cat said)"
"$rnnprep" inspect x.h5 | grep -q 'train row 0, a: good 1' || problem "folders lost their labels"
"$rnnprep" mixed/train --multi-label on -o x.h5 | grep -q '^labels *1.00 a document, of 2' ||
    problem "folders cannot be of several labels"

# Lists of labels that nobody said to be such are classes, which is said.
"$rnnprep" separator/train.csv -o x.h5 --quiet --on-bad-row skip 2>said ||
    problem "lists are no classes: $(cat said)"
grep -q 'lists of labels, classes of their own here: .*--label-separator ","' said ||
    problem "lists are not named: $(cat said)"
printf 'text,label\n%s\n' "$(seq 40 | awk '{print "text " $1 ",\"" ($1 % 2 ? "Paris, France" : "Rome, Italy") "\""}')" >places.csv
"$rnnprep" places.csv -o x.h5 >said
! grep -q 'lists of labels' said || problem "places are no lists"

# As many labels as may be, and one more.
for n in 4096 4097; do
    python3 -c "for i in range($n): print(f'__label__l{i} __label__l{(i + 1) % $n} text {i}')" >many.txt
    if [ "$n" = 4096 ]; then
        "$rnnprep" many.txt -o x.h5 --quiet
    else
        expect 65 '4097 labels or more; a data set with several labels a text has 4096 at most' \
            "$rnnprep" many.txt -o x.h5 --quiet
    fi
done

# Several columns make a text.
printf 'title,body,label\nA film,it was good,1\n,no title,0\nthe end,,1\nx,y,0\n' >parts.csv
"$rnnprep" parts.csv --text-column title,body -o x.h5 >said
grep -q 'text in title, body' said || problem "$(cat said)"
"$rnnprep" inspect x.h5 | grep -q 'row 0, 1: a film it was good' || problem "the columns are not joined"
