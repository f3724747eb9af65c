#!/usr/bin/env bash
# Corpora that were made to take memory or to be read without end, and archives that lead out of
# themselves: refused in one line, or read without a file outside of them.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$tmp"

python3 - <<'PYTHON'
import bz2, gzip, io, tarfile, zipfile
def make(name, *entries):
    with tarfile.open(name, "w") as archive:
        for i in range(6):
            add(archive, f"{'pos' if i % 2 else 'neg'}/{i}.txt", b"a text of many %d" % i)
        for entry in entries:
            add(archive, *entry)
def add(archive, name, data=b"", kind=tarfile.REGTYPE, link="", headers={}):
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size, info.pax_headers = kind, link, len(data), headers
    archive.addfile(info, io.BytesIO(data))
make("plain.tar", ("/tmp/outside-of-rnnprep", b"x"))
make("dots.tar", ("../../outside.txt", b"x"))
make("inner_dots.tar", ("pos/d/../../../x.txt", b"x"))
make("named_dots.tar", ("pos/..x", b"x"), ("pos/y..", b"y"), ("pos/...", b"z"))
make("twice.tar", ("pos/1.txt", b"another version"))
make("symlink.tar", ("pos/passwd.txt", b"", tarfile.SYMTYPE, "/etc/passwd"))
make("hardlink.tar", ("pos/passwd.txt", b"", tarfile.LNKTYPE, "/etc/passwd"))
make("deep.tar", ("pos/" + "d/" * 50000 + "x.txt", b"x"))
make("long.tar", ("pos/" + "n" * 200000 + ".txt", b"x"))
make("sparse.tar", ("pos/p.txt", b"1\n0\n512\n".ljust(512, b"\0") + b"a" * 512, tarfile.REGTYPE, "",
                    {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "pos/s.txt",
                     "GNU.sparse.realsize": str(1 << 36)}))
plain = open("plain.tar", "rb").read()
open("joined.tar.gz", "wb").write(gzip.compress(plain) + b"label,text\n")
open("joined.tar.bz2", "wb").write(bz2.compress(plain) + b"label,text\n")
packed = io.BytesIO()
with zipfile.ZipFile(packed, "w") as archive:
    archive.writestr("reviews.csv", "text,label\n" + "a text,neg\nother,pos\n" * 9)
packed = bytearray(packed.getvalue())
packed[6] |= 1  # says that it is encrypted, and so does the table at the end
packed[packed.find(b"PK\1\2") + 8] |= 1
open("secret.zip", "wb").write(packed)
with tarfile.open("joined.tar", "w") as archive:
    add(archive, "reviews.csv.bz2", bz2.compress(b"text,label\n" + b"a text,neg\nother,pos\n" * 9) + b"more")
with gzip.open("behind.tar.gz", "wb", 1) as file:
    file.write(plain)
    for _ in range(300):
        file.write(bytes(1 << 20))
PYTHON
ulimit -v 4000000
refused() { # pattern corpus
    expect 65 "$1" timeout 60 "$rnnprep" "$2" -o none.h5
    [ ! -e none.h5 ] || problem "$2: a data set was made"
}
refused 'symlink.tar: pos/passwd.txt is a link' symlink.tar
refused 'hardlink.tar: pos/passwd.txt is a link' hardlink.tar
for name in deep long; do
    refused "$name.tar: the name of an entry, .*, has more than 4095 bytes or 128 folders" $name.tar
done
refused 'sparse.tar/pos/s.txt: too large for a document' sparse.tar
refused 'behind.tar.gz: more than 256 MiB stand behind the mark of its end' behind.tar.gz
refused 'joined.tar.gz: behind the end of what gzip packed stand other bytes' joined.tar.gz
refused 'secret.zip: reviews.csv in it is encrypted: unpack it' secret.zip
refused 'joined.tar/reviews.csv.bz2: behind the end of what bzip2 packed stand' joined.tar
refused 'joined.tar.bz2: behind the end of what bzip2 packed stand other bytes' joined.tar.bz2
refused '/dev/zero: no training documents' /dev/zero # zeros are an archive of nothing
refused '^rnnprep: dots.tar: the entry "../../outside.txt" leads out of the archive' dots.tar
refused 'inner_dots.tar: the entry "pos/d/../../../x.txt" leads out' inner_dots.tar
refused 'twice.tar: .*pos/1.txt is there twice' twice.tar
"$rnnprep" named_dots.tar -o data.h5 --quiet && rm data.h5
"$rnnprep" plain.tar -o data.h5 --quiet
[ ! -e ../../outside.txt ] && [ ! -e /tmp/outside-of-rnnprep ] || problem "a file was made outside"

