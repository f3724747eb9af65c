#include "ranks/private.h"

#include <stdlib.h>
#include <string.h>

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
    struct comm_lane lane;
};

/* Nodes from left to right, none complete with its neighbour: a stack on which siblings
 * merge as soon as both are there. */
struct comm_sum {
    struct comm comm;
    const struct kernels *kernels;
    enum comm_reduction reduction;
    struct comm_shape shape;
    size_t n_words; /* of the rows' bits */
    int n_lanes;
    struct comm_lane storage; /* of all buffers of lanes */
    struct comm_lane *spare;  /* buffers that are free */
    int n_buffers, n_spare;
    struct node *stack;
    int depth;

    /* Exchange between ranks; `inbox` has a lane of its own for each foreign node, of
     * which only this rank's share is ever used. */
    struct comm_lane total, inbox;
    real *sent, *received; /* packed shares */
    int *n_nodes;          /* (size) */
    MPI_Request *requests; /* (2 size) */
};

/* What a rank finishes of an array: words w = rank, rank + size, .. of the table's rows,
 * so that frequent and rare rows are dealt out evenly, and a slice of what follows the
 * table. */
struct share {
    size_t first_word, word_step, begin, end;
};

static size_t table_size(const struct comm_sum *sum)
{
    return sum->shape.rows * sum->shape.width;
}

static struct share share_of(const struct comm_sum *sum, int rank, int size)
{
    size_t table = table_size(sum), rest = sum->shape.n - table;
    return (struct share){(size_t)rank, (size_t)size,
                          table + rest * (size_t)rank / (size_t)size,
                          table + rest * ((size_t)rank + 1) / (size_t)size};
}

static struct share own_share(const struct comm_sum *sum)
{
    return share_of(sum, sum->comm.rank, sum->comm.size);
}

/* The number of the lowest bit of *bits, which is taken out of it. */
static size_t take_bit(uint64_t *bits)
{
    size_t bit = (size_t)__builtin_ctzll(*bits);
    *bits &= *bits - 1;
    return bit;
}

static real *row_of(const struct comm_sum *sum, struct comm_lane lane, size_t word,
                    size_t bit)
{
    return lane.values + (word * 64 + bit) * sum->shape.width;
}

/* At most so many reals are a share once packed: the bits of its rows, the touched ones,
 * then its slice. */
static size_t most_packed(const struct comm_sum *sum, struct share share)
{
    size_t words = share.first_word < sum->n_words
                       ? (sum->n_words - share.first_word - 1) / share.word_step + 1
                       : 0;
    return words * (sizeof(uint64_t) / sizeof(real) + 64 * sum->shape.width) + share.end -
           share.begin;
}

/* Returns the end of what it wrote. */
static real *pack(const struct comm_sum *sum, struct share share, struct comm_lane lane,
                  real *to)
{
    size_t width = sum->shape.width, rest = share.end - share.begin;
    for (size_t w = share.first_word; w < sum->n_words; w += share.word_step) {
        memcpy(to, &lane.touched[w], sizeof lane.touched[w]);
        to += sizeof lane.touched[w] / sizeof *to;
        for (uint64_t bits = lane.touched[w]; bits; to += width)
            memcpy(to, row_of(sum, lane, w, take_bit(&bits)), width * sizeof *to);
    }
    memcpy(to, lane.values + share.begin, rest * sizeof *to);
    return to + rest;
}

/* Returns the end of what it read. */
static const real *unpack(const struct comm_sum *sum, struct share share,
                          const real *from, struct comm_lane lane)
{
    size_t width = sum->shape.width, rest = share.end - share.begin;
    for (size_t w = share.first_word; w < sum->n_words; w += share.word_step) {
        memcpy(&lane.touched[w], from, sizeof lane.touched[w]);
        from += sizeof lane.touched[w] / sizeof *from;
        for (uint64_t bits = lane.touched[w]; bits; from += width)
            memcpy(row_of(sum, lane, w, take_bit(&bits)), from, width * sizeof *from);
    }
    memcpy(lane.values + share.begin, from, rest * sizeof *from);
    return from + rest;
}

