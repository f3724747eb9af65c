/* The part of reading a model file that trusts what it reads, for a bounded child process
 * (bounded.h). Nothing here is collective.
 */
#ifndef RNNTRAIN_KERAS_FIND_H
#define RNNTRAIN_KERAS_FIND_H

#include "files/bounded.h"

struct keras_source {
    const char *path;
    const char *bytes;
    size_t n;
};

/* Of a struct keras_source: appends one JSON object, a 0, and the numbers of all arrays,
 * as floats. The object has "version", "config", "training", "optimizer_name" as far as
 * the file has them, "by_class", and the lists "weights" and "optimizer" of {"layer",
 * "name", "n_dims", "shape"}. ERR_FORMAT names what cannot be read. */
int keras_find(const void *context, struct bounded_bytes *result);

/* The most numbers that a file of so many bytes may have. A small one may say that it has
 * many: packed, or one array by many names. */
size_t keras_find_most(size_t n_bytes);

#endif
