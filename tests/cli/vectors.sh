#!/usr/bin/env bash
# Models that begin with word vectors: every form is the same model, on any number of ranks, and a
# run goes on without the file.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$tmp"
make_sample 200
train=("$rnntrain" sample.h5 --units 4 --dense 4 --epochs 2 --batch-size 64 --quiet)

# Vectors of half of the words, the odd ones in capitals, in three forms.
python3 - sample <<'PYTHON'
import glob, re, struct, sys, zipfile
words = sorted({w for f in glob.glob(sys.argv[1] + "/*/*/*.txt") for w in re.findall(r"[a-z]+", open(f).read().lower())})
rows = [(w.upper() if i % 4 else w, [((i * 7 + j * 13) % 64 - 32) / 64 for j in range(6)])
        for i, w in enumerate(words) if i % 2 == 0]
lines = "".join(w + "".join(f" {v}" for v in vs) + "\n" for w, vs in rows)
open("glove.txt", "w").write(lines)
open("w2v.vec", "w").write(f"{len(rows)} 6\n" + lines)
with open("w2v.bin", "wb") as f:
    f.write(f"{len(rows)} 6\n".encode())
    for w, vs in rows:
        f.write(w.encode() + b" " + struct.pack("<6f", *vs) + b"\n")
with zipfile.ZipFile("two.zip", "w", zipfile.ZIP_DEFLATED) as z:
    z.write("glove.txt", "of/glove.6d.txt")
    z.write("w2v.vec", "w2v.vec")
open("nan.txt", "w").write(lines.replace(f"{rows[0][1][2]}", "nan", 1))
open("other.txt", "w").write("zzz 1 2\nyyy 3 4\n")
PYTHON
gzip -k w2v.vec

"${train[@]}" --vectors w2v.vec --run-dir one
expected=$(hashes one)
for file in glove.txt w2v.bin w2v.vec.gz two.zip/of/glove.6d.txt; do
    "${train[@]}" --vectors $file --run-dir "of.${file//\//_}"
    [ "$(hashes "of.${file//\//_}")" = "$expected" ] || problem "$file is another model"
done
for np in 2 3; do
    ranks $np "${train[@]}" --vectors w2v.vec --run-dir np$np
    [ "$(hashes np$np)" = "$expected" ] || problem "$np ranks give other bits"
done
[ "$(hashes one)" != "$("${train[@]}" --embedding 6 --run-dir drawn && hashes drawn)" ] ||
    problem "vectors change nothing"

# What is found is said.
"$rnntrain" sample.h5 --units 2 --epochs 1 --vectors w2v.vec --run-dir said >said.txt
grep -q '^begins   with vectors of w2v.vec (word2vec text, .* x 6): .* words, .* %' said.txt ||
    problem "$(cat said.txt)"
grep -q 'by a word that is the same in lower case' said.txt || problem "$(cat said.txt)"
grep -q 'without a vector are drawn, at the deviation of the others' said.txt || problem "$(cat said.txt)"
grep -q '"begins_with":"vectors of w2v.vec' said/log.jsonl || problem "the log says no vectors"

# A frozen embedding keeps them; --vectors-dim has fewer.
"${train[@]}" --vectors w2v.vec --freeze embedding --run-dir frozen
"${train[@]}" --vectors w2v.vec --vectors-dim 3 --run-dir reduced
"$rnntrain" summary reduced | grep -q 'embedding .*400, 3\|embedding.* 3' || problem "not reduced"
"${train[@]:0:2}" --stack "embedding:6, max" --epochs 1 --quiet --vectors w2v.vec --run-dir stack

# A run goes on without its file, and must be told the same.
cp w2v.vec gone.vec
"${train[@]}" --vectors gone.vec --run-dir whole
"${train[@]}" --vectors gone.vec --epochs 1 --run-dir parts
rm gone.vec
ranks 2 "${train[@]}" --vectors gone.vec --run-dir parts --resume
[ "$(outcome parts)" = "$(outcome whole)" ] || problem "resuming without the file gives other bits"
expect 64 'was trained with vectors "gone.vec", which is now null' \
    "${train[@]}" --embedding 6 --run-dir parts --resume
expect 66 'gone.vec: cannot open' "${train[@]}" --vectors gone.vec --run-dir never --resume
[ ! -e never ] || problem "a file that is missing leaves a run"

# What contradicts is refused, with what to do.
expect 64 'give one of them' "${train[@]}" --vectors w2v.vec --init-from one --run-dir x
expect 64 '--model linear has no embedding' \
    "$rnntrain" sample.h5 --model linear --vectors w2v.vec --run-dir x
expect 64 '--vectors-dim is for --vectors' "${train[@]}" --vectors-dim 3 --run-dir x
expect 64 'vectors of 6 numbers, but the embedding is 8 wide: leave --embedding out' \
    "${train[@]}" --vectors w2v.vec --embedding 8 --run-dir x
expect 64 'embedding is 4 wide: .* or have them reduced by --vectors-dim' \
    "${train[@]:0:2}" --stack "embedding:4, max" --vectors w2v.vec --run-dir x
expect 64 'have 6 numbers only' "${train[@]}" --vectors w2v.vec --vectors-dim 7 --run-dir x
expect 64 'two.zip: an archive of 2 files: name one of them, as in two.zip/of/glove.6d.txt' \
    "${train[@]}" --vectors two.zip --run-dir x
expect 64 'other.txt: it has none of the' "${train[@]}" --vectors other.txt --run-dir x
expect 65 'nan.txt: line 1: number .* is "nan"' "${train[@]}" --vectors nan.txt --run-dir x
expect 65 'sample.h5: an HDF5 file, expected word vectors' "${train[@]}" --vectors sample.h5 --run-dir x
[ ! -e x ] || problem "a refused file leaves a run"
