/* HDF5 files of others, in memory, of which nothing is taken for granted: only hard links
 * are followed, only what stands in the file itself is read, strings may have fixed or
 * variable length, numbers any type.
 *
 * They are parsed by HDF5, which trusts what it reads: so all this is for a bounded child
 * process (bounded.h), which gives back what is wanted of them, for instance a file in
 * the form of our own (h5_convert). Nothing here is collective.
 */
#ifndef RNNTRAIN_FILES_H5_FOREIGN_H
#define RNNTRAIN_FILES_H5_FOREIGN_H

#include "files/bounded.h"
#include "files/h5.h"
#include "files/mapped.h"

struct h5_foreign;

/* Opens n bytes, which stay the caller's, and are read where they stand; `path` is for
 * messages. ERR_FORMAT. */
int h5_open_foreign(const char *path, const char *bytes, size_t n,
                    struct h5_foreign **file) NODISCARD;
/* NULL is fine. */
void h5_close_foreign(struct h5_foreign *file);
const char *h5_foreign_path(const struct h5_foreign *file);

/* Whether hard links lead to an object of that path. */
bool h5_reaches(struct h5_foreign *file, const char *path);
bool h5_has_foreign_attribute(struct h5_foreign *file, const char *object,
                              const char *name);
/* A string, or a list of at most `most` of them, which may be cut into name0, name1, ...
 * The caller's to free. */
int h5_read_foreign_text(struct h5_foreign *file, const char *object, const char *name,
                         char **text) NODISCARD;
int h5_read_foreign_texts(struct h5_foreign *file, const char *object, const char *name,
                          size_t most, size_t *n, char ***texts) NODISCARD;
/* An array of 0, 1 or 2 dimensions and at most `most` numbers, as floats, (shape[0],
 * shape[1]), 1 where there is no such dimension; the caller's to free. Of more
 * dimensions, or no numbers: n_dims is H5_MAX_RANK + 1, and there are none. */
int h5_read_foreign_array(struct h5_foreign *file, const char *path, size_t most,
                          int *n_dims, size_t shape[H5_MAX_DIMS],
                          float **values) NODISCARD;
/* The names of a group's hard links in alphabetical order, at most `most`. */
int h5_list(struct h5_foreign *file, const char *group, size_t most, size_t *n,
            char ***names) NODISCARD;
/* Whether a path names an array. */
bool h5_is_array(struct h5_foreign *file, const char *path);

/* Builds a file, of *n bytes in an image that has room for so many, that has the form of
 * our own and the content of a foreign one: its groups, arrays, texts, and attributes of
 * one value or a list of strings. What our files do not have, such as an array of complex
 * numbers, has its place there and no values. ERR_FORMAT unless all in it is reached by
 * hard links and stands in the file itself. */
int h5_convert(struct h5_foreign *file, const struct mapped *image, size_t *n) NODISCARD;

#endif
