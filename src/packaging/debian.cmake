# What Debian has elsewhere or otherwise than a prefix: completion for zsh, the licence, compressed
# pages and changes. cpack runs it on the tree that becomes the package.
set(share ${CPACK_TEMPORARY_DIRECTORY}/usr/share)
file(RENAME ${share}/zsh/site-functions ${share}/zsh/vendor-completions)
file(RENAME ${share}/doc/rnntrain/LICENSE ${share}/doc/rnntrain/copyright)
string(TIMESTAMP now "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(WRITE ${share}/doc/rnntrain/changelog "rnntrain (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium

  * What is new stands in CHANGELOG.md.

 -- ${CPACK_PACKAGE_CONTACT}  ${now}
")
# One package has library, header and programs, and of a build for another prefix they lie in
# lib, not in a folder an architecture; cpack writes scripts that run ldconfig.
file(WRITE ${share}/lintian/overrides/rnntrain "rnntrain: link-to-shared-library-in-wrong-package
rnntrain: package-name-doesnt-match-sonames
rnntrain: maintscript-calls-ldconfig
rnntrain: pkg-config-unavailable-for-cross-compilation
")
file(GLOB pages ${share}/man/man*/* ${share}/doc/rnntrain/changelog)
execute_process(COMMAND gzip -9n ${pages} RESULT_VARIABLE code)
if(code)
  message(FATAL_ERROR "gzip: ${code}")
endif()

# Debian's libraries lie where they are looked for.
set(root ${CPACK_TEMPORARY_DIRECTORY}/usr)
file(GLOB libraries ${root}/lib/librnntrain.so.*.* ${root}/lib/*/librnntrain.so.*.*)
foreach(linked ${root}/bin/rnntrain ${root}/bin/rnnprep ${libraries})
  file(RPATH_REMOVE FILE ${linked})
endforeach()

# Everybody may read it, whatever the umask of who builds and clones.
set(readable OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
file(CHMOD_RECURSE ${root}
  DIRECTORY_PERMISSIONS ${readable} OWNER_EXECUTE GROUP_EXECUTE WORLD_EXECUTE)
file(CHMOD_RECURSE ${root}/lib/python3
  FILE_PERMISSIONS ${readable}
  DIRECTORY_PERMISSIONS ${readable} OWNER_EXECUTE GROUP_EXECUTE WORLD_EXECUTE)
