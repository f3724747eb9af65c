#!/usr/bin/env bash
# rnnprep vectors: the same bytes however the texts come and on any number of threads, in each form,
# and a model begins with them.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$tmp"
make_sample 300
make=("$rnnprep" vectors --dim 8 --quiet)

"${make[@]}" sample -o one.bin --threads 1
"${make[@]}" sample -o three.bin --threads 3
tar -cf sample.tar sample
"${make[@]}" sample.tar -o tar.bin
tar -cf - sample | "${make[@]}" - -o stdin.bin
for file in three tar stdin; do
    cmp one.bin $file.bin || problem "$file: other bytes"
done

# Texts without labels: a line each, files of a folder, of an archive; and beside labelled ones. The
# test part of a corpus counts only where it is given so.
cat sample/train/*/*.txt >lines.txt
mkdir texts
cp sample/train/*/*.txt texts
tar -czf texts.tar.gz texts
"${make[@]}" --unlabelled lines.txt -o lines.bin
"${make[@]}" --unlabelled texts -o texts.bin
"${make[@]}" --unlabelled texts.tar.gz -o archive.bin
"${make[@]}" --unlabelled sample/train/neg --unlabelled sample/train/pos -o two.bin
for file in lines texts archive two; do
    cmp one.bin $file.bin || problem "--unlabelled $file: other bytes"
done
"${make[@]}" sample --unlabelled sample/test/neg -o more.bin
cmp -s one.bin more.bin && problem "unlabelled texts change nothing"

# Forms: each is read back; text is rounded.
for name in v.vec v.txt v.bin.gz v.vec.gz; do
    "${make[@]}" sample -o $name
done
gzip -dc v.bin.gz | cmp - one.bin || problem "packed, it is another file"
tail -n +2 v.vec | cmp - v.txt || problem "the text has another form than its header"
for name in one.bin v.vec v.txt v.bin.gz v.vec.gz; do
    "$rnntrain" sample.h5 --vectors $name --units 2 --epochs 1 --run-dir "run.$name" >"said.$name"
    grep -q "^begins   with vectors of $name .* x 8): .* 100.0 %" "said.$name" ||
        problem "$name: $(cat "said.$name")"
done
cmp <(grep begins said.v.vec | sed 's/.*x 8//') <(grep begins said.one.bin | sed 's/.*x 8//')

"$rnnprep" vectors sample --dim 4 --num-words 50 --min-count 3 --window 2 -o few.txt >said
grep -q '^vocabulary 50 words' said || problem "$(cat said)"
[ "$(wc -l <few.txt)" = 50 ] || problem "few.txt has $(wc -l <few.txt) lines"

expect 64 'texts are missing' "$rnnprep" vectors -o x.bin
expect 64 'its ending says no form: expected .bin' "$rnnprep" vectors sample -o x.h5
expect 64 '--dim 64: the texts have [0-9]+ words? that are met 200 times or more' \
    "$rnnprep" vectors sample --min-count 200 -o x.bin
expect 66 'nowhere' "$rnnprep" vectors --unlabelled nowhere -o x.bin
mkdir empty
expect 65 '--unlabelled empty: no text in it' "$rnnprep" vectors --unlabelled empty -o x.bin
[ ! -e x.bin ] || problem "a failure leaves a file"
