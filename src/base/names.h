/* Sets of names: NULL-terminated arrays, indexed by the enum that they name. Nothing here
 * is collective.
 */
#ifndef RNNTRAIN_BASE_NAMES_H
#define RNNTRAIN_BASE_NAMES_H

#include "base/base.h"

/* The index of `name`, or -1. */
int names_find(const char *const *names, const char *name);

/* "lstm, bilstm, gru"; the caller's to free. */
char *names_join(const char *const *names, const char *between);

/* Of names that are offered one by one, the one that was probably meant; begin with
 * {.wanted = what was written}. */
struct nearest {
    const char *wanted;
    const char *name; /* borrowed; NULL: nothing is near */
    int distance;     /* edits, where `name` is not only begun like it */
};
void nearest_offer(struct nearest *nearest, const char *name);

#endif
