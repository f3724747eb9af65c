#!/usr/bin/env bash
# Sealed files that strangers made: what stands in another file is read by no command, a FIFO keeps
# none waiting, and what a file claims takes no memory before its arrays bear it out.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$tmp"
patience=20 # a FIFO that is opened is waited for without end

echo text,label >corpus.csv
for ((i = 0; i < 30; i++)); do
    echo "warm lovely soup $((i % 7)),pos"
    echo "cold awful lake $((i % 5)),neg"
done >>corpus.csv
"$rnnprep" corpus.csv --maxlen 6 -o data.h5 --quiet 2>prepared || problem "$(cat prepared)"
train=(--units 4 --embedding 4 --dense 4 --batch-size 16 --quiet --isa baseline --epochs 1)
"$rnntrain" data.h5 "${train[@]}" --run-dir run
echo 'warm lovely soup' >texts.txt

# refuses FILE PATTERN command...: one clean line, nothing of the other file in it or elsewhere.
refuses() {
    local file=$1 pattern=$2
    shift 2
    expect 65 "$file: .*$pattern" "$@"
    ! grep -q -a CANARY out err || problem "another file was read: $*"
    ! grep -q '[^[:print:][:space:]]' err || problem "control characters: $*"
}
try_model() { # file pattern
    local run=$tmp/resumed
    refuses "$1" "$2" "$rnntrain" predict "$1" texts.txt --jsonl
    refuses "$1" "$2" "$rnntrain" eval "$1" data.h5 --part train
    refuses "$1" "$2" "$rnntrain" inspect "$1" --verify
    refuses "$1" "$2" "$rnntrain" export "$1" --to c -o exported
    refuses "$1" "$2" "$rnntrain" import "$1" -o imported.h5
    refuses "$1" "$2" "$rnntrain" data.h5 "${train[@]}" --run-dir begun --init-from "$1"
    [ ! -e exported ] && [ ! -e imported.h5 ] || problem "$1: something was written"

    rm -rf "$run" && cp -r run "$run" && rm -f "$run"/*.prev.h5 && cp "$1" "$run/last.h5"
    ! "$rnntrain" data.h5 "${train[@]}" --run-dir "$run" --resume >out 2>err ||
        problem "$1: resumed"
    ! grep -q -a CANARY out err || problem "another file was read: --resume"
}
try_data() { # file pattern
    refuses "$1" "$2" "$rnntrain" "$1" "${train[@]}" --run-dir begun
    refuses "$1" "$2" "$rnntrain" eval run/best.h5 "$1" --part train
    refuses "$1" "$2" "$rnnprep" inspect "$1"
    refuses "$1" "$2" "$rnnprep" baseline "$1"
}

printf 'CANARY1\0CANARY2\0' >canary
chmod 600 canary
mkfifo pipe
for other in canary pipe; do
    mkdir "model_$other" "data_$other"
    "$build/tests/make_strangers" run/best.h5 /rnntrain/labels "$tmp/$other" "model_$other"
    "$build/tests/make_strangers" data.h5 /labels "$tmp/$other" "data_$other"
done

declare -A says=([stored]='has its values in another file, which no file of rnntrain'
    [virtual]='is a virtual data set, which has its values in others, which no file'
    [external]='is a group that may hold links into other files, which no file'
    [soft]='labels is a link to another name, which no file')
for kind in "${!says[@]}"; do
    try_model "model_canary/$kind.h5" "${says[$kind]}"
    try_data "data_canary/$kind.h5" "${says[$kind]}"
done
for kind in stored virtual external; do
    refuses "model_pipe/$kind.h5" "${says[$kind]}" "$rnntrain" inspect "model_pipe/$kind.h5"
    refuses "data_pipe/$kind.h5" "${says[$kind]}" "$rnnprep" inspect "data_pipe/$kind.h5"
done
refuses model_canary/variable.h5 'labels has a type that is not read here' \
    "$rnntrain" predict model_canary/variable.h5 texts.txt

# More words than the embedding has rows.
refuses model_canary/words.h5 'embeddings:0 is \([0-9]*, 4\), expected \(2147483647, 4\)' \
    "$rnntrain" predict model_canary/words.h5 texts.txt
[ ! -e begun ] || problem "a run was left behind"