/* left += right; rows that only one of them touched are copies, as zeros add nothing. */
static void add_share(const struct comm_sum *sum, struct share share,
                      struct comm_lane left, struct comm_lane right)
{
    for (size_t w = share.first_word; w < sum->n_words; w += share.word_step) {
        left.touched[w] |= right.touched[w];
        for (uint64_t bits = right.touched[w]; bits;) {
            size_t bit = take_bit(&bits);
            sum->kernels->add(sum->shape.width, row_of(sum, left, w, bit),
                              row_of(sum, right, w, bit));
        }
    }
    sum->kernels->add(share.end - share.begin, left.values + share.begin,
                      right.values + share.begin);
}

/* The table becomes zero and untouched. */
static void clear_table(const struct comm_sum *sum, struct comm_lane lane)
{
    for (size_t w = 0; w < sum->n_words; w++)
        for (; lane.touched[w];)
            memset(row_of(sum, lane, w, take_bit(&lane.touched[w])), 0,
                   sum->shape.width * sizeof(real));
}

/* A range of lanes splits into at most 2 log2(n) + 1 aligned subtrees. */
static int most_nodes(int n_lanes)
{
    int levels = 1;
    while (1 << levels < n_lanes)
        levels++;
    return 2 * levels + 1;
}

static size_t padded_size(const struct comm_sum *sum)
{
    return (sum->shape.n + 15) / 16 * 16;
}

/* Lane i of an array of lanes. */
static struct comm_lane lane_at(const struct comm_sum *sum, struct comm_lane array, int i)
{
    return (struct comm_lane){array.values + (size_t)i * padded_size(sum),
                              array.touched + (size_t)i * sum->n_words};
}

/* Pages of what other ranks never touch are never taken: calloc's, not xaligned's. */
static struct comm_lane lazy_lanes(const struct comm_sum *sum, size_t n)
{
    return (struct comm_lane){xcalloc(n * padded_size(sum), sizeof(real)),
                              xcalloc(n * sum->n_words, sizeof(uint64_t))};
}

static void new_exchange(struct comm_sum *sum)
{
    size_t size = (size_t)sum->comm.size, most = (size_t)most_nodes(sum->n_lanes);
    size_t nodes =
        (size_t)sum->n_lanes < size * most ? (size_t)sum->n_lanes : size * most;
    size_t share = 0;
    for (int r = 0; r < sum->comm.size; r++) {
        size_t n = most_packed(sum, share_of(sum, r, sum->comm.size));
        share = n > share ? n : share;
    }
    sum->total = lazy_lanes(sum, 1);
    sum->inbox = lazy_lanes(sum, nodes);
    sum->sent = xcalloc(most * size * share, sizeof(real));
    sum->received = xcalloc((nodes > size ? nodes : size) * share, sizeof(real));
    sum->n_nodes = xcalloc(size, sizeof *sum->n_nodes);
    sum->requests = xcalloc(2 * size, sizeof(MPI_Request));
}

struct comm_sum *comm_sum_new(const struct comm *comm, const struct kernels *kernels,
                              enum comm_reduction reduction, struct comm_shape shape,
                              int n_lanes)
{
    struct comm_sum *sum = xcalloc(1, sizeof *sum);
    int nodes = most_nodes(n_lanes);
    sum->comm = *comm;
    sum->kernels = kernels;
    sum->reduction = reduction;
    sum->shape = shape;
    sum->n_words = (shape.rows + 63) / 64;
    sum->n_lanes = n_lanes;
    sum->n_buffers = nodes + 1;
    size_t buffers = (size_t)sum->n_buffers;
    sum->storage.values = xaligned(buffers * padded_size(sum), sizeof(real));
    sum->storage.touched = xcalloc(buffers * sum->n_words, sizeof(uint64_t));
    sum->spare = xcalloc(buffers, sizeof *sum->spare);
    sum->stack = xcalloc((size_t)nodes + 1, sizeof *sum->stack);
    for (int i = 0; i < sum->n_buffers; i++)
        sum->spare[sum->n_spare++] = lane_at(sum, sum->storage, i);
    if (comm->size > 1)
        new_exchange(sum);
    return sum;
}

