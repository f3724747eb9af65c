#!/usr/bin/env bash
# Where rows come from and their texts, kept in a data set however its corpus comes; and the rows
# that a person should look at, planted ones among them.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$tmp"

# A folder, its tar, and that on standard input: the same bytes. Files without anything kept have
# nothing of it.
"$rnnprep" sample corpus --documents 60 >/dev/null
printf 'caf\xc3\xa9 \xff "quoted", twice\n' >corpus/test/pos/odd.txt
prep() { # corpus output option...
    "$rnnprep" "$1" -o "$2" --num-words 200 --maxlen 20 --quiet "${@:3}" 2>/dev/null
}
prep ./corpus plain.h5
prep ./corpus kept.h5 --keep-origin --keep-text
tar cf corpus.tar corpus
(cd corpus && tar czf ../inner.tar.gz .)
prep corpus.tar other.h5 --keep-origin --keep-text
cmp kept.h5 other.h5 || problem "a tar gives other bytes"
prep inner.tar.gz other.h5 --keep-origin --keep-text
cmp kept.h5 other.h5 || problem "a tar of what is in the folder gives other bytes"
prep - other.h5 --keep-origin --keep-text <corpus.tar
cmp kept.h5 other.h5 || problem "standard input gives other bytes"
prep ./corpus other.h5 --keep-origin --keep-text --threads 1
cmp kept.h5 other.h5 || problem "one thread gives other bytes"
! grep -q -a origin plain.h5 || problem "something is kept that nobody asked for"
"$rnntrain" inspect kept.h5 --verify >/dev/null
"$rnntrain" inspect kept.h5 >said
grep -q 'kept       origin, text of each row' said || problem "inspect: $(cat said)"

"$rnntrain" plain.h5 --run-dir run --quiet --epochs 1 --units 4 --dense 0
"$rnntrain" eval run plain.h5 --rows plain.csv >/dev/null
"$rnntrain" eval run kept.h5 --rows kept.csv >/dev/null
python3 - <<'PYTHON' || problem "other rows"
import csv
plain, kept = (list(csv.reader(open(name + ".csv", newline=""))) for name in ("plain", "kept"))
assert plain[0][-1] == "loss" and kept[0] == plain[0] + ["origin", "text"]
assert [row[:-2] for row in kept] == plain and len(kept) > 10
for row in kept[1:]:
    label, origin, text = row[1], row[-2], row[-1]
    assert origin.startswith("test/" + label + "/"), origin
    with open("corpus/" + origin, encoding="utf-8", errors="replace", newline="") as file:
        assert file.read() == text, origin
assert any("\ufffd" in row[-1] for row in kept)
PYTHON

# Sealed again after another program had it, with all that is kept.
cp kept.h5 cut.h5
truncate -s -48 cut.h5
"$rnntrain" seal cut.h5 >/dev/null
cmp kept.h5 cut.h5 || problem "seal loses what is kept"

# Rows of tables: line and id. Every tenth label is wrong.
python3 - <<'PYTHON'
import json
rows = []
for i in range(200):
    good = i % 2
    wrong = i % 10 == 3
    text = ("a warm lovely %d film" if good else "a cold awful %d film") % i
    rows.append(("r%03d" % i, text, ["neg", "pos"][good != wrong]))
with open("rows.csv", "w") as file:
    file.write("ID,text,label\n" + "".join(",".join(row) + "\n" for row in rows))
with open("rows.jsonl", "w") as file:
    for key, text, label in rows:
        file.write(json.dumps({"key": int(key[1:]), "text": text, "label": label}) + "\n")
PYTHON
split=(--validation-split 0.3 --test-split 0.3 --maxlen 6 --quiet)
"$rnnprep" rows.csv -o rows.h5 "${split[@]}" --keep-origin --keep-text 2>/dev/null
"$rnnprep" - -o other.h5 "${split[@]}" --keep-origin --keep-text <rows.csv 2>/dev/null
cmp rows.h5 other.h5 || problem "rows of standard input give other bytes"
"$rnnprep" rows.jsonl -o lines.h5 "${split[@]}" --keep-origin --id-column key 2>/dev/null
"$rnntrain" rows.h5 --run-dir rows --quiet --epochs 12 --units 8 --dense 0 --batch-size 8 \
    --learning-rate 0.01 --validation stratified
"$rnntrain" eval rows lines.h5 --rows lines.csv >/dev/null
python3 - <<'PYTHON' || problem "ids of JSON: $(head -n 3 lines.csv)"
import csv, re
origins = [row["origin"] for row in csv.DictReader(open("lines.csv", newline=""))]
found = [re.fullmatch(r"line (\d+), id (\d+)", origin) for origin in origins]
assert len(found) > 30 and all(int(one[1]) == int(one[2]) + 1 for one in found)
PYTHON
expect 65 'rows.csv: line 2 has no column or field nick: --id-column' \
    "$rnnprep" rows.csv -o none.h5 --keep-origin --id-column nick --quiet
expect 64 '--id-column ID: ids are kept with --keep-origin' "$rnnprep" rows.csv -o none.h5 --id-column ID

"$rnntrain" mistakes rows rows.h5 --json --top 1000 >mistakes.jsonl
"$rnntrain" mistakes rows rows.h5 --csv --top 4 >mistakes.csv
"$rnntrain" mistakes rows rows.h5 --top 3 >shown
python3 - <<'PYTHON' || problem "other mistakes: $(head -n 4 mistakes.jsonl)"
import csv, json
told = [json.loads(line) for line in open("mistakes.jsonl")]
kinds = {kind: [row for row in told if row["kind"] == kind]
         for kind in ("worst", "uncertain", "mislabelled")}
worst, doubted = kinds["worst"], kinds["mislabelled"]
assert len(worst) == len(kinds["uncertain"]) > 30
assert [row["loss"] for row in worst] == sorted((row["loss"] for row in worst), reverse=True)
assert [row["score"] for row in doubted] == sorted(row["score"] for row in doubted)
def number(row):
    assert row["origin"].startswith("line ") and ", id r" in row["origin"], row
    line, key = row["origin"].split(", id r")
    assert int(line[5:]) == int(key) + 2
    return int(key)
planted = sorted(number(row) for row in worst if number(row) % 10 == 3)
assert planted and sorted(map(number, doubted)) == planted, (planted, doubted)
assert all(row["suggested"] != row["label"] and " film" in row["text"] for row in doubted)
table = list(csv.DictReader(open("mistakes.csv", newline="")))
assert [row["kind"] for row in table[:4]] == ["worst"] * 4 and len(table) <= 12
assert [int(row["row"]) for row in table[:4]] == [row["row"] for row in worst[:4]]
shown = open("shown").read()
assert "mislabelled: 3 of %d suspect rows of test" % len(doubted) in shown and "    rather: " in shown
assert all(len(line) <= 80 for line in shown.splitlines())
PYTHON
"$rnntrain" mistakes rows lines.h5 --kind worst --top 2 >shown
[ "$(grep -c ', id ' shown)" = 2 ] || problem "$(cat shown)"
"$rnntrain" mistakes run plain.h5 --kind uncertain >shown || problem "without anything kept"
expect 64 'one of them is printed' "$rnntrain" mistakes rows rows.h5 --json --csv
