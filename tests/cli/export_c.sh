#!/usr/bin/env bash
# Models as C sources: every kind of layer and of text, compiled without warnings, beside predict
# on hostile texts. export_c.sh ... [N]: with N of them.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
command -v cc >/dev/null || skip "no cc"
helper=$source/tests/cli/export_c.py

mkdir "$tmp/corpus"
python3 "$helper" corpus "$tmp/corpus"
python3 "$helper" texts "${3:-300}" >"$tmp/texts"
printf 'the\na\nfilm\n' >"$tmp/stop"

data_set() { # name classes option...
    local name=$1 classes=$2 c
    shift 2
    local -a parts=()
    for ((c = 0; c < classes; c++)); do
        parts+=(--class "label $c=$tmp/corpus/$c")
    done
    "$rnnprep" "${parts[@]}" -o "$tmp/$name.h5" --test-split 0.2 --num-words 300 --maxlen 24 --quiet "$@"
}
data_set keras 2
data_set three 3 --tags space --oov-token unk --stop-words "$tmp/stop" --padding post
data_set characters 2 --char-level --truncating post --maxlen 40
data_set odd 3 --tags html --no-lower --filters '«»…!?😀' --split=-- --oov-token '<oov>' \
    --truncating post --padding post
data_set plain 2 --tags keep --filters '' --split , --num-words 100000

# Nothing may be left where it is tried out.
mkdir "$tmp/place"
export_c() { # file
    TMPDIR=$tmp/place "$rnntrain" export "$tmp/run/last.h5" --to c --output "$tmp/$1" >"$tmp/said"
}

n=0
try() { # data-set option...: trains, exports, compiles, compares
    local stem=model-$((++n)) data=$1
    shift
    "$rnntrain" "$tmp/$data.h5" --run-dir "$tmp/run" --overwrite --quiet --epochs 1 --limit-train 64 \
        --limit-test 1 --batch-size 32 --learning-rate 0.02 --validation none --monitor acc --recipe none "$@"
    export_c "$stem.c"
    grep -q 'compiled and run on 48 random texts' "$tmp/said" || problem "not checked: $(cat "$tmp/said")"
    cc -Wall -Wextra -Wpedantic -Werror -std=c11 -O1 -D "MODEL_${n}_MAIN" \
        "$tmp/$stem.c" -lm -o "$tmp/judge" || problem "$stem ($data $*) has warnings"
    "$rnntrain" predict "$tmp/run/last.h5" "$tmp/texts" >"$tmp/expected"
    "$tmp/judge" <"$tmp/texts" >"$tmp/found"
    python3 "$helper" compare "$tmp/expected" "$tmp/found" || problem "$stem: $data $*"
}
small="--units 6 --embedding 5"
try keras
try keras $small --head flatten --layers 2 --units 6 --dense 7
try keras $small --model gru --head max --mask
try keras $small --model bilstm --layers 2 --units 6,3 --mask --recurrent-activation hard_sigmoid
try three $small --model bigru --reset-after --head mean --mask --dense 0
try three $small --model gru --reset-after --recurrent-activation hard_sigmoid --head flatten
try three $small --model lstm --layers 3 --units 4,9,2 --head mean --dense 0
try characters $small --model bigru --layers 2 --units 5 --head max
try characters $small --model bilstm --head flatten --mask --dense 4
try odd $small --model lstm --mask --head max
try odd $small --model bigru --mask --layers 2 --head max
try three $small --model bilstm --mask --units 3,6 --layers 2
try odd $small --model bilstm --dense 0
try plain $small --model gru --reset-after --layers 2
try plain $small --model bigru --head flatten --recurrent-activation hard_sigmoid

# As a library: header and source from two sources, ids given, memory that is left clean.
cat >"$tmp/user.c" <<'SOURCE'
#include "model-1.h"
#include <stdio.h>
#include <string.h>
int main(void)
{
    double p[MODEL_1_CLASSES], q[MODEL_1_CLASSES];
    const int ids[] = {1, 2, 299}, wrong[] = {1, 300}, negative[] = {-1};
    int one = model_1_predict("", p), none = model_1_predict_ids(NULL, 0, q);
    if (one != none || memcmp(p, q, sizeof p) || p[0] + p[1] != 1)
        return 1;
    if (model_1_predict_ids(ids, 3, p) < 0 || model_1_predict_ids(wrong, 2, p) != -1 ||
        model_1_predict_ids(negative, 1, p) != -1)
        return 2;
    return strcmp(model_1_labels[1], "label 1") != 0;
}
SOURCE
cc -Wall -Wextra -Werror -std=c11 -O1 -g -fsanitize=address,undefined "$tmp/user.c" "$tmp/model-1.c" -lm \
    -o "$tmp/user" 2>"$tmp/err" || cc -std=c11 "$tmp/user.c" "$tmp/model-1.c" -lm -o "$tmp/user"
"$tmp/user" || problem "as a library: $?"

# What it cannot carry is refused, by the option's name, and nothing is written.
refused() { # pattern file data-set option...
    local pattern=$1 file=$2 name=$3
    shift 3
    data_set "$name" 2 "$@"
    "$rnntrain" "$tmp/$name.h5" --run-dir "$tmp/run" --overwrite --quiet --epochs 1 --limit-train 8 \
        --limit-test 1 --validation none --monitor acc --units 2
    expect 64 "$pattern" "$rnntrain" export "$tmp/run/last.h5" --to c --output "$tmp/$file"
    [ ! -e "$tmp/$file" ] || problem "$file was written"
}
refused '--to c: .*--normalize nfkc' refused.c nfkc --normalize nfkc
refused '--to c: .*--segment icu' refused.c icu --segment icu
refused 'the name of a C source ends in .c' refused.cpp fine
refused 'has no ", ' 'a"b.c' fine

# Without a compiler it says so; where it cannot write, nothing is left.
mkdir "$tmp/empty"
PATH=$tmp/empty export_c alone.c
grep -q 'no C compiler here' "$tmp/said" || problem "without a compiler: $(cat "$tmp/said")"
printf '#!/bin/sh\necho "no such dialect" >&2\nexit 3\n' >"$tmp/empty/cc"
chmod +x "$tmp/empty/cc"
expect 70 'broken.c: the exported source does not compile .code 3.: no such dialect' \
    env PATH="$tmp/empty:$PATH" TMPDIR="$tmp/place" "$rnntrain" export "$tmp/run/last.h5" --to c --output "$tmp/broken.c"
[ ! -e "$tmp/broken.c" ] && [ ! -e "$tmp/broken.h" ] || problem "a broken source was written"
printf '#!/bin/sh\nwhile [ "$1" != -o ]; do shift; done\nprintf "#!/bin/sh\\necho label 0" >"$2"\nchmod +x "$2"\n' \
    >"$tmp/empty/cc"
expect 70 'otherwise than the model' \
    env PATH="$tmp/empty:$PATH" TMPDIR="$tmp/place" "$rnntrain" export "$tmp/run/last.h5" --to c --output "$tmp/broken.c"
[ ! -e "$tmp/broken.c" ] || problem "a wrong source was written"
rmdir "$tmp/place" || problem "temporary files are left"
