#!/usr/bin/env bash
# Files outlive releases: those that the first release wrote, tests/fixtures/records, are read, judged
# with and trained on as it did; the same commands write the same today, key by key; files with keys
# that are missing, or that a later version wrote, are read as far as they can be.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
export RNNTRAIN_ISA=baseline # the same bits on every processor

cp -R "$source/tests/fixtures/records" "$tmp/records"
cd "$tmp/records"
options=(--units 2 --embedding 2 --dense 2 --batch-size 8 --monitor val_acc
    --validation-split 0.25 --quiet)
weights_of() { "$rnntrain" inspect "$1" | sed -n 's/.*weights hash //p'; }
is_the_same() { # file file
    diff <("$build/tests/list_file" "$1") <("$build/tests/list_file" "$2") ||
        problem "$1 and $2 differ"
}

# What the first release wrote is what is written today.
"$rnnprep" corpus.csv --maxlen 5 --num-words 12 -o again.h5 --quiet
is_the_same again.h5 dataset.h5
"$rnntrain" dataset.h5 --run-dir again --init-from begin.h5 --epochs 2 "${options[@]}"
is_the_same again/best.h5 run/best.h5
is_the_same again/last.h5 run/last.h5

# It is read as it was, and its run goes on as it would have.
judges() { # checkpoint answers
    "$rnntrain" predict "$1" texts.txt >found 2>said
    cmp found "$2"
    [ ! -s said ] || problem "$1: $(cat said)"
}
judges run/best.h5 judged.txt
judges run/last.h5 judged_last.txt
resume=("$rnntrain" dataset.h5 --resume --epochs 4 --allow-other-bits "${options[@]}" --run-dir)
cp -R run gone_on
"${resume[@]}" gone_on
[ "$(weights_of gone_on/last.h5)" = 71a610fab434e80b ] || problem "a run went on otherwise"

# Keys that are missing have the values that their absence means.
judges missing.h5 judged_last.txt
mkdir older
cp missing.h5 older/last.h5
"${resume[@]}" older 2>said
[ "$(weights_of older/last.h5)" = 71a610fab434e80b ] || problem "an older run went on otherwise"

# A later version's options of training are nothing to those who judge.
for file in future_training.h5 future_value.h5; do
    judges $file judged_last.txt
    "$rnntrain" eval $file dataset.h5 --part train >/dev/null
    "$rnntrain" inspect $file >/dev/null
    "$rnntrain" export $file -o model.keras >/dev/null
    expect 64 "$file: --init-from wants an option of training.*rnntrain 9.0.0 wrote it" \
        "$rnntrain" dataset.h5 --run-dir no --init-from $file
done
mkdir later
cp future_training.h5 later/last.h5
expect 64 'with the option (restarts|sharpness), which .* does not know: rnntrain 9.0.0 wrote it' \
    "${resume[@]}" later
cp future_value.h5 later/last.h5
expect 64 'was trained with .*"(lion|cosine)"' "${resume[@]}" later

# Those of its model are.
expect 65 'future_model.h5: its model needs attention.*rnntrain 9.0.0 wrote it' \
    "$rnntrain" predict future_model.h5 texts.txt
expect 65 'future_layout.h5: it needs ragged.*update rnntrain' "$rnntrain" future_layout.h5
"$rnntrain" eval run/best.h5 future_dataset.h5 --part train >found
"$rnntrain" eval run/best.h5 dataset.h5 --part train >expected
cmp found expected
