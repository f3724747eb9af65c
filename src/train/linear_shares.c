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

/* Whether a feature stands for its group, which it becomes. */
static bool stands_for(const struct linear_groups *groups, uint32_t *feature)
{
    uint32_t group = groups ? groups->of[*feature] : *feature;
    bool stands = !groups || groups->first[group] == *feature;

    *feature = group;
    return stands;
}

/* The rank's rows, which have at most so many groups. */
static void group_rows(struct linear_fit *fit, uint64_t most)
{
    struct linear_share *share = &fit->rows;
    uint64_t n = 0;

    share->start = xcalloc(share_own(share) + 1, sizeof *share->start);
    share->index = xcalloc((size_t)most, sizeof *share->index);
    for (size_t i = 0; i < share_own(share); i++) {
        struct linear_ones ones = linear_row(&fit->task, share->begin + i);
        for (size_t e = 0; e < ones.n; e++) {
            uint32_t feature = ones.index[e];
            if (stands_for(fit->groups, &feature))
                share->index[n++] = feature;
        }
        share->start[i + 1] = n;
    }
    share->index = xrealloc(share->index, n + 1, sizeof *share->index);
}

static void deal_rows(struct linear_fit *fit)
{
    struct linear_share *share = &fit->rows;
    uint64_t *before = xcalloc(share->n + 1, sizeof *before);

    for (size_t i = 0; i < share->n; i++)
        before[i + 1] = before[i] + ones_of_row(&fit->task, i) + cost_of_one(fit);
    deal(fit->comm, share, before);
    if (fit->groups)
        group_rows(fit, before[share->end] - before[share->begin]);
    free(before);
}

size_t linear_place_of(struct linear_ones ones, size_t least)
{
    size_t low = 0, n = ones.n;

    while (low < n) {
        size_t middle = low + (n - low) / 2;
        if (ones.index[middle] < least)
            low = middle + 1;
        else
            n = middle;
    }
    return low;
}

/* The task's feature with which group `group` begins, or behind all. */
static size_t first_of(const struct linear_fit *fit, size_t group)
{
    const struct linear_groups *groups = fit->groups;
    if (!groups)
        return group;
    return group < groups->n ? groups->first[group] : linear_n_features(&fit->task);
}

/* Rows come in their order, so a feature's rows ascend. */
static void turn_over(struct linear_fit *fit)
{
    struct linear_share *share = &fit->features;
    size_t own = share_own(share);
    uint64_t *at = xcalloc(own + 1, sizeof *at);
    memcpy(at, share->start, (own + 1) * sizeof *at);

    size_t first = first_of(fit, share->begin), end = first_of(fit, share->end);
    for (size_t i = 0; i < fit->rows.n; i++) {
        struct linear_ones ones = linear_row(&fit->task, i);
        for (size_t k = linear_place_of(ones, first); k < ones.n && ones.index[k] < end;
             k++) {
            uint32_t feature = ones.index[k];
            if (stands_for(fit->groups, &feature))
                share->index[at[feature - share->begin]++] = (uint32_t)i;
        }
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
        for (size_t k = 0; k < ones.n; k++) {
            uint32_t feature = ones.index[k];
            if (stands_for(fit->groups, &feature))
                before[feature + 1]++;
        }
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
    fit->features.n = (fit->groups ? fit->groups->n : linear_n_features(&fit->task)) + 1;
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
