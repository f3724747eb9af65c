# The commands of documents as they stand there, a section at a time: sourced behind lib.sh. They run
# in $tmp/work, beside what a clone has, with the build in PATH.
documents=("$source/README.md" "$source"/src/manual/*.md)
mkdir -p "$tmp/blocks" "$tmp/work"
python3 "$source/tests/readme/blocks.py" "$tmp/blocks" "${documents[@]}" >"$tmp/index"
cd "$tmp/work"
ln -s "$source/src" "$source/slurm" .
ln -s "$build" build
export PATH=$build:$PATH
patience=1800

# What no test runs: downloads.
downloads='^\./bootstrap imdb +# downloads'

# section HEADING: its blocks, one after the other; $after_sh stands behind those of the shell,
# $before_python and $after_python around those of Python.
section() {
    local n language place heading found=
    while IFS=$'\t' read -r n language place heading <&3; do
        [ "$heading" = "$1" ] || continue
        case $language in
        sh)
            { grep -v -E "$downloads" "$tmp/blocks/$n.sh" && echo "${after_sh:-}"; } >"$tmp/block"
            block "$place" bash -euo pipefail "$tmp/block"
            ;;
        python)
            { echo "${before_python:-}" && cat "$tmp/blocks/$n.python" && echo "${after_python:-}"; } >"$tmp/block"
            block "$place" "${RNNTRAIN_PYTHON:-python3}" "$tmp/block"
            ;;
        c) cp "$tmp/blocks/$n.c" judge.c ;;
        *) continue ;;
        esac
        found=yes
    done 3<"$tmp/index"
    [ -n "$found" ] || problem "no document has commands under $1"
}

# script HEADING FILE: a batch script, whose first line it is spared.
script() {
    local n language place heading
    while IFS=$'\t' read -r n language place heading; do
        [ "$heading $language" != "$1 sh" ] || { echo '#!/bin/bash' && cat "$tmp/blocks/$n.sh"; } >"$2"
    done <"$tmp/index"
    [ -s "$2" ] || problem "no document has a script under $1"
}

block() { # place command...; what it says stands in $tmp/said
    timeout $patience "${@:2}" >"$tmp/said" 2>"$tmp/err" </dev/null ||
        problem "$1: $(tail -n 20 "$tmp/said" "$tmp/err")"
}

# A table of reviews, its columns id, label and text.
make_table() { # file, rows
    rm -rf "$tmp/grammar"
    "$rnnprep" sample "$tmp/grammar" --documents "$2" >/dev/null
    python3 - "$tmp/grammar" "$1" "$2" <<'PYTHON'
import csv, pathlib, sys
files = sorted(pathlib.Path(sys.argv[1]).rglob("*.txt"), key=lambda file: (file.name, str(file)))
with open(sys.argv[2], "w", newline="") as out:
    table = csv.writer(out)
    table.writerow(["id", "label", "text"])
    for i, file in enumerate(files[:int(sys.argv[3])]):
        table.writerow([i, {"neg": "bad", "pos": "good"}[file.parent.name], file.read_text().strip()])
PYTHON
}
