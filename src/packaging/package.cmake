# A package for Debian: cpack -G DEB, in the build folder. What the programs and the library are
# linked to dpkg-shlibdeps finds; what they start or open at run time is named here.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME rnntrain)
set(RNNTRAIN_CONTACT "rnntrain maintainers <maintainers@rnntrain.invalid>" CACHE STRING
  "who answers for the package: name and address of whoever builds it for others")
set(CPACK_PACKAGE_CONTACT ${RNNTRAIN_CONTACT})
set(CPACK_PACKAGE_VENDOR rnntrain)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "data-parallel trainer of recurrent text classifiers")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "rnnprep makes data sets of texts, rnntrain trains LSTM, GRU and linear
classifiers on them, with the same bits on any number of MPI ranks, and serves
what was trained; with librnntrain and a package for Python.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
file(WRITE ${CMAKE_BINARY_DIR}/triggers "activate-noawait ldconfig\n")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${CMAKE_BINARY_DIR}/triggers ${CMAKE_CURRENT_LIST_DIR}/prerm)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "openmpi-bin, libopenblas0")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "python3")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "gcc, python3-h5py, python3-sklearn, python3-pandas")
set(CPACK_STRIP_FILES ON)

# Files that name their prefix are to name /usr, not the folder in which the package is made.
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_INSTALLED_DIRECTORIES
  ${PROJECT_SOURCE_DIR}/src/python/rnntrain /usr/lib/python3/dist-packages/rnntrain)
set(CPACK_IGNORE_FILES /__pycache__/)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/debian.cmake)
include(CPack)
