#!/usr/bin/env bash
# Two builds of the same sources are the same bytes: this one, and one in folders of other names, made
# later, with another umask, time zone and locale. So are their packages for Debian, at one
# SOURCE_DATE_EPOCH.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$tmp"
cached() { sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt"; }
[ -z "$(cached RNNTRAIN_SANITIZE)" ] || skip "built with sanitizers"

mkdir -p "a folder of sources"
(cd "$source" && tar -c --exclude=__pycache__ CMakeLists.txt src include preprocess slurm *.md LICENSE) |
    tar -x -m -C "a folder of sources"
export CCACHE_DISABLE=1
(
    export TZ=Asia/Kathmandu LC_ALL=C
    umask 077
    cmake -G "$(cached CMAKE_GENERATOR)" -S "a folder of sources" -B other/place \
        -DCMAKE_C_COMPILER="$(cached CMAKE_C_COMPILER)" \
        -DCMAKE_BUILD_TYPE="$(cached CMAKE_BUILD_TYPE)" -DCMAKE_C_FLAGS="$(cached CMAKE_C_FLAGS)" \
        -DRNNTRAIN_ONNX="$(cached RNNTRAIN_ONNX)" && cmake --build other/place --parallel 2
) >said 2>&1 || problem "$(tail -5 said)"
for file in rnntrain rnnprep librnntrain.so librnntrain.a; do
    cmp "$build/$file" "other/place/$file" || problem "$file differs between two builds"
done
diff -r "$build/manual" other/place/manual || problem "manual pages differ"

command -v dpkg-shlibdeps >/dev/null || { echo "note: no dpkg-shlibdeps, no package" && exit 0; }
packed() { # build folder, name
    (cd "$1" && SOURCE_DATE_EPOCH=1700000000 cpack -G DEB -D CPACK_CMAKE_GENERATOR=Ninja -B "$tmp/$2") \
        >said 2>&1 || problem "$(tail -5 said)"
}
packed "$build" one
(umask 077 && packed other/place two)
# The modes in the outermost headers are the umask's, and dpkg does not look at them.
cmp <(ar p one/*.deb) <(ar p two/*.deb) || {
    for n in one two; do dpkg-deb -R $n/*.deb $n/opened; done
    diff -r one/opened two/opened || true
    problem "two packages differ: $(dpkg -c one/*.deb | head -3) $(dpkg -c two/*.deb | head -3)"
}
