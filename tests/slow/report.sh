#!/usr/bin/env bash
# A report in Chromium, which is skipped where that or Playwright is not there.
set -euo pipefail
. "$2/tests/lib.sh"
cd "$tmp"
python=${RNNTRAIN_PYTHON:-python3}
[ -x /usr/bin/chromium ] || skip "no chromium"
"$python" -c 'import playwright' 2>/dev/null || skip "no playwright for $python"

make_sample 600
for seed in 1 2 3; do
    for units in 4 8; do
        "$rnntrain" sample.h5 --run-dir "runs/$units-$seed" --seed $seed --units $units --epochs 4 \
            --learning-rate 0.02 --quiet
    done
done
"$rnntrain" report runs -o page.html --data sample.h5 >/dev/null
"$python" "$source/tests/slow/report.py" page.html
"$rnntrain" report runs/4-1 -o one.html --bootstrap 0 >/dev/null
"$python" "$source/tests/slow/report.py" one.html
