#!/usr/bin/env bash
# A language model: the same bits on any ranks, resumed and killed; what begins with it; what is refused.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$tmp"

"$rnnprep" sample sample --documents 300 >/dev/null
"$rnnprep" ./sample -o data.h5 --num-words 300 --maxlen 30 --quiet
layers=(--units 5 --embedding 6 --head max --dense 0 --rnn-dropout 0.2 --batch-size 16 --lane-rows 4 --quiet)
small=(data.h5 "${layers[@]}" --model bilstm --negatives 60 --epochs 3 --learning-rate 0.03)
pretrain=("$rnntrain" pretrain "${small[@]}")

# On 1 and 3 ranks; broken off in the second epoch and killed, each gone on with on 2.
"${pretrain[@]}" --run-dir one
ranks 3 "${pretrain[@]}" --run-dir three
[ "$(hashes three)" = "$(hashes one)" ] || problem "3 ranks differ"
rc=0
"${pretrain[@]}" --run-dir broken --checkpoint-every 2 --test-nan 17 2>/dev/null || rc=$?
[ $rc = 76 ] || problem "code $rc where a gradient is no number"
ranks 2 "${pretrain[@]}" --run-dir broken --resume
[ "$(hashes broken)" = "$(hashes one)" ] || problem "resumed, it differs"
launch 2 "${pretrain[@]}" --run-dir killed --checkpoint-every 3
sleep "0.$((RANDOM % 4))"
kill -9 $(started) 2>/dev/null || true
wait $job 2>/dev/null || true
"${pretrain[@]}" --run-dir killed --checkpoint-every 3 --resume 2>/dev/null
[ "$(hashes killed)" = "$(hashes one)" ] || problem "killed, it differs"

# Texts without labels are learnt too, wherever their rows are.
cat sample/test/*/*.txt >more.txt
"$rnnprep" ./sample -o more.h5 --unlabelled more.txt --num-words 300 --maxlen 30 --quiet
more=("$rnntrain" pretrain more.h5 "${layers[@]}" --epochs 1)
"${more[@]:0:3}" "${layers[@]/--quiet/--no-quiet}" --epochs 1 --run-dir more >said
grep -q "^data .* rows to train, 100 of them without labels" said || problem "$(cat said)"
ranks 2 "${more[@]}" --run-dir more-2
[ "$(hashes more)" = "$(hashes more-2)" ] || problem "without labels 2 ranks differ"
"$rnntrain" pretrain data.h5 "${layers[@]}" --epochs 1 --run-dir fewer
[ "$(hashes more)" != "$(hashes fewer)" ] || problem "nothing was learnt without labels"
expect 64 'more.h5 has texts without labels: give --shuffle full' "${more[@]}" --shuffle window --run-dir x

# It learns, and says so in perplexities.
python3 - one/log.jsonl <<'PYTHON'
import json, math, sys
epochs = [e for e in map(json.loads, open(sys.argv[1])) if e["event"] == "epoch"]
assert epochs[-1]["val_perplexity"] < .8 * epochs[0]["perplexity"], epochs
assert all(abs(math.exp(e["val_loss"]) - e["val_perplexity"]) < 1e-6 * e["val_perplexity"] for e in epochs)
PYTHON
"$rnntrain" summary one | grep -q '^next_word ' || problem "no output in the summary"
"$rnntrain" inspect --verify one/last.h5 | grep -q ' whole: ' || problem "it is not whole"

# A classifier of its layers, of more, or of others; its head is drawn.
"$rnntrain" data.h5 --init-from one --epochs 1 --run-dir classifier >said
grep -q "^begins   with the layers of a language model, one" said || problem "$(cat said)"
cat sample/test/pos/*.txt >texts
grep -q "it skipped pads: --mask" said || problem "nothing is said of pads: $(cat said)"
"$rnntrain" data.h5 --init-from one --mask --epochs 1 --run-dir masked | grep -q "it skipped pads" &&
    problem "a classifier that skips pads is told to"
"$rnntrain" predict classifier texts >/dev/null
"$rnntrain" data.h5 "${layers[@]}" --model bilstm --epochs 1 --run-dir drawn
[ "$(hashes classifier)" != "$(hashes drawn)" ] || problem "nothing was taken"
"$rnntrain" data.h5 --init-from one --layers 2 --epochs 1 --run-dir deeper --quiet
expect 64 'whose bidirectional/forward_lstm/kernel is 6 x 20, and in this model it is 6 x 28' \
    "$rnntrain" data.h5 --init-from one --units 7 --run-dir x
expect 64 'whose bidirectional/.* is not there' "$rnntrain" data.h5 --init-from one --model lstm --run-dir x
"${pretrain[@]}" --init-from one --epochs 1 --run-dir further
expect 64 'classifier.best.h5 is a classifier' "${pretrain[@]}" --init-from classifier --run-dir x

# What it is not.
expect 64 'one/best.h5 is a language model, which judges no texts: .*--init-from' \
    "$rnntrain" predict one texts
expect 64 'is a language model' "$rnntrain" eval one data.h5
expect 64 'is a language model' "$rnntrain" export one --to onnx -o x.onnx
expect 64 'layer bidirectional reads both ways and is not the only' "${pretrain[@]}" --layers 2 --run-dir x
expect 64 'layer conv1d stands below' "$rnntrain" pretrain data.h5 --stack "embedding:4, conv:4:3, lstm:4" \
    --run-dir x
expect 64 'layer lstm reads backwards' "$rnntrain" pretrain data.h5 --stack "embedding:4, lstm:4:backwards" \
    --run-dir x
expect 64 'needs a recurrent layer' "$rnntrain" pretrain data.h5 --stack "embedding:4, max" --run-dir x
expect 64 '--label-smoothing is for classifiers' "${pretrain[@]}" --label-smoothing 0.1 --run-dir x
expect 64 '--monitor val_acc: .*give --monitor val_loss' "${pretrain[@]}" --monitor val_acc --run-dir x
expect 64 '--negatives is for rnntrain pretrain' "$rnntrain" "${small[@]}" --run-dir x
[ ! -e x ] || problem "a refused run leaves a folder"
