/* Zip archives in memory, as .keras files are; a door to libarchive. Nothing here is
 * collective.
 */
#ifndef RNNTRAIN_FILES_ZIP_H
#define RNNTRAIN_FILES_ZIP_H

#include "base/base.h"

/* Whether bytes begin as a zip archive does. */
bool zip_is_one(const char *bytes, size_t n);

/* The bytes of a named entry, at most `most`, with a 0 behind them; the caller's to free.
 * ERR_FORMAT where it is not there or damaged. `source` names the archive in messages. */
int zip_read(const char *source, const char *bytes, size_t n, const char *name,
             size_t most, char **content, size_t *n_content) NODISCARD;

/* The first entry whose name begins and ends so; the caller's. NULL: there is none. */
char *zip_find(const char *bytes, size_t n, const char *begin, const char *end);

struct zip_entry {
    const char *name;
    const void *bytes;
    size_t n;
};

/* An archive of these entries, stored as they are, without times: equal entries give
 * equal bytes, the caller's to free. */
void zip_write(const struct zip_entry *entries, size_t n_entries, char **bytes,
               size_t *n);

#endif
