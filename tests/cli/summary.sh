#!/usr/bin/env bash
# The summary of a corpus of many files, many classes and long labels can be read.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$tmp"

mkdir many
for i in $(seq 101 125); do
    printf 'text,label\na w%d,x\nb w%d,y\n' "$i" "$i" >many/train_$i.csv
done
"$rnnprep" many -o many.h5 --report many.json >said
[ "$(grep -c '^read ' said)" = 20 ] || problem "$(grep -c '^read ' said) lines of files"
grep -q '^read       and 6 more files of records, which --report names$' said || problem "$(grep ^read said)"
python3 -c 'import json; assert len(json.load(open("many.json"))["read"]) == 25'

python3 - <<'PYTHON'
with open("classes.csv", "w", encoding="utf-8") as out:
    out.write("label,text\n")
    for i in range(120):
        name = chr(0x4e00 + i % 30) * 30 if i % 30 < 3 else "kind%d" % (i % 30)
        out.write("%s,what is %d\n" % (name, i))
PYTHON
"$rnnprep" classes.csv -o classes.h5 >said
python3 - <<'PYTHON'
lines = open("said", encoding="utf-8").read().split("\n")
first = next(i for i, line in enumerate(lines) if line.startswith("train"))
last = next(i for i in range(first + 1, len(lines)) if not lines[i].startswith(" "))
assert all(len(line) <= 80 for line in lines[first:last]), lines[first:last]
shown = " ".join(line.strip() for line in lines[first:last])
assert shown.endswith("4, and 10 classes more"), shown
PYTHON

printf 'text,label\na b,x\nb c,y\nb c,y\n' >few.csv
"$rnnprep" few.csv -o few.h5 --num-words all >said
! grep -E '(^|[^0-9.])1 (documents|duplicates|texts|words|classes|ids)' said || problem "the number of 1"
grep -q '^duplicates 1 document stands in train more than once$' said || problem "$(cat said)"

# Documents in another encoding: most of them say which.
python3 - <<'PYTHON'
import os
texts = {"good": "отличный фильм и хороший сюжет, актёры играют замечательно",
         "bad": "скучный и плохой фильм, жаль потраченных денег и времени"}
for name, text in texts.items():
    os.makedirs(f"cyrillic/{name}")
    for i in range(12):
        words = text.split()
        with open(f"cyrillic/{name}/{i}.txt", "w", encoding="cp1251") as out:
            out.write(" ".join(words[i % 4:] + words * 3))
PYTHON
"$rnnprep" cyrillic -o cyrillic.h5 >said
grep -q '^UTF-8 .* in 24 of 24 documents: .*; they look like windows-1251 (--encoding windows-1251)$' said ||
    problem "$(grep ^UTF-8 said)"
"$rnnprep" cyrillic -o cyrillic.h5 --encoding windows-1251 >said
! grep -q '^UTF-8' said || problem "the right encoding: $(grep ^UTF-8 said)"
