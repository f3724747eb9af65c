#!/usr/bin/env bash
# corpora.sh BUILD SOURCE [N]: corpora that collectors left and N generated ones (100), read by rnnprep
# and by an independent reader.
. "$(dirname "$0")/../lib.sh"
set -euo pipefail
n=${3:-100}

export TMPDIR=$tmp PYTHONDONTWRITEBYTECODE=1
python3 "$source/tests/corpora/first_tries.py" "$rnnprep"
python3 "$source/tests/corpora/compare.py" "$rnnprep" 1 "$n"
