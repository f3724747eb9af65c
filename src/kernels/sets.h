/* Which kernel sets a program has, for people. */
#ifndef RNNTRAIN_KERNELS_SETS_H
#define RNNTRAIN_KERNELS_SETS_H

/* The names of all sets of floats that were built, with commas; the caller's. */
char *kernels_sets(void);

#endif
