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

# One total order of modules: a module includes only what stands before it.
read -r -a order <<<"$(sed -n '/^set(RNNTRAIN_MODULES/,/)/p' CMakeLists.txt |
    tr '\n()' '   ' | sed 's/set RNNTRAIN_MODULES//')"
position() {
    local i
    for i in "${!order[@]}"; do
        [ "${order[i]}" != "$1" ] || { echo "$i"; return; }
    done
    echo -1
}
[ ${#order[@]} -gt 10 ] || complain "the list of modules was not found in CMakeLists.txt"
for module in "${order[@]}"; do
    [ -e "include/rnntrain/$module.h" ] || complain "$module has no header"
    mine=$(position "$module")
    for file in include/rnntrain/$module.h src/$module.c src/${module}_*.[ch]; do
        [ -e "$file" ] || continue
        for other in $(sed -n 's/^#include "rnntrain\/\(.*\)\.h"/\1/p' "$file"); do
            [ "$(position "$other")" -le "$mine" ] ||
                complain "$file includes $other.h, which stands behind $module"
        done
    done
done
for file in include/rnntrain/*.h; do
    [ "$(position "$(basename "$file" .h)")" -ge 0 ] || complain "$file is in no order"
done

# Doors: an outside library's header in one module only.
door() { # header allowed-file-pattern
    local found
    found=$(grep -l "#include <$1" -r include src preprocess | grep -v -E "$2" || true)
    [ -z "$found" ] || complain "<$1> is included by $found"
}
door mpi.h '^src/comm(_private\.h|\.c)$'
door hdf5.h '^src/h5(_private\.h|\.c)$'
door cblas.h '^src/kernels\.c$'
door Random123/ '^src/rng\.c$'
door archive '^(src/zip|preprocess/input)\.c$'
door zlib.h '^preprocess/input\.c$'
door csv.h '^preprocess/delimited\.c$'
door libdeflate.h '^src/h5_(chunks|write)\.c$'
door libxml/ '^src/text_(cut|tables)\.c$'
door onnx.pb-c.h '^src/export_onnx_private\.h$'
door pthread.h '^(src/(stream|rnntrain)|preprocess/crew)\.c$'
door unicode/ '^(src/text(_private|_cut|_tables)?\.[ch]|preprocess/decode\.c)$'
! grep -l -E '\b(printf|puts|fputs)\(|\bstdout\b' src/{base,rng,kernels*,h5,file,comm,text*,dataset,predictor,rnntrain}.[ch] \
    2>/dev/null | grep -v src/base.c || complain "a library module prints"

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
