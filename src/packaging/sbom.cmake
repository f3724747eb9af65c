# What the programs are made of, as SPDX 2.3 has it: share/doc/rnntrain/rnntrain.spdx.json, with the
# versions that this build found. Licences are those of the parts that are used.
set(sbom_packages "")
set(sbom_relations "")

# rnntrain_defined(variable header prefix name...): numbers that a header defines, as 4.1.4.
function(rnntrain_defined variable header prefix)
  set(version "")
  foreach(name ${ARGN})
    file(STRINGS ${header} line REGEX "^#[ \t]*define[ \t]+${prefix}${name}[ \t]+[0-9]+")
    string(REGEX REPLACE ".*[ \t]([0-9]+).*" "\\1" number "${line}")
    string(APPEND version ".${number}")
  endforeach()
  string(SUBSTRING "${version}" 1 -1 version)
  set(${variable} "${version}" PARENT_SCOPE)
endfunction()

# rnntrain_component(name version licence homepage relation): the program is in that relation to it.
function(rnntrain_component name version licence homepage relation)
  string(TOLOWER "SPDXRef-${name}" id)
  string(REPLACE "spdxref" "SPDXRef" id "${id}")
  string(REPLACE " " "-" id "${id}")
  if(version)
    set(version "\n      \"versionInfo\": \"${version}\",")
  endif()
  string(APPEND sbom_packages ",
    {
      \"SPDXID\": \"${id}\",
      \"name\": \"${name}\",${version}
      \"homepage\": \"${homepage}\",
      \"downloadLocation\": \"NOASSERTION\",
      \"filesAnalyzed\": false,
      \"licenseConcluded\": \"NOASSERTION\",
      \"licenseDeclared\": \"${licence}\",
      \"copyrightText\": \"NOASSERTION\"
    }")
  set(one SPDXRef-rnntrain)
  set(other ${id})
  if(relation MATCHES "_OF$")
    set(one ${id})
    set(other SPDXRef-rnntrain)
  endif()
  string(APPEND sbom_relations ",
    {
      \"spdxElementId\": \"${one}\",
      \"relationshipType\": \"${relation}\",
      \"relatedSpdxElement\": \"${other}\"
    }")
  set(sbom_packages "${sbom_packages}" PARENT_SCOPE)
  set(sbom_relations "${sbom_relations}" PARENT_SCOPE)
endfunction()

set(openmpi_version "")
foreach(folder ${MPI_C_INCLUDE_DIRS})
  if(EXISTS ${folder}/mpi.h)
    rnntrain_defined(openmpi_version ${folder}/mpi.h OMPI_ MAJOR_VERSION MINOR_VERSION
      RELEASE_VERSION)
    break()
  endif()
endforeach()
rnntrain_defined(csv_version ${CSV_INCLUDE}/csv.h CSV_ MAJOR MINOR RELEASE)

rnntrain_component("Open MPI" "${openmpi_version}" BSD-3-Clause-Open-MPI
  https://www.open-mpi.org DYNAMIC_LINK)
rnntrain_component(HDF5 "${HDF5_VERSION}" BSD-3-Clause https://www.hdfgroup.org DYNAMIC_LINK)
rnntrain_component(jansson "${JANSSON_VERSION}" MIT https://github.com/akheron/jansson
  DYNAMIC_LINK)
rnntrain_component(xxHash "${XXHASH_VERSION}" BSD-2-Clause https://xxhash.com DYNAMIC_LINK)
rnntrain_component(nettle "${NETTLE_VERSION}" "LGPL-3.0-or-later OR GPL-2.0-or-later"
  https://www.lysator.liu.se/~nisse/nettle DYNAMIC_LINK)
rnntrain_component(ICU "${ICU_icu-uc_VERSION}" Unicode-DFS-2016 https://icu.unicode.org
  DYNAMIC_LINK)
rnntrain_component(libarchive "${ARCHIVE_VERSION}" BSD-2-Clause https://libarchive.org
  DYNAMIC_LINK)
rnntrain_component(zlib "${ZLIB_VERSION}" Zlib https://zlib.net DYNAMIC_LINK)
rnntrain_component(libxml2 "${XML_VERSION}" MIT https://gitlab.gnome.org/GNOME/libxml2
  DYNAMIC_LINK)
rnntrain_component(libdeflate "${DEFLATE_VERSION}" MIT https://github.com/ebiggers/libdeflate
  DYNAMIC_LINK)
rnntrain_component(libcsv "${csv_version}" LGPL-2.1-or-later
  https://github.com/rgamble/libcsv DYNAMIC_LINK)
rnntrain_component(OpenBLAS "${OPENBLAS_VERSION}" BSD-3-Clause https://www.openblas.net
  DEPENDS_ON) # opened at run time
rnntrain_component(Random123 "" BSD-3-Clause https://github.com/DEShawResearch/random123
  STATIC_LINK) # headers alone
if(TARGET onnx_messages)
  rnntrain_component(protobuf-c "${PROTOBUF_C_VERSION}" BSD-2-Clause
    https://github.com/protobuf-c/protobuf-c DYNAMIC_LINK)
  rnntrain_component(ONNX "" Apache-2.0 https://onnx.ai GENERATED_FROM) # onnx.proto
endif()
find_file(GLIBC_FEATURES features.h)
if(GLIBC_FEATURES)
  rnntrain_defined(glibc_version ${GLIBC_FEATURES} __GLIBC "__" _MINOR__)
  rnntrain_component(glibc "${glibc_version}" LGPL-2.1-or-later
    https://www.gnu.org/software/libc DYNAMIC_LINK)
endif()
set(licence NOASSERTION)
if(CMAKE_C_COMPILER_ID STREQUAL GNU)
  set(licence "GPL-3.0-or-later WITH GCC-exception-3.1")
elseif(CMAKE_C_COMPILER_ID STREQUAL Clang)
  set(licence "Apache-2.0 WITH LLVM-exception")
endif()
rnntrain_component(${CMAKE_C_COMPILER_ID} "${CMAKE_C_COMPILER_VERSION}" "${licence}"
  NONE BUILD_TOOL_OF)

# The name of the document is that of its content; its time that of SOURCE_DATE_EPOCH, or of the
# installation.
string(UUID sbom_id NAMESPACE 6ba7b811-9dad-11d1-80b4-00c04fd430c8 TYPE SHA1
  NAME "${PROJECT_VERSION}${sbom_packages}${sbom_relations}")
file(WRITE ${CMAKE_BINARY_DIR}/rnntrain.spdx.json "{
  \"spdxVersion\": \"SPDX-2.3\",
  \"dataLicense\": \"CC0-1.0\",
  \"SPDXID\": \"SPDXRef-DOCUMENT\",
  \"name\": \"rnntrain-${PROJECT_VERSION}\",
  \"documentNamespace\": \"https://spdx.org/spdxdocs/rnntrain-${PROJECT_VERSION}-${sbom_id}\",
  \"creationInfo\": {
    \"created\": \"@created@\",
    \"creators\": [\"Tool: CMake-${CMAKE_VERSION}\"]
  },
  \"packages\": [
    {
      \"SPDXID\": \"SPDXRef-rnntrain\",
      \"name\": \"rnntrain\",
      \"versionInfo\": \"${PROJECT_VERSION}\",
      \"primaryPackagePurpose\": \"APPLICATION\",
      \"downloadLocation\": \"NOASSERTION\",
      \"filesAnalyzed\": false,
      \"licenseConcluded\": \"MIT\",
      \"licenseDeclared\": \"MIT\",
      \"copyrightText\": \"NOASSERTION\"
    }${sbom_packages}
  ],
  \"relationships\": [
    {
      \"spdxElementId\": \"SPDXRef-DOCUMENT\",
      \"relationshipType\": \"DESCRIBES\",
      \"relatedSpdxElement\": \"SPDXRef-rnntrain\"
    }${sbom_relations}
  ]
}
")
install(CODE "string(TIMESTAMP created UTC)
  configure_file(\"${CMAKE_BINARY_DIR}/rnntrain.spdx.json\"
    \"${CMAKE_BINARY_DIR}/installed/rnntrain.spdx.json\" @ONLY)")
install(FILES ${CMAKE_BINARY_DIR}/installed/rnntrain.spdx.json DESTINATION ${CMAKE_INSTALL_DOCDIR})
