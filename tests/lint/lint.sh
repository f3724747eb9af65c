#!/usr/bin/env bash
# The rules of the house that a program can check.
set -euo pipefail
cd "$2"
git rev-parse >/dev/null 2>&1 || { echo "SKIPPED: not a checkout"; exit 77; }
failures=0
complain() {
    echo "FAILED: $*"
    failures=$((failures + 1))
}

# One order of folders: a file includes only what stands in its own folder or before it. Those of
# preprocess/ stand on the readers and what they stand on.
read -r -a order <<<"$(sed -n '/^set(RNNTRAIN_FOLDERS/,/)/p' CMakeLists.txt |
    tr '\n()' '   ' | sed 's/set RNNTRAIN_FOLDERS//')"
preprocess=(base files text kernels data saved input corpus words vectors preprocess)
stands() { # folder among...
    local i=0 folder=$1 other
    shift
    for other; do
        [ "$other" != "$folder" ] || { echo $i; return; }
        i=$((i + 1))
    done
    echo -1
}
[ ${#order[@]} -gt 10 ] || complain "the list of folders was not found in CMakeLists.txt"
for folder in src/*/; do
    case $folder in src/python/ | src/packaging/ | src/manual/) continue ;; esac # which stand outside
    [ "$(stands "$(basename "$folder")" "${order[@]}")" -ge 0 ] || complain "$folder is in no order"
done
while IFS=: read -r file include; do
    included=${include%%/*}
    case $file in
    src/export/c/templates/* | tests/*) continue ;;
    src/*) among=("${order[@]}") folder=${file#src/} folder=${folder%%/*} ;;
    *)
        among=("${preprocess[@]}") folder=${file#preprocess/}
        [ "$folder" = "${folder%/*}" ] && folder=preprocess || folder=${folder%%/*}
        [ "$included" != "$include" ] || included=preprocess
        ;;
    esac
    mine=$(stands "$folder" "${among[@]}") theirs=$(stands "$included" "${among[@]}")
    [ "$include" != rnntrain/rnntrain.h ] || continue
    { [ "$theirs" -ge 0 ] && [ "$theirs" -le "$mine" ]; } ||
        complain "$file includes $include, which stands behind $folder"
done < <(grep -o -E '^#include "[^"]+"' -r src preprocess --include='*.[ch]' |
    sed -E 's/#include "([^"]+)"/\1/')
[ "$(ls include/rnntrain)" = rnntrain.h ] || complain "include/ has more than what is installed"

# Doors: an outside library's header in one folder or file only.
door() { # header allowed-file-pattern
    local found
    found=$(grep -l "#include <$1" -r include src preprocess | grep -v -E "$2" || true)
    [ -z "$found" ] || complain "<$1> is included by $found"
}
door mpi.h '^src/ranks/'
door hdf5.h '^src/files/'
door cblas.h '^src/kernels/'
door Random123/ '^src/base/rng\.c$'
door archive '^(src/files/zip|src/input/input)\.c$'
door zlib.h '^src/input/(input|gunzip|vectors_write)\.c$'
door csv.h '^src/input/delimited\.c$'
door libdeflate.h '^src/files/h5_(chunks|pack)\.c$'
door libxml/ '^src/text/'
door onnx.pb-c.h '^src/export/onnx/private\.h$'
door pthread.h '^(src/train/stream\.c|src/serve/library_private\.h|src/base/(ahead\.c|crew\.c|thread\.h)|src/ranks/errands(_serve)?\.c)$'
door unicode/ '^src/(text|input)/'
read -r -a serving <<<"$(sed -n 's/^set(RNNTRAIN_SERVING \(.*\))/\1/p' CMakeLists.txt)"
[ ${#serving[@]} -gt 5 ] || complain "the list of serving folders was not found in CMakeLists.txt"
! grep -n -E '\b(printf|vprintf|puts|putchar)\(|\bstdout\b|\bstderr\b' -r "${serving[@]/#/src/}" |
    grep -v -E '^src/base/(base|options|options_usage|pairs|program)\.c' || complain "a library folder prints"

# What a text says goes through say.h: only texts of the program itself, or of a source that it
# writes, are printed as they are.
prints=$(git ls-files 'src/*.c' 'preprocess/*.c' |
    grep -v -E '^src/export/c/|^src/(base/(base|say|options_usage|program|trace|manual_[a-z]*)|train/console|ranks/comm)\.c$' | xargs awk '
    /(^|[^a-z_])f?printf\(/ { call = ""; at = FILENAME ":" FNR; inside = 1 }
    inside { call = call $0 }
    inside && /;$/ {
        if (call ~ /%[-0-9.*]*s/ && call !~ /sn?printf\(/) print at ": " call
        inside = 0
    }')
[ -z "$prints" ] || complain "a text that is printed without say(): $prints"

# Sizes, forbidden calls, places and dates.
for file in $(git ls-files '*.c' '*.h' '*.sh' '*.py' bootstrap); do
    [ "$(wc -l <"$file")" -le 600 ] || complain "$file has more than 600 lines"
done
! grep -n -E '\b(atoi|atol|strcpy|sprintf|strtok|rand|gets|alloca)\(' -r src include preprocess ||
    complain "a forbidden call"
! grep -n -E '//' $(git ls-files '*.c' '*.h') | grep -v -E 'https?://|"[^"]*//' ||
    complain "comments are /* */"
! git grep -n -I -E '/(home|work|root)/[a-z]|\b(TODO|FIXME)\b' -- ':!tests/lint' ||
    complain "a path of some machine, or unfinished work"

# How it reads: lines fit a page, functions breathe, comments say something.
for file in $(git ls-files '*.c' '*.h'); do
    awk -v file="$file" '
        { text = $0; gsub(/[\200-\277]/, "", text) }
        length(text) > 90 && text !~ /https?:/ { print file ":" FNR ": " length(text) " columns" }
        /^\{$/ { inside = 1; from = FNR; blank = 0; next }
        /^\}/ && inside && FNR - from > 20 && !blank {
            print file ":" from ": a function of " FNR - from - 1 " lines without a paragraph" }
        /^\}/ { inside = 0 }
        inside && /^$/ { blank = 1 }' "$file"
    # A comment that stands alone between blank lines labels a part of the file: which is
    # two files, or one that needs no label.
    awk -v file="$file" '
        { line[FNR] = $0 }
        END {
            for (i = 2; i < FNR; i++)
                if (line[i] ~ /^\/\* [A-Z][^*]*\. \*\/$/ && split(line[i], words, " ") < 7 &&
                    line[i - 1] == "" && line[i + 1] == "")
                    print file ":" i ": a label: " line[i]
        }' "$file"
done >"${TMPDIR:-/tmp}/lint.$$"
[ ! -s "${TMPDIR:-/tmp}/lint.$$" ] || complain "$(cat "${TMPDIR:-/tmp}/lint.$$")"
rm -f "${TMPDIR:-/tmp}/lint.$$"

# What may stand at the top.
for entry in $(git ls-files | cut -d/ -f1 | sort -u); do
    case $entry in
    .* | CMakeLists.txt | src | include | preprocess | tests | slurm | README.md) ;;
    bootstrap | LICENSE | CHANGELOG.md | CONTRIBUTING.md) ;;
    *) complain "$entry does not belong at the top" ;;
    esac
done
[ -z "$(git ls-files -z | xargs -0 -n1 stat -c '%s %n' | awk '$1 > 300000')" ] ||
    complain "a file of more than 300 kB"

# Format.
if command -v clang-format >/dev/null; then
    unformatted=$(clang-format --dry-run $(git ls-files '*.c' '*.h') 2>&1)
    [ -z "$unformatted" ] || complain "clang-format -i: $(head -20 <<<"$unformatted")"
else
    echo "note: clang-format is not there, the format was not checked"
fi
for script in bootstrap .ci/run $(git ls-files '*.sh' '*.sbatch'); do
    bash -n "$script" || complain "$script is not valid"
done
[ $failures = 0 ]
