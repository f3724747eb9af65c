#!/usr/bin/env bash
# rnnprep on every format, packing and encoding, and on what is hard in real files: the rows must
# be those that stand there, and one corpus in all forms one data set.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"

# rows FILE...: prepares and prints the number of documents of each part.
rows() {
    "$rnnprep" "$@" -o "$tmp/x.h5" --report "$tmp/report.json" --quiet
    python3 - "$tmp/report.json" <<'PYTHON'
import json, sys
documents = json.load(open(sys.argv[1]))["documents"]
print(" ".join(f"{part}:{','.join(f'{c}={n}' for c, n in counts.items())}" for part, counts in documents.items()))
PYTHON
}

is() { # expected command...
    local expected=$1 found
    shift
    found=$("$@")
    [ "$found" = "$expected" ] || problem "$*: \"$found\", expected \"$expected\""
}

same_content() { # two data sets with the same arrays
    cmp -s <("$rnnprep" inspect "$1" --rows 0 | grep content) \
        <("$rnnprep" inspect "$2" --rows 0 | grep content)
}

# One corpus in all formats; the texts have what each format must quote.
python3 - "$tmp" <<'PYTHON'
import csv, io, json, os, sys
os.chdir(sys.argv[1])
texts = [(["good", "fine", "great"][i % 3] + f" film number{i % 7}, the best" if i % 2 else
          f"bad film number{i % 5} the worst of all", ["neg", "pos"][i % 2]) for i in range(40)]
def write(name, text, encoding="utf-8", newline=""):
    open(name, "w", encoding=encoding, newline=newline).write(text)
def table(separator, header=True, quoting=csv.QUOTE_MINIMAL, end="\r\n"):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, quoting=quoting, lineterminator=end)
    if header:
        writer.writerow(["review", "sentiment"])
    writer.writerows(texts)
    return out.getvalue()
write("a.csv", table(","))
write("b.csv", table(";", end="\n"))
write("c.csv", table("|", quoting=csv.QUOTE_ALL, end="\r"))
write("d.csv", table(",", header=False))
write("e.csv", "\ufeff" + table(","))
write("f.csv", table(","), "utf-16")
write("g.tsv", table("\t", quoting=csv.QUOTE_NONE))
write("h.jsonl", "".join(json.dumps({"label": l, "id": 3, "text": t}) + "\n" for t, l in texts))
write("i.txt", "".join(f"__label__{l} {t}\n" for t, l in texts))
write("j.txt", "".join(f"{l} {t}\n" for t, l in texts))
write("k.txt", "".join(f"{l}@@{t}\n" for t, l in texts))
write("l.txt", "".join(f"{l}\t{t}\r\n" for t, l in texts).rstrip())
write("m.csv", "id,stars,words\n" + "".join(f'7,{l},"{t}"\n' for t, l in texts))
os.mkdir("n")
for label in ("pos", "neg"):
    write(f"n/{label}.list", "".join(f"{t}\n" for t, l in texts if l == label))
os.makedirs("o/neg"), os.makedirs("o/pos")
for i, (t, l) in enumerate(texts):
    write(f"o/{l}/{i:03}", t)
PYTHON
cd "$tmp"
same() { # arguments of rnnprep: the documents of a.csv, in its order
    is 'train:neg=20,pos=20' rows "$@"
    cmp -s "$tmp/a.h5" "$tmp/x.h5" || problem "$*: another data set than a.csv gives"
}
is 'train:neg=20,pos=20' rows a.csv
cp x.h5 a.h5
for file in [b-i].* d.csv k.txt l.txt; do
    case $file in
    k.txt) same k.txt --separator @@ ;;
    *) same $file ;;
    esac
done
same j.txt --format lines
# Sorted by class, the beginning shows one label only; a label that a blank does not end is none.
for label in neg pos; do
    for i in {1..3000}; do echo "$label film number $i was as long as it was"; done
