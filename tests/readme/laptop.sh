#!/usr/bin/env bash
# README.md: a table on a laptop, from the CSV to a sentence judged from Python.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/sections.sh"

make_table reviews.csv 3000
section "A table on a laptop"
[ -s first/report.html ] || [ -s report.html ] || problem "no report"
grep -q -E "^\['(good|bad)'\] " "$tmp/said" || problem "Python says $(cat "$tmp/said")"
rnntrain mistakes first reviews.h5 --top 3 >"$tmp/mistakes"
[ "$(grep -c '^ *[123]  .* [0-9.]*$' "$tmp/mistakes")" -ge 3 ] || problem "mistakes: $(cat "$tmp/mistakes")"
grep -q '^ *line [0-9]*, id [0-9]*$' "$tmp/mistakes" || problem "no origins: $(cat "$tmp/mistakes")"
