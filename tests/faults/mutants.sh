#!/usr/bin/env bash
# Files that a stranger changed, each read by a process of its own that is watched: see mutants.c.
# Arguments behind the folders: how many, and the number of the first.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
n=${3:-48} first=${4:-0}

work=$shared # what is written there waits for no device
"$build/tests/run_mutants" "$rnntrain" "$source/tests" "$work/mutants" "$first" "$n" >"$tmp/said" || {
    code=$?
    cat "$tmp/said"
    [ $code = 77 ] && exit 77
    mkdir -p "$build/mutants"
    cp "$work"/mutants-* "$build/mutants/" 2>/dev/null || true
    problem "mutants: those of findings are kept in $build/mutants"
}
[ -z "${4:-}" ] || cat "$tmp/said"
