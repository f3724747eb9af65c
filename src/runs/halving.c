#include "runs/halving.h"

#include <stdlib.h>

int halving_rungs(int n)
{
    int rungs = 1;
    for (; n > 1; n = (n + HALVING_FACTOR - 1) / HALVING_FACTOR)
        rungs++;
    return rungs;
}

int halving_epochs(int rungs, int rung, int epochs)
{
    int share = 1;
    for (int r = rung; r + 1 < rungs; r++)
        share *= HALVING_FACTOR;
    return (epochs + share - 1) / share;
}

static int compare(const void *left, const void *right)
{
    const struct halved *a = left, *b = right;
    if (a->value > b->value || a->value < b->value)
        return a->value > b->value ? -1 : 1;
    return a->trial - b->trial;
}

int halving_best(struct halved *trials, int n)
{
    qsort(trials, (size_t)n, sizeof *trials, compare);
    return (n + HALVING_FACTOR - 1) / HALVING_FACTOR;
}

/* Of all epochs of a bracket's trials, as a share of those of one trial. */
static double work(int n)
{
    int rungs = halving_rungs(n);
    double sum = 0, before = 0, share = 1;

    for (int r = 1; r < rungs; r++)
        share /= HALVING_FACTOR;
    for (; rungs > 0; rungs--, share *= HALVING_FACTOR) {
        sum += n * (share - before);
        before = share;
        n = (n + HALVING_FACTOR - 1) / HALVING_FACTOR;
    }
    return sum;
}

int halving_next(int wanted, int done, double left, double bracket_seconds)
{
    static const int sizes[] = {HALVING_BRACKET, HALVING_FACTOR, 1};
    if (wanted > 0)
        return wanted - done < HALVING_BRACKET ? wanted - done : HALVING_BRACKET;

    if (done >= HALVING_MOST)
        return 0;
    /* the trials of a whole number of brackets, and at most one smaller one */
    for (size_t i = 0; i < COUNT_OF(sizes) && done % HALVING_BRACKET == 0; i++)
        if (bracket_seconds * work(sizes[i]) / work(HALVING_BRACKET) <= left)
            return sizes[i];
    return done == 0 ? 1 : 0;
}
