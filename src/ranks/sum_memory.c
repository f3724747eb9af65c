/* Where the lanes of a sum lie: what the ranks of a node share, and what each has for
 * itself. */
#include "ranks/sum_private.h"

#include <stdlib.h>

/* Memory that is dealt out piece by piece; where it is NULL only what it would come
 * to. */
struct room {
    char *base;
    size_t used;
};

/* At a multiple of 64 bytes. */
static void *take(struct room *room, size_t n, size_t size)
{
    char *piece = room->base ? room->base + room->used : NULL;
    room->used += (n * size + 63) / 64 * 64;
    return piece;
}

size_t sum_lane_reals(const struct comm_shape *shape)
{
    size_t apart = shape->most ? shape->rows * shape->width : 0;
    return ((shape->n - apart) / 16 + 1) * 16;
}

struct comm_lane sum_lane_at(const struct comm_shape *shape,
                             const struct lane_block *block, int i)
{
    size_t at = (size_t)i, words = share_words(shape);
    uint64_t *touched = block->touched + at * words;
    struct comm_lane lane = {.values = block->values + at * block->n_values,
                             .touched = touched};

    if (shape->most)
        lane.table = (struct table_rows){touched, block->before + at * words,
                                         block->rows + at * block->n_rows};
    return lane;
}

/* n lanes that have at most so many rows of the table where only touched ones are
 * stored. */
static struct lane_block take_lanes(struct room *room, const struct comm_shape *shape,
                                    size_t n, size_t rows)
{
    size_t words = share_words(shape);
    struct lane_block block = {.n_values = sum_lane_reals(shape)};

    block.values = take(room, n * block.n_values, sizeof *block.values);
    block.touched = take(room, n * words, sizeof *block.touched);
    if (shape->most) {
        block.n_rows = (rows * shape->width + 15) / 16 * 16;
        block.rows = take(room, n * block.n_rows, sizeof *block.rows);
        block.before = take(room, n * words, sizeof *block.before);
    }
    return block;
}

/* Of whose ranks others read and finish the lanes. */
static void lay_out_shared(struct comm_sum *sum, struct room *room)
{
    const struct share whole = share_of(&sum->shape, 0, 1);
    size_t rows = share_most_rows(&whole, (size_t)sum->n_lanes);
    size_t doubles = (size_t)sum->n_lanes * (size_t)sum->width;
    struct lane_block total = take_lanes(room, &sum->shape, 1, rows);
    sum->total = sum_lane_at(&sum->shape, &total, 0);

    for (int i = 0; i < 2; i++)
        sum->lane_values[i] = take(room, doubles, sizeof(double));
    for (int i = 0; i < sum->nodes.size; i++) {
        struct sum_rank *rank = &sum->ranks[i];
        rank->held = take(room, COUNT_OF(sum->own.list), sizeof *rank->held);
        rank->lanes = take_lanes(room, &sum->shape, (size_t)sum->n_buffers, rows);
    }
}

/* Rounds of an exchange: log2 of the nodes, rounded down, and one before for nodes
 * beyond. */
