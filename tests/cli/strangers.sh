#!/usr/bin/env bash
# Models that strangers saved are as their authors meant them, or refused by name; what was assumed is
# said. Made of the golden ones: an archive with another configuration.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"

golden=$source/tests/golden/keras_models
cd "$tmp"

cat >change.py <<'PYTHON'
"""change.py FROM TO CODE: an archive whose config.json, `config`, went through the code. `layers` are all
of its layers' configurations by class name;"""
import json, sys, zipfile
source, target, code = sys.argv[1:]
with zipfile.ZipFile(source) as archive, zipfile.ZipFile(target, "w") as changed:
    config = json.loads(archive.read("config.json"))
    layers = {}
    for layer in config["config"]["layers"]:
        layers.setdefault(layer["class_name"], []).append(layer["config"])
    exec(code)
    for name in archive.namelist():
        changed.writestr(name, json.dumps(config) if name == "config.json" else archive.read(name))
PYTHON
change() { python3 change.py "$golden/$1" "$2" "$3"; }
imported() { "$rnntrain" import "$@" -o out.h5 >said 2>notes || problem "$(cat notes)"; }

# A layer that Keras would leave as it is: said where the model is trained further, and only there.
change keras_chain.keras frozen.keras 'layers["Embedding"][0]["trainable"] = False'
imported frozen.keras --maxlen 7
grep -q "note: .*frozen in the model (trainable=False), and here too when it is trained further" notes || problem "frozen"
"$rnntrain" predict frozen.keras "$golden/texts" --maxlen 7 \
    --tokenizer "$golden/tokenizer.json" >said 2>notes
! grep -q frozen notes || problem "predict says what only training asks"
change keras_chain.keras all_frozen.keras 'config["config"]["trainable"] = False'
imported all_frozen.keras --maxlen 7
grep -q "unless --freeze says otherwise: .*,.*," notes || problem "all frozen: $(cat notes)"
change keras_stack.keras inner.keras 'layers["Bidirectional"][0]["layer"]["config"]["trainable"] = False'
imported inner.keras --maxlen 7
grep -q "frozen in the model.*: [a-z_0-9]*bidirectional" notes || problem "frozen inside: $(cat notes)"
imported "$golden/keras_chain.keras" --maxlen 7
! grep -q frozen notes || problem "nothing is frozen there"

# A regression is none of ours; logits are, where the loss or the user says so.
dense='layers["Dense"][-1].update(units=1, activation="linear")'
loss() { # JSON of the loss
    change keras_stack.keras linear.keras "$dense; config['compile_config'] = {'loss': $1}"
}
for name in '"mse"' '"mean_absolute_error"' '{"out": "huber"}' \
    '{"class_name": "MeanSquaredError", "config": {"name": "mean_squared_error"}}' \
    '{"class_name": "function", "config": "log_cosh"}'; do
    loss "$name"
    expect 65 'is linear and was trained with the loss .*: a regression' \
        "$rnntrain" import linear.keras -o none.h5
done
for name in None '"my_loss"'; do
    loss "$name"
    expect 65 'is linear, and its loss .* give --logits' "$rnntrain" import linear.keras -o none.h5
done
for name in '["hinge"]' '"squared_hinge"' '{"class_name": "CategoricalHinge", "config": {}}'; do
    loss "$name"
    expect 65 'whose numbers are margins.*--logits' "$rnntrain" import linear.keras -o none.h5
done
# Keras puts the classes' border at 0.5 there, and logits have it at 0.
for name in '"binary_crossentropy"' \
    '{"class_name": "BinaryCrossentropy", "config": {"from_logits": False}}'; do
    loss "$name"
    "$rnntrain" import linear.keras -o none.h5 >said 2>notes ||
        grep -q "kernel of shape" notes || problem "a loss of probabilities: $(cat notes)"
    grep -q "took its numbers for probabilities.*0, and not 0.5, the border" notes ||
        grep -q "kernel of shape" notes || problem "a border is not said: $(cat notes)"
done
loss '{"class_name": "BinaryCrossentropy", "config": {"from_logits": True}}'
"$rnntrain" import linear.keras -o none.h5 >said 2>notes || grep -q "kernel of shape" notes ||
    problem "logits: $(cat notes)"
