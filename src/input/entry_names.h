/* The names of an archive's entries: what they may be, and that none comes twice. */
#ifndef RNNTRAIN_INPUT_ENTRY_NAMES_H
#define RNNTRAIN_INPUT_ENTRY_NAMES_H

#include "base/base.h"
#include "text/words.h"

/* All-zero at first; release with entry_names_release. */
struct entry_names {
    struct words hashes; /* of 16 bytes, where names may have thousands */
};
void entry_names_release(struct entry_names *names);

/* A folder takes memory for all of its path: those of an archive are bounded as those of
 * a disk are; NULL is none that can be read. ERR_FORMAT. `path` is the archive. */
int entry_name_check(const char *path, const char *name) NODISCARD;

/* ERR_FORMAT: the file stands in the archive a second time: of two versions of a table or
 * a text nobody can tell which is meant. */
int entry_names_add(struct entry_names *names, const char *path,
                    const char *name) NODISCARD;

#endif
