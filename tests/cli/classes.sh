#!/usr/bin/env bash
# Classes are compared by name wherever a model meets data: another order is mapped, other names are
# refused with both lists, or named by an option. Vocabularies too.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$tmp"

# corpus NAME...: as many classes, under these names, each told by a word.
corpus() {
    echo "text,label"
    for i in $(seq 1 40); do
        k=0
        for name; do
            word=$(sed -n "$((k + 1))p" <<<$'warm\ncold\nsour\nmild')
            echo "the $word soup is $word on day $((i % 7)),$name"
            k=$((k + 1))
        done
    done
}
# prep OUTPUT ORDER NAME...: a data set of that corpus, its classes in that order
prep() {
    tr ' ' '\n' <<<"$2" >order
    corpus "${@:3}" >corpus.csv
    "$rnnprep" corpus.csv --labels order --maxlen 8 --num-words 40 -o "$1" --quiet
}
train() { # data run option...
    "$rnntrain" "$1" --run-dir "$2" --overwrite --units 6 --embedding 6 --dense 0 --batch-size 8 --recipe none \
        --learning-rate 0.02 --validation none --monitor loss "${@:3}" >said
}
accuracy() { # model data option...
    "$rnntrain" eval "$1" "$2" --part train --json "${@:3}" 2>notes | sed -E 's/.*"acc":([0-9.]+).*/\1/'
}

# Two classes, one logit; then three.
prep two.h5 "neg pos" neg pos
prep two_turned.h5 "pos neg" neg pos
prep two_named.h5 "bad good" bad good
train two.h5 two --epochs 8
[ "$(accuracy two/last.h5 two.h5)" = 1 ] || problem "two classes are not learned"
"$rnntrain" eval two/last.h5 two.h5 --part train >right
"$rnntrain" eval two/last.h5 two_turned.h5 --part train >found
cmp right found || problem "another order is judged otherwise"
expect 65 'called bad, good, those of the model two/last.h5 are called neg, pos: .* --labels' \
    "$rnntrain" eval two/last.h5 two_named.h5 --part train
[ "$(accuracy two/last.h5 two_named.h5 --labels bad,good)" = 1 ] || problem "--labels has no effect"
[ "$(accuracy two/last.h5 two_named.h5 --labels good,bad)" = 0 ] || problem "--labels, turned"
printf 'bad\ngood\n' >names
[ "$(accuracy two/last.h5 two_named.h5 --labels names)" = 1 ] || problem "--labels with a file"
expect 64 'pos, neg, are its own in another order, neg, pos: leave the option out' \
    "$rnntrain" eval two/last.h5 two_turned.h5 --part train --labels pos,neg
expect 64 'pos, neg, are its own in another order' \
    "$rnntrain" two_turned.h5 --init-from two/last.h5 --init-labels pos,neg --run-dir turned

prep three.h5 "a b c" a b c
prep three_turned.h5 "c a b" a b c
train three.h5 three --epochs 8
[ "$(accuracy three/last.h5 three.h5)" = 1 ] || problem "three: not learned"
[ "$(accuracy three/last.h5 three_turned.h5)" = 1 ] || problem "three classes in another order"
expect 65 'has 3 classes|3 classes' "$rnntrain" eval two/last.h5 three.h5 --part train

# Training goes on in the order of the data, moments too: an epoch has the loss of the old order.
for n in two three; do
    for optimizer in adam rmsprop sgd; do
        [ "$n $optimizer" = "three rmsprop" ] && continue
        train $n.h5 before --epochs 2 --optimizer $optimizer --learning-rate 0.01
        train $n.h5 same --init-from before/last.h5 --epochs 1 --shuffle none
        train ${n}_turned.h5 turned --init-from before/last.h5 --epochs 1 --shuffle none
        grep -q "note .*its classes have the order of the data here: " said || problem "$n: nothing said"
        python3 - same/log.jsonl turned/log.jsonl <<'PYTHON' || problem "$n, $optimizer: goes on otherwise"
import json, sys
losses = [[e["loss"] for e in map(json.loads, open(path)) if e["event"] == "epoch"] for path in sys.argv[1:]]
assert abs(losses[0][0] - losses[1][0]) < 1e-5, losses
PYTHON
    done
done
expect 65 'called bad, good, .*--init-labels' "$rnntrain" two_named.h5 --init-from two/last.h5 \
    --run-dir refused --quiet
train two_named.h5 named --init-from two/last.h5 --init-labels good,bad --epochs 1 --learning-rate 1e-6
[ "$(accuracy named/last.h5 two_named.h5)" = 0 ] || problem "--init-labels has no effect"

# An export has the names; a model of Keras has none: as many classes are taken for the data's, and
# that is said.
"$rnntrain" export two/last.h5 --to keras -o two.keras >/dev/null
[ "$(accuracy two.keras two_turned.h5)" = 1 ] || problem "two.keras: its names do not count"
python3 - <<'PYTHON'
import json, zipfile
with zipfile.ZipFile("two.keras") as named, zipfile.ZipFile("nameless.keras", "w") as nameless:
    for name in named.namelist():
        content = named.read(name)
        if name == "metadata.json":
            metadata = json.loads(content)
            del metadata["labels"]
            content = json.dumps(metadata)
        nameless.writestr(name, content)
PYTHON
"$rnntrain" import nameless.keras -o imported.h5 >/dev/null 2>&1
for model in nameless.keras imported.h5; do
    [ "$(accuracy $model two.h5)" = 1 ] || problem "$model: as many classes"
    grep -q "names no classes: they are taken for those of two.h5 in its order, neg, pos" notes ||
        problem "$model: nothing said of its classes"
    [ "$(accuracy $model two_turned.h5 --labels neg,pos)" = 1 ] || problem "$model: --labels"
    ! grep -q "names no classes" notes || problem "$model: it has names"
done
prep numbers_turned.h5 "1 0" 0 1
[ "$(accuracy nameless.keras numbers_turned.h5)" = 1 ] || problem "numbers are names"

# Ids that nothing vouches for.
accuracy two.keras two.h5 >/dev/null
grep -q "two.keras has no tokenizer: whether its ids mean the words of two.h5 cannot be told" notes ||
    problem "nothing said of the words"

# Another vocabulary.
sed 's/warm/lukewarm/' corpus.csv >other.csv
"$rnnprep" other.csv --maxlen 8 --num-words 40 -o other.h5 --quiet
expect 65 'another vocabulary; .*rnnprep --tokenizer two/last.h5' "$rnntrain" eval two/last.h5 other.h5
expect 65 'another vocabulary; .*rnnprep --tokenizer two/last.h5' "$rnntrain" other.h5 \
    --init-from two/last.h5 --run-dir another --quiet