! grep -q regression notes || problem "logits are no regression"
change keras_stack.keras linear.keras 'layers["Dense"][-1].update(activation="linear")
config["compile_config"] = {"loss": "sparse_categorical_crossentropy"}'
imported linear.keras
grep -q "took its numbers for probabilities.*the classes are the same" notes ||
    problem "logits of classes: $(cat notes)"

# What import assumed, and how to say it.
imported "$golden/keras_lstm.h5"
grep -q "does not say where pads stand: in front is assumed.*--padding post" notes || problem "pads"
grep -q "does not name its classes.*--labels" notes || problem "names"
imported "$golden/keras_lstm.h5" --padding pre --truncating pre --labels neg,pos
! grep -q note notes || problem "it was given: $(cat notes)"

# Rows of any length.
"$rnntrain" inspect "$golden/keras_chain.keras" >said 2>notes || problem "inspect: $(cat notes)"
grep -q "any number of positions" said || problem "inspect: $(cat said)"

# Weights alone: the layers without weights have names too, and what neither says is said.
weights=$golden/keras_weights.weights.h5
cat >model.json <<'JSON'
{"class_name": "Sequential", "keras_version": "3.6.0", "config": {"name": "s", "layers": [
 {"class_name": "InputLayer", "config": {"name": "i", "batch_shape": [null, 7]}},
 {"class_name": "Embedding", "config": {"name": "e", "input_dim": 12, "output_dim": 3, "mask_zero": false}},
 {"class_name": "GRU", "config": {"name": "g", "units": 4, "return_sequences": true, "reset_after": false}},
 {"class_name": "GlobalMaxPooling1D", "config": {"name": "p"}},
 {"class_name": "Dense", "config": {"name": "d", "units": 2, "activation": "softmax"}}]}}
JSON
judge() { # file option...
    "$rnntrain" predict "$1" "$golden/texts" --tokenizer "$golden/tokenizer.json" "${@:2}" 2>notes
}
judge "$weights" --maxlen 7 >found
grep -q "weights alone: taken for a model with no mask, .* the head max" notes || problem "what was assumed"
judge "$weights" --architecture model.json >expected
! grep -q "weights alone" notes || problem "an architecture leaves nothing open"
cmp expected found || problem "the head is told by a name"
expect 64 'head last, but the layers of .* have the head max' "$rnntrain" inspect "$weights" --head last
expect 64 'says itself what model it is' "$rnntrain" inspect "$golden/keras_lstm.h5" --architecture model.json
python3 -c 'import json; json.dump(open("model.json").read(), open("twice.json", "w"))'
judge "$weights" --architecture twice.json >found
cmp expected found || problem "JSON in JSON"
printf 'class_name: Sequential\nconfig: {}\n' >model.yaml
expect 65 'model.yaml: no JSON; .*yaml.full_load' "$rnntrain" inspect "$weights" --architecture model.yaml
# What is wrong with it is said of it, not of the weights.
echo '{"class_name": "Sequential", "config": {"layers": [{"config": {"name": "a"}}]}}' >wrong.json
expect 65 '^rnntrain: wrong.json: a layer of its configuration' "$rnntrain" inspect "$weights" --architecture wrong.json
echo '{"a": 1}' >wrong.json
expect 65 '^rnntrain: wrong.json: its configuration has no list' "$rnntrain" inspect "$weights" --architecture wrong.json
sed 's/"class_name": *"GRU"/"class_name": "ConvLSTM2D"/' model.json >wrong.json
expect 65 '^rnntrain: wrong.json: layer "[^"]*" .ConvLSTM2D' "$rnntrain" inspect "$weights" --architecture wrong.json

! [ -e none.h5 ] || problem "a model that was refused left a file"

# Folders: a SavedModel is named, and what becomes of it.
mkdir saved_model other
: >saved_model/saved_model.pb
for command in "import saved_model -o none.h5" "inspect saved_model"; do
    # shellcheck disable=SC2086
    expect 65 'saved_model: a SavedModel of TensorFlow, .*load_model\("saved_model"\).save\("model.keras"\)' \
        "$rnntrain" $command
done
expect 66 'other: not a regular file: expected a model of Keras, or the folder of a run' \
    "$rnntrain" import other -o none.h5
