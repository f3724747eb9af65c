#include "train/linear_private.h"

#include <math.h>
#include <stdlib.h>

#include <xxhash.h>

/* The sums of its rows' hashes: 128 bits, so that no two sets of rows that a corpus has
 * come to the same. */
struct print {
    uint64_t a, b;
};

/* Features of ranks, in whole blocks. */
static int *deal_evenly(const struct comm *comm, size_t n)
{
    uint64_t blocks = (n + LINEAR_BLOCK - 1) / LINEAR_BLOCK;
    int *first = xcalloc((size_t)comm->size + 1, sizeof *first);

    for (int r = 0; r <= comm->size; r++)
        first[r] = (int)(blocks * (uint64_t)r / (uint64_t)comm->size);
    return first;
}

/* Collective. Each rank takes those of some features. */
static struct print *take_prints(const struct comm *comm, const struct linear_task *task)
{
    int *blocks = deal_evenly(comm, linear_n_features(task));
    size_t first = (size_t)blocks[comm->rank] * LINEAR_BLOCK;
    size_t end = (size_t)blocks[comm->rank + 1] * LINEAR_BLOCK;
    struct print *prints =
        xcalloc((size_t)blocks[comm->size] * LINEAR_BLOCK, sizeof *prints);

    for (size_t i = 0; i < (size_t)task->n; i++) {
        uint64_t a = XXH64(&i, sizeof i, 0), b = XXH64(&i, sizeof i, 1);
        struct linear_ones ones = linear_row(task, i);
        for (size_t e = linear_place_of(ones, first); e < ones.n && ones.index[e] < end;
             e++) {
            prints[ones.index[e]].a += a;
            prints[ones.index[e]].b += b;
        }
    }
    comm_gather_blocks(comm, prints, LINEAR_BLOCK * sizeof *prints, blocks);
    free(blocks);
    return prints;
}

/* A power of two, in which so many leave half of the places free. */
static size_t table_size(size_t n)
{
    size_t size = 1;

    while (size < 2 * n)
        size *= 2;
    return size;
}

/* Where the group with a print stands in the table of groups + 1, or would stand. */
static size_t place_in(const uint32_t *table, size_t size,
                       const struct linear_groups *groups, const struct print *prints,
                       struct print print)
{
    size_t at = print.a & (size - 1);

    while (table[at]) {
        struct print other = prints[groups->first[table[at] - 1]];
        if (other.a == print.a && other.b == print.b)
            break;
        at = (at + 1) & (size - 1);
    }
    return at;
}

static void take_roots(struct linear_groups *groups, size_t n_features)
{
    groups->root = xcalloc(groups->n, sizeof *groups->root);
    for (size_t f = 0; f < n_features; f++)
        groups->root[groups->of[f]]++;
    for (size_t g = 0; g < groups->n; g++)
        groups->root[g] = sqrtf(groups->root[g]);
}

struct linear_groups *linear_groups_new(const struct comm *comm,
                                        const struct linear_task *task)
{
    size_t n = linear_n_features(task), size = table_size(n);
    struct print *prints = take_prints(comm, task);
    uint32_t *table = xcalloc(size, sizeof *table);
    struct linear_groups *groups = xcalloc(1, sizeof *groups);

    groups->of = xcalloc(n, sizeof *groups->of);
    groups->first = xcalloc(n, sizeof *groups->first);
    for (size_t f = 0; f < n; f++) {
        size_t at = place_in(table, size, groups, prints, prints[f]);
        if (!table[at]) {
            groups->first[groups->n++] = (uint32_t)f;
            table[at] = (uint32_t)groups->n;
        }
        groups->of[f] = table[at] - 1;
    }
    take_roots(groups, n);
    free(table);
    free(prints);
    return groups;
}

void linear_groups_free(struct linear_groups *groups)
{
    if (!groups)
        return;

    free(groups->of);
    free(groups->first);
    free(groups->root);
    free(groups);
}
