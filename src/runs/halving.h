/* Successive halving (Jamieson & Talwalkar 2016; Li et al. 2018, Hyperband): many trials
 * learn a little, the best third of them three times as much, and so on, until the best
 * learn as long as they want. Brackets of trials, each halved by itself, follow one
 * another, so that more time means more of them. Pure functions; nothing here is
 * collective.
 */
#ifndef RNNTRAIN_RUNS_HALVING_H
#define RNNTRAIN_RUNS_HALVING_H

#include "base/base.h"

enum { HALVING_FACTOR = 3, HALVING_BRACKET = 9, HALVING_MOST = 243 };

/* Rungs of a bracket of n trials: 3 of 4 to 9, 2 of 2 or 3, 1 of one. */
int halving_rungs(int n);
/* Epochs of a trial on a rung, from 0, where `epochs` are all. */
int halving_epochs(int rungs, int rung, int epochs);

/* What a trial came to on a rung; greater is better. */
struct halved {
    int trial;
    double value; /* -INFINITY: it failed */
};

/* Orders n of them, the best first, of equals the one that was drawn first; returns how
 * many go on: a third, rounded up. */
int halving_best(struct halved *trials, int n);

/* Trials of the next bracket; 0: none. Where `wanted` is not 0 so many in all are wanted,
 * else `left` seconds decide and what a bracket of HALVING_BRACKET takes, or is likely
 * to, and there are no more than HALVING_MOST: the best of more on the same validation
 * rows is the luckiest one. */
int halving_next(int wanted, int done, double left, double bracket_seconds);

#endif
