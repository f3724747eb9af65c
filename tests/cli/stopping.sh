#!/usr/bin/env bash
# Early stopping does not end a run that has not begun to tell classes apart; runs that were begun by
# the older rule keep it; what a run says at its end without a test part or of a result that judges
# everything as one class.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"

# Four easy classes, of which one has more than half of the rows.
awk 'function below(n) {
    state = state * 16807 % 2147483647
    return int(state / 2147483647 * n)
}
BEGIN {
    state = 4
    print "text,label"
    for (i = 0; i < 2400; i++) {
        class = below(100) < 53 ? 0 : 1 + below(3)
        text = "k" class "x" below(2)
        for (w = 4 + below(4); w > 0; w--)
            text = below(2) ? text " c" below(40) : "c" below(40) " " text
        print text ",class" class
    }
}' >"$tmp/easy.csv"
"$rnnprep" "$tmp/easy.csv" -o "$tmp/easy.h5" --maxlen 12 --quiet
options=("$tmp/easy.h5" --recipe keras-lstm)

train() { # np run-folder option...
    ranks "$1" "$rnntrain" "${options[@]}" --run-dir "$2" "${@:3}"
}
field() { # event key run-folder: the values of a key in the events of a run's log
    grep "\"event\":\"$1\"" "$3/log.jsonl" | sed -E "s/.*\"$2\":(\"([^\"]*)\"|([^,}]*)).*/\2\3/"
}
epochs() { grep -c '"event":"epoch"' "$1/log.jsonl"; }
spared() { grep -c '"one_class":"class0"' "$1/log.jsonl" || true; }

# By the older rule a run ends at once and says what it came to.
train 1 "$tmp/old" --monitor val_acc >"$tmp/said"
[ "$(epochs "$tmp/old")" = 6 ] || problem "the older rule is another"
grep -q 'no improvement in 5 epochs by val_acc, best was epoch 1' "$tmp/said" ||
    problem "it does not say what it waited for"
grep -q 'warning.*best weights take all 240 rows for class0: try --batch-size 32' "$tmp/said" ||
    problem "no word of a result of one class"

# By today's it learns.
for seed in 1 2 3; do
    train 1 "$tmp/new-$seed" --seed $seed >"$tmp/said"
    acc=$(field validation acc "$tmp/new-$seed" | head -1)
    awk -v acc="$acc" 'BEGIN { exit !(acc > 0.9) }' || problem "seed $seed: accuracy $acc"
    [ "$(spared "$tmp/new-$seed")" -ge 6 ] || problem "seed $seed: the log has no one_class"
    grep -q 'all 240 validation rows were taken for class0, which does not count' "$tmp/said" ||
        problem "seed $seed: no word of epochs that do not count"
    ! grep -q '"improved":true.*"spared":true' "$tmp/new-$seed/log.jsonl" ||
        problem "seed $seed: an epoch that improved is said not to count"
    ! grep -q 'warning.*take all' "$tmp/said" || problem "seed $seed: a warning without cause"
done

# A run without a test part ends with what its validation rows say.
grep -q '^validate best weights (epoch [0-9]*): val_loss [0-9.]*  val_acc [01]\.[0-9]* on 240 rows' \
    "$tmp/said" || problem "no figures at the end"
grep -q '^note .*no test part.*validation rows' "$tmp/said" || problem "no word of the test part"
"$rnntrain" "${options[@]}" --run-dir "$tmp/blind" --epochs 1 --validation none >"$tmp/said"
grep -q '^note .*neither a test part nor .*validation rows' "$tmp/said" || problem "nothing said"
grep -q '^note .*nothing to validate: .*by the training loss' "$tmp/said" || problem "no word of the loss"
grep -q '"monitor":"loss"' "$tmp/blind/log.jsonl" || problem "--validation none watches the loss"

# A class whose share of the validation rows rounds to nothing gives one; none of that, if it has one.
awk 'BEGIN { print "text,label"
    for (i = 0; i < 1200; i++)
        print "w" i % 40 " w" i % 7 "," (i % 500 == 1 ? "yes" : i == 700 ? "once" : "no") }' >"$tmp/rare.csv"
"$rnnprep" "$tmp/rare.csv" -o "$tmp/rare.h5" --maxlen 4 --quiet
"$rnntrain" "$tmp/rare.h5" --run-dir "$tmp/rare" --epochs 1 --units 4 >"$tmp/said"
grep -q 'to validate (stratified: no 120, once 0, yes 1)' "$tmp/said" || problem "the rare class"
grep -q '^warning  no validation row is of class once: ' "$tmp/said" || problem "no word of it"

# The same on any number of ranks, and from any point on: the decisions are those of one rank.
expected=$(outcome "$tmp/new-1")
train 3 "$tmp/ranks" --epochs 4 --quiet
train 2 "$tmp/ranks" --resume --quiet
[ "$(outcome "$tmp/ranks")" = "$expected" ] || problem "other epochs on other ranks"
[ "$(spared "$tmp/ranks")" = "$(spared "$tmp/new-1")" ] || problem "others do not count"

# A run that was begun by the older rule ends by it, also where nothing is said of it again.
train 1 "$tmp/older" --monitor val_acc --epochs 3 --quiet
train 2 "$tmp/older" --resume --quiet
[ "$(outcome "$tmp/older")" = "$(outcome "$tmp/old")" ] || problem "the older rule is not kept"
! grep -q spares <("$rnntrain" inspect "$tmp/older/last.h5") ||
    problem "the older run has something new in it"

# It does so too where its first epoch begins again: losses are watched as their negatives.
small=("$tmp/easy.h5" --recipe none --epochs 1 --batch-size 32 --limit-train 200 --quiet
    --run-dir "$tmp/again")
expect 75 'its time is up' "$rnntrain" "${small[@]}" --monitor val_acc --max-time 0.001
"$rnntrain" "${small[@]}" --resume --on-nan rollback --test-nan 3 2>"$tmp/said"
grep -q 'rollback' "$tmp/said" || problem "nothing began again: $(cat "$tmp/said")"
inspected=$("$rnntrain" inspect "$tmp/again/last.h5")
[[ $inspected == *' best 0.'* ]] || problem "an epoch that begins again watches something else"

# One by today's rule goes on by it, with another patience too.
train 1 "$tmp/newer" --epochs 3 --quiet
train 1 "$tmp/newer" --resume --patience 1 --epochs 8 --quiet
[ "$(epochs "$tmp/newer")" -gt 4 ] || problem "--patience makes an older run of it"
expect 64 'trained with monitor "val_acc", which is now "val_loss"' \
    "$rnntrain" "${options[@]}" --run-dir "$tmp/newer" --resume --monitor val_loss

# What watches the loss: a model that is not the recipe's.
watches() { # what option...
    rm -rf "$tmp/watch"
    "$rnntrain" "$tmp/easy.h5" --run-dir "$tmp/watch" --epochs 1 --limit-train 100 --quiet "${@:2}"
    inspected=$("$rnntrain" inspect "$tmp/watch/last.h5")
    [[ $inspected == *'spares_one_class true'* ]] || problem "not by today's rule: ${*:2}"
    [ "$(field start monitor "$tmp/watch")" = "$1" ] || problem "not $1: ${*:2}"
}
watches val_acc --recipe keras-gru
watches val_loss --recipe none
watches val_loss --dense 32
