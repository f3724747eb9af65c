/* Runs that are compared, on rows that all have judged. Nothing here is collective. */
#ifndef RNNTRAIN_COMMANDS_COMPARED_H
#define RNNTRAIN_COMMANDS_COMPARED_H

#include "judge/judge.h"
#include "report/past.h"

/* A judge a run (past->n), of the same rows in the same order; NULL: it has none. */
struct compared {
    int n;
    struct judge **judges; /* owned */
    const char *part;      /* what the rows are called */
};

/* Of predictions.h5, by test rows or, where there are none, validation rows. A run whose
 * rows are not those of the first one has no judge, which a note says. */
void compared_of_runs(const struct past *past, struct compared *compared);
/* Of the test part of a data set, which the result of each run judges now. */
int compared_of_data(const struct past *past, const char *path,
                     struct compared *compared) NODISCARD;
void compared_release(struct compared *compared);

#endif
