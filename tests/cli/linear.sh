#!/usr/bin/env bash
# A linear model of n-grams from texts to judgements: the same bits on any ranks and when it goes
# on; data sets, corpora and single texts are judged alike; what does not fit it is refused.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$tmp"

"$rnnprep" sample sample --documents 400 >/dev/null
"$rnnprep" ./sample -o data.h5 --num-words 300 --maxlen 60 --ngrams 2 --quiet
"$rnnprep" ./sample -o ids.h5 --num-words 300 --maxlen 60 --quiet

"$rnntrain" data.h5 --model linear --run-dir one >said
grep -q "n-grams, all rows' in memory" said || problem "no word of n-grams: $(cat said)"
grep -q "fit  *1 log-count, C 1 " said || problem "no first fit: $(cat said)"
grep -q "on all rows" said || problem "no last fit: $(cat said)"
ranks 3 "$rnntrain" data.h5 --model linear --run-dir three --quiet
[ "$(hashes one)" = "$(hashes three)" ] || problem "3 ranks: $(hashes three), 1: $(hashes one)"
ranks 2 "$rnntrain" data.h5 --model linear --run-dir windows --quiet --shuffle window
[ "$(hashes one | wc -w)" = "$(hashes windows | wc -w)" ] || problem "--shuffle window"

# Stopped, it goes on to the same end; ended, nothing is left.
cp -r one ended
"$rnntrain" data.h5 --model linear --run-dir ended --resume >said
grep -q "is finished" said || problem "not finished: $(cat said)"
expect 75 "stopped as its time is up" "$rnntrain" data.h5 --model linear --run-dir stopped --quiet \
    --max-time 0.001
"$rnntrain" data.h5 --model linear --run-dir stopped --quiet --resume
[ "$(hashes one)" = "$(hashes stopped)" ] || problem "resumed: $(hashes stopped)"
cp -r one again
head -n 3 one/log.jsonl >again/log.jsonl
"$rnntrain" data.h5 --model linear --run-dir again --quiet --resume 2>notes
last() { tail -n 1 "$1/log.jsonl" | sed 's/,"time".*//'; }
[ "$(last one)" = "$(last again)" ] || problem "the end is another"
expect 64 "was trained with linear_c 0" "$rnntrain" data.h5 --model linear --run-dir stopped \
    --resume --linear-c 3

# Naive Bayes has a share, which validation rows decide, unless it is to have none.
grep '"bayes":' one/log.jsonl | tail -1 | grep -q '"regression":.*"all_rows":true' ||
    problem "naive Bayes has no share: $(tail -3 one/log.jsonl)"
"$rnntrain" data.h5 --model linear --run-dir plain --quiet --linear-regression 1
! grep -q '"bayes":' plain/log.jsonl || problem "naive Bayes has a share"
[ "$(hashes one)" != "$(hashes plain)" ] || problem "naive Bayes changes nothing"

# Given C and scaling there is one fit, and one on all rows; without validation that alone.
"$rnntrain" data.h5 --model linear --run-dir given --quiet --linear-c 2 --linear-scaling tf-idf
[ "$(hashes given | wc -w)" = 2 ] || problem "given C: $(hashes given)"
"$rnntrain" data.h5 --model linear --run-dir none --quiet --validation none
[ "$(hashes none | wc -w)" = 1 ] || problem "no validation: $(hashes none)"

# Judged alike.
"$rnntrain" eval one data.h5 >of_data
ranks 2 "$rnntrain" eval one data.h5 | cmp - of_data || problem "two ranks judge otherwise"
"$rnntrain" eval one ./sample >of_corpus
cmp of_data of_corpus || problem "a data set: $(cat of_data), its corpus: $(cat of_corpus)"
grep '"event":"test"' one/log.jsonl | grep -o '"acc":[0-9.]*' | cut -c 7-12 >acc
grep -q "acc $(cat acc)" of_data || problem "$(cat of_data), in the run $(cat acc)"
cat sample/test/pos/*.txt >texts
"$rnntrain" predict one texts --jsonl >judged
[ "$(wc -l <judged)" = "$(wc -l <texts)" ] || problem "predict: $(wc -l <judged) lines"
"$rnntrain" summary one | grep -q "^ngrams .* ngrams" || problem "summary"
"$rnntrain" inspect one | grep -q "ngrams/kernel" || problem "inspect"
"$rnntrain" eval one data.h5 --part validation 2>notes >said
grep -q "has learnt these rows too" notes || problem "no note: $(cat notes)"

# A seal that was lost comes back.
python3 - <<'PYTHON' || problem "h5py"
import importlib.util, sys
if importlib.util.find_spec("h5py"):
    import h5py, shutil
    shutil.copy("one/best.h5", "unsealed.h5")
    with h5py.File("unsealed.h5", "a") as file:
        file["/rnntrain"].attrs["note"] = "opened"
PYTHON
if [ -f unsealed.h5 ]; then
    "$rnntrain" seal unsealed.h5 -o sealed.h5 >/dev/null 2>&1
    "$rnntrain" predict sealed.h5 texts --jsonl >again
    cmp judged again || problem "a model that was sealed again judges otherwise"
fi

# What does not fit it.
expect 64 "rnnprep --ngrams" "$rnntrain" ids.h5 --model linear --run-dir x
expect 64 "--model linear has no layers" "$rnntrain" data.h5 --model linear --units 8 --run-dir x
expect 64 "--model linear has no layers" "$rnntrain" data.h5 --model linear --freeze embedding \
    --run-dir x
expect 64 "--init-from" "$rnntrain" data.h5 --model linear --init-from one --run-dir x
expect 64 "--init-from" "$rnntrain" data.h5 --init-from one --run-dir x
expect 65 "has no n-grams" mpirun -np 2 "$rnntrain" eval one ids.h5
"$rnnprep" ./sample -o other.h5 --num-words 300 --maxlen 60 --ngrams 1 --quiet
expect 65 "its n-grams are others" "$rnntrain" eval one other.h5
expect 64 "linear model of n-grams" "$rnntrain" export one --to keras -o x.keras

# A network on data with n-grams is what it is without.
for data in data ids; do
    "$rnntrain" $data.h5 --run-dir "net_$data" --quiet --epochs 1 --units 4 --dense 0
done
[ "$(hashes net_data)" = "$(hashes net_ids)" ] || problem "a network sees n-grams"
