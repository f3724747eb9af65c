#!/usr/bin/env bash
# The main road on the synthetic sample: train on ranks, stop early, score, judge; and what
# the log and the run directory hold.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"

make_sample 6000
set=$tmp/sample.h5
small=(--batch-size 64 --mask --monitor val_acc)

field() { # event key [file]: the values of a key in the events of a run's log
    grep "\"event\":\"$1\"" "${3:-$tmp/run/log.jsonl}" |
        sed -E "s/.*\"$2\":(\"([^\"]*)\"|([^,}]*)).*/\2\3/"
}

# A whole run: an LSTM learns what naive Bayes cannot, and training ends by itself.
ranks 2 "$rnntrain" "$set" --run-dir "$tmp/run" "${small[@]}" >"$tmp/said"
grep -q 'data  *3,600 rows to train, 400 to validate (stratified: neg 200, pos 200), 2,000 to test' \
    "$tmp/said" || problem "no line on the data"
grep -q 'ranks  *2 on .* 4 lanes' "$tmp/said" || problem "no line on the ranks"
grep -q 'stopped after epoch [0-9]*: no improvement in 5 epochs' "$tmp/said" ||
    problem "no early stopping"
grep -q '^speed .* rows/s, .* GFLOP/s .* in communication, imbalance' "$tmp/said" ||
    problem "no word on the speed"
[ "$(grep '^epoch ' "$tmp/said" | wc -L)" -le 100 ] || problem "epoch lines too wide"
grep -q $'[\r\033]' "$tmp/said" && problem "a progress bar in a file"
accuracy=$(field test acc | head -1)
awk -v a="$accuracy" 'BEGIN { exit !(a > 0.97) }' || problem "test accuracy $accuracy"

# The log: valid JSON lines, in order, with the fields that are promised.
python3 - "$tmp/run/log.jsonl" <<'PYTHON'
import json, sys
events = [json.loads(line) for line in open(sys.argv[1])]
kinds = [e["event"] for e in events]
n = kinds.count("epoch")
assert kinds == ["start"] + ["epoch"] * n + ["test", "test", "baseline", "end"], kinds
start, epochs, tests = events[0], events[1:1 + n], events[1 + n:3 + n]
assert start["ranks"] == 2 and start["lanes"] == 4 and start["config"]["batch_size"] == 64
for key in "hosts kernels data version parameters validation_rule peak_gflops".split():
    assert key in start, key
for i, e in enumerate(epochs):
    assert e["epoch"] == i + 1
    for key in ("loss acc val_loss val_acc seconds samples_per_s gflops peak_share comm_share "
                "imbalance "
                "weights learning_rate improved").split():
        assert key in e, key
    assert len(e["weights"]) == 16
best = max(epochs, key=lambda e: e["val_acc"])["epoch"]  # the first of equals
assert tests[0]["which"] == "best" and tests[0]["epoch"] == best, (tests, best)
assert tests[1]["which"] == "last" and tests[1]["epoch"] == n
assert n == best + 5 and events[-1]["reason"] == "early_stopping"
assert [e["epoch"] for e in epochs if e["improved"]][-1] == best
PYTHON

# More ranks than cores: what SGEMM reaches on all of them is what the cores reach. (Their
# turns were once taken for their speed, which made a share of 5 and more.)
for try in 1 2 3; do # other jobs may have come or gone between both measurements
    ranks 8 "$rnntrain" "$set" --run-dir "$tmp/crowd" --overwrite --batch-size 128 --epochs 1 --quiet
    share=$(field epoch peak_share "$tmp/crowd/log.jsonl")
    ! awk -v s="$share" 'BEGIN { exit !(s > 0 && s < 1.5) }' || break
    [ $try != 3 ] || problem "8 ranks: share $share of SGEMM"
done

# eval says what the run said, about both files.
for which in best last; do
    "$rnntrain" eval "$tmp/run/$which.h5" "$set" --json >"$tmp/eval"
    said=$(sed -E 's/.*"acc":([0-9.e-]+).*/\1/' "$tmp/eval")
    logged=$(field test acc | sed -n "$([ $which = best ] && echo 1 || echo 2)p")
    awk -v a="$said" -v b="$logged" 'BEGIN { exit !(a == b) }' || problem "eval $which: $said"
done
[ -e "$tmp/run/best.prev.h5" ] && [ -e "$tmp/run/last.prev.h5" ] || problem "no generation before"
"$rnntrain" inspect "$tmp/run/best.h5" >"$tmp/said"
grep -q 'embedding/embeddings' "$tmp/said" || problem "inspect of a checkpoint"
[ "$(wc -L <"$tmp/said")" -le 90 ] || problem "inspect prints lines of $(wc -L <"$tmp/said")"
"$rnntrain" inspect "$set" >"$tmp/said"
grep -q 'train .*4000' "$tmp/said" || problem "inspect of a data set"

