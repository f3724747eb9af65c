#!/usr/bin/env bash
# The arithmetic on AArch64: cross-compiled with warnings as errors, its unit tests under
# qemu-user. There vectors, tiles, clamps and the switch for subnormals are others than on x86.
# About 6 minutes, most of them test_rows; test_gradient, 3 more, is left to real processors.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"

triple=aarch64-linux-gnu
needed="gcc-$triple libc6-dev-arm64-cross qemu-user"
for tool in $triple-gcc qemu-aarch64 apt-get dpkg; do
    command -v $tool >/dev/null || skip "$tool is not there; from Debian: $needed"
done
[ -e /usr/$triple/include/stdio.h ] || skip "no C library for $triple; from Debian: $needed"

# Libraries: Debian's arm64 packages, unpacked in $tmp by an apt with lists of its own, so that
# the machine keeps its architectures. It reaches the mirrors as the machine's apt does
# (Acquire), but does nothing that is hooked to an update.
root=$tmp/root
mkdir -p "$tmp/apt/lists/partial" "$tmp/apt/archives/partial" "$root"
{
    apt-config dump Acquire
    cat <<CONF
APT::Architecture "arm64";
APT::Architectures { "arm64"; };
APT::Sandbox::User "root";
Dir::State "$tmp/apt";
Dir::State::status "/dev/null";
Dir::Cache "$tmp/apt";
Dir::Etc::main "/dev/null";
Dir::Etc::parts "/dev/null";
CONF
} >"$tmp/apt.conf"
fetch() { # package...
    cd "$tmp/apt" && export APT_CONFIG=$tmp/apt.conf
    timeout 200 apt-get -q update && timeout 200 apt-get -q download "$@"
}
(fetch libcmocka-dev libcmocka0 libxxhash-dev libxxhash0 librandom123-dev \
    libopenblas-pthread-dev) >"$tmp/apt.log" 2>&1 || {
    cat "$tmp/apt.log" >&2
    skip "cmocka, xxHash, Random123 and OpenBLAS's header for arm64 cannot be had from Debian"
}
for package in "$tmp"/apt/*.deb; do
    dpkg -x "$package" "$root"
done

# The warnings and, below, the other flags of CMakeLists.txt.
read -r -a warnings <<<"$(sed -n '/^set(RNNTRAIN_WARNINGS/,/)/p' "$source/CMakeLists.txt" |
    tr '\n()' '   ' | sed 's/set RNNTRAIN_WARNINGS//')"
[ ${#warnings[@]} -gt 5 ] || problem "the list of warnings was not found in CMakeLists.txt"
cc=($triple-gcc -std=c11 "${warnings[@]}" -Werror -ffp-contract=off -D_POSIX_C_SOURCE=200809L
    -D_DEFAULT_SOURCE -I"$source/src" -isystem "$root/usr/include"
    -isystem "$root/usr/include/$triple/openblas-pthread")

# What the model stands on. None of the unit tests loads OpenBLAS.
compile() { # folder flag...
    local folder=$1 file flags name
    mkdir "$folder"
    for file in "$source"/src/base/{base,trace,rng}.c "$source"/src/{kernels,layers,model}/*.c \
        "$source/src/data/sampler.c"; do
        name=${file#"$source/src/"}
        flags=(-O2 -DHAVE_KERNELS_baseline '-DRNNTRAIN_OPENBLAS="libopenblas.so.0"')
        case $name in
        kernels/isa.c | kernels/bf16_plain.c) flags=(-O3 -DKERNELS_ISA=baseline) ;;
        kernels/bf16_*) continue ;; # instructions of x86
        esac
        "${cc[@]}" "${flags[@]}" "${@:2}" -c "$file" -o "$folder/${name//\//_}.o"
    done
}

run() { # unit test, folder, flag...
    echo "$1 on AArch64"
    "${cc[@]}" -O2 -Wno-double-promotion "${@:3}" "$source/tests/unit/$1.c" "$2"/*.o \
        -L"$root/usr/lib/$triple" -lcmocka -lxxhash -lm -o "$tmp/test"
    timeout 900 qemu-aarch64 -L /usr/$triple -E LD_LIBRARY_PATH="$root/usr/lib/$triple" \
        "$tmp/test" || problem "$1 on AArch64: exit code $?"
}

compile "$tmp/float"
compile "$tmp/double" -DRNNTRAIN_DOUBLE
run kernels/test_kernels "$tmp/float"
run model/test_reference "$tmp/double" -DRNNTRAIN_DOUBLE
run layers/test_rows "$tmp/float"
