#!/usr/bin/env bash
# Several versions of one corpus side by side are refused with the command for one of them;
# files that are only made after one pattern are added up.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$tmp"

python3 - <<'PYTHON'
import os, random

draw = random.Random(3)
stop = ["the", "a", "of", "and"]
words = ["word%d" % i for i in range(300)]
rows = [(draw.choice(["earn", "acq", "crude"]),
         [draw.choice(words + stop * 30) for _ in range(draw.randint(4, 20))])
        for _ in range(60)]


def write(path, separator, shorten):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as out:
        if path.endswith(".csv"):
            out.write("label,text\n")
        for label, text in rows:
            out.write(label + separator + shorten(text) + "\n")


def whole(text):
    return " ".join(text)


def without_stop(text):
    return " ".join(word for word in text if word not in stop)


def stemmed(text):
    return " ".join(word.rstrip("9") for word in text if word not in stop)


for part in "train", "test":
    write("r8/r8-%s-no-stop.txt" % part, "\t", without_stop)
    write("r8/r8-%s-stemmed.txt" % part, "\t", stemmed)
    write("folders/raw/%s.csv" % part, ",", whole)
    write("folders/tokenized/%s.csv" % part, ",", without_stop)
write("clean/x.csv", ",", whole)
write("clean/x_clean.csv", ",", without_stop)

os.mkdir("shards")
for shard in 0, 1:
    with open("shards/part-%d.csv" % shard, "w") as out:
        out.write("label,text\n")
        for i in range(60):
            out.write("%s,a text %s of number %d\n"
                      % ("neg pos".split()[i % 2], draw.choice(words), 60 * shard + i))
PYTHON

one_of() { # corpus, the command that must be named and work
    ! "$rnnprep" "$1" -o "$1.h5" 2>said || problem "$1: versions were added up"
    grep -q "two versions of one corpus? .*\`$2\`" said || problem "$1: $(cat said)"
    "$rnnprep" ${2#rnnprep } -o "$1.h5" >said || problem "$2 failed"
    grep -q '^train      60 documents' said || problem "$2: $(cat said)"
}

one_of clean 'rnnprep clean/x.csv'
one_of r8 'rnnprep r8/r8-train-no-stop.txt --test r8/r8-test-no-stop.txt'
grep -q '^test       60 documents' said || problem "r8: $(cat said)"
one_of folders 'rnnprep folders/raw'
grep -q '^test       60 documents' said || problem "folders: $(cat said)"

tar -cf clean.tar clean
! "$rnnprep" clean.tar -o clean.h5 2>said || problem "the archive's versions were added up"
grep -q 'two versions of one corpus? unpack it; then ' said || problem "$(cat said)"

"$rnnprep" shards -o shards.h5 >said || problem "shards"
grep -q '^train      120 documents' said || problem "$(cat said)"
