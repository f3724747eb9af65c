/* Held directories: all that a program makes, replaces or removes goes through one.
 *
 * A directory is opened once, by the path that was given, through links where that has
 * some; from then on it is held by its descriptor, wherever it is moved. A name in it is
 * no path, and is never followed where it is a link: what replaces a link replaces the
 * link itself. New files are made under names that nobody can have planted
 * (files/temporary.h) and renamed. Nothing here is collective.
 */
#ifndef RNNTRAIN_FILES_DIRECTORY_H
#define RNNTRAIN_FILES_DIRECTORY_H

#include "base/base.h"

struct directory {
    int fd;     /* -1: of none */
    char *path; /* that of a name in it begins so: "", or what ends in '/'; owned */
};

/* -1 and errno where it cannot be opened; `path` may end in '/'. */
int directory_open(const char *path, struct directory *directory) NODISCARD;
/* The directory that a file is in, or will be, and the file's name there, which is the
 * end of `path`. -1 and errno. */
int directory_of(const char *path, struct directory *directory,
                 const char **name) NODISCARD;
/* Of one that is all zero, too. */
void directory_close(struct directory *directory);

/* The path of a name in it, as people know it; the caller's to free. */
char *directory_path(const struct directory *directory, const char *name);
/* Whether its path still leads to it: it was neither moved nor removed. */
bool directory_is_in_place(const struct directory *directory);
/* Its path today; the caller's to free. NULL: it was removed. */
char *directory_place(const struct directory *directory);

/* Whether anything has the name, be it a link that leads nowhere. */
bool directory_has(const struct directory *directory, const char *name);
/* Whether two names are of one file. */
bool directory_is_same(const struct directory *directory, const char *left,
                       const char *right);
/* Reads a regular file; see file_read. A link is none. */
int directory_read(const struct directory *directory, const char *name, char **bytes,
                   size_t *n) NODISCARD;

/* Makes and opens a directory in it, whose name nothing has, for those whom the umask
 * allows. ERR_EXISTS, ERR_IO. */
int directory_make(const struct directory *directory, const char *name,
                   struct directory *made) NODISCARD;
/* The same of a file, for writing. ERR_EXISTS, ERR_IO. */
int directory_create(const struct directory *directory, const char *name,
                     int *fd) NODISCARD;

/* ERR_IO unless what has the name may be replaced: a regular file, a link to one or to
 * nothing; or nothing has it. */
int directory_check(const struct directory *directory, const char *name) NODISCARD;
/* Writes n bytes atomically and durably. With keep_previous, what had the name is then
 * <stem>.prev.<extension>. ERR_IO names the cause; the old file is then untouched. */
int directory_replace(const struct directory *directory, const char *name,
                      const void *bytes, size_t n, bool keep_previous) NODISCARD;
/* Gives the file `from` the name `to` too, or alone, in place of what has it. ERR_IO: it
 * is as it was. */
int directory_link(const struct directory *directory, const char *from,
                   const char *to) NODISCARD;
/* The same; what had the name `to` is then <stem>.prev.<extension>, unless it is the same
 * file. */
int directory_link_keeping(const struct directory *directory, const char *from,
                           const char *to) NODISCARD;
int directory_rename(const struct directory *directory, const char *from,
                     const char *to) NODISCARD;
/* Nothing has the name any more; ERR_IO. */
int directory_remove(const struct directory *directory, const char *name) NODISCARD;

#endif
