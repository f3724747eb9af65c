#!/usr/bin/env bash
# Manual pages and completion that are installed beside the programs: every command and every option
# that is shown, in forms that their readers take, where these are there.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$tmp"
mkdir -p man/man1 bash-completion/completions zsh/site-functions fish/vendor_completions.d
"$rnntrain" --write-manual . && "$rnnprep" --write-manual .
expect 74 'nowhere/man/man1/rnntrain.1: cannot be written' "$rnntrain" --write-manual nowhere
expect 64 'usage: rnnprep --write-manual FOLDER' "$rnnprep" --write-manual

told() { # file: the options that stand in it, "--" in the form of each
    sed -E 's/\\-/-/g; s/ -l ([a-z])/ --\1/g' "$1" | grep -o -E -e '--(\[no-\])?[a-z0-9-]+' |
        sed -E 's/^--(\[no-\])?/--/' | sort -u
}
for program in rnntrain rnnprep; do
    commands=$("$build/$program" help | sed -n -E 's/^  ([a-z]+)  +[a-z].*/\1/p' | grep -v -E '^(help|version)$')
    [ "$(wc -w <<<"$commands")" -gt 4 ] || problem "commands of $program: $commands"
    for command in $commands; do
        "$build/$program" help "$command" | sed -n -E 's/^  --(\[no-\])?([a-z0-9-]+).*/--\2/p' | sort -u >options
        cat options >>all
        told "man/man1/$program-$command.1" | comm -23 options - >missing
        [ ! -s missing ] || problem "the page of $program $command has no word of $(cat missing)"
    done
    sort -u all >options
    for file in "bash-completion/completions/$program" "zsh/site-functions/_$program" \
        "fish/vendor_completions.d/$program.fish"; do
        told "$file" | comm -23 options - >missing
        [ ! -s missing ] || problem "$file has no word of $(cat missing)"
    done
    rm all
done
# Pages of other sections, which the build may make: those that are named are there, and all are named.
cat man/man1/*.1 | tr -d '\\' | sed -n -E 's/^fB([a-z-]+)fR\(([3-8])\),?$/\1.\2/p' | sort -u >named
(cd "$source/src/manual" && for page in *.md; do echo "${page%.md}"; done) | sort | diff named - ||
    problem "pages that are named, and those of src/manual"
for page in "$source"/src/manual/*.md; do
    name=${page##*/} name=${name%%.*}
    sed -n 3p "$page" | grep -q -E "^$name - .+" || problem "$page does not begin with its name"
    grep -q -F "(src/manual/${page##*/})" "$source/README.md" || problem "README.md does not name $page"
done
for page in "$build"/manual/man/man[357]/*; do
    [ -e "$page" ] || continue # without lowdown there are none
    ! command -v lexgrog >/dev/null || lexgrog "$page" >said || problem "$page has no name: $(cat said)"
    ! command -v mandoc >/dev/null || mandoc -T lint -W error "$page" >said || problem "$(cat said)"
done
: >said
! command -v groff >/dev/null || groff -man -Tutf8 -rLL=80n -z -wbreak man/man1/rnntrain-train.1 >said 2>&1
[ ! -s said ] || problem "lines that do not fit 80 columns: $(cat said)"
grep -r -q 'test.delay' . && problem "options of the tests are shown"

# What completes, in bash.
completes() { # expected word...
    COMP_WORDS=("${@:2}") COMP_CWORD=$(($# - 2))
    "_$2"
    [ "${COMPREPLY[*]}" = "$1" ] || problem "bash: ${*:2} completes to ${COMPREPLY[*]}"
}
# shellcheck disable=SC1091
{ . bash-completion/completions/rnntrain && . bash-completion/completions/rnnprep; }
completes export rnntrain exp
completes --with-tokenizer rnntrain export model.h5 --with
completes "keras keras3-weights" rnntrain export model.h5 --to k
completes onnx rnntrain export model.h5 --to = o
completes "bilstm bigru" rnntrain data.h5 --model b
completes "" rnntrain data.h5 --run-dir ""
completes predict rnntrain help pred
completes --segment rnnprep corpus --seg

# What the others say of it.
for page in man/man1/*; do
    ! command -v lexgrog >/dev/null || lexgrog "$page" >said || problem "$page has no name: $(cat said)"
    ! command -v mandoc >/dev/null || mandoc -T lint -W error "$page" >said || problem "$(cat said)"
done
! command -v zsh >/dev/null || zsh -n zsh/site-functions/_rnntrain || problem "zsh"
! command -v fish >/dev/null || fish -n fish/vendor_completions.d/rnntrain.fish || problem "fish"