# predict: words in another order, another judgement; alone and among others, the same.
ck=$tmp/run/best.h5
judge() { printf '%s\n' "$1" | "$rnntrain" predict "$ck" | cut -f 1; }
[ "$(judge 'The plot was not dull, and the acting was superb.')" = pos ] || problem "not dull"
[ "$(judge 'The plot was not superb, and the acting was dull.')" = neg ] || problem "not superb"
cat "$tmp"/sample/test/*/*.txt | sed -n 1,1000p >"$tmp/many"
"$rnntrain" predict "$ck" "$tmp/many" --jsonl >"$tmp/together"
[ "$(wc -l <"$tmp/together")" = 1000 ] || problem "predict lost lines"
for i in 1 17 250 999 1000; do
    sed -n "${i}p" "$tmp/many" | "$rnntrain" predict "$ck" - --jsonl >"$tmp/alone"
    [ "$(cat "$tmp/alone")" = "$(sed -n "${i}p" "$tmp/together")" ] || problem "line $i alone"
done
printf '\n\xff\xfe\n%s' "no newline at the end" | "$rnntrain" predict "$ck" >"$tmp/odd"
[ "$(wc -l <"$tmp/odd")" = 3 ] || problem "empty, invalid and unfinished lines"
for text in 'one\ntwo\n' 'one\0two' ''; do
    # shellcheck disable=SC2059
    printf "$text" | "$rnntrain" predict "$ck" --whole >"$tmp/odd"
    [ "$(wc -l <"$tmp/odd")" = 1 ] || problem "--whole of $text"
done
# A pipe that stays open: each line gets its answer before the next one is written.
python3 - "$rnntrain" "$ck" "$tmp/many" "$tmp/together" <<'PYTHON'
import select, subprocess, sys
rnntrain, checkpoint, texts, answers = sys.argv[1:]
texts, answers = open(texts, "rb").readlines(), open(answers, "rb").readlines()
judge = subprocess.Popen([rnntrain, "predict", checkpoint, "--jsonl"], stdin=subprocess.PIPE,
                         stdout=subprocess.PIPE, bufsize=0)
def ask(pieces, expected):
    for piece in pieces:
        judge.stdin.write(piece)
    for answer in expected:
        assert select.select([judge.stdout], [], [], 60)[0], "no answer to a line"
        found = b""
        while not found.endswith(b"\n"):
            found += judge.stdout.read(1)
        assert found == answer, (found, answer)
for i in range(5):
    ask([texts[i]], [answers[i]])
ask([texts[5][:9], texts[5][9:] + texts[6] + texts[7][:3]], answers[5:7])  # as they come
ask([texts[7][3:] + b"".join(texts[8:300])], answers[7:300])
judge.stdin.close()
assert judge.stdout.read() == b"" and judge.wait() == 0
PYTHON
printf 'a superb film\r\na superb film\n' | "$rnntrain" predict "$ck" --jsonl >"$tmp/odd"
[ "$(sort -u "$tmp/odd" | wc -l)" = 1 ] || problem "CRLF changes a judgement"
python3 -c 'import json, sys
for line in sys.stdin:
    d = json.loads(line)
    assert abs(sum(d["probabilities"].values()) - 1) < 1e-6
    assert d["probabilities"][d["label"]] == d["probability"] >= 0.5' <"$tmp/together"

# Under mpirun a command of one process answers once.
ranks 3 "$rnntrain" eval "$ck" "$set" >"$tmp/said"
[ "$(grep -c '^test: loss ' "$tmp/said")" = 1 ] || problem "eval answers on every rank"
"$rnntrain" eval "$ck" "$set" | cmp - "$tmp/said" || problem "eval on three ranks is another"

# One rank needs no mpirun, and gives the same model.
"$rnntrain" train "$set" --run-dir "$tmp/alone-run" "${small[@]}" --quiet >"$tmp/said"
[ -s "$tmp/said" ] && problem "--quiet speaks"
[ "$(hashes "$tmp/run")" = "$(hashes "$tmp/alone-run")" ] || problem "another model alone"
# Outside its own group a checkpoint holds the same bytes; the groups differ in `ranks` only.
cmp -s "$tmp/run/best.h5" "$tmp/alone-run/best.h5" && problem "no provenance in a checkpoint"

# Options from a file, the environment and the command line; the last one wins.
echo '{"epochs": 3, "units": 8, "embedding": 8}' >"$tmp/options.json"
RNNTRAIN_EPOCHS=4 RNNTRAIN_DENSE=0 "$rnntrain" "$set" --run-dir "$tmp/options" \
    --config "$tmp/options.json" --units 5 --set limit_train=300 --quiet
grep -q '"dense":0,.*"embedding":8,.*"epochs":3,.*"units":5' "$tmp/options/log.jsonl" ||
    problem "options from several sources"
[ "$(grep -c '"event":"epoch"' "$tmp/options/log.jsonl")" = 3 ] || problem "epochs"

# Sums by MPI_Allreduce: nearly the same weights, and the log says that bits depend on ranks.
ranks 3 "$rnntrain" "$set" --run-dir "$tmp/options" --overwrite --epochs 1 --limit-train 300 \
    --allreduce mpi >"$tmp/said"
grep -q 'bits depend on the ranks' "$tmp/said" || problem "--allreduce mpi is silent"
[ "$(field start reproducible "$tmp/options/log.jsonl")" = false ] || problem "reproducible"
[ "$(field start reproducible)" = true ] || problem "not reproducible by default"

# Windows: evaluated as its run was; a file's chunks of one class are warned of.
"$rnntrain" "$set" --run-dir "$tmp/windows" "${small[@]}" --epochs 1 --shuffle window \
    --window-rows 512 >"$tmp/said"
grep -q 'a window has few of the file.s chunks of 1093 rows.*give --window-rows 3648' "$tmp/said" ||
    problem "no word on few chunks: $(grep warning "$tmp/said")"
"$rnntrain" eval "$tmp/windows/last.h5" "$set" >"$tmp/scored"
[ "$(sed -n 's/^test: //p' "$tmp/scored")" = "$(sed -n 's/^test  *last weights (epoch 1): //p' "$tmp/said")" ] ||
    problem "evaluated otherwise than in its run: $(cat "$tmp/scored")"
"$rnntrain" eval "$tmp/windows/last.h5" "$set" --window-rows 100 | grep -q "$(grep -o 'acc .*' "$tmp/scored")" ||
    problem "another accuracy with other windows"

# --trace: valid JSON, a track a rank, each kind of work; never over another file.
ranks 3 "$rnntrain" "$set" --run-dir "$tmp/options" --overwrite --epochs 2 --limit-train 300 \
    --trace "$tmp/trace.json" --quiet
python3 - "$tmp/trace.json" <<'PYTHON'
import json, sys
events = json.load(open(sys.argv[1]))
spans = [e for e in events if e["ph"] == "X"]
kinds = {"read", "forward", "backward", "wait", "reduce", "update", "validate"}
for rank in range(3):
    mine = [e for e in spans if e["tid"] == rank]
    assert {e["name"] for e in mine} == kinds | ({"checkpoint"} if rank == 0 else set()), rank
    assert sum(e["name"] == "update" for e in mine) == 2 * 2, rank  # 270 rows in batches of 256
    ends = 0
    for e in sorted(mine, key=lambda e: e["ts"]):  # spans of a rank do not overlap
        assert e["ts"] > ends - 1 and e["dur"] >= 0, (rank, e, ends)
        ends = e["ts"] + e["dur"]
# 16 lanes, and 4 of the batch of 14 rows, dealt by fours
assert sum(e["name"] == "forward" for e in spans) == 2 * (16 + 4)
PYTHON
refused=0
"$rnntrain" "$set" --run-dir "$tmp/options-2" --trace "$tmp/trace.json" 2>"$tmp/err" || refused=$?
[ $refused = 73 ] && grep -q 'give --trace another name' "$tmp/err" || problem "trace over a file"

# --overwrite starts anew; monitors and schedules do what they say.
"$rnntrain" "$set" --run-dir "$tmp/options" --overwrite --epochs 2 --limit-train 300 \
    --monitor val_loss --lr-warmup 1 --lr-decay linear --quiet
[ "$(grep -c '"event":"epoch"' "$tmp/options/log.jsonl")" = 2 ] || problem "--overwrite"
[ "$(field epoch learning_rate "$tmp/options/log.jsonl" | head -1)" = 0.001 ] || problem "warm-up"

# A limit of a single row leaves one row.
"$rnntrain" "$set" --run-dir "$tmp/options" --overwrite --epochs 1 --limit-train 300 \
    --limit-test 1 --quiet
[ "$(field test n "$tmp/options/log.jsonl" | head -1)" = 1 ] || problem "--limit-test 1"

# --notebook: the tail of the rows, of one class, and it says so.
"$rnntrain" "$set" --run-dir "$tmp/notebook" --notebook --epochs 1 --limit-test 100 >"$tmp/said"
grep -q 'keras-tail: neg 400, pos 0' "$tmp/said" || problem "--notebook does not say its set"
grep -q 'the last weights: .*last.h5' "$tmp/said" || problem "--notebook gives the last weights"
grep -q '"recurrent_activation":"hard_sigmoid"' "$tmp/notebook/log.jsonl" || problem "--notebook"

# A run that diverges says so.
rc=0
ranks 2 "$rnntrain" "$set" --run-dir "$tmp/wild" --optimizer sgd --learning-rate 1000 \
    --momentum 0.99 --dense 1024 --limit-train 600 --quiet --epochs 50 --patience 0 \
    2>"$tmp/err" || rc=$?
[ $rc = 76 ] || problem "diverged with exit code $rc"
grep -q '^rnntrain: epoch .*not finite: lower --learning-rate' "$tmp/err" || problem "diverged"
grep -q '"event":"end","reason":"diverged"' "$tmp/wild/log.jsonl" || problem "no end in the log"
"$rnntrain" inspect "$tmp/wild/last.h5" >"$tmp/said" || problem "last.h5 after diverging"

