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
    has '^  version .*--version'
    has "help COMMAND"
    [ "$(wc -L <"$tmp/said")" -le 80 ] || problem "the list of $program is too wide"
    for command in $(rows "$2"); do
        grep -q -E "^  $command +[a-z].{20,}" "$tmp/list" || problem "$program help has no $command"
        ask "$program" "$command" --help
        cp "$tmp/said" "$tmp/own"
        has "^usage: $(basename "$program") $command "
        [ "$(wc -L <"$tmp/said")" -le 80 ] || problem "the help of $command is too wide"
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
    has '^build      [0-9a-f]{16}$'
    has '^compiler   [a-z]+ [0-9]'
    has '^hdf5       [0-9]+\.[0-9]+'
    ask "$program" --version --json
    has "^\{\"program\":\"$(basename "$program")\",\"version\":\"[0-9.]+\",\"build\":\".*\}$"
    ask "$program" version
    has "^$(basename "$program") [0-9]+\.[0-9]+\.[0-9]+$"
    for command in $(rows "$2"); do
        ask "$program" "$command" --version
        has "^$(basename "$program") [0-9]"
    done
    expect 64 'there is no command hepl \(did you mean help\?\)' "$program" help hepl
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
expect 64 'usage: rnntrain predict MODEL' "$rnntrain" predict

# An example stands first, and files are called files.
ask "$rnntrain" help
[ "$(grep -n '^Example' "$tmp/said" | cut -d: -f1)" -lt "$(grep -n '^  train ' "$tmp/said" | cut -d: -f1)" ] ||
    problem "the list does not begin with an example"
ask "$rnntrain" help train
has '^  --config FILE$'
has '^  --run-dir FOLDER$'
ask "$rnnprep" help prepare
has '^  --save-tokenizer FILE$'

# Names of other programs are refused by ours; only slips of the hand are taken for a word, and
# options of the tests for none.
peer() { # what is said, what is typed
    expect 64 "unknown option $2 \($1" "$rnntrain" train "$2" 1
}
for pair in --lr=--learning-rate -lr=--learning-rate --hidden-size=--units --num-epochs=--epochs \
    --n-epochs=--epochs -epoch=--epochs --batch=--batch-size --bs=--batch-size \
    --embedding-dim=--embedding -dim=--embedding --output-dir=--run-dir --random_state=--seed; do
    peer "it is ${pair#*=} here" "${pair%%=*}"
done
# Where ours counts something else, or is of another kind, that is said with it.
while read -r name ours; do
    peer "it is $ours" "$name"
done <<'NAMES'
--warmup-steps --lr-warmup here, which counts epochs\)
--warmup-ratio --lr-warmup here, which counts epochs\)
--clipvalue --clip-norm here, the largest norm of the whole gradient
--clipnorm --clip-norm here, the largest norm of the whole gradient
--per-device-train-batch-size --batch-size here, which is that of all ranks together\)
--val-size --validation-split here, a share from 0 to 0.9, no number of rows\)
--val-data --validation here, rnnprep's a file, rnntrain's the rule
--save-freq --checkpoint-every here, which counts steps
--resume-from --resume here, without a value
NAMES
peer 'there is no weight decay' --weight-decay
peer '.*rnnprep --maxlen' --max-length
peer '.*rnnprep --maxlen' --max_len
peer '.*rnnprep --num-words' --vocab-size
peer '.*mpirun -np N' --gpus
peer 'words are read one by one' -wordNgrams
peer 'did you mean --seed' --seeed
peer 'rnntrain train --help lists them' --test-dely
peer 'rnntrain train --help lists them' --l
expect 64 'unknown option --max_length \(it is --maxlen here' "$rnnprep" . --max_length 3
expect 64 'unknown option --vocab_size \(it is --num-words here, which counts the pad' \
    "$rnnprep" . --vocab_size 3
expect 64 'unknown option --text \(it is --text-column here' "$rnnprep" . --text 3
expect 64 'did you mean val_acc\?' "$rnntrain" evl --monitor val_accuracy
expect 64 'did you mean bilstm\?' "$rnntrain" evl --model BiLSTM
expect 64 'did you mean eval\?' "$rnntrain" evaluate x
expect 64 'rnnprep makes data sets' "$rnntrain" preprocess x

# So are variables of the environment; one that nobody can tell is said and passed over.
expect 64 'RNNTRAIN_EPOCS in the environment.*did you mean --epochs' \
    env RNNTRAIN_EPOCS=1 "$rnntrain" evl
expect 64 'RNNTRAIN_LR in the environment.*it is --learning-rate' \
    env RNNTRAIN_LR=1 "$rnntrain" evl
expect 64 'RNNPREP_MAX_LEN in the environment.*it is --maxlen' \
    env RNNPREP_MAX_LEN=9 "$rnnprep" evl
RNNPREP_HOME=/ "$rnnprep" "$tmp/evl" >"$tmp/out" 2>"$tmp/err" && problem "evl is a corpus"
grep -q 'note: RNNPREP_HOME in the environment is no option' "$tmp/err" ||
    problem "no word of RNNPREP_HOME: $(cat "$tmp/err")"

# Of several ranks one answers.
for question in --help 'train --help' 'eval --help' --version; do
    # shellcheck disable=SC2086
    ranks 3 "$rnntrain" $question >"$tmp/said"
    # shellcheck disable=SC2086
    "$rnntrain" $question | cmp -s - "$tmp/said" || problem "$question on 3 ranks"
done
expect 64 "there is no command evall" mpirun -np 3 "$rnntrain" evall x
