#!/usr/bin/env bash
# The first release and this one exchange data sets, checkpoints and runs, both ways. The other one is
# built from the history of the sources, or is the build that OTHER_RELEASE names.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
first=b9a8d25

other=${OTHER_RELEASE:-$tmp/other/build}
if [ -z "${OTHER_RELEASE:-}" ]; then
    git -C "$source" cat-file -e $first 2>/dev/null || skip "the sources come without $first"
    mkdir "$tmp/other"
    git -C "$source" archive $first | tar -x -C "$tmp/other"
    cmake -S "$tmp/other" -B "$other" >"$tmp/log" && cmake --build "$other" --parallel 2 >"$tmp/log" ||
        problem "$(tail "$tmp/log")"
fi
cd "$tmp"
"$rnnprep" sample corpus --quiet >/dev/null 2>&1 || "$rnnprep" sample corpus >/dev/null
builds=("$other" "$build")

same() { # what value value
    [ "$2" = "$3" ] || problem "$1: $2, expected $3"
}
weights_of() { # build file
    "$1/rnntrain" inspect "$2" | sed -n 's/.*weights hash //p'
}

for i in 0 1; do
    "${builds[i]}/rnnprep" corpus --maxlen 40 -o data$i.h5 --quiet
done
if [ "$("$other/rnnprep" --version | head -1)" = "$("$rnnprep" --version | head -1)" ]; then
    cmp data0.h5 data1.h5
else # the provenance names the version; a run goes on with the file that it began with
    same "the data set" "$("$build/tests/list_file" data1.h5)" "$("$build/tests/list_file" data0.h5)"
    cp data0.h5 data1.h5
fi

run() { # build data folder epochs [option...]
    "$1/rnntrain" "$2" --run-dir "$3" --epochs "$4" --batch-size 32 --monitor val_acc --patience 0 \
        --quiet "${@:5}"
}
kinds=("--model lstm --units 6" "--model gru --units 5,4 --head max" "--model bilstm --head flatten"
    "--model bigru --layers 2 --head mean --optimizer rmsprop" "--optimizer sgd --momentum 0.9"
    "--shuffle window --window-rows 512" "--validation none --monitor loss")
for kind in "${kinds[@]}"; do
    rm -rf straight old new
    run "$other" data0.h5 straight 3 $kind
    expected=$(weights_of "$other" straight/last.h5)
    run "$other" data0.h5 old 1 $kind
    run "$build" data0.h5 new 1 $kind
    same "$kind: what is written" "$("$build/tests/list_file" new/last.h5)" \
        "$("$build/tests/list_file" old/last.h5)"

    run "$build" data1.h5 old 3 $kind --resume
    run "$other" data0.h5 new 3 $kind --resume
    for folder in old new; do
        for reader in "${builds[@]}"; do
            same "$kind: $folder" "$(weights_of "$reader" $folder/last.h5)" "$expected"
        done
    done

    "$rnnprep" inspect data1.h5 --rows 20 >texts.txt
    for i in 0 1; do
        "${builds[i]}/rnntrain" predict new/best.h5 texts.txt >judged$i 2>/dev/null
    done
    cmp judged0 judged1
    for i in 0 1; do
        run "${builds[i]}" data0.h5 next$i 1 $kind --init-from new/best.h5 --overwrite
    done
    same "$kind: begun from the other's" "$(weights_of "$build" next0/last.h5)" \
        "$(weights_of "$build" next1/last.h5)"
done
