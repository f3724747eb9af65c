#!/usr/bin/env bash
# The same weights, bit for bit, on any number of ranks, whoever computes which lane and
# however late a rank is. An argument after the folders: each recipe on every number of ranks,
# and 20 random configurations instead of seven (tier slow).
set -euo pipefail
. "$(dirname "$0")/../lib.sh"

make_sample 900

train() { # np run-folder option...
    local np=$1 run=$2
    shift 2
    ranks "$np" "$rnntrain" "$tmp/sample.h5" --run-dir "$run" --overwrite --quiet \
        --epochs 2 "$@" || problem "np $np: $*"
}

same_on() { # "np np ..." option...
    local counts=$1 expected='' np
    shift
    for np in $counts; do
        train "$np" "$tmp/run" "$@"
        found=$(hashes "$tmp/run")
        [ "$(wc -w <<<"$found")" -eq 2 ] || problem "np $np: no two hashes: $*"
        [ -n "$expected" ] || expected=$found
        [ "$found" = "$expected" ] || problem "np $np: $found, expected $expected: $*"
    done
}

same_on "${3:+3 4 5 8} 1 2 7 16" --recipe keras-lstm
same_on "${3:+2 4 5 7 16} 1 3 8" --recipe keras-bilstm
same_on "${3:+2 3 7 8 16} 1 4 5" --recipe keras-gru

# Any ranges of lanes, other ones at every step, random delays before each exchange, and ranks that
# lie on nodes at random.
train 1 "$tmp/quiet" --recipe keras-lstm
train 5 "$tmp/delayed" --recipe keras-lstm --test-ranges 7 --test-delay 3000 --test-nodes 1
[ "$(hashes "$tmp/quiet")" = "$(hashes "$tmp/delayed")" ] || problem "delays change bits"

# Configurations drawn at random; the last batch of --limit-train 450 has 405 % 101 = 1 row.
RANDOM=20
draw() { # option value...: adds the option with one of the values
    local values=("${@:2}")
    options+=("$1" "${values[RANDOM % ${#values[@]}]}")
}
for ((drawn = 0; drawn < ${3:+13 + }7; drawn++)); do
    options=(--recipe none --limit-train 450 --batch-size 101 --seed $RANDOM)
    draw --model lstm gru bilstm bigru
    draw --head last flatten max mean
    draw --layers 1 2
    draw --units 5 16 33
    draw --embedding 7 16
    draw --dense 0 24
    draw --optimizer adam rmsprop sgd
    draw --lane-rows 4 16 25
    draw --clip-norm 0 0.01
    draw --recurrent-activation sigmoid hard_sigmoid
    draw --rnn-dropout 0 0.3
    draw --lr-decay none cosine
    draw --set mask=true mask=false
    [[ ${options[*]} != *gru* ]] || draw --set reset-after=true reset-after=false
    same_on 1 "${options[@]}"
    alone=$(hashes "$tmp/run")
    same_on $((2 + RANDOM % 4)) "${options[@]}" --test-ranges $RANDOM --test-nodes $((drawn + 1))
    [ "$(hashes "$tmp/run")" = "$alone" ] || problem "bits differ: ${options[*]}"
done

# Windows of a file with many chunks, read by up to four ranks; a rollback returns to the first.
cp "$tmp/sample.h5" "$tmp/kept.h5"
"$rnnprep" "$tmp/sample" -o "$tmp/sample.h5" --num-words 400 --maxlen 2000 --quiet
full=(--mask --batch-size 48 --lane-rows 4)
window=("${full[@]}" --shuffle window --window-rows 200)
same_on "1 2 3 5 8" "${window[@]}"
train 2 "$tmp/full" "${full[@]}"
[ "$found" != "$(hashes "$tmp/full")" ] || problem "windows do not matter"
same_on "3 1" "${window[@]}" --window-rows 600
[ "$found" = "$(hashes "$tmp/full")" ] || problem "one window, and other bits than in memory"
same_on "1 3" "${window[@]}" --validation keras-tail --allow-one-class --limit-train 300
same_on "1 2 4" "${window[@]}" --test-nan 21 --on-nan rollback --test-delay 2000 --test-nodes 1
mv "$tmp/kept.h5" "$tmp/sample.h5"

# Four classes.
for part in train test; do
    for class in a b c d; do
        mkdir -p "$tmp/four/$part/$class"
    done
    i=0
    for file in "$tmp/sample/$part"/*/*.txt; do
        class=$(cut -c $((i % 4 + 1)) <<<abcd)
        cp "$file" "$tmp/four/$part/$class/$i.txt"
        i=$((i + 1))
    done
done
"$rnnprep" "$tmp/four" -o "$tmp/sample.h5" --num-words 400 --maxlen 60 --quiet
same_on "1 3 8" --recipe keras-gru --mask
same_on "2 5" --recipe keras-bilstm --clip-norm 0.1
