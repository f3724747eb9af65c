#!/usr/bin/env bash
# predict ends lines, and leaves files out, as rnnprep does.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$tmp"

make_sample 60
"$rnntrain" sample.h5 --run-dir run --quiet --recipe none --units 4 --embedding 4 --dense 0 --epochs 1 \
    --batch-size 16 --validation none --monitor loss
set -- $("$rnnprep" inspect sample.h5 --rows 2 | sed -n 's/^train row [0-9]*, [^:]*: //p')
[ $# -ge 6 ] || problem "no words: $*"
judge() { "$rnntrain" predict run/last.h5 "$@" 2>/dev/null; }

# Lines end in LF, CRLF or CR, or now so, now so; the last one need not.
printf '%s\n' "$1 $2" "$3" "$4 $5" "$6" >lf
sed 's/$/\r/' lf >crlf
tr '\n' '\r' <lf >cr
printf '%s\r%s\n%s\r\n%s' "$1 $2" "$3" "$4 $5" "$6" >mixed
judge lf >expected
[ "$(wc -l <expected)" = 4 ] || problem "$(wc -l <expected) answers to 4 lines"
for file in crlf cr mixed; do
    judge $file | cmp - expected || problem "$file, a file"
    judge - <$file | cmp - expected || problem "$file, standard input"
done
# An answer comes before the next text, also where the end of a line comes in two pieces.
mkfifo texts answers
judge <texts >answers &
exec 3>texts 4<answers
for line in "$1 $2" "$3"; do
    printf '%s\r' "$line" >&3
    read -r -t $patience answer <&4 || problem "no answer to a line that ends in CR"
    printf '\n' >&3
    [ "$answer" = "$(head -1 expected)" ] || problem "another answer: $answer"
    sed -i 1d expected
done
exec 3>&- 4<&-
wait

# What systems and editors leave in folders is no text.
mkdir -p texts.d/__MACOSX texts.d/.git
for file in a.txt b.txt Thumbs.db desktop.ini .DS_Store a.txt~ b.txt.bak .git/c.txt __MACOSX/._a.txt; do
    echo "$1 $2" >"texts.d/$file"
done
mkfifo texts.d/pipe
ln -s nowhere texts.d/link
tar cf texts.tar texts.d
for source in texts.d texts.tar; do
    "$rnntrain" predict run/last.h5 $source -o found.csv >said 2>notes
    [ "$(grep -c 'a.txt,\|b.txt,' found.csv) $(wc -l <found.csv)" = "2 3" ] ||
        problem "$source: $(cat found.csv)"
    grep -q "note: left out: 4 files of the system or an editor" notes || problem "$source: $(cat notes)"
    grep -q 'note: left out: 1 name of a pipe, socket or device: texts.*pipe$' notes || problem "$source: $(cat notes)"
done
rm texts.d/pipe texts.d/link
