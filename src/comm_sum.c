#include "comm_private.h"

#include <stdlib.h>
#include <string.h>

#include <mpi.h>

#ifdef RNNTRAIN_DOUBLE
#define MPI_REAL_TYPE MPI_DOUBLE
#else
#define MPI_REAL_TYPE MPI_FLOAT
#endif

/* The canonical tree. */

void comm_even_ranges(int n_lanes, int size, int *first)
{
    for (int r = 0; r <= size; r++)
        first[r] = (int)((int64_t)n_lanes * r / size);
}

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

/* A node of the tree that someone holds: lanes index << level and on. */
struct node {
    int level, index;
    real *values;
};

/* Nodes from left to right, none complete with its neighbour: a stack on which siblings
 * merge as soon as both are there. */
struct comm_sum {
    struct comm comm;
    const struct kernels *kernels;
    enum comm_reduction reduction;
    size_t n;
    int n_lanes;
    real *storage; /* all buffers */
    real **spare;  /* buffers that are free */
    int n_buffers, n_spare;
    struct node *stack;
    int depth;
    real *total;  /* (n rounded up to whole slices) */
    real *inbox;  /* slices of all ranks' nodes */
    int *n_nodes; /* (size) of each rank in this exchange */
    MPI_Request *requests;
};

/* A range of lanes splits into at most 2 log2(n) + 1 aligned subtrees. */
static int most_nodes(int n_lanes)
{
    int levels = 1;
    while (1 << levels < n_lanes)
        levels++;
    return 2 * levels + 1;
}

struct comm_sum *comm_sum_new(const struct comm *comm, const struct kernels *kernels,
                              enum comm_reduction reduction, size_t n, int n_lanes)
{
    struct comm_sum *sum = xcalloc(1, sizeof *sum);
    size_t size = (size_t)comm->size, padded = (n + 15) / 16 * 16;
    size_t slice = (n + size - 1) / size;
    int nodes = most_nodes(n_lanes);
    sum->comm = *comm;
    sum->kernels = kernels;
    sum->reduction = reduction;
    sum->n = n;
    sum->n_lanes = n_lanes;
    sum->n_buffers = nodes + 1;
    sum->storage = xaligned((size_t)sum->n_buffers * padded, sizeof(real));
    sum->spare = xcalloc((size_t)sum->n_buffers, sizeof *sum->spare);
    sum->stack = xcalloc((size_t)nodes + 1, sizeof *sum->stack);
    for (int i = 0; i < sum->n_buffers; i++)
        sum->spare[sum->n_spare++] = sum->storage + (size_t)i * padded;
    if (comm->size == 1)
        return sum;
    size_t all_nodes =
        (size_t)n_lanes < size * (size_t)nodes ? (size_t)n_lanes : size * (size_t)nodes;
    sum->total = xaligned(slice * size, sizeof(real));
    sum->inbox = xaligned(all_nodes * slice, sizeof(real));
    sum->n_nodes = xcalloc(size, sizeof *sum->n_nodes);
    sum->requests = xcalloc(2 * size * (size_t)nodes, sizeof *sum->requests);
    return sum;
}

void comm_sum_free(struct comm_sum *sum)
{
    if (!sum)
        return;
    free(sum->storage);
    free(sum->spare);
    free(sum->stack);
    free(sum->total);
    free(sum->inbox);
    free(sum->n_nodes);
    free(sum->requests);
    free(sum);
}

size_t comm_sum_bytes(const struct comm_sum *sum)
{
    return (size_t)(sum->n_buffers + (sum->comm.size > 1 ? 2 : 0)) * sum->n *
           sizeof(real);
}

real *comm_sum_next(struct comm_sum *sum)
{
    if (sum->n_spare == 0)
        die("no buffer left for a lane");
    return sum->spare[sum->n_spare - 1];
}

static bool top_are_siblings(const struct node *stack, int depth)
{
    const struct node *left = &stack[depth - 2], *right = &stack[depth - 1];
    return depth >= 2 && left->level == right->level && left->index % 2 == 0 &&
           right->index == left->index + 1;
}

/* The two last nodes become their parent: left + right, n reals, in the left one's place.
 */
static void merge_top(const struct kernels *kernels, struct node *stack, int depth,
                      size_t n)
{
    struct node *left = &stack[depth - 2];
    kernels->add(n, left->values, stack[depth - 1].values);
    left->level++;
    left->index /= 2;
}

/* At the end of the lanes what has no sibling goes up alone: what is missing is absent.
 */
static void merge_all(const struct kernels *kernels, struct node *stack, int depth,
                      size_t n)
{
    for (; depth >= 2; depth--)
        merge_top(kernels, stack, depth, n);
}

void comm_sum_push(struct comm_sum *sum, int lane)
{
    real *values = sum->spare[--sum->n_spare];
    sum->stack[sum->depth++] = (struct node){0, lane, values};
    for (; top_are_siblings(sum->stack, sum->depth); sum->depth--) {
        merge_top(sum->kernels, sum->stack, sum->depth, sum->n);
        sum->spare[sum->n_spare++] = sum->stack[sum->depth - 1].values;
    }
}

