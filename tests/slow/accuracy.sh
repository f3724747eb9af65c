#!/usr/bin/env bash
# The notebook's accuracy on the real corpus: three recipes, three seeds, two ranks. Prints the
# table of src/README.md. About 12 minutes on two cores.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"

corpus=${RNNTRAIN_IMDB:-$source/../shared/data/aclImdb.tar.xz}
[ -e "$corpus" ] || skip "no corpus: RNNTRAIN_IMDB=aclImdb_v1.tar.gz names one"
"$rnnprep" "$corpus" -o "$tmp/imdb.h5" --quiet

row() { # recipe seed: best epoch, accuracy of best and last weights, last epoch
    python3 - "$tmp/run/log.jsonl" "$1" "$2" <<'PYTHON'
import json, sys
tests = [e for e in map(json.loads, open(sys.argv[1])) if e["event"] == "test"]
best, last = tests
print(f"{sys.argv[2]} {sys.argv[3]} {best['epoch']} {best['acc']:.6f} {best['loss']:.6f} "
      f"{last['epoch']} {last['acc']:.6f} {last['loss']:.6f}")
PYTHON
}
for recipe in keras-lstm keras-bilstm keras-gru; do
    for seed in 1 2 3; do
        timeout 1200 mpirun -np 2 "$rnntrain" "$tmp/imdb.h5" --recipe $recipe --seed $seed \
            --run-dir "$tmp/run" --overwrite --quiet
        row $recipe $seed | tee -a "$tmp/table"
    done
done

# The mean of the best weights against the notebook's figure.
awk 'BEGIN { need["keras-lstm"] = 0.8627; need["keras-bilstm"] = 0.8707; need["keras-gru"] = 0.8695 }
    { sum[$1] += $4 }
    END { for (r in need) { printf "%s mean %.6f, the notebook has %.4f\n", r, sum[r] / 3, need[r]
                            if (sum[r] / 3 < need[r]) bad = 1 }
          exit bad }' "$tmp/table" || problem "a recipe falls short of the notebook"