done >sorted.txt
is 'train:neg=3000,pos=3000' rows sorted.txt
for i in {1..40}; do echo "neg@@It was no good $i"; echo "pos@@A joy $i"; done >marks.txt
expect 65 'cannot tell what it is' "$rnnprep" marks.txt -o x.h5
echo '[{"text": "a film", "label": "pos"}, {"text": "no film", "label": "neg"}]' >array.json
is 'train:neg=1,pos=1' rows array.json
rows j.txt >/dev/null
expect 65 'x.h5: an HDF5 file, expected a corpus' "$rnnprep" x.h5 -o y.h5
is 'train:neg=40,pos=40' rows marks.txt --format lines --separator @@
same m.csv --text-column words --label-column 2
same h.jsonl --text-field text --label-field label
for packed in a.csv h.jsonl; do
    gzip -k $packed && bzip2 -k $packed && xz -k $packed && zstd -q $packed
    for end in gz bz2 xz zst; do
        same $packed.$end
        same - <$packed.$end
    done
    same - <$packed
    mkdir -p folder/$packed && cp $packed.xz folder/$packed
    same folder/$packed
    tar -cf $packed.tar $packed
    same $packed.tar
    python3 -m zipfile -c $packed.zip $packed
    same $packed.zip
done
same a.csv --threads 8

# Class folders without parts, and a file a class: other orders, so other bytes; the same rows.
for corpus in o "--class neg=n/neg.list --class pos=n/pos.list"; do
    # shellcheck disable=SC2086
    is 'train:neg=20,pos=20' rows $corpus
done
tar -cJf o.tar.xz o
python3 -m zipfile -c o.zip o
rows o >/dev/null
cp x.h5 o.h5
for packed in o.tar.xz o.zip; do
    rows $packed >/dev/null
    cmp o.h5 x.h5 || problem "$packed gives another file than the folder"
done
echo 'what this is' >o/README
echo 'label,text' >o/notes.csv
mkfifo o/neg/pipe
"$rnnprep" o -o x.h5 >said
grep -q 'left out   1 name of a pipe, socket or device: o/neg/pipe$' said || problem "$(cat said)"
grep -q 'left out .*2 files beside the class folders: o/README' said || problem "$(cat said)"
same_content x.h5 o.h5 || problem "a stray file counts"

# Parts from the names of files in a folder, as data sets are often given.
mkdir parts
cp a.csv parts/reviews_train.csv
head -11 b.csv >parts/reviews_test.csv
head -5 b.csv >parts/reviews-dev.csv
is 'train:neg=20,pos=20 validation:neg=2,pos=2 test:neg=5,pos=5' rows parts
is 'train:neg=20,pos=20 validation:neg=2,pos=2 test:neg=5,pos=5' rows a.csv \
    --test parts/reviews_test.csv --validation parts/reviews-dev.csv

# Traps.
printf 'label,text\npos,"two\nlines, and ""quotes"""\nneg,"one\r\n\r\nmore"\rpos,x\r\nneg,last' >trap.csv
is 'train:neg=2,pos=2' rows trap.csv
printf 'ham\t"opened and not closed\nspam\t"closed" here\nham\tplain\nspam\t"\n' >sms.tsv
is 'train:ham=2,spam=2' rows sms.tsv
python3 -c "
import random
random.seed(1)
print(''.join(random.choice(['ham', 'spam']) + '\t' + random.choice(['', '\"', '\"\"', '\'']) + 'text %d\n' % i for i in range(5574)), end='')" >sms5574.tsv
rows sms5574.tsv | tr -c '0-9\n' ' ' | awk '{ exit $1 + $2 != 5574 }' || problem "rows of 5,574"
cp sms5574.tsv SMSSpamCollection
cmp <(rows sms5574.tsv) <(rows SMSSpamCollection) || problem "a name decides"
printf 'pos,caf\xe9 cr\xe8me\nneg,na\xefve\npos,x\nneg,y\n' >latin1.csv
is 'train:neg=2,pos=2' rows latin1.csv --encoding latin1 --num-words all
"$rnnprep" inspect x.h5 | grep -q 'café crème' || problem "Latin-1"
"$rnnprep" latin1.csv -o x.h5 >said
grep -q 'UTF-8 .*(3).* in 2 of 4 documents: latin1.csv: line 1 (byte 3)' said || problem "$(cat said)"
printf 'pos,one\xc2\x85still one\xe2\x80\xa8and one\nneg,b\npos,c\x0bd\x0ce\nneg,\n' >nel.csv
is 'train:neg=2,pos=2' rows nel.csv --header off
printf 'label,text\r\npos,\r\nneg,\r\npos,a\r\nneg,b\r\n\r\n' >empty.csv
is 'train:neg=2,pos=2' rows empty.csv
grep -q '"documents_empty": 2' report.json || problem "empty documents"
printf '1,"t","a b"\n2,"u","c d"\n4,"v","e"\n3,"w","f"\n' >news.csv
printf 'World\nSports\nBusiness\nSci/Tech\n' >names
is 'train:World=1,Sports=1,Business=1,Sci/Tech=1' rows news.csv --text-column 3 \
    --label-column 1 --labels names
