/* Between nodes, each with each: a node finishes the tree for one part of the slice, and
 * the parts are gathered. Two messages for each pair, none waits for another, and of a
 * node's rows only those that its lanes touched travel. */
#include "ranks/sum_private.h"

/* This node's part of everybody's subtrees: from each at the place where it fits
 * whatever rows are touched. */
static void send_trees(struct comm_sum *sum, const int *first, const struct share *slice,
                       const struct subtrees *trees)
{
    const struct comm *comm = &sum->comm;
    int n = sum->nodes.n, mine = sum->nodes.mine;
    struct lane_range own = sum_lanes_of(sum, first, mine, mine + 1);
    struct share part = share_part(slice, mine, n);
    real *to = sum->received, *out = sum->sent;

    for (int node = 0; node < n; node++) {
        struct lane_range range = sum_lanes_of(sum, first, node, node + 1);
        size_t room = sum_message_room(sum, &part, range);
        if (node == mine)
            continue;
        comm_receive(comm, sum_peer(sum, node), to, room * sizeof *to, &sum->requests);
        to += room;
    }

    for (int step = 1; step < n; step++) {
        int other = (mine + step) % n;
        struct share theirs = share_part(slice, other, n);
        size_t room = sum_message_room(sum, &theirs, own);
        real *begin = out;
        out = sum_write_message(sum, &theirs, own, trees, out);
        comm_send(comm, sum_peer(sum, other), begin, (size_t)(out - begin) * sizeof *out,
                  room * sizeof *out, &sum->requests);
    }
    sum_wait(sum);
}

/* Finishes the tree for this node's part. */
static struct comm_lane finish_part(struct comm_sum *sum, const int *first,
                                    const struct share *part,
                                    const struct subtrees *trees)
{
    struct subtrees all = {.n = 0};
    const real *from = sum->received;

    for (int node = 0; node < sum->nodes.n; node++) {
        struct lane_range range = sum_lanes_of(sum, first, node, node + 1);
        if (node != sum->nodes.mine) {
            (void)sum_read_message(sum, part, range, from, &all);
            from += sum_message_room(sum, part, range);
            continue;
        }
        for (int i = 0; i < trees->n; i++) {
            struct subtree tree = trees->list[i];
            tree.lane = sum_keep(sum, part, tree.lane);
            sum_push(sum, part, tree, &all);
        }
    }
    return sum_merge_all(sum, part, &all);
}

/* Everybody's finished part to all. */
static void gather_parts(struct comm_sum *sum, const struct share *slice,
                         struct comm_lane finished)
{
    const struct comm *comm = &sum->comm;
    int n = sum->nodes.n, mine = sum->nodes.mine;
    size_t lanes = (size_t)sum->n_lanes, own = 0;
    real *to = sum->received;

    for (int node = 0; node < n; node++) {
        struct share part = share_part(slice, node, n);
        size_t room = share_most_packed(&part, lanes);
        sum->parts[sum->n_parts++] =
            (struct sum_part){part, node == mine ? sum->sent : to};
        if (node == mine) {
            own = room;
            continue;
        }
        comm_receive(comm, sum_peer(sum, node), to, room * sizeof *to, &sum->requests);
        to += room;
    }

    struct share part = share_part(slice, mine, n);
    size_t packed = (size_t)(share_pack(&part, finished, sum->sent) - sum->sent);
    for (int step = 1; step < n; step++)
        comm_send(comm, sum_peer(sum, (mine + step) % n), sum->sent,
                  packed * sizeof *sum->sent, own * sizeof *sum->sent, &sum->requests);
    sum_wait(sum);
}

void sum_exchange_directly(struct comm_sum *sum, const int *first,
                           const struct share *slice, struct subtrees *trees)
{
    struct share part = share_part(slice, sum->nodes.mine, sum->nodes.n);
    send_trees(sum, first, slice, trees);
    gather_parts(sum, slice, finish_part(sum, first, &part, trees));
}
