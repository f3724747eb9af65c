#include "ranks/sum_private.h"

#include <stdlib.h>
#include <string.h>

#ifdef RNNTRAIN_DOUBLE
#define MPI_REAL_TYPE MPI_DOUBLE
#else
#define MPI_REAL_TYPE MPI_FLOAT
#endif

double comm_tree_sum(const double *values, int n, int stride)
{
    double pending[32] = {0};
    for (int i = 0; i < n; i++) {
        double sum = values[(size_t)i * (size_t)stride];
        int level = 0;
        for (int bits = i; bits & 1; bits >>= 1)
            sum = pending[level++] + sum;
        pending[level] = sum;
    }

    double total = 0;
    bool any = false;
    for (int level = 0; level < 32; level++)
        if (n >> level & 1) {
            total = any ? pending[level] + total : pending[level];
            any = true;
        }
    return total;
}

/* 2 log2(n) + 1 aligned ones. */
int sum_most_subtrees(int n_lanes)
{
    int levels = 1;
    while (1 << levels < n_lanes)
        levels++;
    return 2 * levels + 1;
}

struct comm_sum *comm_sum_new(const struct comm *comm, const struct kernels *kernels,
                              enum comm_reduction reduction, struct comm_shape shape,
                              int n_lanes, int width)
{
    struct comm_sum *sum = xcalloc(1, sizeof *sum);
    sum->comm = *comm;
    sum->kernels = kernels;
    sum->reduction = reduction;
    sum->shape = shape;
    sum->joint.lanes = 1;
    sum->n_lanes = n_lanes;
    sum->width = width;
    sum->n_buffers = sum_most_subtrees(n_lanes) + 1;
    sum_take_memory(sum);

    sum->spare = xcalloc((size_t)sum->n_buffers, sizeof *sum->spare);
    const struct lane_block *own = &sum->ranks[sum->nodes.rank].lanes;
    for (int i = 0; i < sum->n_buffers; i++)
        sum->spare[sum->n_spare++] = sum_lane_at(&shape, own, i);
    return sum;
}

void comm_sum_free(struct comm_sum *sum)
{
    if (!sum)
        return;
    sum_release_memory(sum);
    free(sum->spare);
    free(sum);
}

const struct comm_shape *comm_sum_shape(const struct comm_sum *sum)
{
    return &sum->shape;
}

size_t comm_sum_bytes(const struct comm_sum *sum)
{
    const struct comm_shape *shape = &sum->shape;
    size_t buffers = (size_t)sum->n_buffers + (sum->comm.size > 1 ? 4 : 0);
    size_t words = share_words(shape) * (sizeof(uint64_t) + sizeof(uint32_t));
    if (!shape->most)
        return buffers * shape->n * sizeof(real);
    return buffers * (sum_lane_reals(shape) * sizeof(real) + words);
}

struct comm_lane comm_sum_next(struct comm_sum *sum)
{
    if (sum->n_spare == 0)
        die("no buffer left for a lane");
    struct comm_lane lane = sum->spare[sum->n_spare - 1];
    share_clear_table(&sum->shape, lane);
    return lane;
}

static bool top_are_siblings(const struct subtrees *trees)
{
    const struct subtree *left = &trees->list[trees->n - 2], *right = left + 1;
    return trees->n >= 2 && left->level == right->level && left->index % 2 == 0 &&
           right->index == left->index + 1;
}

/* left + right, in the left one's place. */
static void merge_top(const struct comm_sum *sum, const struct share *share,
                      struct subtrees *trees)
{
    struct subtree *left = &trees->list[trees->n - 2];
    share_add(share, sum->kernels, left->lane, left[1].lane);
    left->level++;
    left->index /= 2;
    trees->n--;
}

void sum_push(const struct comm_sum *sum, const struct share *share, struct subtree tree,
              struct subtrees *trees)
{
    trees->list[trees->n++] = tree;
    while (top_are_siblings(trees))
        merge_top(sum, share, trees);
}

struct comm_lane sum_merge_all(const struct comm_sum *sum, const struct share *share,
                               struct subtrees *trees)
{
    while (trees->n > 1)
        merge_top(sum, share, trees);
    return trees->list[0].lane;
}

