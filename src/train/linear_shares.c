#include "train/linear_private.h"

#include <stdlib.h>
#include <string.h>

/* What a row or a feature costs beside its ones: its place in each vector. */
static uint64_t cost_of_one(const struct linear_fit *fit)
{
    return 4 + 2 * fit->outputs;
}

/* Whole blocks, so that each rank has about the same cost; any ranges give the same
 * bits. */
static void deal(const struct comm *comm, struct linear_share *share,
                 const uint64_t *cost_before)
{
    uint64_t all = cost_before[share->n];
    int block = 0;

    share->blocks = (int)((share->n + LINEAR_BLOCK - 1) / LINEAR_BLOCK);
    share->first = xcalloc((size_t)comm->size + 1, sizeof *share->first);
    for (int r = 1; r < comm->size; r++) {
        uint64_t wanted = all / (uint64_t)comm->size * (uint64_t)r;
        while (block < share->blocks &&
               cost_before[(size_t)block * LINEAR_BLOCK] < wanted)
            block++;
        share->first[r] = block;
    }
    share->first[comm->size] = share->blocks;

    size_t begin = (size_t)share->first[comm->rank] * LINEAR_BLOCK;
    size_t end = (size_t)share->first[comm->rank + 1] * LINEAR_BLOCK;
    share->begin = begin < share->n ? begin : share->n;
    share->end = end < share->n ? end : share->n;
    share->sums = xcalloc((size_t)share->blocks, sizeof *share->sums);
}

static uint64_t ones_of_row(const struct linear_task *task, size_t i)
{
    return task->dense ? (uint64_t)task->dense->n_columns : linear_row(task, i).n;
}

static void deal_rows(struct linear_fit *fit)
{
    struct linear_share *share = &fit->rows;
    uint64_t *before = xcalloc(share->n + 1, sizeof *before);

    for (size_t i = 0; i < share->n; i++)
        before[i + 1] = before[i] + ones_of_row(&fit->task, i) + cost_of_one(fit);
    deal(fit->comm, share, before);
    free(before);
}

/* The first of n ascending numbers that is not below `least`. */
static size_t place_of(const uint32_t *numbers, size_t n, size_t least)
{
    size_t low = 0;

    while (low < n) {
        size_t middle = low + (n - low) / 2;
        if (numbers[middle] < least)
            low = middle + 1;
        else
            n = middle;
    }
    return low;
}

/* Rows come in their order, so a feature's rows ascend. */
static void turn_over(struct linear_fit *fit)
{
    struct linear_share *share = &fit->features;
    size_t own = share_own(share);
    uint64_t *at = xcalloc(own + 1, sizeof *at);
    memcpy(at, share->start, (own + 1) * sizeof *at);
    for (size_t i = 0; i < fit->rows.n; i++) {
        struct linear_ones ones = linear_row(&fit->task, i);
        for (size_t k = place_of(ones.index, ones.n, share->begin);
             k < ones.n && ones.index[k] < share->end; k++)
            share->index[at[ones.index[k] - share->begin]++] = (uint32_t)i;
    }
    free(at);
}

static void deal_features(struct linear_fit *fit)
{
    struct linear_share *share = &fit->features;
    uint64_t *before = xcalloc(share->n + 1, sizeof *before);

    for (size_t f = 0; f + 1 < share->n && fit->task.dense; f++)
        before[f + 1] = fit->rows.n;
    for (size_t i = 0; i < fit->rows.n && !fit->task.dense; i++) {
        struct linear_ones ones = linear_row(&fit->task, i);
        for (size_t k = 0; k < ones.n; k++)
            before[ones.index[k] + 1]++;
    }
    before[share->n] = fit->rows.n; /* the bias */
    for (size_t f = 0; f < share->n; f++)
        before[f + 1] += before[f] + cost_of_one(fit);

    deal(fit->comm, share, before);
    if (fit->task.dense) {
        free(before);
        return;
    }
    size_t bias = share->n - 1;
    share->start = xcalloc(share_own(share) + 1, sizeof *share->start);
    for (size_t f = share->begin; f < share->end; f++) {
        uint64_t ones = f == bias ? 0 : before[f + 1] - before[f] - cost_of_one(fit);
        share->start[f - share->begin + 1] = share->start[f - share->begin] + ones;
    }
    free(before);
    share->index = xcalloc((size_t)share->start[share_own(share)], sizeof *share->index);
    turn_over(fit);
}

void linear_shares_new(struct linear_fit *fit)
{
    fit->rows.n = (size_t)fit->task.n;
    fit->features.n = linear_n_features(&fit->task) + 1;
    deal_rows(fit);
    deal_features(fit);
}

void linear_share_free(struct linear_share *share)
{
    free(share->first);
    free(share->start);
    free(share->index);
    free(share->sums);
}

double linear_share_sum(const struct comm *comm, struct linear_share *share)
{
    comm_gather_lanes(comm, share->sums, 1, share->first);
    return comm_tree_sum(share->sums, share->blocks, 1);
}
