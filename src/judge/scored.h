/* Rows in the order of a probability, the greatest first, for ranking.h. Nothing here is
 * collective.
 */
#ifndef RNNTRAIN_JUDGE_SCORED_H
#define RNNTRAIN_JUDGE_SCORED_H

#include "judge/judge.h"

/* A row's probability, as a number that is the smaller the greater it is. */
struct scored {
    uint64_t key;
    uint32_t row;
};

/* Whether a judge kept its probabilities, and none is NaN. */
bool scored_is_possible(const struct judge *judge);

/* The entries (n) that ranking.h describes, of class or label c; `room` (2, n). */
void scored_rank(const struct judge *judge, int c, struct scored *room, uint32_t *ranks);

#endif
