#!/usr/bin/env bash
# rnnprep on labels as people and programs write them: what is one class becomes one, what is no
# label is none, what cannot be told apart is refused with the option that tells.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$tmp"

# Each file: how many documents of each label, in turns.
python3 - <<'PYTHON'
import csv, random
def write(name, labels, header=("text", "label"), encoding="utf-8"):
    random.seed(7)
    with open(name, "w", encoding=encoding, newline="") as file:
        out = csv.writer(file)
        if header:
            out.writerow(header)
        rows = [l for l, n in labels.items() for _ in range(n)]
        random.shuffle(rows)
        out.writerows((f"the soup was served warm {i} times over", l) for i, l in enumerate(rows))
write("floats.csv", {"0": 15, "0.0": 14, "1": 9, "1.0": 16, "nan": 2})
write("halves.csv", {"0.5": 9, "1": 9, "1.0": 3, "1.10": 4, "1.1": 6, "01": 5})
write("truth.csv", {"True": 9, "true": 3, "FALSE": 2, "False": 8})
write("blanks.csv", {"pos": 9, "pos\u00a0": 3, "neg": 8, "\ufeffneg": 1, "\u00a0": 2})
write("forms.csv", {"caf\u00e9": 5, "cafe\u0301": 7, "bar": 9})
write("case.csv", {"spam": 9, "Spam": 3, "ham": 8})
write("train.csv", {"pos": 9, "neg": 8})
write("test.csv", {"POS": 4, "Neg": 2})
write("other.csv", {"pos": 4, "meh": 2})
write("nulls.csv", {"pos": 90, "neg": 80, "NULL": 30, "None": 3, "N/A": 1})
write("stance.csv", {"FAVOR": 20, "AGAINST": 30, "NONE": 40})
write("languages.csv", {**{f"l{i:02}": 5 for i in range(30)}, "nan": 5})
write("ids.csv", {f"id{i}": 1 for i in range(40)})
write("names.csv", {"a": 1, "b": 1, "c": 1, "d": 1})
write("tabs.csv", {"pos\tneg": 5, "b": 5})
write("one.csv", {"pos": 30})
write("rare.csv", {"a": 300, "b": 100, **{f"r{i}": 1 for i in range(20)}})
write("scarce.csv", {"no": 500, "yes": 1})
def sorted_rows(name, first, labels):
    with open(name, "w") as file:
        file.write(first)
        file.writelines(f"the soup was served warm {i} times over,{l}\n" for l in labels for i in range(100))
sorted_rows("head.csv", "headline,is_sarcastic\n", "01")
sorted_rows("known.csv", "Tweet,airline_sentiment\n", ["neg", "pos"])
PYTHON

# counts FILE...: the classes of each part.
counts() {
    "$rnnprep" "$@" -o x.h5 --report report.json >said
    python3 -c '
import json
for part, counts in json.load(open("report.json"))["documents"].items():
    print(part, *(f"{c}={n}" for c, n in counts.items()), end=" ")'
}
is() { # expected command...
    local expected=$1 found
    shift
    found=$("$@")
    [ "$found" = "$expected" ] || problem "$*: \"$found\", expected \"$expected\""
}
says() { grep -q -E -- "$1" said || problem "not said: $1: $(head -5 said)"; }
quiet() { ! grep -E '^(labels|left out|split) ' said || problem "said without a need"; }

