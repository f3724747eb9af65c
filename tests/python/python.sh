#!/usr/bin/env bash
# The package rnntrain from the sources: judgements are those of `rnntrain predict`, to the bit, with
# numpy and without; what the library says are exceptions. RNNTRAIN_PYTHON names another Python.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
[ -e "$build/librnntrain.so.0" ] || skip "no shared library"
python=${RNNTRAIN_PYTHON:-python3}
command -v "$python" >/dev/null || skip "no Python"
grep -q '^RNNTRAIN_SANITIZE:STRING=$' "$build/CMakeCache.txt" || skip "built with sanitizers, which Python is not"

make_sample 300
cd "$tmp"
"$rnntrain" sample.h5 --mask --units 4 --epochs 1 --calibrate both --quiet
cat sample/test/*/*.txt >texts
printf '\n\xc3\xa4 dull\n  superb\n\xf0\x9f\x98\x80 dull\n' >>texts
printf '{"text": "superb\\u0000dull", "label": "pos"}\n' >strange.jsonl
cat >>strange.jsonl <<'JSON'
{"text": "line\nends\r\nand\ttabs", "label": "neg"}
{"text": "", "label": "neg"}
JSON
"$rnntrain" predict run texts --jsonl --digits 17 >judged
"$rnntrain" predict run strange.jsonl --jsonl --digits 17 >judged-strange 2>said
"$rnntrain" predict run strange.jsonl --explain --jsonl >explained 2>said

export PATH=$build:$PATH PYTHONPATH=$source/src/python PYTHONDONTWRITEBYTECODE=1
for module in '' numpy; do
    "$python" "$source/tests/python/judging.py" $module || problem "judging.py without ${module:-nothing}"
done
[ "$("$python" -c 'import rnntrain; print(rnntrain.__version__)')" = "$(rnntrain --version | head -1 | cut -d ' ' -f 2)" ] ||
    problem "the package has another version"

# Not there, and of another version.
mkdir empty
cat >missing.py <<'PYTHON'
import rnntrain
try:
    rnntrain.Model.open("run")
except rnntrain.MissingError as failure:
    assert "LIBRNNTRAIN" in str(failure), failure
else:
    raise AssertionError("a library was found")
PYTHON
LIBRNNTRAIN=$tmp/empty/librnntrain.so "$python" missing.py || problem "a library that is not there"