static size_t rounds(const struct comm_sum *sum)
{
    size_t n = 1;
    while (sum->has_rounds && 2 << (n - 1) <= sum->nodes.n)
        n++;
    return n;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Of a slice. Of these few subtrees have as many rows as they may, so pages are taken as
 * they are written. */
static void lay_out_own(struct comm_sum *sum, struct room *room)
{
    const struct share slice = share_of(&sum->shape, 0, sum->nodes.slices);
    const struct share part = share_part(&slice, 0, sum->nodes.n);
    size_t lanes = (size_t)sum->n_lanes, nodes = (size_t)sum->nodes.n;
    size_t most = (size_t)sum_most_subtrees(sum->n_lanes);
    size_t packed = nodes * (share_most_packed(&part, lanes) + 1) + 1;
    size_t doubles = lanes * (size_t)sum->width * sizeof(double) / sizeof(real);

    size_t foreign = sum->has_rounds ? rounds(sum) * most : least(lanes, nodes * most);
    size_t copies = sum->shape.most ? least(lanes, (size_t)sum->nodes.size * most) +
                                          rounds(sum) * most
                                    : 0;
    sum->n_inbox = (int)(foreign + copies);
    sum->inbox =
        take_lanes(room, &sum->shape, foreign + copies, share_most_rows(&slice, lanes));
    sum->most_reals = most * packed + nodes * doubles;
    sum->sent = take(room, sum->most_reals, sizeof *sum->sent);
    sum->received = take(room, sum->most_reals, sizeof *sum->received);
    if (sum->shape.most) /* the total's, of which another rank of the node has others */
        sum->total.table.before = take(room, share_words(&sum->shape), sizeof(uint32_t));
}

static void each_alone(struct comm_sum *sum)
{
    int size = sum->comm.size;
    struct sum_nodes *nodes = &sum->nodes;

    *nodes =
        (struct sum_nodes){.n = size, .mine = sum->comm.rank, .size = 1, .slices = 1};
    nodes->first = xcalloc((size_t)size + 1, sizeof *nodes->first);
    for (int r = 0; r <= size; r++)
        nodes->first[r] = r;
}

/* As many slices as the smallest node has ranks. */
static void by_nodes(struct comm_sum *sum)
{
    const struct comm *comm = &sum->comm;
    const struct comm_state *state = comm->state;
    struct sum_nodes *nodes = &sum->nodes;

    *nodes = (struct sum_nodes){.n = state->n_nodes,
                                .rank = comm->node_rank,
                                .size = comm->node_size,
                                .slices = comm->size};
    nodes->first = xcalloc((size_t)nodes->n + 1, sizeof *nodes->first);
    for (int i = 0; i <= nodes->n; i++)
        nodes->first[i] = state->node_first[i];
    for (int i = 0; i < nodes->n; i++) {
        int ranks = nodes->first[i + 1] - nodes->first[i];
        nodes->slices = ranks < nodes->slices ? ranks : nodes->slices;
        nodes->mine = nodes->first[i] <= comm->rank ? i : nodes->mine;
    }
}

static size_t shared_bytes(struct comm_sum *sum)
{
    struct room room = {.base = NULL};
    free(sum->ranks);
    sum->ranks = xcalloc((size_t)sum->nodes.size, sizeof *sum->ranks);
    lay_out_shared(sum, &room);
    return room.used;
}

/* Where a node's ranks cannot share memory all are on their own. */
static int share_memory(struct comm_sum *sum)
{
    const struct comm *comm = &sum->comm;
    int rc = ERR_USAGE;
    if (sum->reduction == COMM_CANONICAL && comm->state->n_nodes < comm->size) {
        by_nodes(sum);
        rc = comm_window_open(comm, shared_bytes(sum), &sum->window);
        if (!rc)
            return OK;
        free(sum->nodes.first);
    }
    each_alone(sum);
    return comm_window_open_alone(shared_bytes(sum), &sum->window);
}

void sum_take_memory(struct comm_sum *sum)
{
    struct room room = {.base = NULL};
    if (share_memory(sum))
        die("%s", fail_message());
    sum->has_rounds = sum_has_rounds(sum);
    lay_out_shared(sum, &(struct room){.base = sum->window.bytes});
    if (sum->comm.size == 1)
        return;

    lay_out_own(sum, &room);
    room.base = sum->memory = xcalloc(room.used + 64, 1);
    room.base += 64 - (uintptr_t)room.base % 64;
    room.used = 0;
    lay_out_own(sum, &room);
    sum->parts = xcalloc((size_t)sum->nodes.n, sizeof *sum->parts);
    size_t pieces = comm_pieces(&sum->comm, sum->most_reals * sizeof(real));
    size_t messages = (size_t)sum->nodes.n + pieces;
    sum->requests.list = xcalloc(2 * messages, sizeof(MPI_Request));
}

void sum_release_memory(struct comm_sum *sum)
{
    comm_window_close(&sum->comm, &sum->window);
    free(sum->nodes.first);
    free(sum->ranks);
    free(sum->memory);
    free(sum->parts);
    free(sum->requests.list);
}

struct comm_lane sum_inbox_lane(struct comm_sum *sum)
{
    if (sum->n_taken == sum->n_inbox)
        die("no room left for a subtree");
    struct comm_lane lane = sum_lane_at(&sum->shape, &sum->inbox, sum->n_taken++);
    share_clear_table(&sum->shape, lane);
    return lane;
}
