#!/usr/bin/env bash
# rnnprep --for: options that fit the corpus, the same bytes as of these options typed, what the user gives wins,
# and what is read only once.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$tmp"
# Texts in English, long ones with tags, Chinese ones, some with blanks between words, names, and mixtures.
python3 - <<'PYTHON'
import json, os, random
random.seed(11)
words = [f"{a}{b}" for a in ("lo", "mi", "ter", "sa") for b in ("n", "ver", "kel", "dan", "rim")]
ideographs = [chr(0x4e00 + 7 * i) for i in range(300)]
def sentence(n):
    return " ".join(random.choice(words) for _ in range(n)) + random.choice([".", "!", " (so)"])
def chinese(blank=""):
    return blank.join("".join(random.choice(ideographs) for _ in range(2)) for _ in range(random.randint(3, 9))) + "。"
def write(name, texts):
    with open(name, "w", encoding="utf-8") as out:
        for i, text in enumerate(texts):
            out.write(json.dumps({"text": text, "label": "ab"[i % 2]}, ensure_ascii=False) + "\n")
write("sentences.jsonl", [sentence(random.randint(3, 20)) for _ in range(200)])
write("reviews.jsonl", ["<br />".join(sentence(30) for _ in range(4)) for _ in range(60)])
write("coded.jsonl", [sentence(5) + " &amp; " + sentence(5) for _ in range(60)])
write("chinese.jsonl", [chinese() for _ in range(200)])
write("blanks.jsonl", [chinese(" ") for _ in range(200)])
write("few.jsonl", [sentence(9) for _ in range(95)] + [chinese() for _ in range(5)])
write("names.jsonl", [random.choice(words) + random.choice(words) for _ in range(200)])
# the first half megabyte is English, a third of all texts is Chinese
write("late.jsonl", [sentence(60) for _ in range(1600)] + [chinese() for _ in range(800)])
for i in range(40):
    folder = f"folder/{'train' if i % 4 else 'test'}/{'ab'[i // 4 % 2]}"
    os.makedirs(folder, exist_ok=True)
    open(f"{folder}/{i}.txt", "w", encoding="utf-8").write(chinese() if i % 4 else sentence(9))
PYTHON

# What is chosen of a corpus, and that the same options, typed, give the same bytes.
chooses() { # corpus purpose options...
    local corpus=$1 purpose=$2
    shift 2
    "$rnnprep" "$corpus" --for "$purpose" -o chosen.h5 --report chosen.json >said
    local said_options
    said_options=$(sed -n '/^for /,/^  *since/p' said | grep -v '^  *since' | cut -c 12- | tr '\n' ' ')
    [ "$said_options" = "$* " ] || problem "$corpus for $purpose: $said_options"
    "$rnnprep" "$corpus" "$@" -o typed.h5 --quiet
    cmp chosen.h5 typed.h5 || problem "$corpus for $purpose: other bytes than $*"
}
chooses sentences.jsonl auto --ngram-punctuation --num-words all --ngrams 2 --ngram-characters 5 --ngram-min-count 1 --maxlen 21
tr -s '\n ' ' ' <said | grep -q ' since there are 21 different words, a text has 12 words, all texts have 2,301,' ||
    problem "$(cat said)"
python3 -c '
import json
chosen = json.load(open("chosen.json"))["chosen"]
assert chosen["for"] == "auto" and chosen["options"]["segment"] == "split", chosen
assert chosen["options"]["maxlen"] == "21" and "different words" in chosen["since"], chosen'
chooses reviews.jsonl auto --tags space --ngram-punctuation --num-words all --ngrams 3 --ngram-characters 5 --ngram-min-count 1 --maxlen 123
chooses reviews.jsonl fast --tags space --ngram-punctuation --num-words all --ngrams 3 --ngram-characters 5 --ngram-min-count 1 --maxlen 40
chooses coded.jsonl best --tags html --ngram-punctuation --num-words all --ngrams 2 --ngram-characters 5 --ngram-min-count 1 --maxlen 12
chooses blanks.jsonl auto --ngram-punctuation --num-words all --ngrams 2 --ngram-characters 5 --ngram-min-count 1 --maxlen 10
chooses names.jsonl auto --segment char --ngram-punctuation --num-words all --ngrams 4 --ngram-min-count 1 --maxlen 12
"$rnnprep" inspect typed.h5 --rows 0 >shown
grep -q 'segment char,' shown && ! grep -Eq '\bfor (auto|fast|best)' shown || problem "$(cat shown)"

# Chinese in a file, in a mixture whose beginning says otherwise, in a folder, an archive and standard input.
segments() { # segment corpus options...
    local wanted=$1
    shift
    "$rnnprep" "$@" --for auto -o segment.h5 --report segment.json --quiet >said
    [ ! -s said ] || problem "$*: not quiet: $(cat said)"
    python3 - "$wanted" <<'PYTHON'
import json, sys
chosen = json.load(open("segment.json"))["chosen"]["options"]
assert chosen.get("segment", "given") == sys.argv[1], (sys.argv, chosen)
PYTHON
}
segments icu chinese.jsonl
cp segment.h5 chinese.h5
segments icu - <chinese.jsonl
cmp segment.h5 chinese.h5 || problem "standard input gives other bytes"
segments icu late.jsonl
segments icu folder
cp segment.h5 folder.h5
tar cf folder.tar folder
segments icu folder.tar --threads 1
cmp segment.h5 folder.h5 || problem "an archive gives other bytes"
segments given chinese.jsonl --segment split
segments given chinese.jsonl --char-level
RNNPREP_SEGMENT=split segments given chinese.jsonl
expect 64 'standard input can be read only once, .*: add --segment icu --tags remove --ngram-punctuation' \
    "$rnnprep" - --for auto -o x.h5 <late.jsonl
segments given - --segment icu --tags remove <late.jsonl

# The user's win, the usual values too.
"$rnnprep" reviews.jsonl --for auto --maxlen 380 --num-words 3800 --tags remove --ngrams none -o given.h5 >said
grep -q '^for auto   what no --for does$' said || problem "$(cat said)"
"$rnnprep" reviews.jsonl -o usual.h5 --quiet
cmp given.h5 usual.h5 || problem "given options were changed"
expect 64 'chooses how words are made, and --tokenizer brings its own' \
    "$rnnprep" reviews.jsonl --for auto --tokenizer usual.h5 -o x.h5
expect 64 '--for much: expected one of none, auto, fast, best' "$rnnprep" reviews.jsonl --for much -o x.h5

# Without it texts that are one word are said, with what cuts them.
"$rnnprep" chinese.jsonl -o x.h5 >said
grep -q '^words      in 100 % of the texts are whole phrases .*--segment icu .*--for auto' said || problem "$(cat said)"
"$rnnprep" few.jsonl -o x.h5 --for auto >said
grep -q '^words      in 5 % of the texts are whole phrases .* cuts them into words, --segment char' said ||
    problem "$(cat said)"
"$rnnprep" names.jsonl -o x.h5 >said
grep -q '^words      100 % of the texts are one word: --segment char .*--for auto does$' said || problem "$(cat said)"
for corpus in sentences blanks; do
    "$rnnprep" $corpus.jsonl -o x.h5 >said
    ! grep -q '^words ' said || problem "$corpus: $(grep ^words said)"
done
