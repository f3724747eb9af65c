#!/usr/bin/env bash
# eval judges labelled texts themselves as it judges the data set that rnnprep makes of them.
set -euo pipefail
. "$2/tests/lib.sh"
cd "$tmp"

python3 - <<'PYTHON'
import json, os, random
random.seed(5)
common = "the a of on and is was at walk train lamp soup river band shop lake bread".split()
own = {"neg": "cold sour dull stale awful bad dreary".split(),
       "pos": "warm kind bright lovely great pleasant fine".split()}
for part, n in (("train", 400), ("test", 60)):
    with open(f"{part}.csv", "w") as table, open(f"{part}.jsonl", "w") as lines:
        print("id,review,label", file=table)
        for i in range(n):
            label = ("neg", "pos")[i % 2]
            words = random.choices(own[label], k=random.randint(1, 3))
            words += random.choices(common, k=random.randint(1, 8))
            random.shuffle(words)
            text = " ".join(words)
            print(f"{i},{text},{label}", file=table)
            print(json.dumps({"text": text, "label": label}), file=lines)
            folder = f"folder/{part}/{label}"
            os.makedirs(folder, exist_ok=True)
            open(f"{folder}/{i:03}.txt", "w").write(text)
PYTHON
"$rnnprep" train.csv --test test.csv --maxlen 12 -o set.h5 --quiet
"$rnntrain" set.h5 --run-dir run --epochs 4 --units 8 --embedding 8 --dense 16 --batch-size 32 \
    --learning-rate 0.02 --quiet >said 2>&1

judged() { # part path option...: the same as of the data set's test part
    "$rnntrain" eval run "${@:2}" >said 2>notes || { cat notes; problem "eval ${*:2}"; }
    [ "$(cat said)" = "$1: ${right#test: }" ] || { cat said; problem "eval ${*:2}: not $right"; }
}
right=$("$rnntrain" eval run set.h5)
tar czf folder.tgz folder
sed 's/label$/verdict/' test.csv >other.csv
iconv -f utf-8 -t utf-16 test.csv >wide.csv
judged all test.csv
judged all test.jsonl
judged all wide.csv
judged all other.csv --text-column review --label-column verdict
judged all - <test.csv
judged test folder
judged test folder.tgz
judged all folder/test
"$rnntrain" eval run folder --part train >said
grep -q '^train: loss .* on 400 rows$' said || problem "another part"
"$rnntrain" eval run - <<<$'review,label\nwarm river,pos' >said
grep -q '^all: loss .* on 1 row$' said || problem "of one row: $(cat said)"
"$rnntrain" eval run test.csv --json >said
grep -q '^{"part":"all","loss":0.*,"n":60}$' said || problem "eval --json"

# Some of the classes are enough; others are refused by name, as are texts without labels.
grep -v ',neg$' test.csv >one.csv
"$rnntrain" eval run one.csv --text-column review --label-column label >said
grep -q ' on 30 rows$' said || problem "a corpus with one of the classes"
sed 's/neg$/bad/; s/pos$/good/' test.csv >renamed.csv
expect 65 'renamed.csv.*bad, good.*neg, pos.*--labels' "$rnntrain" eval run renamed.csv
"$rnntrain" eval run renamed.csv --labels bad,good >said
[ "$(head -1 said)" = "all: $(head -1 <<<"${right#test: }")" ] || problem "--labels"
grep -q '^good  *[01]\.' said || problem "--labels: other names: $(cat said)"
cut -d, -f 1,2 test.csv >bare.csv
expect 64 'bare.csv: no label' "$rnntrain" eval run bare.csv
expect 65 'no validation part' "$rnntrain" eval run folder --part validation
expect 66 'none.csv' "$rnntrain" eval run none.csv

# export: the name says the format and that of the tokenizer, which says what Keras does not do.
"$rnntrain" export run -o best.onnx >said 2>notes || true
grep -q -E "best.onnx takes ids, not texts: --with-tokenizer|without ONNX" notes || problem "ONNX: $(cat notes)"
expect 64 'm.model: its name says no format: end it in .keras' "$rnntrain" export run -o m.model
expect 64 'm.h5 has the name of an HDF5 file: .* the checkpoint itself' "$rnntrain" export run -o m.h5
"$rnntrain" export run -o best.keras --with-tokenizer >said 2>notes
grep -q "note: best.tokenizer.json: .*re.sub('<\[^>\]+>', '', text)" notes || problem "tags are not said"
python3 - <<'PYTHON' || problem "best.tokenizer.json"
import json
told = json.load(open("best.tokenizer.json"))["rnntrain"]
assert told["labels"] == ["neg", "pos"] and told["probabilities"] == "of labels[1] alone", told
assert told["python"] == ["text = re.sub('<[^>]+>', '', text)",
                          "ids = tokenizer.texts_to_sequences([text])[0]",
                          "x = pad_sequences([ids], maxlen=12, padding='pre', truncating='pre')"], told
PYTHON
rm -f best.onnx
cp best.tokenizer.json kept.json
"$rnnprep" test.csv --maxlen 12 -o small.h5 --tags keep --quiet
"$rnntrain" small.h5 --run-dir small --epochs 1 --units 4 --embedding 4 --quiet >said 2>&1
expect 73 "best.tokenizer.json is there, is another tokenizer's, and belongs to best.keras" \
    "$rnntrain" export small -o best.c --with-tokenizer
cmp -s best.tokenizer.json kept.json && [ ! -e best.c ] || problem "another model's tokenizer is replaced"
"$rnntrain" export small -o best.keras --with-tokenizer >said 2>&1 || problem "the model of that name anew"
mkdir own
"$rnntrain" export small -o own/small.keras --with-tokenizer >said 2>notes
! grep -q "lose their tags" notes || problem "tags of a model that keeps them"