/* Subtrees that are not whole are the last ones. */
static void make_whole(struct comm_sum *sum)
{
    for (int i = sum->own.n - 1; i >= 0 && !sum->own.list[i].is_whole; i--) {
        struct subtree *tree = &sum->own.list[i];
        if (sum->joint.n > 0)
            sum->joint.add(sum->joint.data, tree->index << tree->level, 1 << tree->level,
                           comm_lane_flat(&sum->shape, tree->lane));
        tree->is_whole = true;
    }
}

/* The last two that are siblings, both whole or neither, and so on. */
static void merge_siblings(struct comm_sum *sum)
{
    while (top_are_siblings(&sum->own)) {
        const struct subtree *left = &sum->own.list[sum->own.n - 2], *right = left + 1;
        struct share share = share_of(&sum->shape, 0, 1);
        if (left->is_whole != right->is_whole)
            return;
        if (!left->is_whole)
            share.end -= sum->joint.n;
        merge_top(sum, &share, &sum->own);
        sum->spare[sum->n_spare++] = right->lane;
    }
}

void comm_sum_join(struct comm_sum *sum, const struct comm_joint *joint)
{
    sum->joint = *joint;
}

void comm_sum_push(struct comm_sum *sum, int lane)
{
    sum->own.list[sum->own.n++] =
        (struct subtree){.index = lane, .lane = sum->spare[--sum->n_spare]};
    merge_siblings(sum);
    if ((lane + 1) % sum->joint.lanes == 0) {
        make_whole(sum);
        merge_siblings(sum);
    }
}

void sum_subtrees_of(struct lane_range range, struct subtrees *trees)
{
    trees->n = 0;
    for (int from = range.from, level; from < range.to; from += 1 << level) {
        level = 0;
        while (from % (2 << level) == 0 && from + (2 << level) <= range.to)
            level++;
        trees->list[trees->n++] =
            (struct subtree){.level = level, .index = from >> level};
    }
}

static void release_own(struct comm_sum *sum)
{
    while (sum->own.n > 0)
        sum->spare[sum->n_spare++] = sum->own.list[--sum->own.n].lane;
}

/* The sum of this rank's lanes, or zeros where it had none. */
static struct comm_lane own_sum(struct comm_sum *sum)
{
    const struct comm_shape *shape = &sum->shape;
    if (sum->own.n == 0) {
        struct comm_lane zeros = comm_sum_next(sum);
        size_t table = shape->rows * shape->width;
        struct share whole = share_of(shape, 0, 1);
        share_number(&whole, zeros);
        memset(comm_lane_flat(shape, zeros) + table, 0,
               (shape->n - table) * sizeof(real));
        return zeros;
    }
    struct share whole = share_of(shape, 0, 1);
    struct subtrees own = sum->own;
    release_own(sum);
    return sum_merge_all(sum, &whole, &own);
}

static struct comm_lane reduce_by_mpi(struct comm_sum *sum)
{
    const real *own = own_sum(sum).values;
    size_t n = sum->shape.n, piece = sum->comm.state->piece / sizeof *own;
    comm_meet(&sum->comm); /* who never comes is noticed here, MPI itself would wait */
    for (size_t at = 0; at < n; at += piece)
        MPI_Allreduce(own + at, sum->total.values + at,
                      mpi_count(n - at < piece ? n - at : piece), MPI_REAL_TYPE, MPI_SUM,
                      sum->comm.state->all);
    return sum->total;
}

static struct comm_lane reduce_canonically(struct comm_sum *sum, const int *first,
                                           double *values)
{
    struct comm_lane total = sum_over_ranks(sum, first, values);
    release_own(sum);
    return total;
}

struct comm_lane comm_sum_finish(struct comm_sum *sum, const int *first, double *values)
{
    bool by_mpi = sum->reduction == COMM_MPI;
    make_whole(sum);
    comm_tick(&sum->comm);
    if (sum->comm.size == 1)
        return own_sum(sum);
    if (by_mpi && sum->width > 0)
        comm_gather_lanes(&sum->comm, values, sum->width, first);

    double start = comm_begin(&sum->comm);
    struct comm_lane total =
        by_mpi ? reduce_by_mpi(sum) : reduce_canonically(sum, first, values);
    comm_end(&sum->comm, TRACE_REDUCE, start);
    return total;
}
