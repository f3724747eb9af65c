/* What of a corpus was not read, and why: counted by its reason, with the first place. */
#ifndef RNNTRAIN_INPUT_LEFT_OUT_H
#define RNNTRAIN_INPUT_LEFT_OUT_H

#include <stdio.h>

#include "base/base.h"

/* All-zero at first; release with left_out_release. */
struct left_out {
    struct left_out_reason {
        const char *what; /* "files of the system", "rows without a label"; borrowed */
        int64_t n;        /* how many */
        char *first;      /* where: "corpus/Thumbs.db", "a.csv: line 12"; owned */
    } * reasons;          /* in the order in which they were met */
    int n;
};

/* Such a reason. */
#define LEFT_OUT_PIPES "names of a pipe, socket or device"

/* One more for this reason, a constant string that reads well behind a number; `first` is
 * where, taken over. */
void left_out_add(struct left_out *left, const char *what, char *first);

/* All of `other` behind those of `left`; `other` is released. */
void left_out_append(struct left_out *left, struct left_out *other);

/* "12 files of the system", "1 file of the system"; the caller's. */
char *left_out_shown(const struct left_out_reason *reason);

/* A line a reason, as a note of that program. */
void left_out_note(const struct left_out *left, const char *program, FILE *out);

void left_out_release(struct left_out *left);

#endif
