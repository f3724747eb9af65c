#!/usr/bin/env bash
# What a stranger's file takes is bounded by what it holds: holes, bombs and claims cost neither memory
# nor time, and each is refused in one line.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$tmp"

"$rnnprep" sample sample --documents 60 >/dev/null
"$rnnprep" ./sample -o data.h5 --num-words 400 --maxlen 20 --quiet
"$rnntrain" data.h5 --units 4 --embedding 4 --dense 4 --batch-size 16 --quiet --epochs 1 --run-dir run
"$rnntrain" export run/best.h5 --to keras -o model.keras >/dev/null
echo 'a text' >texts.txt

cat >measure.py <<'PYTHON'
"""measure.py PROGRAM...: its exit code; 99 where it took a gibibyte or 30 seconds of a processor, with
its children."""
import os, sys
child = os.fork()
if child == 0:
    os.execv(sys.argv[1], sys.argv[1:])
_, status, used = os.wait4(child, 0)
mebibytes, seconds = used.ru_maxrss >> 10, used.ru_utime + used.ru_stime
if mebibytes > 1024 or seconds > 30:
    print(f"measured: {mebibytes} MiB, {seconds:.1f} s", file=sys.stderr)
    sys.exit(99)
sys.exit(os.waitstatus_to_exitcode(status))
PYTHON
bounded() { # pattern command...: refused in one line that names the file once, within bounds
    local pattern=$1 name
    shift
    expect 65 "$pattern" python3 measure.py "$@"
    name=$(basename "${pattern%%:*}")
    [ "$(sed 's/`[^`]*`//g' err | grep -o -F "$name" | wc -l)" -eq 1 ] ||
        problem "named more than once: $(cat err)"
}

# Files with holes: 6 GiB, of which a few KiB are on the disk.
head -c -48 data.h5 >hole.h5
cp model.keras hole.keras
head -c 8 data.h5 >magic.h5
: >zeros.h5
truncate -s 6G hole.h5 hole.keras magic.h5 zeros.h5
for file in hole.h5 magic.h5 zeros.h5; do
    bounded "$file: " "$rnntrain" inspect $file
    bounded "$file: " "$rnntrain" predict $file texts.txt
done
bounded "hole.h5: " "$rnnprep" inspect hole.h5
bounded "hole.h5: " "$rnntrain" import hole.h5 -o none.h5
python3 measure.py "$rnntrain" inspect hole.keras >said || problem "an archive with a hole behind it"
grep -q '^classes    neg, pos$' said || problem "classes: $(grep ^classes said)"

# Bombs.
cat >bomb.py <<'PYTHON'
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as good, zipfile.ZipFile(sys.argv[2], "w", zipfile.ZIP_DEFLATED, compresslevel=1) as bomb:
    for name in good.namelist():
        if name != "model.weights.h5":
            bomb.writestr(name, good.read(name))
    with bomb.open("model.weights.h5", "w") as entry:
        entry.write(good.read("model.weights.h5")[:8])
        for _ in range(200):
            entry.write(bytes(1 << 20))
PYTHON
python3 bomb.py model.keras bomb.keras
bounded 'bomb.keras: model.weights.h5 in it has more than' "$rnntrain" inspect bomb.keras

echo canary >canary
mkdir model data
"$build/tests/make_strangers" run/best.h5 /rnntrain/labels "$tmp/canary" model
"$build/tests/make_strangers" data.h5 /labels "$tmp/canary" data
bounded 'model/blanks.open.h5: .* one long repetition' "$rnntrain" inspect model/blanks.open.h5
bounded 'data/blanks.open.h5: .* one long repetition' "$rnntrain" inspect data/blanks.open.h5
for seal in .h5 .open.h5; do
    bounded "data/format$seal: not a data set: attribute format of / is not one" \
        "$rnntrain" inspect "data/format$seal"
    bounded "data/format$seal: not a data set: attribute format of / is not one" \
        "$rnntrain" "data/format$seal" --run-dir none
done

# A model of a million positions, and an archive of a method that nobody has.
cat >change.py <<'PYTHON'
import json, sys, zipfile
with zipfile.ZipFile("model.keras") as good, zipfile.ZipFile("long.keras", "w") as changed:
    for name in good.namelist():
        content = good.read(name)
        if name == "config.json":
            content = json.loads(content)
            for layer in content["config"]["layers"]:
                if "batch_shape" in layer["config"]:
                    layer["config"]["batch_shape"] = [None, 1 << 20]
            content = json.dumps(content)
        changed.writestr(name, content)
archive = bytearray(open("model.keras", "rb").read())
for mark, at in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
    first = archive.find(mark)
    archive[first + at:first + at + 2] = b"\x06\x00"
open("method.keras", "wb").write(archive)
PYTHON
python3 change.py
python3 measure.py "$rnntrain" export long.keras --to keras -o longer.keras >said || problem "long rows"
grep -q 'the same bits on 1 random row$' said || problem "long rows: $(cat said)"
bounded 'method.keras: this zip archive cannot be read: .*; copy or make it again' "$rnntrain" inspect method.keras
bounded 'method.keras: .*imploded.*; a file that is damaged' "$rnnprep" method.keras -o none.h5

# Long words stay short in what is said.
python3 - <<'PYTHON'
import json
word = "y" * 100000
config = {"oov_token": word, "word_index": json.dumps({"a": 1, word: 2})}
json.dump({"class_name": "Tokenizer", "config": config}, open("token.json", "w"))
json.dump({word: 7, "b": 1}, open("index.json", "w"))
PYTHON
for file in token.json index.json; do
    bounded "$file: word_index gives" "$rnntrain" predict model.keras texts.txt --tokenizer $file
    [ "$(wc -c <err)" -lt 600 ] || problem "a long line: $(head -c 700 err)"
done
