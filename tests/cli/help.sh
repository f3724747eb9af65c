#!/usr/bin/env bash
# Help and hints of both programs: what a table of commands has, a user can find.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$tmp"

has() { # pattern
    grep -q -E -- "$1" "$tmp/said" || problem "$asked does not say \"$1\": $(cat "$tmp/said")"
}
lacks() { # pattern
    ! grep -q -E -- "$1" "$tmp/said" || problem "$asked says \"$1\""
}
ask() { # program argument...
    asked=$*
    "$@" >"$tmp/said" || problem "exit code $?: $asked"
}
rows() { # file with a program's table of commands
    sed -n -E 's/^ *COMMAND\(([a-z]+),.*/\1/p' "$1"
}

# check PROGRAM TABLE: the list has every command with a line of its own, each its help.
check() {
    local program=$1 command n=0
    ask "$program" help
    cp "$tmp/said" "$tmp/list"
    for question in --help -h; do
        ask "$program" $question
        cmp -s "$tmp/said" "$tmp/list" || problem "$program $question is another list than help's"
    done
    has '^usage: '
    has '^  --version '
    has "help COMMAND"
    [ "$(wc -L <"$tmp/said")" -le 90 ] || problem "the list of $program is too wide"
    for command in $(rows "$2"); do
        grep -q -E "^  $command +[a-z].{20,}" "$tmp/list" || problem "$program help has no $command"
        ask "$program" "$command" --help
        cp "$tmp/said" "$tmp/own"
        has "^usage: $(basename "$program") $command "
        [ "$(wc -L <"$tmp/said")" -le 90 ] || problem "the help of $command is too wide"
        [ "$(grep -c '^  --' "$tmp/said")" = "$(grep '^  --' "$tmp/said" | sort -u | wc -l)" ] ||
            problem "$command has an option twice"
        ask "$program" help "$command"
        cmp -s "$tmp/said" "$tmp/own" || problem "$program help $command is not its --help"
        ask "$program" "$command" some operands --and -h
        cmp -s "$tmp/said" "$tmp/own" || problem "$program $command ... -h is not its --help"
        n=$((n + 1))
    done
    [ $n -ge 4 ] || problem "the table of $program was not found"
    ask "$program" --version
    has "^$(basename "$program") [0-9]+\.[0-9]+\.[0-9]+$"
    expect 64 'there is no command hepl' "$program" help hepl
    expect 64 'one operand too many' "$program" help "$command" "$command"
}
check "$rnntrain" "$source/src/commands/commands.h"
check "$rnnprep" "$source/preprocess/programs.h"

# Whatever a command takes can be read there: models of Keras too.
ask "$rnntrain" help train
for word in --recurrent-activation --resume RNNTRAIN_ 'models? of Keras' mpirun dataset.h5; do
    has "$word"
done
lacks --test-delay
for command in eval predict inspect import export; do
    ask "$rnntrain" help $command
    has '^Models of Keras'
    has '^  --imdb-word-index'
    has '\.keras'
    lacks --learning-rate
done
ask "$rnnprep" --class --help
has '^  --num-words'

# A mistyped command is no data set; a data set is one, whatever it is called.
expect 64 'there is no command imprt, nor a file of that name \(did you mean import\?\)' \
    "$rnntrain" imprt x
expect 64 'did you mean eval\?' "$rnntrain" evl
expect 64 'did you mean inspect\?' "$rnnprep" inspct x.h5
expect 64 'there is no command reviews, nor a file .*rnntrain help lists' "$rnntrain" reviews
expect 66 'imprt.h5: cannot open' "$rnntrain" imprt.h5
expect 66 '\./imprt: cannot open' "$rnntrain" ./imprt
mkdir imprt
expect 65 'imprt' "$rnnprep" imprt
echo nonsense >evl
expect 65 '^rnntrain: evl' "$rnntrain" evl
[ ! -e run ] || problem "a run directory was made"
expect 64 'unknown option --unitz \(did you mean --units\?\)' "$rnntrain" evl --unitz 3
expect 64 'rnntrain train --help lists them' "$rnntrain" evl --xyzxyzxyz 3
expect 64 'usage: rnntrain predict CHECKPOINT' "$rnntrain" predict

# Of several ranks one answers.
for question in --help 'train --help' 'eval --help' --version; do
    # shellcheck disable=SC2086
    ranks 3 "$rnntrain" $question >"$tmp/said"
    # shellcheck disable=SC2086
    "$rnntrain" $question | cmp -s - "$tmp/said" || problem "$question on 3 ranks"
done
expect 64 "there is no command evall" mpirun -np 3 "$rnntrain" evall x
