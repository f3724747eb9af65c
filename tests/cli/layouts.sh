#!/usr/bin/env bash
# Where documents stand: the same data set from a folder, its tar in any order, its zip and standard
# input, or the same refusal, which names what to type.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$tmp"
LC_ALL=C.UTF-8 python3 - <<'PYTHON'
import os, random, tarfile, zipfile
random.seed(3)
words = "lamp soup river band shop lake bread walk rain stone".split()
text = lambda: " ".join(random.choice(words) for _ in range(9))
rows = lambda n: "label,text\n" + "".join("%s,%s\n" % (("neg", "pos")[i % 2], text()) for i in range(n))
plain = lambda n: "".join(text() + "\n" for _ in range(n))
tabs = lambda n: "".join("%s\t%s\n" % (("neg", "pos")[i % 2], text()) for i in range(n))
folder = lambda *names: {"%s/%d.txt" % (name, i): text() for name in names for i in range(4)}
layouts = {
    "split": folder("train/neg", "train/pos", "test/neg", "test/pos"),
    "training": folder("training/neg", "training/pos", "testing/neg", "testing/pos"),
    "deep": folder("c/neg/2019", "c/neg/2020", "c/pos/2019", "c/pos/2020"),
    "vehicles": folder("bus", "car", "train"),
    "class_of_parts": folder("neg/train", "neg/test", "pos/train", "pos/test"),
    "hive": {"split=train/part-0.csv": rows(20), "split=test/part-0.csv": rows(8)},
    "camel": {"TrainSet.csv": rows(20), "my-test-data.csv": rows(8), "README.md": "what this is, and why"},
    "endings": {"x.train": tabs(40), "x.dev": tabs(8), "x.test": tabs(8)},
    "a_file_a_class": {"rt.pos": plain(20), "rt.neg": plain(20)},
    "stray": {"a_docs/a.txt": text(), "data/train.csv": rows(20), "data/test.csv": rows(8)},
    "litter": {**folder("neg", "pos"), "Thumbs.db": "x", "neg/desktop.ini": "x", "__MACOSX/neg/1.txt": "x", "pos/x.txt~": "x",
               "pos/p.gif": "GIF89a\0\0\0\0\0\0"},
    "eval": {"train.csv": rows(20), "eval.csv": rows(8)},
    "two_corpora": folder("amazon/neg", "amazon/pos", "yelp/neg", "yelp/pos"),
    "no_classes": folder("train", "test"),
    "beside": {**folder("neg", "pos"), "test.csv": rows(8)},
    "both": {**folder("train/neg", "train/pos", "holdout/neg", "holdout/pos")},
}
for name, files in layouts.items():
    order = list(files)
    random.shuffle(order)
    for path in order:
        os.makedirs(os.path.dirname("%s/%s" % (name, path)), exist_ok=True)
        open("%s/%s" % (name, path), "w").write(files[path])
    with tarfile.open(name + ".tar", "w") as tar, zipfile.ZipFile(name + ".zip", "w") as packed:
        for path in order:
            tar.add("%s/%s" % (name, path), path)
            packed.write("%s/%s" % (name, path), path)
whole = open("split.tar", "rb").read()
with tarfile.open("split.tar") as tar:
    last = tar.getmembers()[-3]
open("cut.tar", "wb").write(whole[:last.offset])
open("joined.tar", "wb").write(whole + open("vehicles.tar", "rb").read())
PYTHON

