/* What files begin with that are no text: tables of other programs, archives that are not
 * read, pictures. They are named, with what makes a text of them. */
#ifndef RNNTRAIN_INPUT_CONTAINER_H
#define RNNTRAIN_INPUT_CONTAINER_H

#include "base/base.h"

enum { CONTAINER_BYTES = 512 }; /* of a beginning, which tell all that is known */

/* Refuses a file that begins with these n bytes if it is a container; `name` stands in
 * messages. */
int container_check(const char *name, const char *bytes, size_t n) NODISCARD;

/* What these n bytes are packed by, of what is read unpacked: "gzip", "tar"; NULL:
 * nothing that is known. */
const char *container_packing(const char *bytes, size_t n);

/* As container_check, of what the pages of the web begin with: no container, but no file
 * of records either. */
int container_check_page(const char *name, const char *bytes, size_t n) NODISCARD;

/* Refuses an archive that is another program's file, by the name of an entry. */
int container_check_entry(const char *archive, const char *entry) NODISCARD;

#endif
