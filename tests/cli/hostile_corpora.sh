#!/usr/bin/env bash
# Corpora that were made to take memory or to be read without end, and archives that lead out of
# themselves: refused in one line, or read without a file outside of them.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$tmp"

python3 - <<'PYTHON'
import gzip, io, tarfile
def make(name, *entries):
    with tarfile.open(name, "w") as archive:
        for i in range(6):
            add(archive, f"{'pos' if i % 2 else 'neg'}/{i}.txt", b"a text of many %d" % i)
        for entry in entries:
            add(archive, *entry)
def add(archive, name, data=b"", kind=tarfile.REGTYPE, link="", headers={}):
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size, info.pax_headers = kind, link, len(data), headers
    archive.addfile(info, io.BytesIO(data))
make("dots.tar", ("../../outside.txt", b"x"), ("/tmp/outside-of-rnnprep", b"x"))
make("symlink.tar", ("pos/passwd.txt", b"", tarfile.SYMTYPE, "/etc/passwd"))
make("hardlink.tar", ("pos/passwd.txt", b"", tarfile.LNKTYPE, "/etc/passwd"))
make("deep.tar", ("pos/" + "d/" * 50000 + "x.txt", b"x"))
make("long.tar", ("pos/" + "n" * 200000 + ".txt", b"x"))
make("sparse.tar", ("pos/p.txt", b"1\n0\n512\n".ljust(512, b"\0") + b"a" * 512, tarfile.REGTYPE, "",
                    {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "pos/s.txt",
                     "GNU.sparse.realsize": str(1 << 36)}))
with gzip.open("behind.tar.gz", "wb", 1) as file:
    file.write(open("dots.tar", "rb").read())
    for _ in range(300):
        file.write(bytes(1 << 20))
PYTHON
ulimit -v 4000000
refused() { # pattern corpus
    expect 65 "$1" timeout 60 "$rnnprep" "$2" -o none.h5
    [ ! -e none.h5 ] || problem "$2: a data set was made"
}
refused 'symlink.tar: pos/passwd.txt is a link' symlink.tar
refused 'hardlink.tar: pos/passwd.txt is a link' hardlink.tar
for name in deep long; do
    refused "$name.tar: the name of an entry, .*, has more than 4095 bytes or 128 folders" $name.tar
done
refused 'sparse.tar/pos/s.txt: too large for a document' sparse.tar
refused 'behind.tar.gz: more than 256 MiB stand behind the mark of its end' behind.tar.gz
refused '/dev/zero: no training documents' /dev/zero # zeros are an archive of nothing
"$rnnprep" dots.tar -o data.h5 --quiet
[ ! -e ../../outside.txt ] && [ ! -e /tmp/outside-of-rnnprep ] || problem "a file was made outside"

# A FIFO that nobody writes to is no model, and as a corpus it is waited for until a signal comes.
mkfifo fifo
expect 66 'fifo: not a regular file' timeout 60 "$rnnprep" inspect fifo
expect 66 'fifo: not a regular file' timeout 60 "$build/rnntrain" inspect fifo
for signal in TERM INT; do
    rc=0
    timeout -s $signal -k 60 1 "$rnnprep" fifo -o none.h5 >said 2>&1 || rc=$?
    [ $rc = 124 ] || problem "$signal while a FIFO is waited for: $rc"
done
