#include "ranks/private.h"

#include <stdlib.h>
#include <string.h>

#include "ranks/share.h"

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

/* A node of the tree that someone holds: lanes index << level and on. */
struct node {
    int level, index;
    struct comm_lane lane;
    bool is_whole; /* with what is found for many lanes at once */
};

/* Lanes one behind the other; owned. */
struct lane_block {
    real *values, *rows;
    uint64_t *touched;
    uint32_t *before;
    size_t n_values, n_rows; /* reals from one lane's to the next one's */
};

/* Nodes from left to right, none complete with its neighbour: a stack on which siblings
 * merge as soon as both are there. */
struct comm_sum {
    struct comm comm;
    const struct kernels *kernels;
    enum comm_reduction reduction;
    struct comm_shape shape;
    struct comm_joint joint;
    int n_lanes;
    struct lane_block storage; /* all buffers of lanes */
    struct comm_lane *spare;   /* those that are free */
    int n_buffers, n_spare;
    struct node *stack;
    int depth;

    /* Exchange between ranks; `inbox` has a lane of its own for each foreign node, of
     * which only this rank's share is ever used. */
    struct lane_block total, inbox;
    real *sent, *received; /* packed shares */
    int *n_nodes;          /* (size) */
    struct comm_requests requests;
};

/* A range of lanes splits into at most 2 log2(n) + 1 aligned subtrees. */
static int most_nodes(int n_lanes)
{
    int levels = 1;
    while (1 << levels < n_lanes)
        levels++;
    return 2 * levels + 1;
}

/* Reals of a lane but for rows that are stored apart, a multiple of 16. */
static size_t padded_size(const struct comm_shape *shape)
{
    size_t apart = shape->most ? shape->rows * shape->width : 0;
    return (shape->n - apart + 15) / 16 * 16;
}

static struct comm_lane lane_at(const struct comm_sum *sum,
                                const struct lane_block *block, int i)
{
    size_t at = (size_t)i, words = share_words(&sum->shape);
    uint64_t *touched = block->touched + at * words;
    struct comm_lane lane = {.values = block->values + at * block->n_values,
                             .touched = touched};

    if (sum->shape.most)
        lane.table = (struct table_rows){touched, block->before + at * words,
                                         block->rows + at * block->n_rows};
    return lane;
}

/* Room for n lanes that have at most so many rows of the table where only touched ones
 * are stored: of these few lanes have as many as they may, so pages are taken as they are
 * written: calloc's, not xaligned's. */
static struct lane_block lane_block_new(const struct comm_sum *sum, size_t n, size_t rows,
                                        bool is_lazy)
{
    const struct comm_shape *shape = &sum->shape;
    size_t words = share_words(shape);
    struct lane_block block = {.n_values = padded_size(shape)};

    block.values = is_lazy ? xcalloc(n * block.n_values, sizeof(real))
                           : xaligned(n * block.n_values, sizeof(real));
    block.touched = xcalloc(n * words, sizeof *block.touched);
    if (shape->most) {
        block.n_rows = (rows * shape->width + 15) / 16 * 16;
        block.rows = xcalloc(n * block.n_rows, sizeof *block.rows);
        block.before = xcalloc(n * words, sizeof *block.before);
    }
    return block;
}

/* Rows of the table that a rank's share of the sum over all lanes has at most. */
static size_t most_rows(const struct comm_sum *sum, int rank, int size)
{
    struct share share = share_of(&sum->shape, rank, size);
    return share_most_rows(&share, (size_t)sum->n_lanes);
}

/* At most so many reals is a rank's share of a sum of so many lanes once packed. */
static size_t packed_size(const struct comm_sum *sum, int rank, size_t lanes)
{
    struct share share = share_of(&sum->shape, rank, sum->comm.size);
    return share_most_packed(&share, lanes);
}

