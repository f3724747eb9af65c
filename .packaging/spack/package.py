# rnntrain for Spack: copied to packages/rnntrain/package.py of a repository of packages that stands on
# Spack's own, with one for libcsv where that has none. It has not been run yet. Sources are a clone or an unpacked release:
#
#   spack dev-build rnntrain@develop
from spack.package import *


class Rnntrain(CMakePackage):
    """Trains recurrent text classifiers on CPUs, data-parallel over MPI ranks, with the same bits on
    any number of them, and serves what was trained."""

    license("MIT")

    version("develop")

    variant("onnx", default=True, description="write models for ONNX")

    depends_on("c", type="build")
    depends_on("cmake@3.18:", type="build")
    depends_on("pkgconfig", type="build")
    depends_on("openmpi@4.1:")
    depends_on("openblas threads=none")
    depends_on("hdf5@1.10:")
    depends_on("libarchive")
    depends_on("zlib-api")
    depends_on("libdeflate")
    depends_on("icu4c")
    depends_on("libxml2")
    depends_on("jansson")
    depends_on("libcsv")
    depends_on("nettle")
    depends_on("xxhash")
    depends_on("random123", type="build")
    depends_on("protobuf-c", when="+onnx")
    depends_on("onnx", type="build", when="+onnx")

    def cmake_args(self):
        return [self.define_from_variant("RNNTRAIN_ONNX", "onnx")]

    @run_after("install")
    @on_package_attributes(run_tests=True)
    def selftest(self):
        Executable(self.prefix.bin.rnntrain)("selftest")
