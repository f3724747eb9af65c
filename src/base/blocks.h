/* Blocks of work that do not depend on each other, on several threads: each writes only
 * what is its own, so the outcome is that of one thread. */
#ifndef RNNTRAIN_BASE_BLOCKS_H
#define RNNTRAIN_BASE_BLOCKS_H

#include "base/base.h"

/* Runs work(context, 0) to work(context, n - 1), in any order; no call fails. */
void blocks_run(int n, int n_threads, void (*work)(void *context, int block),
                void *context);

#endif
