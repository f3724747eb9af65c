/* Which rows of a lane take which step of a recurrent layer.
 *
 * Rows of a lane are sorted by the number of steps they take, longest first, so that the
 * rows active at a step are a prefix. Step s reads slot s and writes slot s + 1; a slot
 * is a run of rows in one array, slot[s] its first row. Nothing here is collective.
 */
#ifndef RNNTRAIN_LAYERS_STEPS_H
#define RNNTRAIN_LAYERS_STEPS_H

#include "base/base.h"

/* Rows are right-aligned: row r takes the last count[r] of T
 * steps. `forward` plans let rows enter as time goes on; `reverse` plans start all rows
 * at step 0 (time T - 1) and let them leave. */
struct steps {
    int rows, length; /* R, T */
    bool reverse;
    const int *count; /* (R) steps of each row, descending; borrowed */
    int *active;      /* (T) rows that take step s */
    size_t *slot;     /* (T + 2) first row of slot s; the last entry is the end */
};

/* Takes the arrays for up to `rows` rows and `length` steps. */
void steps_layout(struct steps *steps, struct arena *arena, int rows, int length);
void steps_plan(struct steps *steps, int rows, const int *count, bool reverse);

/* The time index of step s, and back. */
static inline int steps_time(const struct steps *steps, int s)
{
    return steps->reverse ? steps->length - 1 - s : s;
}

/* Index of row r after its last step (zeros if it takes none). */
static inline size_t steps_final(const struct steps *steps, int r)
{
    return steps->slot[steps->reverse ? steps->count[r] : steps->length] + (size_t)r;
}

/* Rows from zero_from to the end of slot s did not take step s - 1 and start from zeros.
 */
static inline int steps_zero_from(const struct steps *steps, int s)
{
    return s == 0 ? 0 : steps->active[s - 1];
}

static inline int steps_slot_rows(const struct steps *steps, int s)
{
    return (int)(steps->slot[s + 1] - steps->slot[s]);
}

#endif
