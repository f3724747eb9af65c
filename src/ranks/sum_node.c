/* The sum over all ranks: those of a node read each other's lanes where they lie, each
 * finishes a slice of what the node has, then equal ranks of the nodes exchange it, and
 * the total lies where all of the node read it. */
#include "ranks/sum_private.h"

#include <string.h>

struct lane_range sum_lanes_of(const struct comm_sum *sum, const int *first, int from,
                               int to)
{
    return (struct lane_range){first[sum->nodes.first[from]],
                               first[sum->nodes.first[to]]};
}

int sum_peer(const struct comm_sum *sum, int node)
{
    return sum->nodes.first[node] + sum->nodes.rank;
}

void sum_wait(struct comm_sum *sum)
{
    comm_wait(&sum->comm, sum->requests.n, sum->requests.list);
    sum->requests.n = 0;
}

/* A rank may already write those of the next sum while others still read these. */
double *sum_values(const struct comm_sum *sum)
{
    return sum->lane_values[sum->turn % 2];
}

/* Where the doubles of a range are, and their bytes; only a node's first rank sends
 * them. */
static double *values_of(const struct comm_sum *sum, struct lane_range range, size_t *n)
{
    size_t width = (size_t)sum->width;
    bool sends = sum->nodes.rank == 0;
    *n = sends ? (size_t)(range.to - range.from) * width * sizeof(double) : 0;
    return sum_values(sum) + (size_t)range.from * width;
}

real *sum_write_values(const struct comm_sum *sum, struct lane_range range, real *to)
{
    size_t n;
    const double *values = values_of(sum, range, &n);
    memcpy(to, values, n);
    return to + n / sizeof *to;
}

const real *sum_read_values(const struct comm_sum *sum, struct lane_range range,
                            const real *from)
{
    size_t n;
    double *values = values_of(sum, range, &n);
    memcpy(values, from, n);
    return from + n / sizeof *from;
}

size_t sum_message_room(const struct comm_sum *sum, const struct share *share,
                        struct lane_range range)
{
    struct subtrees trees;
    size_t bytes;
    (void)values_of(sum, range, &bytes);
    size_t reals = bytes / sizeof(real);

    sum_subtrees_of(range, &trees);
    for (int i = 0; i < trees.n; i++)
        reals += share_most_packed(share, (size_t)1 << trees.list[i].level);
    return reals;
}

real *sum_write_message(const struct comm_sum *sum, const struct share *share,
                        struct lane_range range, const struct subtrees *trees, real *to)
{
    to = sum_write_values(sum, range, to);
    for (int i = 0; i < trees->n; i++)
        to = share_pack(share, trees->list[i].lane, to);
    return to;
}

const real *sum_read_message(struct comm_sum *sum, const struct share *share,
                             struct lane_range range, const real *from,
                             struct subtrees *trees)
{
    struct subtrees come;
    from = sum_read_values(sum, range, from);
    sum_subtrees_of(range, &come);
    for (int i = 0; i < come.n; i++) {
        come.list[i].lane = sum_inbox_lane(sum);
        from = share_unpack(share, from, come.list[i].lane);
        sum_push(sum, share, come.list[i], trees);
    }
    return from;
}

struct comm_lane sum_keep(struct comm_sum *sum, const struct share *share,
                          struct comm_lane lane)
{
    if (!sum->shape.most)
        return lane;
    struct comm_lane to = sum_inbox_lane(sum);
    (void)share_pack(share, lane, sum->sent);
    (void)share_unpack(share, sum->sent, to);
    return to;
}

/* What others need to know of this rank's lanes. */
static void tell(struct comm_sum *sum, const int *first, const double *values)
{
    struct sum_rank *own = &sum->ranks[sum->nodes.rank];
    size_t width = (size_t)sum->width;
    size_t from = (size_t)first[sum->comm.rank] * width;
    size_t to = (size_t)first[sum->comm.rank + 1] * width;

    for (int i = 0; i < sum->own.n; i++)
        own->held[i] = (int)((size_t)(sum->own.list[i].lane.values - own->lanes.values) /
                             own->lanes.n_values);
    if (width > 0)
        memcpy(sum_values(sum) + from, values + from, (to - from) * sizeof *values);
}

/* The subtrees of all of the node's ranks. */
static void gather_node(struct comm_sum *sum, const int *first, const struct share *slice,
                        struct subtrees *trees)
{
    const struct sum_nodes *nodes = &sum->nodes;
    for (int i = 0; i < nodes->size; i++) {
        const struct sum_rank *rank = &sum->ranks[i];
        const int *range = &first[nodes->first[nodes->mine] + i];
        struct subtrees of_rank;
        sum_subtrees_of((struct lane_range){range[0], range[1]}, &of_rank);
        for (int t = 0; t < of_rank.n; t++) {
            struct subtree *tree = &of_rank.list[t];
            struct comm_lane lane = sum_lane_at(&sum->shape, &rank->lanes, rank->held[t]);
            tree->lane = nodes->size > 1 ? sum_keep(sum, slice, lane) : lane;
            sum_push(sum, slice, *tree, trees);
        }
    }
}

/* The rank's slice of the sum into sum->parts; of the rows the total has the bits. */
static void finish_slice(struct comm_sum *sum, const int *first)
{
    struct share slice = share_of(&sum->shape, sum->nodes.rank, sum->nodes.slices);
    struct subtrees trees = {.n = 0};

    sum->n_taken = 0;
    share_clear(&slice, sum->total);
    gather_node(sum, first, &slice, &trees);
    if (sum->has_rounds)
        sum_exchange_in_rounds(sum, first, &slice, &trees);
    else
        sum_exchange_directly(sum, first, &slice, &trees);

    for (int i = 0; i < sum->n_parts; i++)
        (void)share_unpack_bits(&sum->parts[i].share, sum->parts[i].packed, sum->total);
}

struct comm_lane sum_over_ranks(struct comm_sum *sum, const int *first, double *values)
{
    const struct share whole = share_of(&sum->shape, 0, 1);
    size_t doubles = (size_t)first[sum->comm.size] * (size_t)sum->width;
    tell(sum, first, values);
    comm_window_sync(&sum->comm, &sum->window);

    sum->n_parts = 0;
    if (sum->nodes.rank < sum->nodes.slices)
        finish_slice(sum, first);
    if (sum->shape.most)
        comm_window_sync(&sum->comm, &sum->window);
    share_number(&whole, sum->total);
    for (int i = 0; i < sum->n_parts; i++)
        (void)share_unpack_values(&sum->parts[i].share, sum->parts[i].packed, sum->total);
    comm_window_sync(&sum->comm, &sum->window);

    if (doubles > 0)
        memcpy(values, sum_values(sum), doubles * sizeof *values);
    sum->turn++;
    return sum->total;
}
