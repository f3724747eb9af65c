/* The inside of rnntrain selftest: checks, each of which every rank does by itself, or
 * all together, and says what it found.
 *
 * selftest.c is the command, selftest_checks.c has the checks; what they try and how,
 * train/selftest.h has.
 */
#ifndef RNNTRAIN_COMMANDS_SELFTEST_H
#define RNNTRAIN_COMMANDS_SELFTEST_H

#include "train/selftest.h"

/* What a rank finds by a check; plain bytes that travel. */
struct selftest_result {
    bool failed;
    char says[400];
};

struct selftest {
    struct comm *comm;
    struct comm alone;            /* this rank */
    const struct kernels *chosen; /* the set that is tried, with its fault */
    const struct kernels *floats; /* that differences of losses are computed by */
};

/* Collective. Sets *result, which is zeroed, to what this rank found. */
typedef void selftest_check(struct selftest *selftest, struct selftest_result *result);
selftest_check selftest_check_gradients, selftest_check_losses, selftest_check_sets;
selftest_check selftest_check_rows, selftest_check_order, selftest_check_ranks;

#endif
