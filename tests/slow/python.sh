#!/usr/bin/env bash
# The wheel of the package rnntrain: the same bytes from two builds, installed into clean environments
# beside an installed prefix, without anything and with all that it can use; RnnClassifier as
# scikit-learn wants its estimators. Packages come by pip. RNNTRAIN_PYTHON names another Python.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
python=${RNNTRAIN_PYTHON:-python3}
"$python" -c 'import venv, ensurepip' 2>/dev/null || skip "no venv: RNNTRAIN_PYTHON names a Python with it"
cd "$tmp"
unset PYTHONPATH
export PIP_DISABLE_PIP_VERSION_CHECK=1

# What is installed is what is built from; it stays as it is.
cmake --install "$build" --prefix "$tmp/prefix" >said
package=$tmp/prefix/share/rnntrain/python
(cd "$package" && find . -type f | sort | xargs sha256sum) >before
"$python" -m venv plain
for n in 1 2; do
    plain/bin/pip wheel -q --no-deps --no-cache-dir -w "wheel$n" "$package" 2>err ||
        skip "no wheel: $(tail -1 err)"
done
(cd "$package" && find . -type f | sort | xargs sha256sum) | cmp - before || problem "the build leaves files"
wheel=$(cd wheel1 && echo *.whl)
cmp "wheel1/$wheel" "wheel2/$wheel" || problem "two wheels differ"

# Nothing but the wheel.
plain/bin/pip install -q --no-index "wheel1/$wheel"
[ "$(plain/bin/pip list --format=freeze | grep -c -v -E '^(pip|setuptools|wheel)=')" = 1 ] ||
    problem "it brings others with it"
make_sample 300
export PATH=$tmp/prefix/bin:$PATH
rnntrain sample.h5 --units 4 --epochs 1 --quiet
cat >judge.py <<'PYTHON'
import rnntrain
with rnntrain.Model.open("run") as model:
    for line in open("texts"):
        print(model.predict([line.rstrip("\n")])[0])
PYTHON
cat sample/test/*/*.txt >texts
plain/bin/python judge.py >found
rnntrain predict run texts | cut -f 1 | cmp - found || problem "it judges otherwise"

# All that it can use.
"$python" -m venv whole
whole/bin/pip install -q "wheel1/$wheel[all]" joblib 2>err || skip "no scikit-learn: $(tail -1 err)"
whole/bin/python "$source/tests/python/classifier.py" || problem "classifier.py"
whole/bin/pip uninstall -q -y scikit-learn
whole/bin/python "$source/tests/python/classifier.py" || problem "classifier.py without scikit-learn"
whole/bin/pip uninstall -q -y rnntrain
! whole/bin/python -c 'import rnntrain' 2>/dev/null || problem "it is still there"
