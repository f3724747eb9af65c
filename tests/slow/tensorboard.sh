#!/usr/bin/env bash
# What --tensorboard writes, read by TensorBoard: the numbers of the log, also of a run that was
# stopped and resumed. Skipped where TensorBoard is not there.
set -euo pipefail
. "$2/tests/lib.sh"
cd "$tmp"
python=${RNNTRAIN_PYTHON:-python3}
"$python" -c 'import tensorboard' 2>/dev/null || skip "no tensorboard for $python"

make_sample 200
small=(--units 4 --embedding 4 --dense 4 --batch-size 32 --learning-rate 0.02 --quiet --tensorboard)
"$rnntrain" sample.h5 "${small[@]}" --epochs 3 --run-dir whole
rc=0
"$rnntrain" sample.h5 "${small[@]}" --epochs 3 --run-dir resumed --max-time 0.01 2>/dev/null || rc=$?
while [ $rc = 75 ]; do
    printf torn >>resumed/events.out.tfevents.rnntrain
    rc=0
    "$rnntrain" sample.h5 "${small[@]}" --epochs 3 --run-dir resumed --resume --max-time 0.5 2>/dev/null || rc=$?
done
[ $rc = 0 ] || problem "resumed: code $rc"

for run in whole resumed; do
    TF_CPP_MIN_LOG_LEVEL=3 "$python" - $run 2>notes <<'PYTHON' || problem "$run: TensorBoard reads other things: $(tail -3 notes)"
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
run = sys.argv[1]
events = [json.loads(line) for line in open(f"{run}/log.jsonl")]
board = EventAccumulator(run, size_guidance={"scalars": 0})
board.Reload()
epochs = [e for e in events if e["event"] == "epoch"]
for key in ("loss", "acc", "val_loss", "val_acc", "learning_rate", "seconds"):
    read = [(s.step, s.value) for s in board.Scalars(key)]
    assert [s for s, _ in read] == [e["epoch"] for e in epochs], (key, read)
    for (_, value), epoch in zip(read, epochs):
        assert abs(value - epoch[key]) <= 1e-6 * abs(epoch[key]), (key, value, epoch[key])
best = [e for e in events if e["event"] == "test" and e["which"] == "best"][0]
(test,) = board.Scalars("test_loss")
assert test.step == best["epoch"] and abs(test.value - best["loss"]) < 1e-6
PYTHON
done
[ "$(hashes whole)" = "$(hashes resumed)" ] || problem "the hashes differ"