for name in split training deep vehicles class_of_parts hive camel endings a_file_a_class stray litter; do
    case $name in
    split | training) parts='train neg 4, pos 4; test neg 4, pos 4;' ;;
    deep) parts='train neg 8, pos 8;' ;;
    vehicles) parts='train bus 4, car 4, train 4;' ;;
    class_of_parts) parts='train neg 4, pos 4; test neg 4, pos 4;' ;;
    hive | camel | stray) parts='train neg 10, pos 10; test neg 4, pos 4;' ;;
    endings) parts='train neg 20, pos 20; validation neg 4, pos 4; test neg 4, pos 4;' ;;
    a_file_a_class) parts='train neg 20, pos 20;' ;;
    litter) parts='train neg 4, pos 4;' ;;
    esac
    for corpus in $name $name.tar $name.zip -; do
        "$rnnprep" $corpus -o x.h5 --maxlen 20 >said <$name.tar || problem "$corpus: refused"
        found=$(sed -nE 's/^(train|validation|test) +[0-9]+ documents: (.*)/\1 \2;/p' said | tr '\n' ' ')
        [ "$found" = "$parts " ] || problem "$name as $corpus: $found"
        [ $corpus = $name ] && cp x.h5 first.h5
        cmp -s first.h5 x.h5 || problem "$name as $corpus: another data set"
    done
done
"$rnnprep" camel -o x.h5 >said
grep -q '^parts .*train from `Train` in TrainSet.csv; test from `test` in my-test-data.csv' said || problem "$(cat said)"
"$rnnprep" litter -o x.h5 >said
grep -q 'left out   1 file that is no text: litter/pos/p.gif' said || problem "$(cat said)"

for name in eval two_corpora no_classes beside both; do
    for corpus in $name $name.tar $name.zip; do
        case $name in
        eval) expect 65 "eval.csv: which part of the corpus is it.*--test $corpus/eval.csv" "$rnnprep" $corpus -o y.h5 ;;
        two_corpora) expect 65 "amazon and .*yelp: several corpora side by side" "$rnnprep" $corpus -o y.h5 ;;
        no_classes) expect 65 "expected t[a-z]*/CLASS/ with a file a document" "$rnnprep" $corpus -o y.h5 ;;
        beside) expect 65 "test.csv is beside class folders and called like the test part" "$rnnprep" $corpus -o y.h5 ;;
        both) expect 65 "holdout: which part of the corpus is it" "$rnnprep" $corpus -o y.h5 ;;
        esac
    done
done
"$rnnprep" eval --test eval/eval.csv -o x.h5 >said || problem "the advice does not help"
grep -q '^test .* 8 documents' said || problem "$(cat said)"
expect 65 'ends without the mark of its end' "$rnnprep" cut.tar -o y.h5
expect 65 'a second archive begins behind the end' "$rnnprep" joined.tar -o y.h5

LC_ALL=C.UTF-8 python3 - <<'PYTHON'
import zipfile
with zipfile.ZipFile("long.zip", "w") as z:  # whose table of contents is longer than a block
    for i in range(6000):
        z.writestr("%s/%s/%d.txt" % ("a" * 60, ("neg", "pos")[i % 2], i), "lamp soup %d" % (i % 7))
PYTHON
cat long.zip | "$rnnprep" - -o x.h5 >said || problem "a long zip archive through a pipe"
grep -q '^train .*neg 3,\?000, pos 3,\?000' said || problem "$(cat said)"
head -c -30000 long.zip >short.zip
expect 65 'zip archive is cut short' "$rnnprep" - -o y.h5 < <(cat short.zip)

mkdir -p books/neg books/pos
for i in 1 2 3; do echo lamp soup >books/neg/$i && echo river band >books/pos/$i; done
head -c 6000000 < <(yes 'a long book of many words') >books/pos/2
"$rnnprep" books -o x.h5 >said || problem "a book among class folders"
grep -q '^train .*neg 3, pos 3' said || problem "$(cat said)"
head -c 18000000 < <(yes 'a long book of many words') >books/pos/2
expect 65 'books/pos/2: too large for a document.*--format folders' "$rnnprep" books -o y.h5

mkdir -p real linked && mv eval/train.csv real/x && ln -s ../real/x linked/train.csv
expect 65 'train.csv is a link: --follow-links reads' "$rnnprep" linked -o y.h5
"$rnnprep" linked --follow-links -o y.h5 --quiet || problem "--follow-links"
