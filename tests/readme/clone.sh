#!/usr/bin/env bash
# README.md in a clone, by bootstrap, and what is installed into /opt, which is this test's own: the
# library from C, the package from Python, which pip brings.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/own_opt.sh"
. "$(dirname "$0")/sections.sh"
python3 -c 'import venv, ensurepip' 2>/dev/null || skip "no venv"
command -v pkg-config >/dev/null || skip "no pkg-config"

mkdir "$tmp/clone"
cd "$tmp/clone"
(cd "$source" && tar -c --exclude=__pycache__ bootstrap CMakeLists.txt src include preprocess slurm *.md LICENSE) | tar -x
section "Three roads, ten minutes each"
section "A demonstration"
grep -q -- '-> pos' "$tmp/said" || problem "the demonstration: $(tail -n 12 "$tmp/said")"
rnnprep sample aclImdb --documents 300 >/dev/null
tar -czf aclImdb_v1.tar.gz aclImdb
section "The real corpus"
section "Without apt"
section "Installing"
section "In your own program"
"$rnntrain" predict run/best.h5 >judged <<'TEXTS'
The plot was not dull, and the acting was superb.
The plot was not superb, and the acting was dull.
TEXTS
cmp judged "$tmp/said" || problem "the program says $(cat "$tmp/said")"

python3 -m venv "$tmp/venv"
export PATH=$tmp/venv/bin:/opt/rnntrain/bin:$PATH RNNTRAIN_PYTHON=$tmp/venv/bin/python
pip install -q h5py numpy pandas scikit-learn 2>"$tmp/err" || skip "pip: $(tail -n 1 "$tmp/err")"
before_python='texts, labels = ["superb", "dull", "not dull", "not superb"] * 20, ["pos", "neg"] * 40' \
    after_python='assert len(log) and data.train.x.shape[1] == 380 and set(classifier.predict(texts)) <= {"pos", "neg"}' \
    section "From Python"