/* The same of nodes, one behind the other. */
static size_t packed_nodes(const struct comm_sum *sum, int rank, const struct node *nodes,
                           int n)
{
    size_t reals = 0;

    for (int i = 0; i < n; i++)
        reals += packed_size(sum, rank, (size_t)1 << nodes[i].level);
    return reals;
}

static void new_exchange(struct comm_sum *sum)
{
    size_t size = (size_t)sum->comm.size, most = (size_t)most_nodes(sum->n_lanes);
    size_t lanes = (size_t)sum->n_lanes;
    size_t nodes = lanes < size * most ? lanes : size * most;
    size_t share = 0;
    for (int r = 0; r < sum->comm.size; r++) {
        size_t n = packed_size(sum, r, lanes);
        share = n > share ? n : share;
    }

    sum->total = lane_block_new(sum, 1, most_rows(sum, 0, 1), true);
    sum->inbox = lane_block_new(sum, nodes, most_rows(sum, 0, sum->comm.size), true);
    sum->sent = xcalloc(most * size * share, sizeof(real));
    sum->received = xcalloc((nodes > size ? nodes : size) * share, sizeof(real));
    sum->n_nodes = xcalloc(size, sizeof *sum->n_nodes);
    size_t pieces = comm_pieces(&sum->comm, most * share * sizeof(real));
    sum->requests.list = xcalloc(2 * size * pieces, sizeof(MPI_Request));
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
    sum->joint.lanes = 1;
    sum->n_lanes = n_lanes;
    sum->n_buffers = nodes + 1;
    size_t buffers = (size_t)sum->n_buffers;

    sum->storage = lane_block_new(sum, buffers, most_rows(sum, 0, 1), false);
    sum->spare = xcalloc(buffers, sizeof *sum->spare);
    sum->stack = xcalloc((size_t)nodes + 1, sizeof *sum->stack);
    for (int i = 0; i < sum->n_buffers; i++)
        sum->spare[sum->n_spare++] = lane_at(sum, &sum->storage, i);

    if (comm->size > 1)
        new_exchange(sum);
    return sum;
}

static void free_lanes(struct lane_block lanes)
{
    free(lanes.values);
    free(lanes.rows);
    free(lanes.touched);
    free(lanes.before);
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
    free(sum->requests.list);
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
    return buffers * (padded_size(shape) * sizeof(real) + words);
}

