#!/usr/bin/env bash
# Models of Keras that strangers made, and those that are refused: one line that says what is wrong
# and where, nothing written, no other file opened (a FIFO would make the test wait), no hang.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"

mkfifo "$tmp/pipe"
"$build/tests/make_hostile_models" "$tmp"
cd "$tmp"

not_imported() { # code pattern file option...
    expect "$1" "$2" "$rnntrain" import "${@:3}" -o out.h5
    [ "$(wc -l <err)" -eq 1 ] || problem "more than one line: ${*:3}"
    ! grep -q '[^[:print:][:space:]]' err || problem "control characters: ${*:3}"
    [ ! -e out.h5 ] || problem "a checkpoint was written: ${*:3}"
}
imported() { # file pattern option...
    "$rnntrain" import "$1" -o out.h5 "${@:3}" >said 2>err || problem "$1: $(cat err)"
    grep -q -E -- "$2" said || problem "no line like \"$2\": $(cat said)"
    "$rnntrain" inspect out.h5 >/dev/null
    rm out.h5
}

imported good.h5 'Keras 2.2.4, 81 weights'
imported good.keras '81 weights'
imported variable.h5 '81 weights'

# Links and numbers that are elsewhere; names.
leads='lstm/kernel:0 is missing, or a link that leads out of the file or nowhere'
for name in soft loop external external_pipe; do
    not_imported 65 "$name.h5: .*$leads" $name.h5
done
not_imported 65 'no weights in it: expected a model of Keras' external_all.h5
not_imported 65 'no weights in it: .* saved before it was built has none: build it' nothing.h5
not_imported 65 'layer "bidirectional" is listed, .* was cut while it was saved, as by Keras 3.0 to' cut.h5
not_imported 65 'layer "lstm" is listed, .* was cut while it was saved, as by Keras 3.0 to' alike.h5
not_imported 65 'kernel:0 stand in another file, which is not read' stored.h5
not_imported 65 'kernel:0 stand in another file, which is not read' virtual.h5
not_imported 65 'groups in groups without end' cycle.weights.h5
not_imported 65 '/layers/vars is no group of at most 4096 objects' crowd.weights.h5
not_imported 65 'etc/passwd is missing' dots.h5
not_imported 65 '/etc is missing' absolute.h5
not_imported 65 'a name in it has more than 512 bytes' slashes.h5
not_imported 65 'a name in it is not UTF-8' latin.h5
not_imported 65 'its version is not UTF-8' garbage_version.h5
not_imported 65 'its version has more than 64 bytes' version.h5
not_imported 65 'layer_names of /model_weights is missing' listless.h5
not_imported 65 'weight_names of /model_weights/lstm is missing' nameless.h5
not_imported 65 'layer_names of /model_weights cannot be read: expected strings' numbers.h5
not_imported 65 'layer "co\\x1b\[2Jnv\\nrnntrain: ok" .Conv\\n1D, Keras 2.2.4. is not supported' escape.h5

# Arrays.
not_imported 65 'kernel:0 has 1048576 x 1048576 numbers, expected at most' huge.h5
not_imported 65 'says that it has 1024 x 1024 numbers, which do not stand in the file' unwritten.h5
not_imported 65 'kernel:0 has 8192 x 4096 numbers, expected at most' packed.h5
not_imported 65 'kernel:0 has 512 x 512 numbers, expected at most' same.h5
not_imported 65 'more than 4096 arrays' too_many.h5
not_imported 65 '"lstm".* has a kernel that is no array of numbers in 2 dimensions' cube.h5
not_imported 65 '"lstm".* has a kernel that is no array of numbers in 2 dimensions' text.h5
not_imported 65 'kernel:0 is not an array' group.h5
not_imported 65 'kernel:0 cannot be read' filter.h5
not_imported 65 '"lstm".* has a kernel whose element 0 is not a finite number' nan.h5
not_imported 65 '"dense".* has a kernel whose element 0 is not a finite number' infinite.h5
not_imported 65 'dense/kernel becomes too large a number here' sums.h5
not_imported 65 '6 arrays, but its layers have 5' fewer.h5
not_imported 65 '"dense".* has no weights: the file has 6 arrays only' more.h5
not_imported 65 'kernel of shape .3, 8. in 2 dimensions, expected .3, 12.' shape.h5
not_imported 65 'its layers need 17592186101787 numbers, the file has 81' needs.h5
imported moments.h5 "with Adam's moments"
for name in moments_nan moments_negative moments_steps; do
    imported $name.h5 'without optimizer state'
done

# Configurations.
not_imported 65 'layer "conv" .Conv2D, Keras 2.2.4. is not supported; rnntrain has' conv.h5
not_imported 65 'has the activation elu: expected tanh, relu, sigmoid or linear' elu.h5
not_imported 65 'has the recurrent activation tanh: expected sigmoid' gate.h5
not_imported 65 'has the merge mode max: expected concat, sum, ave or mul' max.h5
not_imported 65 'has the merge mode none' unmerged.h5
not_imported 65 'has stateful, which' stateful.h5
not_imported 65 'has return_state, which' state.h5
not_imported 65 'has directions that read the same way' one_way.h5
not_imported 65 'has time_major, which' major.h5
not_imported 65 'is the last one, with 1 unit and the activation tanh' output.h5
for name in units wide negative textual; do
    not_imported 65 'layer "lstm".* has no units from 1 to 8192' $name.h5
