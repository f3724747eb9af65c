#!/usr/bin/env bash
# Texts without labels in a data set: the same bytes however they come and on any number of threads,
# words counted over them too and n-grams not, copies said, and programs that do not ask for them
# see none.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$tmp"
"$rnnprep" sample corpus --documents 300 >/dev/null
prep=("$rnnprep" corpus --maxlen 20 --ngrams 2 --quiet)

# more/: files of texts; the same as an archive, as lines and as JSON, in their order.
mkdir more
python3 - <<'PYTHON'
import json
texts = ["the %s film number %d was %s" % (["old", "new", "old"][i % 3], i, "x" * (i % 7 + 1)) for i in range(60)]
texts[7] = texts[8] = "a short one"
texts[9] = ""
lines = open("lines.txt", "w")
rows = open("rows.jsonl", "w")
for i, text in enumerate(texts):
    open("more/%02d.txt" % i, "w").write(text)
    rows.write(json.dumps({"text": text, "stars": 3}) + "\n")
    lines.write(text + "\n")
PYTHON
"${prep[@]}" --unlabelled more -o one.h5 --threads 1
"${prep[@]}" --unlabelled more -o three.h5 --threads 3
tar -cf more.tar more
(cd more && tar -cf ../turned.tar $(ls -r))
gzip -k lines.txt
"${prep[@]}" --unlabelled more.tar -o tar.h5
"${prep[@]}" --unlabelled turned.tar -o turned.h5
"${prep[@]}" --unlabelled - -o stdin.h5 <more.tar
tar -cf corpus.tar corpus
"$rnnprep" - "${prep[@]:2}" --unlabelled more -o both.h5 <corpus.tar
for name in three tar turned stdin both; do
    cmp one.h5 $name.h5 || problem "$name: other bytes"
done
content() {
    "$rnntrain" inspect "$1" --verify | sed 's/.*content //'
}
grep -v '^$' lines.txt >full.txt # an empty line is no text, an empty file is one
rm more/09.txt
"${prep[@]}" --unlabelled more -o full.h5
"${prep[@]}" --unlabelled full.txt -o lines.h5
"${prep[@]}" --unlabelled lines.txt.gz -o packed.h5
"${prep[@]}" --unlabelled - -o piped.h5 <full.txt
head -30 full.txt >first.txt
tail -n +31 full.txt >second.txt
"${prep[@]}" --unlabelled first.txt --unlabelled second.txt -o parts.h5
for name in lines packed piped parts; do
    [ "$(content full.h5)" = "$(content $name.h5)" ] || problem "$name: other rows"
done
"${prep[@]}" --unlabelled rows.jsonl --on-bad-row skip -o rows.h5
"$rnntrain" inspect rows.h5 | grep -q '^unlabelled' || problem "no rows of JSON"

# Words are counted over both, n-grams over the training texts alone; without such texts nothing
# is new.
"${prep[@]}" -o without.h5
"$build/tests/list_ngrams" one.h5 >one.txt
"$build/tests/list_ngrams" without.h5 | cmp - one.txt || problem "other n-grams"
"$rnnprep" inspect one.h5 --rows 60 >shown
grep -q '^unlabelled 60 rows: .* ids a row' shown || problem "$(cat shown)"
grep -q '^unlabelled row 7: a short one$' shown || problem "$(cat shown)"
python3 - corpus/train full.txt <<'PYTHON' || problem "other words"
import collections, glob, json, re, subprocess, sys
texts = [open(f).read() for f in sorted(glob.glob(sys.argv[1] + "/*/*"), key=lambda f: (f.split("/")[2] == "neg", f))]
texts += open(sys.argv[2]).read().splitlines()
words = collections.Counter(w for t in texts for w in re.findall("[a-z0-9]+", t.lower()))
shown = open("shown").read()
known = int(re.search(r"(\d+) known words", shown).group(1))
assert known == len(words), (known, len(words))
PYTHON
! grep -a -q unlabelled without.h5 || problem "what is not there is named"

# What is said: how it was read, copies, what is left out.
cp corpus/test/neg/synthetic_000200.txt copy.txt
tr -d '\n' <copy.txt >corpus/test/neg/synthetic_000200.txt
echo >>copy.txt
cat copy.txt full.txt copy.txt >some.txt
"$rnnprep" corpus --unlabelled some.txt -o said.h5 --report report.json >said
for line in 'read       some.txt: a text a line' 'unlabelled 61 documents, ' \
    'duplicates 1 of 100 test documents found in unlabelled' \
    'duplicates 2 documents stand in unlabelled more than once'; do
    grep -q "^$line" said || problem "not said: $line; $(cat said)"
done
grep -q '"also_labelled"' report.json || problem "$(cat report.json)"
"$rnnprep" corpus --unlabelled some.txt -o said.h5 --drop-duplicates >said
grep -q '^dropped    3 duplicates of unlabelled' said || problem "$(cat said)"
"$rnntrain" inspect said.h5 | grep -q '^unlabelled 58 rows' || problem "copies stay"
mkdir mixed
cp full.txt mixed
printf 'a,b\n"open' >mixed/broken.csv
"${prep[@]}" --unlabelled mixed -o mixed.h5 2>said
grep -q 'note: left out: of --unlabelled: .*broken.csv' said || problem "$(cat said)"

# What stands in the corpus is not read twice, and unsup is no class.
mkdir corpus/train/unsup
cp more/*.txt corpus/train/unsup
"${prep[@]}" --unlabelled corpus/train/unsup -o inside.h5
[ "$(content inside.h5)" = "$(content full.h5)" ] || problem "inside the corpus it is another"

# Judging and training take the others alone; a sealed file is the same again.
train=("$rnntrain" --units 4 --dense 4 --epochs 1 --batch-size 64 --quiet)
"${train[@]}" one.h5 --run-dir run
ranks 2 "${train[@]}" one.h5 --run-dir two
[ "$(hashes run)" = "$(hashes two)" ] || problem "two ranks give other bits"
"${train[@]}" one.h5 --shuffle window --window-rows 64 --run-dir window
"$rnntrain" eval run/best.h5 one.h5 >/dev/null
"$rnntrain" predict run/best.h5 full.txt >/dev/null
cp one.h5 cut.h5
truncate -s -48 cut.h5
"$rnntrain" inspect cut.h5 >said 2>&1
grep -q '^unlabelled 60 rows' said || problem "$(cat said)"
"$rnntrain" seal cut.h5 >/dev/null
cmp cut.h5 one.h5 || problem "sealed again it is another"
"$rnnprep" corpus --tokenizer one.h5 --unlabelled more --quiet -o again.h5
"$rnntrain" inspect again.h5 | grep -q '^unlabelled 59 rows' || problem "not with a tokenizer"

expect 66 'nowhere' "${prep[@]}" --unlabelled nowhere -o x.h5
expect 64 'standard input can be read only once' \
    "$rnnprep" - --unlabelled - -o x.h5 <corpus.tar
mkdir empty
expect 65 '--unlabelled empty: no text in it' "${prep[@]}" --unlabelled empty -o x.h5
expect 65 '--unlabelled mixed/broken.csv|broken.csv: ' "${prep[@]}" --unlabelled mixed/broken.csv -o x.h5
expect 64 'full.txt would replace the corpus' "${prep[@]}" --unlabelled full.txt -o full.txt
[ ! -e x.h5 ] || problem "a failure leaves a file"
