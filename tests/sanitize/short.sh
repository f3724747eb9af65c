#!/usr/bin/env bash
# Every command once on two ranks, what bad files do, a run that is resumed, models of others
# in and out; sanitize.sh runs it in its build.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"

for np in 1 3; do
    ranks $np "$build/tests/test_comm" >"$tmp/out" 2>&1 || {
        cat "$tmp/out"
        problem "np $np"
    }
done

make_sample 240
set=$tmp/sample.h5
small=(--quiet --epochs 2 --batch-size 101 --units 9 --embedding 7 --limit-test 50)
for options in "--recipe keras-lstm" "--recipe keras-bilstm --layers 2" \
    "--recipe keras-gru --head mean --mask --clip-norm 1 --recurrent-activation hard_sigmoid" \
    "--recipe keras-gru --reset-after --head max --mask"; do
    # shellcheck disable=SC2086
    ranks 2 "$rnntrain" "$set" $options --run-dir "$tmp/run" --overwrite "${small[@]}" \
        --test-ranges 3
    "$rnntrain" eval "$tmp/run/best.h5" "$set" >/dev/null
done
printf 'good\n\n\xff\xfe not bad\n' | "$rnntrain" predict "$tmp/run/last.h5" --jsonl >/dev/null
"$rnntrain" inspect "$tmp/run/last.h5" >/dev/null
"$rnntrain" inspect "$set" >/dev/null
"$rnnprep" inspect "$set" >/dev/null
"$rnnprep" baseline "$set" >/dev/null
"$build/tests/make_bad_files" "$tmp"
head -c 9999 "$set" >"$tmp/short.h5"
for file in short large_id newer; do
    expect 65 "$file.h5" mpirun -np 2 "$rnntrain" "$tmp/$file.h5" --run-dir "$tmp/none"
done
for file in nan shape newer; do
    expect 65 "$file.ck.h5" "$rnntrain" predict "$tmp/$file.ck.h5" /dev/null
done
expect 64 '--unitz' mpirun -np 2 "$rnntrain" "$set" --unitz 3 --run-dir "$tmp/none"
expect 66 'none.h5' mpirun -np 2 "$rnntrain" "$tmp/none.h5" --run-dir "$tmp/none"

# A run with windows of rows that is stopped, goes on from the checkpoint before the last one,
# which is damaged, meets numbers that are not finite and goes back.
"$rnnprep" "$tmp/sample" -o "$tmp/wide.h5" --num-words 400 --maxlen 2000 --quiet
windows=("$tmp/wide.h5" --recipe keras-gru "${small[@]}" --batch-size 50
    --shuffle window --window-rows 100 --run-dir "$tmp/resumed" --resume --test-nan 5 --on-nan rollback)
for np in 3 1; do
    expect 75 'its time is up' mpirun -np $np "$rnntrain" "${windows[@]}" --max-time 0.001
done
printf 'x' | dd of="$tmp/resumed/last.h5" bs=1 seek=5000 conv=notrunc status=none
ranks 2 "$rnntrain" "${windows[@]}" 2>"$tmp/err"
grep -q 'going on from .*/last.prev.h5' "$tmp/err" || problem "no word on damage"
[ "$(hashes "$tmp/resumed" | wc -w)" = 2 ] || problem "not two epochs"

# Models for others, and theirs; training goes on from one.
golden=$source/tests/golden/keras_models
cd "$tmp"
for kind in keras:keras keras3-weights:weights.h5 c:c onnx:onnx; do
    "$rnntrain" export run/last.h5 --to ${kind%:*} -o "ours.${kind#*:}" >said 2>&1 ||
        grep -q 'built without' said || problem "export to ${kind%:*}: $(cat said)"
done
"$rnntrain" predict ours.keras "$golden/texts" --tokenizer "$golden/tokenizer.json" >said
for model in keras_stack.keras tf_keras_lstm.h5; do
    "$rnntrain" import "$golden/$model" --tokenizer "$golden/tokenizer.json" -o theirs.h5 >said
    "$rnntrain" predict theirs.h5 "$golden/texts" >said
done
ranks 2 "$rnntrain" "$set" --init-from run/last.h5 --recipe keras-gru --reset-after \
    --head max --mask "${small[@]}" --run-dir further
