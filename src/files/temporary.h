/* What is unfinished: files under names of their own beside their targets, folders of
 * trials, programs that were started.
 *
 * The name of a temporary file is its target's with ".tmp." and 16 random hexadecimal
 * digits behind it. It is made where nothing has it, and locked as long as its writer
 * lives: what a killed one left can be locked, and is removed by the next writer of the
 * same target. One thread makes them; nothing here is collective.
 */
#ifndef RNNTRAIN_FILES_TEMPORARY_H
#define RNNTRAIN_FILES_TEMPORARY_H

#include "files/directory.h"

#include <sys/types.h>

enum { TEMPORARY_NAME_BYTES = 256 };

struct temporary {
    const struct directory *directory; /* borrowed: where it is */
    int fd;   /* a file's, to be written and read; a folder's; -1: there is none */
    int slot; /* of those that a signal removes, or -1 */
    char name[TEMPORARY_NAME_BYTES];
};

/* An empty file, to become `target` of the directory; -1 and errno. */
int temporary_create(const struct directory *directory, const char *target,
                     struct temporary *temporary) NODISCARD;
/* A folder for this user alone, of files only; -1 and errno. */
int temporary_make_folder(const struct directory *directory, const char *target,
                          struct temporary *temporary) NODISCARD;
/* A second name of a file that is there, to be renamed; -1 and errno. */
int temporary_link(const struct directory *directory, const char *from,
                   const char *target, struct temporary *temporary) NODISCARD;

/* It becomes `name`, in place of what has it; -1 and errno: it is as it was. */
int temporary_rename(struct temporary *temporary, const char *name) NODISCARD;
/* Removes it, unless it was renamed, a folder with its files, and closes it. */
void temporary_end(struct temporary *temporary);

/* Removes what dead writers of these targets have left in a directory, never what a
 * living one writes, or what older versions left, whose names end in the number of a
 * process that is no more. Where the file system has no locks, what nobody has written to
 * for a day is of the dead. */
void temporary_sweep(const struct directory *directory, const char *const *targets,
                     size_t n);

/* A group of processes that ends with this program; 0: there is none any more. */
void temporary_set_group(pid_t group);

/* Ends that group and removes all that is unfinished: what signals_tidy_by is given. Does
 * nothing in a child that was forked. */
void temporary_remove_all(void);

#endif