done
not_imported 65 'layer "embedding".* has one row' one_word.h5
not_imported 65 'has 99999999999 positions' long.h5
not_imported 65 'only models whose layers form a chain' inputs.h5
not_imported 65 'a layer of its configuration has no class' no_class.h5
not_imported 65 'its configuration has no list of layers' no_layers.h5
not_imported 65 'its configuration has no list of layers' nested_whole.h5
for name in no_json empty_json nested; do
    not_imported 65 'its configuration is no JSON: line 1' $name.h5
done
not_imported 65 'maximum parsing depth' deep.h5
not_imported 65 'a model of 0 layers without an Embedding' no_model.h5
not_imported 65 'more than 4096 layers' layers.h5
not_imported 65 'more values than 512 MiB hold' values.h5

# Archives.
not_imported 65 'config.json in it has more than 64 MiB' bomb.keras
not_imported 65 'metadata.json in it has more than 64 MiB' bomb_metadata.keras
not_imported 65 'without config.json: expected a .keras file' odd.keras
not_imported 65 'without model.weights.h5' weightless.keras
not_imported 65 'model.weights.h5 in it is not HDF5' text.keras
not_imported 65 'its config is not UTF-8' bytes.keras
not_imported 65 'cannot be read: .*CRC' crc.keras
not_imported 65 'zip archive cannot be read' sizes.keras
not_imported 65 'zip archive cannot be read' offset.keras
not_imported 65 'neither HDF5 nor a .keras archive' empty.keras
for n in 0 7 8 100 700 2000 5000; do
    head -c $n good.h5 >cut.h5
    not_imported 65 'cut.h5' cut.h5
    head -c $n good.keras >cut.keras
    not_imported 65 'cut.keras' cut.keras
done
not_imported 66 'none.h5: cannot open' none.h5
not_imported 66 'pipe: not a regular file' pipe

# Hints and tokenizers.
not_imported 64 'any_length.h5 takes rows of any length: give --maxlen N' any_length.h5
not_imported 65 'kernel of 2 rows: expected those of 4 positions' flat.h5
tokenizer() { # index
    printf '{"config":{"word_index":"%s"}}' "$1" >tokenizer.json
}
tokenizer '{\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5,\"f\":6,\"g\":7,\"h\":8,\"i\":9,\"j\":10}'
not_imported 65 'tokenizer.json gives ids up to 10, but the embedding of .* has 10 rows' \
    good.h5 --tokenizer tokenizer.json
tokenizer '{\"a\":1,\"b\":-5}'
not_imported 65 'word_index gives "b" the index -5' good.h5 --tokenizer tokenizer.json
tokenizer '{\"a\":99999999999}'
not_imported 65 'word_index gives "a" the index 99999999999' good.h5 --tokenizer tokenizer.json
tokenizer '[]'
not_imported 65 'no word_index in it' good.h5 --tokenizer tokenizer.json
{ printf '\335' && head -c 3000 /dev/urandom; } >garbage.json # a pickle begins with \200
not_imported 65 'garbage.json: not a Keras tokenizer' good.h5 --tokenizer garbage.json
not_imported 65 'garbage.json: no JSON' good.h5 --imdb-word-index garbage.json
echo '{"the": "1"}' >index.json
not_imported 65 'word_index gives "the" the index "1", expected a whole number' good.h5 --imdb-word-index index.json
not_imported 64 'give one of them' good.h5 --imdb-word-index index.json --tokenizer garbage.json
not_imported 64 'labels a,b,c: 3 names, but the model has 2 classes' good.h5 --labels a,b,c

# What is read is not replaced, by whatever name.
tokenizer '{\"a\":1}'
cp good.h5 kept.h5
for name in kept.h5 ./kept.h5; do
    expect 73 'would replace the model that is read' "$rnntrain" import kept.h5 -o $name
    expect 73 'would replace the model that is read' "$rnntrain" export kept.h5 --to keras -o $name
done
expect 73 "it is the model's tokenizer" "$rnntrain" import kept.h5 --tokenizer tokenizer.json \
    -o ./tokenizer.json
cmp -s good.h5 kept.h5 || problem "the model was changed"

# Checkpoints of our own.
"$rnntrain" import good.h5 -o own.ck.h5 >/dev/null 2>&1
not_imported 64 'own.ck.h5 is a checkpoint of rnntrain already' own.ck.h5
for hint in "--maxlen 3" "--tokenizer tokenizer.json" "--padding post" "--head max" --mask; do
    # shellcheck disable=SC2086
    not_imported 64 "${hint%% *}.* for models of Keras; own.ck.h5 is a checkpoint" own.ck.h5 $hint
done
head -c -20 own.ck.h5 >cut.ck.h5
not_imported 65 'its trailer is missing or changed' cut.ck.h5
expect 64 'has no tokenizer' "$rnntrain" export own.ck.h5 --to c -o model.c
expect 64 'weights.h5 only' "$rnntrain" export own.ck.h5 --to keras3-weights -o model.h5

# A process in odd states.
for closed in '<&-' '>&-' '2>&-' '<&- >&- 2>&-'; do
    bash -c "'$rnntrain' import conv.h5 -o out.h5 $closed" 2>/dev/null && problem "imported" || rc=$?
    [ "$rc" -eq 65 ] || [ "$rc" -eq 74 ] || problem "exit code $rc with $closed"
done
not_imported 65 'is not supported' conv.h5
expect 65 'is not supported' mpirun -np 2 "$rnntrain" import conv.h5 -o out.h5
