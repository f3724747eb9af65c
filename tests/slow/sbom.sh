#!/usr/bin/env bash
# The bill of materials that is installed: SPDX as the tool of PyPI, which pip brings, has it; every
# library that programs load is in it, with the version that is there.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
python=${RNNTRAIN_PYTHON:-python3}
"$python" -c 'import venv, ensurepip' 2>/dev/null || skip "no venv: RNNTRAIN_PYTHON names a Python with it"
command -v readelf >/dev/null || skip "no readelf"
cd "$tmp"
cmake --install "$build" --prefix "$tmp/prefix" >said
bill=$(find prefix -name rnntrain.spdx.json)
[ -n "$bill" ] || problem "none is installed"

"$python" -m venv tools
tools/bin/pip install -q spdx-tools 2>err || skip "no spdx-tools: $(tail -1 err)"
tools/bin/pyspdxtools -i "$bill" --version SPDX-2.3 >said 2>&1 || problem "$(cat said)"

for file in prefix/bin/rnntrain prefix/bin/rnnprep "$(find prefix -name librnntrain.so)"; do
    readelf -d "$file" | sed -n -E 's/.*NEEDED.*\[(.*)\]/\1/p'
done | sort -u >needed
python3 - "$bill" <<'PYTHON' || problem "the bill of materials"
import json, sys
bill = json.load(open(sys.argv[1]))
packages = {package["SPDXID"]: package for package in bill["packages"]}
of = {r["relatedSpdxElement"] for r in bill["relationships"] if r["relationshipType"] == "DYNAMIC_LINK"}
found = {packages[id]["name"].lower() for id in of}
names = {"libmpi": "open mpi", "libhdf5": "hdf5", "libhdf5_serial": "hdf5", "libicuuc": "icu",
         "libicui18n": "icu", "libicudata": "icu", "libz": "zlib", "libc": "glibc", "libm": "glibc",
         "libdl": "glibc", "libpthread": "glibc", "ld-linux-x86-64": "glibc"}
needed = set()
for line in open("needed"):
    library = line.split(".so")[0]
    needed.add(names.get(library, library if library in found else library.removeprefix("lib")))
assert needed == found, (needed - found, found - needed)
for id in of:
    assert packages[id].get("versionInfo"), packages[id]
PYTHON
if command -v pkg-config >/dev/null; then
    for module in jansson libarchive libxml-2.0 openblas; do
        version=$(pkg-config --modversion $module)
        grep -q "\"versionInfo\": \"$version\"" "$bill" || problem "$module $version is not in it"
    done
fi