static void free_lanes(struct comm_lane lanes)
{
    free(lanes.values);
    free(lanes.touched);
}

void comm_sum_free(struct comm_sum *sum)
{
    if (!sum)
        return;
    free_lanes(sum->storage);
    free_lanes(sum->total);
    free_lanes(sum->inbox);
    free(sum->spare);
    free(sum->stack);
    free(sum->sent);
    free(sum->received);
    free(sum->n_nodes);
    free(sum->requests);
    free(sum);
}

size_t comm_sum_bytes(const struct comm_sum *sum)
{
    return (size_t)(sum->n_buffers + (sum->comm.size > 1 ? 4 : 0)) * sum->shape.n *
           sizeof(real);
}

struct comm_lane comm_sum_next(struct comm_sum *sum)
{
    if (sum->n_spare == 0)
        die("no buffer left for a lane");
    struct comm_lane lane = sum->spare[sum->n_spare - 1];
    clear_table(sum, lane);
    return lane;
}

static bool top_are_siblings(const struct node *stack, int depth)
{
    const struct node *left = &stack[depth - 2], *right = &stack[depth - 1];
    return depth >= 2 && left->level == right->level && left->index % 2 == 0 &&
           right->index == left->index + 1;
}

/* The two last nodes become their parent, a share of it: left + right, in the left one's
 * place. */
static void merge_top(const struct comm_sum *sum, struct share share, struct node *stack,
                      int depth)
{
    struct node *left = &stack[depth - 2];
    add_share(sum, share, left->lane, stack[depth - 1].lane);
    left->level++;
    left->index /= 2;
}

/* At the end of the lanes what has no sibling goes up alone: what is missing is absent.
 */
static void merge_all(const struct comm_sum *sum, struct share share, struct node *stack,
                      int depth)
{
    for (; depth >= 2; depth--)
        merge_top(sum, share, stack, depth);
}

void comm_sum_push(struct comm_sum *sum, int lane)
{
    struct share whole = share_of(sum, 0, 1);
    sum->stack[sum->depth++] = (struct node){0, lane, sum->spare[--sum->n_spare]};
    for (; top_are_siblings(sum->stack, sum->depth); sum->depth--) {
        merge_top(sum, whole, sum->stack, sum->depth);
        sum->spare[sum->n_spare++] = sum->stack[sum->depth - 1].lane;
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
        nodes[n++] = (struct node){.level = level, .index = from >> level};
        from += 1 << level;
    }
    return n;
}

static void release_stack(struct comm_sum *sum)
{
    while (sum->depth > 0)
        sum->spare[sum->n_spare++] = sum->stack[--sum->depth].lane;
}

/* This rank's share of everybody's nodes into `received`: from each rank at the place
 * where it fits whatever rows are touched. */
static void exchange_shares(struct comm_sum *sum, const int *first)
{
    struct node nodes[64];
    int size = sum->comm.size, rank = sum->comm.rank, n_requests = 0;
    size_t most = most_packed(sum, own_share(sum));
    real *to = sum->received, *out = sum->sent;
    for (int r = 0; r < size; r++) {
        sum->n_nodes[r] = nodes_of_range(first[r], first[r + 1], nodes);
        size_t n = most * (size_t)sum->n_nodes[r];
        if (r != rank && n > 0)
            MPI_Irecv(to, (int)n, MPI_REAL_TYPE, r, 0, MPI_COMM_WORLD,
                      &sum->requests[n_requests++]);
        to += n;
    }
    for (int step = 1; step < size; step++) {
        int other = (rank + step) % size;
        real *begin = out;
        for (int i = 0; i < sum->depth; i++)
            out = pack(sum, share_of(sum, other, size), sum->stack[i].lane, out);
        if (sum->depth > 0 && most_packed(sum, share_of(sum, other, size)) > 0)
            MPI_Isend(begin, (int)(out - begin), MPI_REAL_TYPE, other, 0, MPI_COMM_WORLD,
                      &sum->requests[n_requests++]);
    }
    comm_wait(&sum->comm, n_requests, sum->requests);
}

