#!/usr/bin/env bash
# Every command that README.md and the manual show is run by a test.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
here=$source/tests/readme
check() { python3 "$here/blocks.py" --check "$here"/*.sh "$@" "$source"/src/manual/*.md; }
check "$source/README.md" || problem "commands that are not run"

# One more would be found, however it is marked.
for language in sh '' console; do
    { cat "$source/README.md" && printf '## New\n\n```%s\nrnntrain new\n```\n' "$language"; } >"$tmp/more.md"
    check "$tmp/more.md" 2>/dev/null && problem "a command that nobody runs passes, marked \"$language\""
done
exit 0
