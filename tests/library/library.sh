#!/usr/bin/env bash
# librnntrain as others meet it: the manual's program, built against an installed prefix that was
# moved, by pkg-config and CMake, shared and static, judges as `rnntrain predict` does; threads
# get the bits of one; nothing but rnntrain_* can be seen, and no MPI.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/fenced.sh"

cached() { sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt"; }
[ -z "$(cached RNNTRAIN_SANITIZE)" ] || skip "built with sanitizers, which programs outside are not"
command -v pkg-config >/dev/null || skip "no pkg-config"
compiler=$(cached CMAKE_C_COMPILER)
cc=("$compiler" -std=c11 -Wall -Wextra -Wpedantic -Werror)

# Installed, moved; and once more without the shared library.
cmake --install "$build" --prefix "$tmp/installed" >/dev/null
mv "$tmp/installed" "$tmp/both"
cp -a "$tmp/both" "$tmp/static"
folder=$(cd "$tmp/both" && dirname "$(find . -name librnntrain.so)")
rm "$tmp"/static/"$folder"/librnntrain.so*
flags() { # prefix [option...]
    PKG_CONFIG_PATH=$tmp/$1/$folder/pkgconfig pkg-config "${@:2}" --cflags --libs rnntrain
}
export LD_LIBRARY_PATH=$tmp/both/$folder${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}

# A model, and what `predict` says of the program's texts.
make_sample 3000
cd "$tmp"
"$rnntrain" "$tmp/sample.h5" --mask --epochs 1 --quiet
fenced librnntrain.3 c 1 >judge.c
grep -o '"[A-Z].*\."' judge.c | tr -d '"' >texts
[ "$(wc -l <texts)" = 2 ] || problem "the manual's program has other texts"
"$rnntrain" predict run/best.h5 texts >expected

try() { # name program
    "$2" >"$1.out" || problem "$1: exit code $?"
    cmp -s "$1.out" expected || problem "$1 judges otherwise: $(cat "$1.out" expected)"
    ldd "$2" | grep -i -E 'mpi|open-(rte|pal)|openblas' && problem "$1 loads MPI" || true
}
# shellcheck disable=SC2046
{
    "${cc[@]}" judge.c $(flags both) -o shared
    "${cc[@]}" judge.c $(flags static --static) -o static-alone
}
try shared ./shared
try static-alone ./static-alone
ldd ./shared >loaded # in a pipe, grep -q would end it early
grep -q "$tmp/both/.*librnntrain\|librnntrain.so.0 => $tmp/both" loaded || problem "not the installed library"
ldd ./static-alone | grep librnntrain && problem "static, and yet it loads librnntrain"

# A model of Keras has no tokenizer: it judges ids, and texts are refused.
cat >ids.c <<'PROGRAM'
#include <rnntrain/rnntrain.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    struct rnntrain_model *model = NULL;
    const int32_t ids[] = {3, 1, 4};
    const size_t length = 3;
    const char *const text = "w3 w1 w4";
    double p[2];
    if (argc != 2 || rnntrain_open(argv[1], &model) ||
        rnntrain_predict_texts(model, &text, 1, p) != RNNTRAIN_USAGE ||
        rnntrain_predict_ids(model, ids, &length, 1, p))
        return 1;
    printf("%s\t%.6f\n", rnntrain_label(model, p[1] > p[0]), p[1] > p[0] ? p[1] : p[0]);
    rnntrain_close(model);
    return 0;
}
PROGRAM
# shellcheck disable=SC2046
"${cc[@]}" ids.c $(flags both) -o ids
golden=$source/tests/golden/keras_models
echo 'w3 w1 w4' >three
"$rnntrain" predict "$golden/keras_lstm.h5" three --tokenizer "$golden/tokenizer.json" >judged
./ids "$golden/keras_lstm.h5" >ids.out || problem "ids of a model of Keras: exit code $?"
cmp -s ids.out judged || problem "ids are judged otherwise: $(cat ids.out judged)"

# CMake finds both.
mkdir cmake
cp judge.c cmake
cat >cmake/CMakeLists.txt <<'CMAKE'
cmake_minimum_required(VERSION 3.18)
project(judge C)
find_package(rnntrain 0.1 REQUIRED)
find_package(rnntrain) # once more, as by another part of a project
add_executable(by_shared judge.c)
target_link_libraries(by_shared rnntrain::rnntrain)
add_executable(by_static judge.c)
target_link_libraries(by_static rnntrain::rnntrain_static)
CMAKE
cmake -S cmake -B cmake/build -DCMAKE_PREFIX_PATH="$tmp/both" -DCMAKE_C_COMPILER="$compiler" >said
cmake --build cmake/build >said || problem "CMake: $(cat said)"
try by_shared cmake/build/by_shared
try by_static cmake/build/by_static

# A file that is none, and none at all: a message, no more.
mv run/best.h5 kept.h5
for damaged in texts /dev/null missing; do
    [ $damaged = missing ] && rm -f run/best.h5 || cp $damaged run/best.h5
    rc=0
    ./shared >out 2>err || rc=$?
    [ $rc = 1 ] && [ ! -s out ] && grep -q '^run/best.h5: ' err && [ "$(wc -l <err)" = 1 ] ||
        problem "$damaged as a checkpoint: $(cat out err)"
done

# What can be seen.
seen() { awk 'NF > 2 { print $3 }' | sort; }
sed -n 's/^[a-z].*[ *]\(rnntrain_[a-z_]*\)(.*/\1/p' "$tmp"/both/include/rnntrain/rnntrain.h | sort >declared
[ "$(wc -l <declared)" = 14 ] || problem "functions in the header: $(cat declared)"
nm -D --defined-only "both/$folder/librnntrain.so" | seen | diff declared - || problem "shared: symbols"
nm -g --defined-only "both/$folder/librnntrain.a" | seen | diff declared - || problem "static: symbols"
readelf -d "both/$folder/librnntrain.so" >dynamic
grep -q 'SONAME.*\[librnntrain\.so\.0\]' dynamic || problem "another SONAME"
grep -i 'NEEDED.*mpi' dynamic && problem "the library loads MPI"
find both/include -type f | grep -v '/rnntrain/rnntrain\.h$' && problem "another header is installed"
if command -v c++ >/dev/null; then
    cp judge.c judge.cpp
    # shellcheck disable=SC2046
    c++ -Wall -Wextra -Wpedantic -Werror judge.cpp $(flags both) -o shared-cpp
    cp kept.h5 run/best.h5
    try shared-cpp ./shared-cpp
fi

# Eight threads.
cat sample/*/*/*.txt >many
printf '\n\xff\xfe caf\xc3\n\xf0\x9f\x98\x80\n' >>many
"$rnntrain" predict kept.h5 many >expected
"$build/tests/library_threads" kept.h5 many >found || problem "threads"
[ "$(wc -l <found)" -gt 3000 ] && cmp found expected || problem "threads judge otherwise"
