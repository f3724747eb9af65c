#!/usr/bin/env bash
# N-grams of characters: words that nobody has seen are told by their endings, with the same bits on
# any ranks, by whoever judges; tf-idf is of words alone.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$tmp"
python3 - <<'PYTHON'
import json, random
draw = random.Random(5)
def word(ending):
    return "".join(draw.choice("bcdfghklmnprst") + draw.choice("aeiouéö") for _ in range(4)) + ending
for part, n in (("train", 300), ("test", 100)):
    with open(part + ".jsonl", "w") as out:
        for i in range(n):
            label = ("full", "free")[i % 2]
            text = " ".join([word("ful" if label == "full" else "less"), word(""), draw.choice("!?.")])
            print(json.dumps({"text": text, "label": label}, ensure_ascii=False), file=out)
PYTHON
prep() { "$rnnprep" train.jsonl --test test.jsonl --ngram-min-count 1 --ngrams 2 --quiet "$@"; }
prep -o words.h5
prep -o characters.h5 --ngram-characters 4
prep -o marks.h5 --ngram-characters 4 --ngram-punctuation

train() { # data run option...
    "$rnntrain" "$1.h5" --model linear --run-dir "$2" --quiet "${@:3}"
}
accuracy() { grep '"event":"test"' "$1/log.jsonl" | grep -o '"acc":[0-9.]*' | cut -d: -f2; }
is_right() { python3 -c "import sys; sys.exit(not float('$(accuracy "$1")') $2)" || problem "$1: $(accuracy "$1")"; }
train words words
train characters one
train marks marks --linear-scaling log-count
train characters tf-idf --linear-scaling tf-idf
is_right words '< .65'
is_right one '> .95'
is_right marks '> .95'
is_right tf-idf '< .65'
ranks 3 "$rnntrain" characters.h5 --model linear --run-dir three --quiet
[ "$(hashes one)" = "$(hashes three)" ] || problem "3 ranks: $(hashes three), 1: $(hashes one)"

# Data set, corpus and single texts.
for run in one marks tf-idf; do
    data=$([ $run = marks ] || echo characters)
    "$rnntrain" eval $run "${data:-marks}.h5" >of_data
    "$rnntrain" eval $run test.jsonl 2>/dev/null >of_corpus
    cmp <(sed 's/^[a-z]*: //' of_data) <(sed 's/^[a-z]*: //' of_corpus) || problem "$run: a data set is judged otherwise"
done
"$rnnprep" test.jsonl -o brought.h5 --tokenizer one --quiet
"$rnntrain" eval one brought.h5 --part train 2>/dev/null >of_brought
"$rnntrain" eval one characters.h5 >of_data
cmp <(sed 's/^[a-z]*: //' of_data) <(sed 's/^[a-z]*: //' of_brought) || problem "n-grams that a model brings"
printf '%s\n' "zuzuzuzuful." "zuzuzuzuless" $'\1u' "" >texts
"$rnntrain" predict one texts 2>/dev/null >judged
cut -f1 judged | head -2 | tr '\n' ' ' | grep -q '^full free $' || problem "$(cat judged)"
"$rnntrain" predict one --explain --jsonl <texts 2>/dev/null >explained
python3 - explained <<'PYTHON' || problem "$(cat explained)"
import json, sys
for line in open(sys.argv[1]):
    one = json.loads(line)
    for parts in (one.get("ngrams", []), one["words"]):
        assert abs(sum(part["share"] for part in parts) - one["logit"] + one["baseline"]) < 1e-5, one
PYTHON
grep -q '"\*ful"' explained || problem "no ending: $(cat explained)"
"$rnnprep" inspect characters.h5 | grep -q '2 characters: [0-9]*, most documents have "' || problem "inspect"

# As a member beside a network, in one model.
"$rnntrain" characters.h5 --recipe none --units 4 --epochs 1 --add-linear --add-each-scaling --run-dir both --quiet
"$rnntrain" predict both texts 2>/dev/null | cut -f1 | head -2 | tr '\n' ' ' | grep -q '^full free $' || problem "both"