struct comm_lane comm_sum_next(struct comm_sum *sum)
{
    if (sum->n_spare == 0)
        die("no buffer left for a lane");
    struct comm_lane lane = sum->spare[sum->n_spare - 1];
    share_clear_table(&sum->shape, lane);
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
static void merge_top(const struct comm_sum *sum, const struct share *share,
                      struct node *stack, int depth)
{
    struct node *left = &stack[depth - 2];
    share_add(share, sum->kernels, left->lane, stack[depth - 1].lane);
    left->level++;
    left->index /= 2;
}

/* At the end of the lanes what has no sibling goes up alone: what is missing is absent.
 */
static void merge_all(const struct comm_sum *sum, const struct share *share,
                      struct node *stack, int depth)
{
    for (; depth >= 2; depth--)
        merge_top(sum, share, stack, depth);
}

/* Nodes that are not whole are the last ones. */
static void make_whole(struct comm_sum *sum)
{
    for (int i = sum->depth - 1; i >= 0 && !sum->stack[i].is_whole; i--) {
        struct node *node = &sum->stack[i];
        if (sum->joint.n > 0)
            sum->joint.add(sum->joint.data, node->index << node->level, 1 << node->level,
                           comm_lane_flat(&sum->shape, node->lane));
        node->is_whole = true;
    }
}

/* The last two of the stack that are siblings, both whole or neither, and so on. */
static void merge_siblings(struct comm_sum *sum)
{
    for (; top_are_siblings(sum->stack, sum->depth); sum->depth--) {
        const struct node *top = &sum->stack[sum->depth - 1];
        struct share share = share_of(&sum->shape, 0, 1);
        if (top[-1].is_whole != top->is_whole)
            return;
        if (!top->is_whole)
            share.end -= sum->joint.n;
        merge_top(sum, &share, sum->stack, sum->depth);
        sum->spare[sum->n_spare++] = top->lane;
    }
}

void comm_sum_join(struct comm_sum *sum, const struct comm_joint *joint)
{
    sum->joint = *joint;
}

void comm_sum_push(struct comm_sum *sum, int lane)
{
    sum->stack[sum->depth++] =
        (struct node){.index = lane, .lane = sum->spare[--sum->n_spare]};
    merge_siblings(sum);
    if ((lane + 1) % sum->joint.lanes == 0) {
        make_whole(sum);
        merge_siblings(sum);
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

static void wait_for_all(struct comm_sum *sum)
{
    comm_wait(&sum->comm, sum->requests.n, sum->requests.list);
    sum->requests.n = 0;
}

/* This rank's share of everybody's nodes into `received`: from each rank at the place
 * where it fits whatever rows are touched. */
static void exchange_shares(struct comm_sum *sum, const int *first)
{
    struct node nodes[64];
    const struct comm *comm = &sum->comm;
    real *to = sum->received, *out = sum->sent;
    for (int r = 0; r < comm->size; r++) {
        sum->n_nodes[r] = nodes_of_range(first[r], first[r + 1], nodes);
        size_t room = packed_nodes(sum, comm->rank, nodes, sum->n_nodes[r]);
        if (r != comm->rank)
            comm_receive(comm, r, to, room * sizeof *to, &sum->requests);
        to += room;
    }

    for (int step = 1; step < comm->size; step++) {
        int other = (comm->rank + step) % comm->size;
        struct share share = share_of(&sum->shape, other, comm->size);
        size_t room = packed_nodes(sum, other, sum->stack, sum->depth);
        real *begin = out;
        for (int i = 0; i < sum->depth; i++)
            out = share_pack(&share, sum->stack[i].lane, out);
        comm_send(comm, other, begin, (size_t)(out - begin) * sizeof *out,
                  room * sizeof *out, &sum->requests);
    }
    wait_for_all(sum);
}

/* This rank's share of a node of its own, where only touched rows are stored in `to`, as
 * a lane that is added to has no others. */
static struct comm_lane own_share(struct comm_sum *sum, const struct share *share,
                                  struct comm_lane lane, struct comm_lane to)
{
    if (!sum->shape.most)
        return lane;
    (void)share_pack(share, lane, sum->sent); /* which was received by all */
    share_clear_table(&sum->shape, to);
    (void)share_unpack(share, sum->sent, to);
    return to;
}

/* Finishes the tree for this rank's share, from all ranks' nodes. */
static struct comm_lane reduce_share(struct comm_sum *sum, const int *first)
{
    struct node stack[64], nodes[64];
    struct share share = share_of(&sum->shape, sum->comm.rank, sum->comm.size);
    const real *received = sum->received;
    int depth = 0, at = 0;
    for (int r = 0; r < sum->comm.size; r++) {
        const real *from = received;
        nodes_of_range(first[r], first[r + 1], nodes);
        for (int i = 0; i < sum->n_nodes[r]; i++, at++) {
            struct comm_lane lane = lane_at(sum, &sum->inbox, at);
            if (r == sum->comm.rank) {
                lane = own_share(sum, &share, sum->stack[i].lane, lane);
            } else {
                share_clear_table(&sum->shape, lane);
                from = share_unpack(&share, from, lane);
            }

            stack[depth] = nodes[i];
            stack[depth++].lane = lane;
            for (; top_are_siblings(stack, depth); depth--)
                merge_top(sum, &share, stack, depth);
        }
        received += packed_nodes(sum, sum->comm.rank, nodes, sum->n_nodes[r]);
    }

    merge_all(sum, &share, stack, depth);
    return stack[0].lane;
}

/* All ranks' finished shares, as gather_shares received them. */
static struct comm_lane unpack_total(struct comm_sum *sum)
{
    const struct comm *comm = &sum->comm;
    const struct share whole = share_of(&sum->shape, 0, 1);
    size_t lanes = (size_t)sum->n_lanes;
    struct comm_lane total = lane_at(sum, &sum->total, 0);
    const real *from = sum->received;
    share_clear_table(&sum->shape, total);
    for (int r = 0; r < comm->size; from += packed_size(sum, r++, lanes)) {
        struct share share = share_of(&sum->shape, r, comm->size);
        (void)share_unpack_bits(&share, r == comm->rank ? sum->sent : from, total);
    }
    share_number(&whole, total);

    from = sum->received;
    for (int r = 0; r < comm->size; from += packed_size(sum, r++, lanes)) {
        struct share share = share_of(&sum->shape, r, comm->size);
        (void)share_unpack_values(&share, r == comm->rank ? sum->sent : from, total);
    }
    return total;
}

/* Everybody's finished share to all. */
static struct comm_lane gather_shares(struct comm_sum *sum, struct comm_lane mine)
{
    const struct comm *comm = &sum->comm;
    int size = comm->size, rank = comm->rank;
    size_t lanes = (size_t)sum->n_lanes;
    real *to = sum->received;
    for (int r = 0; r < size; to += packed_size(sum, r++, lanes))
        if (r != rank)
            comm_receive(comm, r, to, packed_size(sum, r, lanes) * sizeof *to,
                         &sum->requests);

    struct share own = share_of(&sum->shape, rank, size);
    size_t n = (size_t)(share_pack(&own, mine, sum->sent) - sum->sent);
    for (int step = 1; step < size; step++)
        comm_send(comm, (rank + step) % size, sum->sent, n * sizeof *sum->sent,
                  packed_size(sum, rank, lanes) * sizeof *sum->sent, &sum->requests);
    wait_for_all(sum);
    return unpack_total(sum);
}

/* The sum of this rank's lanes, or zeros where it had none. */
static struct comm_lane own_sum(struct comm_sum *sum)
{
    const struct comm_shape *shape = &sum->shape;
    if (sum->depth == 0) {
        struct comm_lane zeros = comm_sum_next(sum);
        size_t table = shape->rows * shape->width;
        struct share whole = share_of(shape, 0, 1);
        share_number(&whole, zeros);
        memset(comm_lane_flat(shape, zeros) + table, 0,
               (shape->n - table) * sizeof(real));
        return zeros;
    }
    struct share whole = share_of(shape, 0, 1);
    merge_all(sum, &whole, sum->stack, sum->depth);
    struct comm_lane own = sum->stack[0].lane;
    release_stack(sum);
    return own;
}

static struct comm_lane reduce_canonically(struct comm_sum *sum, const int *first)
{
    exchange_shares(sum, first);
    struct comm_lane total = gather_shares(sum, reduce_share(sum, first));
    release_stack(sum);
    return total;
}

static struct comm_lane reduce_by_mpi(struct comm_sum *sum)
{
    const real *own = own_sum(sum).values;
    struct comm_lane total = lane_at(sum, &sum->total, 0);
    size_t n = sum->shape.n, piece = sum->comm.state->piece / sizeof *own;
    comm_meet(&sum->comm); /* who never comes is noticed here, MPI itself would wait */
    for (size_t at = 0; at < n; at += piece)
        MPI_Allreduce(own + at, total.values + at,
                      mpi_count(n - at < piece ? n - at : piece), MPI_REAL_TYPE, MPI_SUM,
                      sum->comm.state->all);
    return total;
}

struct comm_lane comm_sum_finish(struct comm_sum *sum, const int *first)
{
    make_whole(sum);
    comm_tick(&sum->comm);
    if (sum->comm.size == 1)
        return own_sum(sum);
    double start = comm_begin(&sum->comm);
    struct comm_lane total =
        sum->reduction == COMM_MPI ? reduce_by_mpi(sum) : reduce_canonically(sum, first);
    comm_end(&sum->comm, TRACE_REDUCE, start);
    return total;
}
