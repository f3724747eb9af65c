#!/usr/bin/env bash
# What stands in a file of records: right values, or a refusal that tells what to do.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$tmp"

# parts FILE OPTION...: what each part holds, as the summary says it.
parts() {
    "$rnnprep" "$@" -o x.h5 >said
    grep -E '^(train|test|validation) .*documents' said | sed 's/ documents//; s/  */ /g' | paste -sd ';'
}

is() { # expected command...
    local expected=$1 found
    shift
    found=$("$@")
    [ "$found" = "$expected" ] || problem "$*: \"$found\", expected \"$expected\""
}

says() { # pattern
    grep -q -E -- "$1" said || problem "not \"$1\": $(cat said)"
}

python3 - <<'PYTHON'
import json, zipfile
texts = [f"{'warm' if i % 2 else 'cold'} soup number {i} was served" for i in range(60)]
labels = [("neg", "pos")[i % 2] for i in range(60)]
pairs = list(zip(texts, labels))

def write(name, text, encoding="utf-8"):
    with open(name, "w", encoding=encoding, newline="") as out:
        out.write(text)

with zipfile.ZipFile("book.xlsx", "w") as book:
    for name in "[Content_Types].xml", "xl/workbook.xml", "docProps/app.xml":
        book.writestr(name, "<x/>")
open("t.parquet", "wb").write(b"PAR1\x15\x04" + bytes(100) + b"PAR1")
open("t.csv.lz4", "wb").write(b"\x04\x22\x4d\x18" + bytes(40))
write("bare.csv", "text,label\n" + "".join(f"{t},{l}\n" for t, l in pairs), "utf-16-le")

write("sorted.csv", "headline,is_it\n" + "".join(f"{t},{l}\n" for t, l in sorted(pairs, key=lambda p: p[1])))
write("sep.csv", "sep=;\r\n" + "text;label\r\n" + "".join(f"{t};{l}\r\n;\r\n" for t, l in pairs))
write("news.csv", "".join(f"{1 + i % 2},title {i},{t} and more of it\n" for i, t in enumerate(texts)))
write("tweets.csv", "tweet_id,airline_sentiment,reason,OriginalTweet\n" +
      "".join(f"{i},{l},,{t}\n" for i, (t, l) in enumerate(pairs)))
write("swapped.csv", "label,text\n" + "".join(f"{t},{l}\n" for t, l in pairs))
write("ids.csv", "id,text\n" + "".join(f"{i},{t}\n" for i, t in enumerate(texts)))
write("submission.csv", "id,label\n" + "".join(f"{i},{l}\n" for i, l in enumerate(labels)))
write("plain.txt", "".join(f"{('The', 'We', 'It', 'This', 'A')[i % 5]} {t}\n" for i, t in enumerate(texts)))
write("bad.csv", "text,label\n" + "".join(f"{t},{l if i else ''}\n" for i, (t, l) in enumerate(pairs)))
write("parts.json", json.dumps({"train": pairs, "test": pairs[:10]}))
write("columns.json", json.dumps({"text": texts, "label": labels}))
write("nan.jsonl", "".join(json.dumps({"text": t, "label": l, "x": float("nan")}) + "\n" for t, l in pairs))
write("long.jsonl", json.dumps({"text": "a " * 150000, "label": "neg"}) + "\n" +
      "".join(json.dumps({"text": t, "label": l}) + "\n" for t, l in pairs))
write("umlauts.csv", "text,label\n" + "".join(f"die Suppe war schön und heiß für alle {i},{l}\n" for i, l in enumerate(labels)), "cp1252")
write("zh.csv", "text,label\n" + "".join(f"这部电影非常好看{i}我喜欢这个故事,{l}\n" for i, l in enumerate(labels)))
PYTHON

