/* Gzip read from a function: a descriptor's bytes, or those of a file in an archive. */
#ifndef RNNTRAIN_INPUT_GUNZIP_H
#define RNNTRAIN_INPUT_GUNZIP_H

#include "base/base.h"

struct gunzip;

/* The next bytes of what is packed, borrowed until the next call; *n 0 at the end. */
typedef int gunzip_source(void *context, const char **bytes, size_t *n);

/* Bytes that are not gzip are passed on as they are. */
struct gunzip *gunzip_new(gunzip_source *source, void *context);
void gunzip_free(struct gunzip *gunzip); /* NULL is fine */

/* The next unpacked bytes, borrowed until the next call; *n 0 at the end. Checksums are
 * checked; ERR_FORMAT without a name for what is damaged, cut short or no gzip behind
 * the end of some; or the source's error. */
int gunzip_read(struct gunzip *gunzip, const char **bytes, size_t *n) NODISCARD;

#endif
