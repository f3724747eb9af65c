/* A trace of a run, added up (base/trace.h has its form). Nothing here is collective. */
#ifndef RNNTRAIN_REPORT_TRACED_H
#define RNNTRAIN_REPORT_TRACED_H

#include "base/base.h"

enum { TRACED_MOST_KINDS = 32, TRACED_MOST_RANKS = 65536 };

/* Seconds of all ranks, and of those with the least and the most of it. */
struct traced_kind {
    char name[24];
    double seconds, least, most;
};

struct traced {
    int n_ranks, n_kinds;
    struct traced_kind kinds[TRACED_MOST_KINDS];
};

/* False where there is no such file, or no span in it. Lines that are none of ours are
 * passed over. */
bool traced_read(const char *path, struct traced *traced);

#endif