expect 65 'book.xlsx: a workbook or document of Office .*save the sheet as CSV' "$rnnprep" book.xlsx -o x.h5
expect 65 't.parquet: a Parquet file, .*read_parquet' "$rnnprep" t.parquet -o x.h5
expect 65 't.csv.lz4: packed by lz4, .*lz4 -dc t.csv.lz4' "$rnnprep" t.csv.lz4 -o x.h5
expect 65 'bare.csv: looks like UTF-16 .*--encoding utf-16le' "$rnnprep" bare.csv -o x.h5
is 'train 60: neg 30, pos 30' parts bare.csv --encoding utf-16le

is 'train 60: neg 30, pos 30' parts sorted.csv
is 'train 60: neg 30, pos 30' parts sep.csv
is 'train 60: 1 30, 2 30' parts news.csv
says 'label in 1, text in 3'
is 'train 60: neg 30, pos 30' parts tweets.csv
says 'label in 2 \(airline_sentiment\), text in 4 \(OriginalTweet\)'
expect 65 'are the two exchanged' "$rnnprep" swapped.csv -o x.h5 --text-column text --label-column label
expect 64 'which of its 2 columns hold the text' "$rnnprep" submission.csv -o x.h5
# What was typed is offered again, with what it lacks.
expect 64 'no label found among its 2 columns: 1 id \(60 .*`rnnprep ids.csv -o '\''a b.h5'\'' --text-column text --label-column LABEL`' \
    "$rnnprep" ids.csv -o 'a b.h5'
expect 64 '`rnnprep ids.csv --text-column 2 -o x.h5 --label-column LABEL`' "$rnnprep" ids.csv --text-column 2 -o x.h5
expect 65 'cannot tell what it is' "$rnnprep" plain.txt -o x.h5
# A command to type has "-" for standard input, or FILE where it wants one.
expect 64 'input: which .*`rnnprep - -o x.h5 --text-column ' "$rnnprep" - -o x.h5 <submission.csv
expect 65 'standard input: a Parquet .* FILE` makes' "$rnnprep" - -o x.h5 <t.parquet
expect 65 'cannot tell what .*NAME=FILE for each' "$rnnprep" - -o x.h5 <plain.txt

expect 65 'bad.csv: line 2: the label is empty.*--on-bad-row skip' "$rnnprep" bad.csv -o x.h5
is 'train 59: neg 29, pos 30' parts bad.csv --on-bad-row skip
says '1 row without a label: bad.csv: line 2'
is 'train 60: neg 30, pos 30;test 10: neg 5, pos 5' parts parts.json
is 'train 60: neg 30, pos 30' parts columns.json
is 'train 60: neg 30, pos 30' parts nan.jsonl
is 'train 61: neg 31, pos 30' parts long.jsonl
is 'train 60: neg 30, pos 30' parts umlauts.csv
says 'it looks like (ISO-8859-1|windows-1252)'
is 'train 60: neg 30, pos 30' parts zh.csv
says '--segment icu'

python3 - <<'PYTHON'
# The most frequent words of Chinese comments are short ones; most are whole sentences.
with open("short.csv", "w") as out:
    out.write("label,review\n")
    for i in range(600):
        short = "".join(chr(0x4E00 + i % 200 + 300 * k) for k in range(2))
        long = "".join(chr(0x5000 + i + 700 * k) for k in range(7))
        out.write(f"{'good' if i % 2 else 'bad'},{short} {long}\n")
with open("many.csv", "w") as out:
    out.write("label,text\n")
    for i in range(100):
        out.write(f"kind{min(i // 2, 24)},what is number {i} of these\n")
PYTHON
is 'train 600: bad 300, good 300' parts short.csv
says 'whole phrases of a script without blanks: --segment icu'
"$rnnprep" many.csv -o x.h5 >said
says '^weights .* not weighed here; even would be:$'
says "^           kind0 2.000, kind1 2.000, "
says '^           and 5 classes more$'
says '^           kind22 2.000, .*, kind4 2.000,$'
expect 65 'a text a line and a file a class: --class NAME=plain.txt for each' \
    "$rnnprep" plain.txt -o x.h5