/* Finishes the tree for this rank's share, from all ranks' nodes. */
static struct comm_lane reduce_share(struct comm_sum *sum, const int *first)
{
    struct node stack[64], nodes[64];
    struct share share = own_share(sum);
    const real *received = sum->received;
    int depth = 0, at = 0;
    for (int r = 0; r < sum->comm.size; r++) {
        const real *from = received;
        nodes_of_range(first[r], first[r + 1], nodes);
        for (int i = 0; i < sum->n_nodes[r]; i++, at++) {
            struct comm_lane lane = lane_at(sum, sum->inbox, at);
            if (r == sum->comm.rank) {
                lane = sum->stack[i].lane;
            } else {
                clear_table(sum, lane);
                from = unpack(sum, share, from, lane);
            }
            stack[depth] = nodes[i];
            stack[depth++].lane = lane;
            for (; top_are_siblings(stack, depth); depth--)
                merge_top(sum, share, stack, depth);
        }
        received += most_packed(sum, share) * (size_t)sum->n_nodes[r];
    }
    merge_all(sum, share, stack, depth);
    return stack[0].lane;
}

/* Everybody's finished share to all, into `total`. */
static void gather_shares(struct comm_sum *sum, struct comm_lane mine)
{
    int size = sum->comm.size, rank = sum->comm.rank, n_requests = 0;
    real *to = sum->received;
    for (int r = 0; r < size; r++) {
        size_t n = most_packed(sum, share_of(sum, r, size));
        if (r != rank && n > 0)
            MPI_Irecv(to, (int)n, MPI_REAL_TYPE, r, 0, MPI_COMM_WORLD,
                      &sum->requests[n_requests++]);
        to += n;
    }
    size_t n = (size_t)(pack(sum, own_share(sum), mine, sum->sent) - sum->sent);
    for (int step = 1; step < size && n > 0; step++)
        MPI_Isend(sum->sent, (int)n, MPI_REAL_TYPE, (rank + step) % size, 0,
                  MPI_COMM_WORLD, &sum->requests[n_requests++]);
    comm_wait(&sum->comm, n_requests, sum->requests);
    clear_table(sum, sum->total);
    const real *from = sum->received;
    for (int r = 0; r < size; r++) {
        struct share share = share_of(sum, r, size);
        (void)unpack(sum, share, r == rank ? sum->sent : from, sum->total);
        from += most_packed(sum, share);
    }
}

/* The sum of this rank's lanes, or zeros where it had none. */
static real *own_sum(struct comm_sum *sum)
{
    if (sum->depth == 0) {
        struct comm_lane zeros = comm_sum_next(sum);
        size_t table = table_size(sum);
        memset(zeros.values + table, 0, (sum->shape.n - table) * sizeof(real));
        return zeros.values;
    }
    merge_all(sum, share_of(sum, 0, 1), sum->stack, sum->depth);
    real *own = sum->stack[0].lane.values;
    release_stack(sum);
    return own;
}

static void reduce_canonically(struct comm_sum *sum, const int *first)
{
    exchange_shares(sum, first);
    gather_shares(sum, reduce_share(sum, first));
    release_stack(sum);
}

const real *comm_sum_finish(struct comm_sum *sum, const int *first)
{
    if (sum->comm.size == 1)
        return own_sum(sum);
    double start = comm_begin(&sum->comm);
    if (sum->reduction == COMM_MPI) {
        comm_meet(&sum->comm);
        MPI_Allreduce(own_sum(sum), sum->total.values, (int)sum->shape.n, MPI_REAL_TYPE,
                      MPI_SUM, MPI_COMM_WORLD);
    } else {
        reduce_canonically(sum, first);
    }
    comm_end(TRACE_REDUCE, start);
    return sum->total.values;
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
    MPI_Request request;
    MPI_Iallgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, values, counts, offsets,
                    MPI_DOUBLE, MPI_COMM_WORLD, &request);
    comm_wait(comm, 1, &request);
    free(counts);
    comm_end(TRACE_WAIT, start);
}
