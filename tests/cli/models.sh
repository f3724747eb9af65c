#!/usr/bin/env bash
# Models of Keras in, models for Keras out: small files that real Keras saved, with what it said of
# texts (golden/make_keras_models.py); and models trained here, exported, opened and trained further.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"

golden=$source/tests/golden/keras_models
cd "$tmp"

# judge MODEL TEXTS [option...]: the probabilities of all classes, one text a line.
judge() {
    "$rnntrain" predict "$1" "$2" --jsonl "${@:3}" 2>>notes
}

# Every golden file, as it is and imported.
cat >compare.py <<'PYTHON'
"""compare.py EXPECTED.json RNNTRAIN FOLDER: largest difference to what Keras said."""
import json, subprocess, sys
worst = 0
with open(sys.argv[1]) as file:
    models = json.load(file)["models"]
def judge(path, options):
    lines = subprocess.run([sys.argv[2], "predict", path, sys.argv[3] + "/texts", "--jsonl"] +
                           options, check=True, capture_output=True, text=True).stdout
    return [list(json.loads(line)["probabilities"].values()) for line in lines.splitlines()]
for model in models:
    path = sys.argv[3] + "/" + model["file"]
    options = model["options"].split() + ["--tokenizer", sys.argv[3] + "/tokenizer.json"]
    subprocess.run([sys.argv[2], "import", path, "-o", "imported.h5"] + options, check=True,
                   capture_output=True)
    direct = judge(path, options)
    assert direct == judge("imported.h5", []), path
    assert len(direct) == len(model["probabilities"]), path
    for found, expected in zip(direct, model["probabilities"]):
        difference = max(abs(a - b) for a, b in zip(found, expected))
        assert len(found) == len(expected) and difference < 1e-6, (path, found, expected)
PYTHON
for keras in keras tf_keras; do
    python3 compare.py "$golden/$keras.json" "$rnntrain" "$golden" || problem "$keras"
done

"$rnntrain" inspect "$golden/keras_stack.keras" >said
grep -q "of Keras 3" said || problem "inspect: no version"
grep -q "bidirectional_1/backward_gru/bias *(2, 9)" said || problem "inspect: no tensors"

# What is otherwise here is said.
judge "$golden/keras_hard.h5" "$golden/texts" --tokenizer "$golden/tokenizer.json" >said
grep -q "note: .*hard_sigmoid is clip(x/6 + 0.5) in Keras 3" notes || problem "no note on hard_sigmoid"

judge "$golden/tf_keras_weights.weights.h5" "$golden/texts" --tokenizer "$golden/tokenizer.json" \
    --maxlen 7 --head max --recurrent-activation hard_sigmoid >said
grep -q "note: .*hard_sigmoid is taken as Keras 2's" notes || problem "no note on whose hard_sigmoid"

# A model trained here goes out and comes back with the same bits, and with its words.
make_sample 900
cat sample/test/pos/*.txt >texts
for options in "--recipe keras-lstm" "--recipe none --model bigru --head flatten --units 5,3 --mask" \
    "--recipe none --model gru --reset-after --head mean --dense 0"; do
    # shellcheck disable=SC2086
    "$rnntrain" sample.h5 $options --run-dir run --overwrite --quiet --epochs 1
    judge run/best.h5 texts >expected
    "$rnntrain" export run/best.h5 --to keras -o ours.keras --with-tokenizer >said
    grep -q "ours.keras: read back" said || problem "nothing said of the export"
    judge ours.keras texts --tokenizer ours.tokenizer.json >found # which names its classes
    cmp expected found || problem ".keras: $options"
    "$rnntrain" export run/best.h5 --to keras3-weights -o ours.weights.h5 >said
    head=$(sed -nE 's/.*--head (\w+).*/\1/p' <<<"$options")
    judge ours.weights.h5 texts --tokenizer ours.tokenizer.json --labels neg,pos --maxlen 60 \
        --head "${head:-last}" --mask="$([[ $options = *--mask* ]] && echo true || echo false)" >found
    cmp expected found || problem ".weights.h5: $options"
    "$rnntrain" eval run/best.h5 sample.h5 --json >expected
    "$rnntrain" eval ours.keras sample.h5 --json >found
    cmp expected found || problem "eval: $options"
done
expect 64 "Keras 2's hard_sigmoid" "$rnntrain" export \
    "$golden/tf_keras_hard.h5" --to keras -o none.keras
expect 64 "says itself what model it is" "$rnntrain" import "$golden/keras_lstm.h5" --head max -o none.h5
expect 64 "has its own" "$rnntrain" predict run/best.h5 texts --padding post
[ ! -e none.keras ] && [ ! -e none.h5 ] || problem "an export that was refused left a file"

# Training goes on from another model, with its moments or without, on any number of ranks.
"$rnntrain" sample.h5 --recipe keras-lstm --run-dir first --quiet --epochs 2
further() { # ranks run option...
    ranks "$1" "$rnntrain" sample.h5 --init-from first/last.h5 --run-dir "$2" --epochs 1 "${@:3}" >"$2.said"
}
further 1 one
grep -q "weights and moments of first/last.h5, after [1-9]" one.said || problem "moments are not said"
further 2 two
[ "$(hashes one)" = "$(hashes two)" ] || problem "other bits on two ranks"
further 1 fresh --no-init-optimizer
[ "$(hashes one)" != "$(hashes fresh)" ] || problem "moments have no effect"
expect 65 "dense/kernel:0 is \(32, 256\), expected \(32, 8\)" "$rnntrain" sample.h5 \
    --init-from first/last.h5 --dense 8 --run-dir other --quiet

# A run that begins so is resumed as any other.
further 1 whole --epochs 3
further 1 part --epochs 1
further 2 part --epochs 3 --resume
[ "$(hashes whole)" = "$(hashes part)" ] || problem "resumed, other bits"

# keras.datasets.imdb's ids: index + 3, 1 in front, 2 for what is beyond the embedding; others go.
echo '{"the": 1, "film": 2, "good": 3, "bad": 4, "e": 5, "f": 6, "g": 7, "h": 8, "i": 9}' >index.json
printf 'The good film!\nbad, BAD filmes\n\nh i\n' >plain
printf 'w1 w4 w6 w5\nw1 w7 w7\nw1\nw1 w11 w2\n' >ids
judge "$golden/keras_lstm.h5" plain --imdb-word-index index.json >found
judge "$golden/keras_lstm.h5" ids --tokenizer "$golden/tokenizer.json" --labels neg,pos >expected
cmp expected found || problem "the word index"
