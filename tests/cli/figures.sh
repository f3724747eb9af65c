#!/usr/bin/env bash
# What eval says of a model, against what comes out of the rows that it writes: as a table, as JSON, as CSV.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$tmp"

python3 - <<'PYTHON'
import csv, random
random.seed(22)
names = ["neg", 'so, "so"', "a class with a name that is longer than any column of a table"]
with open("texts.csv", "w", newline="") as file:
    table = csv.writer(file)
    table.writerow(["text", "label"])
    for i in range(300):
        right = i % 3 if random.random() < 0.8 else random.randrange(3)
        table.writerow([" ".join([f"w{i % 3}{random.randrange(4)}"] + random.choices("a of on".split(), k=4)),
                        names[right]])
PYTHON
"$rnnprep" texts.csv -o set.h5 --maxlen 8 --quiet
"$rnntrain" set.h5 --run-dir run --epochs 2 --units 4 --embedding 4 --dense 0 --batch-size 32 \
    --learning-rate 0.03 --quiet >/dev/null

"$rnntrain" eval run set.h5 --part train --json --rows rows.csv --bootstrap 200 >figures.json
"$rnntrain" eval run set.h5 --part train --csv --bootstrap 200 >classes.csv
"$rnntrain" eval run set.h5 --part train --bootstrap 200 >table
cat >check.py <<'PYTHON'
import csv, json, math
with open("figures.json") as file:
    said = json.load(file)
with open("rows.csv", newline="", encoding="utf-8") as file:
    text = file.read()
assert text.count("\r\n") == text.count("\n") == said["n"] + 1, "line ends"
rows = list(csv.DictReader(text.splitlines()))
names = list(said["labels"])
assert [int(row["row"]) for row in rows] == list(range(300))
y = [names.index(row["label"]) for row in rows]
given = [names.index(row["prediction"]) for row in rows]
p = [[float(row["probability_" + name]) for name in names] for row in rows]
n = len(rows)
for row, g, of, label in zip(rows, given, p, y):
    assert of[g] == max(of) == float(row["probability"]) and abs(sum(of) - 1) < 1e-12
    assert abs(float(row["loss"]) + math.log(of[label])) < 1e-12

near = lambda name, value: abs(said[name] - value) < 1e-12 or exit(f"{name}: {said[name]}, not {value}")
near("accuracy", sum(a == b for a, b in zip(y, given)) / n)
near("log_loss", sum(-math.log(of[label]) for of, label in zip(p, y)) / n)
assert abs(said["loss"] - said["log_loss"]) < 1e-6 and abs(said["acc"] - said["accuracy"]) < 1e-9
near("brier", sum(sum((q - (c == label)) ** 2 for c, q in enumerate(of)) for of, label in zip(p, y)) / n)
matrix = [[sum(a == c and b == d for a, b in zip(y, given)) for d in range(3)] for c in range(3)]
assert matrix == said["confusion"], matrix
recall = [matrix[c][c] / sum(matrix[c]) for c in range(3)]
near("balanced_acc", sum(recall) / 3)
def auc(c):
    pairs = [(a[c], b[c]) for a, i in zip(p, y) if i == c for b, j in zip(p, y) if j != c]
    return sum((a > b) + (a == b) / 2 for a, b in pairs) / len(pairs)
near("roc_auc", sum(auc(c) for c in range(3)) / 3)
for name, (low, high) in ((k, v) for k, v in said["intervals"].items() if isinstance(v, list)):
    assert low <= high and (name == "calibration_error" or low <= said[name] <= high), name
largest = max(range(3), key=lambda c: sum(matrix[c]))
assert said["baseline"]["label"] == names[largest]
assert abs(said["baseline"]["accuracy"] - sum(matrix[largest]) / n) < 1e-12
assert sum(b["count"] for b in said["reliability"]) == n

with open("classes.csv", newline="") as file:
    classes = list(csv.DictReader(file))
assert [row["label"] for row in classes] == names
for c, row in enumerate(classes):
    assert int(row["support"]) == sum(matrix[c]) and abs(float(row["recall"]) - recall[c]) < 1e-12
    assert float(row["f1"]) == said["labels"][names[c]]["f1"]
    assert [float(row["f1_low"]), float(row["f1_high"])] == said["labels"][names[c]]["intervals"]["f1"]
with open("table", encoding="utf-8") as file:
    lines = file.read().splitlines()
assert all(len(line) <= 80 for line in lines), max(lines, key=len)
assert lines[0].startswith("train: loss ") and lines[0].endswith(" on 300 rows")
for name in "balanced accuracy", "ROC AUC", "Brier score", "baseline:", "rows of, taken for", "a class with a name":
    assert any(line.startswith(name) for line in lines), name
PYTHON
python3 check.py || problem "eval's figures are not those of its rows"

# The same bytes on any number of ranks, with windows, and again; another seed draws other rows.
for np in 1 2 3 5; do
    ranks $np "$rnntrain" eval run set.h5 --part train --bootstrap 200 --rows again.csv | cmp - table
    cmp rows.csv again.csv || problem "other rows on $np ranks"
done
"$rnntrain" eval run set.h5 --part train --bootstrap 200 --window-rows 32 | cmp - table || problem "windows"
"$rnntrain" eval run set.h5 --part train --bootstrap 200 --seed 2 | cmp -s - table && problem "another seed"
"$rnntrain" eval run set.h5 --part train --bootstrap 0 >said
! grep -q interval said || problem "intervals of no resamples"

# Rows that a run set aside have the numbers of the training part; one class alone leaves no ROC AUC.
"$rnntrain" eval run set.h5 --part validation --rows aside.csv >/dev/null 2>&1
python3 -c 'import csv
rows = [int(row["row"]) for row in csv.DictReader(open("aside.csv", newline=""))]
assert rows == sorted(rows) and len(rows) == 30 and rows[-1] > 30, rows'
{ head -1 texts.csv && grep ',neg' texts.csv; } >one.csv
"$rnntrain" eval run one.csv --json >said
grep -q '"roc_auc":null,' said || problem "a ROC AUC of one class: $(cat said)"
"$rnntrain" eval run one.csv >said
grep -q '^ROC AUC  *-' said || problem "one class: $(cat said)"

expect 64 'json and --csv' "$rnntrain" eval run set.h5 --json --csv
expect 64 'rows.txt: expected a name that ends in .csv' "$rnntrain" eval run set.h5 --rows rows.txt
expect 74 'none/x.csv: cannot write' "$rnntrain" eval run set.h5 --rows none/x.csv