/* The aligned subtrees of a range of lanes, left to right, as pushing leaves them. */
static int nodes_of_range(int from, int to, struct node *nodes)
{
    int n = 0;
    while (from < to) {
        int level = 0;
        while (from % (2 << level) == 0 && from + (2 << level) <= to)
            level++;
        nodes[n++] = (struct node){level, from >> level, NULL};
        from += 1 << level;
    }
    return n;
}

static void release_stack(struct comm_sum *sum)
{
    while (sum->depth > 0)
        sum->spare[sum->n_spare++] = sum->stack[--sum->depth].values;
}

static size_t slice_of(const struct comm_sum *sum)
{
    return (sum->n + (size_t)sum->comm.size - 1) / (size_t)sum->comm.size;
}

/* Each rank's slice of a node, in rank order; the last slices may be short or empty. */
static void exchange_slices(struct comm_sum *sum, const int *first)
{
    int size = sum->comm.size;
    size_t slice = slice_of(sum);
    struct node nodes[64];
    int n_requests = 0, at = 0;
    for (int from = 0; from < size; from++) {
        sum->n_nodes[from] = nodes_of_range(first[from], first[from + 1], nodes);
        for (int i = 0; i < sum->n_nodes[from]; i++, at++) {
            size_t begin = (size_t)sum->comm.rank * slice;
            size_t end = begin + slice < sum->n ? begin + slice : sum->n;
            real *to = sum->inbox + (size_t)at * slice;
            if (begin >= end)
                continue;
            if (from == sum->comm.rank)
                memcpy(to, sum->stack[i].values + begin, (end - begin) * sizeof(real));
            else
                MPI_Irecv(to, (int)(end - begin), MPI_REAL_TYPE, from, i, MPI_COMM_WORLD,
                          &sum->requests[n_requests++]);
        }
    }
    for (int step = 1; step < size; step++) {
        int to = (sum->comm.rank + step) % size;
        size_t begin = (size_t)to * slice;
        size_t end = begin + slice < sum->n ? begin + slice : sum->n;
        for (int i = 0; i < sum->depth && begin < end; i++)
            MPI_Isend(sum->stack[i].values + begin, (int)(end - begin), MPI_REAL_TYPE, to,
                      i, MPI_COMM_WORLD, &sum->requests[n_requests++]);
    }
    MPI_Waitall(n_requests, sum->requests, MPI_STATUSES_IGNORE);
}

/* Finishes the tree for this rank's slice, from all ranks' nodes. */
static const real *reduce_slice(struct comm_sum *sum, const int *first)
{
    struct node stack[64], nodes[64];
    size_t slice = slice_of(sum);
    int depth = 0, at = 0;
    for (int from = 0; from < sum->comm.size; from++) {
        nodes_of_range(first[from], first[from + 1], nodes);
        for (int i = 0; i < sum->n_nodes[from]; i++, at++) {
            stack[depth] = nodes[i];
            stack[depth++].values = sum->inbox + (size_t)at * slice;
            for (; top_are_siblings(stack, depth); depth--)
                merge_top(sum->kernels, stack, depth, slice);
        }
    }
    merge_all(sum->kernels, stack, depth, slice);
    return sum->inbox;
}

/* The sum of this rank's lanes, or zeros where it had none. */
static real *own_sum(struct comm_sum *sum)
{
    if (sum->depth == 0) {
        real *zeros = comm_sum_next(sum);
        memset(zeros, 0, sum->n * sizeof *zeros);
        return zeros;
    }
    merge_all(sum->kernels, sum->stack, sum->depth, sum->n);
    real *own = sum->stack[0].values;
    release_stack(sum);
    return own;
}

static void reduce_canonically(struct comm_sum *sum, const int *first)
{
    size_t slice = slice_of(sum);
    exchange_slices(sum, first);
    release_stack(sum);
    const real *mine = reduce_slice(sum, first);
    MPI_Allgather(mine, (int)slice, MPI_REAL_TYPE, sum->total, (int)slice, MPI_REAL_TYPE,
                  MPI_COMM_WORLD);
}

const real *comm_sum_finish(struct comm_sum *sum, const int *first)
{
    if (sum->comm.size == 1)
        return own_sum(sum);
    double start = comm_begin(&sum->comm);
    if (sum->reduction == COMM_MPI)
        MPI_Allreduce(own_sum(sum), sum->total, (int)sum->n, MPI_REAL_TYPE, MPI_SUM,
                      MPI_COMM_WORLD);
    else
        reduce_canonically(sum, first);
    comm_end(TRACE_REDUCE, start);
    return sum->total;
}

void comm_gather_lanes(const struct comm *comm, double *values, int width,
                       const int *first)
{
    if (comm->size == 1)
        return;
    double start = comm_begin(comm);
    size_t size = (size_t)comm->size;
    int *counts = xcalloc(2 * size, sizeof *counts), *offsets = counts + size;
    for (int r = 0; r < comm->size; r++) {
        counts[r] = (first[r + 1] - first[r]) * width;
        offsets[r] = first[r] * width;
    }
    MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, values, counts, offsets,
                   MPI_DOUBLE, MPI_COMM_WORLD);
    free(counts);
    comm_end(TRACE_WAIT, start);
}