is 'train:1=1,2=1,3=1,4=1' rows news.csv --text-column 3 --label-column 1

# Splits by the text: they stay when the corpus grows, and equal texts stay together.
python3 -c "
print('label,text')
for i in range(400): print(f'{i % 2},text {i % 390} of some length')" >grow.csv
rows grow.csv --test-split 0.25 --validation-split 0.2 >/dev/null
"$rnnprep" inspect x.h5 --rows 1000 | sed -n '/^test/,$p' | grep -o 'text [0-9]*' | sort >before
[ "$(wc -l <before)" -gt 60 ] && [ "$(wc -l <before)" -lt 140 ] || problem "$(wc -l <before)"
python3 -c "
for i in range(400, 800): print(f'{i % 2},text {i} of some length')" >>grow.csv
rows grow.csv --test-split 0.25 --validation-split 0.2 >/dev/null
"$rnnprep" inspect x.h5 --rows 1000 | sed -n '/^test/,$p' | grep -o 'text [0-9]*' | sort >after
[ -z "$(comm -23 before after)" ] || problem "the split moved"

# Duplicates.
printf 'l,t\n0,same\n0,same\n1,other\n1,same\n0,more\n1,rest\n' >twice.csv
printf 'l,t\n1,other\n0,new\n' >twice_test.csv
"$rnnprep" twice.csv --text-column t --label-column l -o x.h5 --test twice_test.csv >said
grep -q 'duplicates 1 of 2 test documents found in train' said || problem "$(cat said)"
grep -q 'duplicates 2 documents stand in train more than once' said || problem "$(cat said)"
grep -q '1 text has more than one label: twice.csv: line 2 and twice.csv: line 5' said ||
    problem "$(cat said)"
is 'train:0=2,1=1 test:0=1,1=1' rows twice.csv --text-column t --label-column l \
    --test twice_test.csv --drop-duplicates

# Another vocabulary: a data set's and Keras's JSON.
rows a.csv --save-tokenizer tok.json >/dev/null
rows b.csv --tokenizer a.h5 >/dev/null
same_content x.h5 a.h5 || problem "--tokenizer of a data set"
rows b.csv --tokenizer tok.json >/dev/null
same_content x.h5 a.h5 || problem "--tokenizer of JSON"
rows b.csv --tokenizer a.h5 --maxlen 7 --padding post >/dev/null
"$rnnprep" inspect x.h5 --rows 0 | grep -q ' 7 positions a row, padding post' ||
    problem "--tokenizer: the padding that was given is not taken"

# A limit of the vocabulary: the same for any threads, and all counts of what stays.
rows grow.csv --vocab-limit 100 --threads 1 >/dev/null
cp x.h5 limited.h5
rows grow.csv --vocab-limit 100 --threads 3 >/dev/null
cmp limited.h5 x.h5 || problem "--vocab-limit depends on threads"

# A validation part of its own trains, and Chinese by both ways of cutting.
python3 - <<'PYTHON'
good = ["这部电影非常好看", "演员的表演很精彩", "我喜欢这个故事", "画面很美，音乐动听"]
bad = ["这部电影太难看了", "演员的表演很糟糕", "我讨厌这个故事", "画面很差，音乐刺耳"]
with open("zh.csv", "w", encoding="gb18030") as out:
    out.write("标签,评论\n")
    for i in range(240):
        texts = good if i % 2 else bad
        out.write(f"{'好' if i % 2 else '差'},{texts[i % 4]}{texts[(i // 4) % 4]}第{i}次\n")
PYTHON
for how in "--segment icu" --char-level; do
    # shellcheck disable=SC2086
    "$rnnprep" zh.csv --encoding gb18030 --label-column 1 --text-column 2 --header on $how \
        --validation-split 0.2 --test-split 0.2 --num-words all --maxlen 20 -o zh.h5 --quiet
    "$rnnprep" inspect zh.h5 --rows 1 | grep -q '这' || problem "$how: no Chinese word"
    rm -rf run
    ranks 2 "$rnntrain" zh.h5 --run-dir run --epochs 12 --units 8 --embedding 8 \
        --batch-size 32 --learning-rate 0.01 --validation own --quiet
    tail -4 run/log.jsonl | grep -E '"event":"test"' | grep -E -q '"acc":(0\.9|1)' ||
        problem "$how: $(tail -4 run/log.jsonl)"
done