# A FIFO that nobody writes to is no model, and as a corpus it is waited for until a signal comes.
mkfifo fifo
expect 66 'fifo: not a regular file' timeout 60 "$rnnprep" inspect fifo
expect 66 'fifo: not a regular file' timeout 60 "$build/rnntrain" inspect fifo
for signal in TERM INT; do
    rc=0
    timeout -s $signal -k 60 1 "$rnnprep" fifo -o none.h5 >said 2>&1 || rc=$?
    [ $rc = 124 ] || problem "$signal while a FIFO is waited for: $rc"
done

# What is no table, or is one for people, and what is damaged.
rows() { for i in 1 2 3 4 5 6; do printf "$1" "a text of $i" pos "another $i" neg; done; }
rows '{"text": "%s", "label": "%s"}\n' >objects
sed 's/^/\x1e/' objects >sequence.json
refused 'a JSON text sequence \(RFC 7464\).*tr -d' sequence.json
{ printf '| text | label |\n|---|:-:|\n' && rows '| %s | %s |\n'; } >markdown.md
refused 'a rule below its head, as Markdown and psql.*sed 2d' markdown.md
sed 2d markdown.md | "$rnnprep" --separator '|' - -o data2.h5 --quiet
printf '\n \n\r\n' >blank.csv
refused 'blank.csv: blank lines only' blank.csv
{ echo text,label && rows '%s,%s\n' | sed '3s/pos/p\x00s/'; } >zero.csv
refused 'zero.csv: line 4: the label holds a byte 0' zero.csv

# Latin-1 in a file of UTF-8 is no reason to call all of it Latin-1; without UTF-8 it is.
{ echo text,label && rows '%s für mich schön,%s\n' && printf 'sch\xf6n,pos\nf\xfcr,neg\ngr\xfcn,neg\n'; } >mixed.csv
"$rnnprep" mixed.csv -o mixed.h5 >said
grep -q 'invalid parts (3)' said && ! grep -q ISO-8859 said || problem "mixed encodings: $(cat said)"
sed 's/ für mich schön//' mixed.csv >latin.csv
"$rnnprep" latin.csv -o latin.h5 >said
grep -q 'it looks like' said || problem "Latin-1: $(cat said)"

# Facts in front of the records of one JSON object; a line for each record is JSON Lines all the same.
{ printf '{"version": "1, {x}", "n": 12, "data": [' && rows '{"text": "%s", "label": "%s"},' | sed '$s/,$//' && echo ']}'; } >facts.json
"$rnnprep" facts.json -o facts.h5 >said
grep -q 'json, 12 records' said || problem "facts before records: $(cat said)"
sed 's/^{/{"id": 1, "tags": [{"a": 1}], /' objects >tags.jsonl
"$rnnprep" tags.jsonl -o tags.h5 >said
grep -q '^train *12 documents' said || problem "JSON Lines with lists: $(cat said)"

# A table that is given for a class is no text a line, unless that is said.
{ echo id,text && echo '1,"good, nice"' && echo 2,fine; } >pos.csv
{ echo id,text && echo '1,"bad, sad"' && echo 2,poor; } >neg.csv
expect 65 'pos.csv: the first line names columns' "$rnnprep" --class pos=pos.csv --class neg=neg.csv -o none.h5
"$rnnprep" --class pos=pos.csv --class neg=neg.csv --text-column text -o both.h5 >said
grep -q '^train *4 documents' said || problem "tables of a class: $(cat said)"
"$rnnprep" --class pos=pos.csv --class neg=neg.csv --format lines -o both.h5 >said
grep -q '^train *6 documents' said || problem "whole lines of a class: $(cat said)"
expect 64 'name the same one, 2 of 2 columns' "$rnnprep" latin.csv --text-column 2 --label-column label -o none.h5
mkdir -p blank/pos 'blank/  ' && echo good >blank/pos/1 && echo bad >'blank/  /1'
refused 'blank: the name of class 0 is blank' blank
