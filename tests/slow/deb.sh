#!/usr/bin/env bash
# The package for Debian in a clean Debian, made by mmdebstrap from the mirror: it installs with what it
# names, trains on two ranks, judges, also from Python, and leaves nothing when it goes. Needs root.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
for program in cpack dpkg-shlibdeps mmdebstrap unshare; do
    command -v $program >/dev/null || skip "no $program"
done
[ "$(id -u)" = 0 ] && unshare -m -p -f true 2>/dev/null || skip "not root, or no namespaces"
cd "$tmp"

# Under that name of a generator cpack takes what is built, and does not build all of it anew.
(cd "$build" && cpack -G DEB -D CPACK_CMAKE_GENERATOR=Ninja -B "$tmp/deb") >said 2>&1 || problem "$(tail -5 said)"
package=$(echo deb/*.deb)
dpkg -I "$package" >told
for needed in openmpi-bin libopenblas0 libhdf5 libicu libarchive13; do
    grep -q "Depends: .*$needed" told || problem "it does not depend on $needed: $(cat told)"
done
dpkg -c "$package" >files
for file in usr/bin/rnntrain usr/share/zsh/vendor-completions/_rnntrain usr/share/man/man1/rnnprep.1.gz \
    usr/share/bash-completion/completions/rnnprep usr/share/fish/vendor_completions.d/rnntrain.fish \
    usr/share/doc/rnntrain/copyright usr/share/doc/rnntrain/changelog.gz \
    usr/share/doc/rnntrain/rnntrain.spdx.json usr/lib/python3/dist-packages/rnntrain/model.py; do
    grep -q " \./$file$" files || problem "$file is not in the package"
done
grep -E 'site-functions|__pycache__|LICENSE' files && problem "what Debian has elsewhere"
! command -v lintian >/dev/null || lintian --allow-root --fail-on error,warning "$package" >said 2>&1 ||
    problem "lintian: $(cat said)"
dpkg-deb -x "$package" opened
grep -r -l -I -F -e "$build" -e "$tmp" opened && problem "these name where they were made"

suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
mmdebstrap --variant=minbase --include=ca-certificates "$suite" root.tar \
    "deb http://deb.debian.org/debian $suite main" 2>said || skip "no clean Debian: $(tail -1 said)"
mkdir -m 755 root
tar -x -f root.tar -C root --exclude='./dev/*'
chmod 755 . # apt works as another user too
cp "$package" root/tmp/
cp /etc/resolv.conf root/etc/
cat >root/tmp/try.sh <<'TRY'
set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
apt-get update -qq
before=$(find /usr /etc -name '*rnn*' | sort)
apt-get install -y -qq --no-install-recommends /tmp/rnntrain_*.deb python3 >/tmp/said 2>&1 ||
    { tail -5 /tmp/said; exit 1; }
! ldd /usr/bin/rnntrain /usr/bin/rnnprep /usr/lib/librnntrain.so | grep "not found"
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_plm=isolated
cd /tmp
rnnprep sample reviews --documents 300 >/dev/null
rnnprep reviews -o reviews.h5 --num-words 400 --maxlen 60 --quiet
mpirun -np 2 rnntrain reviews.h5 --units 4 --batch-size 64 --epochs 1 --quiet
echo "The plot was superb." | rnntrain predict run | cut -f 1 >judged
python3 -c 'import rnntrain
with rnntrain.Model.open("run") as model:
    print(model.predict(["The plot was superb."])[0])' | cmp - judged
rnntrain export run -o model.keras >/dev/null
apt-get remove -y -qq rnntrain >/dev/null 2>&1
[ "$before" = "$(find /usr /etc -name '*rnn*' | sort)" ]
echo it installs, runs and goes
TRY
cat >enter.sh <<'ENTER'
set -eu
mount --make-rprivate /
mount -t proc proc root/proc
mount -t tmpfs tmpfs root/dev
mkdir root/dev/shm
for device in null zero random urandom tty; do
    touch root/dev/$device
    mount --bind /dev/$device root/dev/$device
done
exec chroot root /bin/bash /tmp/try.sh
ENTER
env -i "TEST_FOLDER=$TEST_FOLDER" "PATH=$PATH" unshare -m -p -f bash enter.sh >out 2>err ||
    problem "$(cat out err)"
grep -q '^it installs, runs and goes$' out || problem "$(cat out err)"