# Spellings.
is 'train 0=29 1=25 ' counts floats.csv
says '^labels +equal as numbers.*"0.0" \(14\).*--merge-labels none'
says '^left out +2 rows without a label: "nan" \(2\); --missing-labels keep'
is 'train 0=15 0.0=14 1=9 1.0=16 ' counts floats.csv --merge-labels none
is 'train 0.5=9 01=5 1=12 1.1=6 1.10=4 ' counts halves.csv
says '^labels +equal as numbers, classes of their own: .*--merge-labels number makes them one'
is 'train 0.5=9 1=17 1.1=10 ' counts halves.csv --merge-labels number
is 'train False=10 True=12 ' counts truth.csv
is 'train neg=9 pos=12 ' counts blanks.csv
is 'train bar=9 café=12 ' counts forms.csv
says 'NFC'
is 'train Spam=3 ham=8 spam=9 ' counts case.csv
says '^labels +equal but for case, quotes or hyphens, classes of their own: .*"Spam" \(3\).*--merge-labels case'
is 'train ham=8 spam=12 ' counts case.csv --merge-labels case
is 'train neg=8 pos=9 test neg=2 pos=4 ' counts train.csv --test test.csv
says '^labels +train lacks these spellings.*"POS" \(4\) is pos'
expect 65 'class (POS|Neg) is in test but not in train; (pos|neg) is: --merge-labels case' \
    "$rnnprep" train.csv --test test.csv --merge-labels nfc -o x.h5
expect 65 'class meh is in test but not in train; the classes are neg, pos\. .*--label-column' \
    "$rnnprep" train.csv --test other.csv -o x.h5
printf 'pos\nneg\n' >given
is 'train pos=4 neg=2 ' counts test.csv --labels given
says 'the labels file lacks these spellings'
printf 'True\ntrue\nFALSE\nFalse\n' >given
is 'train True=9 true=3 FALSE=2 False=8 ' counts truth.csv --labels given
mkdir -p folders/train/{1,1.0,nan}
for class in 1 1.0 nan; do
    echo "a text of $class" >"folders/train/$class/a$class.txt"
done
is 'train 1=2 nan=1 ' counts folders

# Labels that say that there is none.
is 'train neg=80 pos=90 ' counts nulls.csv
says '34 rows without a label: ("NULL" \(30\)|"None" \(3\)|"N/A" \(1\))'
is 'train N/A=1 NULL=30 None=3 neg=80 pos=90 ' counts nulls.csv --missing-labels keep
quiet
expect 65 'the label "(NULL|None|N/A)" says that there is none: --missing-labels skip' \
    "$rnnprep" nulls.csv --missing-labels refuse -o x.h5
is 'train AGAINST=30 FAVOR=20 NONE=40 ' counts stance.csv
says '^labels +"NONE" \(40\): taken for a class.*--missing-labels skip'
is 'train AGAINST=30 FAVOR=20 ' counts stance.csv --missing-labels skip
counts languages.csv | grep -q ' nan=5' || problem "Min Nan is a language"
printf 'FAVOR\nAGAINST\nNONE\n' >given
is 'train FAVOR=20 AGAINST=30 NONE=40 ' counts stance.csv --labels given
quiet

# Names of columns, ids, texts and what else is no label.
is 'train 0=100 1=100 ' counts head.csv
is 'train 0=100 1=100 is_sarcastic=1 ' counts head.csv --header off
is 'train neg=100 pos=100 ' counts known.csv
expect 65 'ids.csv: 40 of 40 train documents have a class of their own.*--label-column.*label in 2' \
    "$rnnprep" ids.csv -o x.h5
is 'train a=1 b=1 c=1 d=1 ' counts names.csv
expect 65 'tabs.csv: line [0-9]+: the label "pos\\tneg" holds a tab' "$rnnprep" tabs.csv -o x.h5
expect 65 'one class only \(pos\).*All 30 rows.*--label-column' "$rnnprep" one.csv -o x.h5

# Splits leave each class a training document; a class that a part lacks is said.
counts rare.csv --test-split 0.3 --validation-split 0.3 >split
says '^split +--test-split would take all documents of [0-9]+ classes: one text of each stays'
says '^split +no document of [0-9]+ of 22 classes came to validation'
! grep -q 'train[^v]*=0 .*validation' split || problem "$(cat split)"
counts scarce.csv --test-split 0.3 | grep -q 'no=.* yes=1 test .*yes=0' || problem "scarce"
says '^split +no document of 1 of 2 classes came to test: yes'
"$rnnprep" scarce.csv --test-split 0.3 -o x.h5 --quiet 2>said
says '^rnnprep: note: split: no document of 1 of 2 classes'
