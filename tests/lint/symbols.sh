#!/usr/bin/env bash
# No object uses a symbol that a folder behind its own defines: the order of folders, asked of
# what was built instead of what is included.
set -euo pipefail
source "$(dirname "$0")/../lib.sh"
command -v nm >/dev/null || skip "nm is not there"

read -r -a order <<<"$(sed -n '/^set(RNNTRAIN_FOLDERS/,/)/p' "$source/CMakeLists.txt" |
    tr '\n()' '   ' | sed 's/set RNNTRAIN_FOLDERS//')"
[ ${#order[@]} -gt 10 ] || problem "the list of folders was not found in CMakeLists.txt"

# "folder symbol" of what each object of src/ defines, and of what it takes from elsewhere.
find "$build/CMakeFiles" -name '*.o' -path '*.dir/src/*' ! -path '*rnntrain_double*' >"$tmp/objects"
while read -r object; do
    file=${object##*.dir/}
    [ -e "$source/${file%.o}" ] || continue # of a source that is gone
    folder=${object##*.dir/src/}
    folder=${folder%%/*}
    nm -g "$object" | awk -v folder="$folder" -v defined="$tmp/defined" -v used="$tmp/used" '
        $1 == "U" { print folder, $2 >>used; next }
        NF == 3 { print folder, $3 >>defined }'
done <"$tmp/objects"

printf '%s\n' "${order[@]}" >"$tmp/order"
awk '
    FILENAME ~ /order$/ { place[$1] = FNR; next }
    FILENAME ~ /defined$/ { home[$2] = $1; next }
    ($2 in home) && place[home[$2]] > place[$1] { print $1 " uses " $2 " of " home[$2] }
    ($2 in home) { known++ }
    END { if (known < 500) print "only " known + 0 " symbols were seen" }
' "$tmp/order" "$tmp/defined" "$tmp/used" | sort -u >"$tmp/upward"
[ ! -s "$tmp/upward" ] || problem "symbols against the order of folders: $(cat "$tmp/upward")"
