/* A folder for the files of a group of unit tests: its set-up makes it, its tear-down
 * removes it. */
#ifndef RNNTRAIN_TESTS_UNIT_SCRATCH_H
#define RNNTRAIN_TESTS_UNIT_SCRATCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/base.h"

static char scratch[] = "/tmp/rnntrain-unit-XXXXXX";

static inline int scratch_make(void **state)
{
    (void)state;
    return mkdtemp(scratch) ? 0 : -1;
}

static inline int scratch_remove(void **state)
{
    (void)state;
    char *command = xasprintf("rm -r '%s'", scratch);
    int rc = system(command);
    free(command);
    return rc;
}

/* The path of a name in the folder; the caller's to free. */
static inline char *scratch_path(const char *name)
{
    return xasprintf("%s/%s", scratch, name);
}

/* Makes a folder in it, whose parent is there. */
static inline void scratch_folder(const char *name)
{
    char *path = scratch_path(name);
    assert_int_equal(mkdir(path, 0777), 0);
    free(path);
}

/* Writes a file of n bytes; its folder is there. */
static inline void scratch_write(const char *name, const char *bytes, size_t n)
{
    char *path = scratch_path(name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
    free(path);
}

static inline void scratch_write_text(const char *name, const char *text)
{
    scratch_write(name, text, strlen(text));
}

#endif
