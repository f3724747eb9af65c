#!/usr/bin/env bash
# --precision bf16: the same bits on any ranks and resumed, for each kernel set; other bits
# than fp32's, of which --resume says so; predict and eval take it too.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"

make_sample 120
data=$tmp/sample.h5
options=(--batch-size 64 --learning-rate 0.01 --epochs 1 --patience 0)

go() { # np run-folder option...
    ranks "$1" "$rnntrain" "$data" "${options[@]}" --run-dir "$2" --quiet "${@:3}"
}

same() { # what run run
    [ "$(outcome "$2")" = "$(outcome "$3")" ] || problem "$1: other bits"
}

stacks=("embedding:8, lstm:20"
    "embedding:8, conv:9:3, bigru:12, gru:7:reset_after, rnn:18, attention:4, dense:5:relu")
for stack in "${stacks[@]}"; do
    rm -rf "$tmp/one" "$tmp/many"
    go 1 "$tmp/one" --stack "$stack" --precision bf16
    go 3 "$tmp/many" --stack "$stack" --precision bf16
    same "$stack, three ranks" "$tmp/one" "$tmp/many"
done

# By each instruction set that this processor has.
stack=${stacks[0]}
for isa in baseline avx2 avx512 amx; do
    rm -rf "$tmp/one" "$tmp/two"
    go 1 "$tmp/one" --stack "$stack" --precision bf16 --isa $isa 2>"$tmp/err" || {
        grep -q 'this processor does not run it' "$tmp/err" || problem "$(cat "$tmp/err")"
        echo "SKIPPED: $isa, this processor does not run it"
        continue
    }
    go 2 "$tmp/two" --stack "$stack" --precision bf16 --isa $isa
    same "$isa, two ranks" "$tmp/one" "$tmp/two"
    [ $isa != baseline ] || "$rnntrain" predict "$tmp/one" --precision bf16 --isa $isa \
        <<<"good" 2>&1 >"$tmp/out" | grep -q 'note: products of bf16 are plain C' ||
        problem "no word on products of bf16 without an instruction"
    grep -q "\"kernels\": *\"$isa+bf16 float32" "$tmp/one/log.jsonl" ||
        problem "$isa: the log does not name the kernel set"
done
expect 64 '--isa amx multiplies bf16 alone: add --precision bf16' "$rnntrain" "$data" \
    --run-dir "$tmp/no" --isa amx
[ ! -e "$tmp/no" ] || problem "a refused set left a run"

# Stopped on three ranks, resumed on two, and not as fp32.
options+=(--stack "$stack" --epochs 3)
go 1 "$tmp/whole" --precision bf16
go 1 "$tmp/floats"
[ "$(outcome "$tmp/whole")" != "$(outcome "$tmp/floats")" ] || problem "bf16 has the bits of fp32"
launch 3 "$rnntrain" "$data" "${options[@]}" --run-dir "$tmp/parts" --precision bf16 \
    --test-delay 20000
sleep 0.2
kill -USR1 $job
ends
[ $rc = 75 ] || problem "code $rc after SIGUSR1: $(cat "$tmp/err")"
expect 64 'was computed by the kernel set .*\+bf16 .*give --isa, --precision' "$rnntrain" "$data" \
    "${options[@]}" --run-dir "$tmp/parts" --resume
go 2 "$tmp/parts" --precision bf16 --resume
same "resumed" "$tmp/whole" "$tmp/parts"

# Judged with either, alike but for the last digits.
cat "$tmp"/sample/test/*/*1.txt >"$tmp/texts"
for precision in fp32 bf16; do
    "$rnntrain" predict "$tmp/whole/best.h5" "$tmp/texts" --precision $precision --jsonl \
        >"$tmp/$precision"
    "$rnntrain" eval "$tmp/whole/best.h5" "$data" --precision $precision >"$tmp/eval.$precision"
done
python3 - "$tmp/fp32" "$tmp/bf16" <<'PYTHON'
import json, sys
def numbers(x):
    if isinstance(x, dict):
        return [n for v in x.values() for n in numbers(v)]
    if isinstance(x, list):
        return [n for v in x for n in numbers(v)]
    return [x] if isinstance(x, float) else []
floats, halves = ([numbers(json.loads(line)) for line in open(path)] for path in sys.argv[1:])
assert len(floats) == len(halves) > 3 and all(floats)
most = max(abs(a - b) for x, y in zip(floats, halves) for a, b in zip(x, y))
assert 0 < most < 0.02, most
PYTHON
