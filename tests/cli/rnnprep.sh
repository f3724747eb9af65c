#!/usr/bin/env bash
# rnnprep: the same bytes from a folder and from any archive, what it says, every option.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"

corpus=$tmp/corpus
put() { # part class name text
    mkdir -p "$corpus/$1/$2"
    printf '%b' "$4" >"$corpus/$1/$2/$3.txt"
}
put train neg 10_1 'The film was <br />bad, the worst.'
put train neg 9_1 'bad bad caf\xe9 film'
put train pos 1_9 'A good film<br/>the best'
put train pos 2_8 'good Film, the cast is good'
put test neg 1_2 'worst cast of all'
put test pos 1_7 'good Film, the cast is good'
put test pos 3_7 ''
mkdir -p "$corpus/train/unsup"
echo 'a review without label' >"$corpus/train/unsup/0_0.txt"
echo 'http://example.org/' >"$corpus/train/urls_pos.txt"

has() { # pattern file
    grep -q -E -- "$1" "$2" || {
        cat "$2" >&2
        problem "no line like \"$1\""
    }
}

# What it says.
"$rnnprep" "$corpus" -o "$tmp/a.h5" --num-words 6 --maxlen 4 >"$tmp/said"
has 'train +4 documents: neg 2, pos 2' "$tmp/said"
has 'test +3 documents: neg 1, pos 2' "$tmp/said"
has 'vocabulary +kept 5 of [0-9]+ words' "$tmp/said"
has 'num_words.*%.*no id' "$tmp/said"
has 'maxlen +0 of 7 documents exceed 4' "$tmp/said"
has 'duplicates +1 of 3 test documents' "$tmp/said"
has 'empty +2 of 7 documents' "$tmp/said"
has 'UTF-8.* 1 of 7.*train/neg/9_1.txt.*byte 11' "$tmp/said"

# Words by frequency, ties by first appearance, pos before neg as in the notebook.
"$rnnprep" inspect "$tmp/a.h5" --rows 2 >"$tmp/shown"
has 'good' "$tmp/shown"
[ "$("$rnnprep" "$corpus" -o "$tmp/quiet.h5" --quiet)" = '' ] || problem "--quiet speaks"

# A folder and its archives, now and later: one file.
"$rnnprep" "$corpus" -o "$tmp/again.h5" --num-words 6 --maxlen 4 --quiet
cmp "$tmp/a.h5" "$tmp/again.h5" || problem "another file on the second time"
tar -C "$tmp" -cf "$tmp/corpus.tar" corpus
gzip -k "$tmp/corpus.tar"
xz -k "$tmp/corpus.tar"
zstd -q "$tmp/corpus.tar"
(cd "$corpus" && tar --sort=name --mtime=@0 -cjf "$tmp/inside.tar.bz2" ./train ./test)
for archive in corpus.tar corpus.tar.gz corpus.tar.xz corpus.tar.zst inside.tar.bz2; do
    "$rnnprep" "$tmp/$archive" -o "$tmp/b.h5" --num-words 6 --maxlen 4 --quiet
    cmp "$tmp/a.h5" "$tmp/b.h5" || problem "$archive gives another file than the folder"
done
(cd "$tmp" && "$rnnprep" corpus/ -o b.h5 --num-words 6 --maxlen 4 --quiet)
cmp "$tmp/a.h5" "$tmp/b.h5" || problem "a relative path gives another file"

mkdir -p "$tmp/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15"
cp -r "$corpus" "$tmp/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15"
echo x >"$tmp/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/corpus/train/pos/._1_9.txt"
tar -C "$tmp" -cf "$tmp/deep.tar" 1
"$rnnprep" "$tmp/deep.tar" -o "$tmp/b.h5" --num-words 6 --maxlen 4 --quiet
cmp "$tmp/a.h5" "$tmp/b.h5" || problem "a deep folder gives another file"

# Test documents from elsewhere.
mkdir "$tmp/only"
mv "$corpus/test" "$tmp/only/test"
"$rnnprep" "$corpus" --test "$tmp/only" -o "$tmp/b.h5" --num-words 6 --maxlen 4 --quiet
cmp "$tmp/a.h5" "$tmp/b.h5" || problem "--test gives another file"
"$rnnprep" "$corpus" --test "$tmp/only/test" -o "$tmp/b.h5" --num-words 6 --maxlen 4 --quiet
cmp "$tmp/a.h5" "$tmp/b.h5" || problem "--test of the part's folder gives another file"

# Options that change the ids.
words() { # option...: the kept words, joined by commas
    "$rnnprep" "$corpus" -o "$tmp/c.h5" --quiet "$@"
    "$rnnprep" inspect "$tmp/c.h5" --rows 4 >"$tmp/shown"
    cat "$tmp/shown"
}
words --tags remove >"$tmp/removed"
words --tags space >"$tmp/spaced"
words --tags keep >"$tmp/kept"
cmp -s "$tmp/removed" "$tmp/spaced" && problem "--tags space changes nothing"
cmp -s "$tmp/spaced" "$tmp/kept" && problem "--tags keep changes nothing"
has 'filmthe' "$tmp/removed"
printf 'the\nfilm\n' >"$tmp/stop"
words --tags space --stop-words "$tmp/stop" >"$tmp/stopped"
grep -q -w film "$tmp/stopped" && problem "a stop word is there"
words --oov-token '<OOV>' --num-words 4 >"$tmp/oov"
has '<OOV>' "$tmp/oov"
words --no-lower >"$tmp/cased"
has 'Film' "$tmp/cased"
for side in padding truncating; do
    "$rnnprep" "$corpus" -o "$tmp/pre.h5" --maxlen 4 --quiet
    "$rnnprep" "$corpus" -o "$tmp/post.h5" --maxlen 4 --quiet --$side post
    cmp -s "$tmp/pre.h5" "$tmp/post.h5" && problem "--$side post changes nothing"
done

# NUL is no part of a word: it is counted with invalid UTF-8, and the words stay apart.
cp -r "$corpus" "$tmp/nul"
printf 'good\0evil film\n' >"$tmp/nul/train/pos/5_7.txt"
"$rnnprep" "$tmp/nul" -o "$tmp/nul.h5" --num-words 0 >"$tmp/said"
has 'UTF-8.* 2 of [0-9]+ documents.*5_7.txt' "$tmp/said"
"$rnntrain" inspect "$tmp/nul.h5" >/dev/null

# More than two classes, and a validation part of its own.
for part in train validation test; do
    for class in red green blue; do
        mkdir -p "$tmp/three/$part/$class"
        echo "$class things are $class" >"$tmp/three/$part/$class/1.txt"
    done
done
"$rnnprep" "$tmp/three" -o "$tmp/three.h5" >"$tmp/said"
has 'train +3 documents: blue 1, green 1, red 1' "$tmp/said"
has 'validation +3 documents' "$tmp/said"

"$rnnprep" help prepare >"$tmp/said"
has '--num-words' "$tmp/said"
for command in inspect sample baseline; do
    "$rnnprep" $command --help >"$tmp/said"
    has "^usage: rnnprep $command" "$tmp/said"
done
"$rnnprep" --version >"$tmp/said"
has '^rnnprep [0-9]' "$tmp/said"

# A unigram model sees no order: the synthetic sample is a coin toss to it.
make_sample 3000
"$rnnprep" baseline "$tmp/sample.h5" >"$tmp/said"
accuracy=$(sed -E 's/.*acc ([0-9.]+).*/\1/' "$tmp/said")
awk -v a="$accuracy" 'BEGIN { exit !(a > 0.4 && a < 0.6) }' || problem "naive Bayes: $accuracy"
