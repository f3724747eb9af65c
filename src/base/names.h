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

/* Whether they are the same name but for case, and '_' for '-'. */
bool names_alike(const char *a, const char *b);

/* Of names that are offered one by one, the one that was probably meant: a slip or two
 * away, by the word's length, or begun with it and no more than twice as long. Begin with
 * {.wanted = what was written}. */
struct nearest {
    const char *wanted;
    const char *name; /* borrowed; NULL: nothing is near */
    int distance;     /* its edits */
};
void nearest_offer(struct nearest *nearest, const char *name);

/* The same of a set of names: borrowed, or NULL. */
const char *names_nearest(const char *const *names, const char *wanted);

#endif
