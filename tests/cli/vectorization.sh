#!/usr/bin/env bash
# Models of Keras that take texts themselves, by a TextVectorization: judged as Keras judges
# (golden/make_keras_vectorization.py), imported and exported; those that have no counterpart are refused.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$tmp"
golden=$source/tests/golden/keras_vectorization

python3 - "$rnntrain" "$golden" <<'PYTHON'
import json, subprocess, sys
rnntrain, golden = sys.argv[1:]
for flavour in ("keras", "tf_keras"):
    with open("%s/%s.json" % (golden, flavour)) as file:
        models = json.load(file)
    for name, expected in models.items():
        lines = subprocess.run([rnntrain, "predict", golden + "/" + name, golden + "/texts.jsonl", "--jsonl",
                                "--labels", "bad,good"], check=True, stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL).stdout.splitlines()
        found = [json.loads(line)["probabilities"]["good"] for line in lines]
        assert len(found) == len(expected), name
        for i, (a, b) in enumerate(zip(found, expected)):
            assert abs(a - b) < 2e-6, (name, i, a, b)
PYTHON

# Imported, and served by others.
model=$golden/keras_given.keras
"$rnntrain" import "$model" --labels bad,good -o model.h5 >/dev/null
"$rnntrain" predict "$model" --labels bad,good --jsonl <"$golden/texts.jsonl" >judged 2>/dev/null
"$rnntrain" predict model.h5 --jsonl <"$golden/texts.jsonl" >found 2>/dev/null
cmp judged found || problem "the import judges otherwise"
"$rnntrain" predict model.h5 --explain >found <<<"It was don't."
grep -q '  dont$' found || problem "no word explained: $(cat found)"
"$rnntrain" export model.h5 -o model.c >/dev/null # compares itself on random texts
"$rnntrain" export model.h5 -o onward.keras --with-tokenizer >/dev/null 2>said
grep -q "as TextVectorization does" said || problem "the tokenizer's note: $(cat said)"

# A data set of its words fits it, though its embedding has more rows than it has words.
printf '%s\n' text,label 'the plot was good,good' "don't,bad" 'bad plot,bad' 'superb,good' >few.csv
"$rnnprep" few.csv --tokenizer model.h5 -o few.h5 --quiet
"$rnntrain" eval model.h5 few.csv | head -1 | cut -d: -f2 >judged
"$rnntrain" eval "$model" few.h5 --part train --labels bad,good | head -1 | cut -d: -f2 >found
cmp judged found || problem "a data set: $(cat judged found)"

# What stands in onward.tokenizer.json makes the rows.
python3 - "$golden" <<'PYTHON'
import json, re, sys
with open("onward.tokenizer.json") as file:
    steps = json.load(file)["rnntrain"]["python"]
text = "Don't re-do THE plot! \u00c9A"
for step in steps[:2]:
    name, value = step.split(" = ", 1)
    text = eval(value)
assert text == "dont redo the plot \u00c9a", text
PYTHON

# What is said of each, and the Python that changes the layer's `config` or the archive's `words`.
cat >cases <<'CASES'
standardize of its author|config["standardize"] = {"class_name": "function"}
another split|config["split"] = None
ngrams|config["ngrams"] = [2]
another output_mode|config["output_mode"] = "multi_hot"
another encoding|config["encoding"] = "latin-1"
output_sequence_length of -3|config["output_sequence_length"] = -3
output_sequence_length|config["output_sequence_length"] = "long"
has no words here|words = None
not UTF-8|words = b"\n[UNK]\n\xff"
not UTF-8, or has a NUL|words = b"\n[UNK]\na\0b"
the word "a" twice|words = b"\n[UNK]\na\nb\na"
more words than the model has weights|words = "\n".join(map(str, range(3000))).encode()
vocabulary of other|config["vocabulary"] = ["a", 3]
gives ids up to|config["vocabulary"] = [str(i) for i in range(50)]
at a place that is not supported|model["config"]["layers"].insert(3, model["config"]["layers"][1])
CASES
python3 - "$golden/keras_strip.keras" <<'PYTHON'
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as old:
    entries = {name: old.read(name) for name in old.namelist()}
name, = [n for n in entries if n.endswith("/vocabulary.txt") and "_lookup" not in n]
for i, case in enumerate(open("cases")):
    model = json.loads(entries["config.json"])
    scope = {"model": model, "config": model["config"]["layers"][1]["config"], "words": entries[name]}
    exec(case.split("|", 1)[1], scope)
    with zipfile.ZipFile("case-%d.keras" % i, "w") as new:
        for entry, content in entries.items():
            if not entry.endswith("vocabulary.txt"):
                new.writestr(entry, json.dumps(model) if entry == "config.json" else content)
            elif entry == name and scope["words"] is not None:
                new.writestr(entry, scope["words"])
PYTHON
i=0
while IFS='|' read -r said _; do
    expect 65 "$said" "$rnntrain" predict case-$i.keras --labels bad,good "$golden/texts.jsonl"
    i=$((i + 1))
done <cases
[ $i = 15 ] || problem "$i cases"
expect 64 'takes texts itself' "$rnntrain" predict "$model" --tokenizer onward.tokenizer.json \
    "$golden/texts.jsonl"
