/* Between many nodes, in log2 of them rounds: in each a node meets one other, gives it
 * half of what it has of the slice and adds the other half; then the parts that are done
 * go back the same way. Those who met have lanes that follow each other, so their
 * subtrees merge, and the tree is the same as ever. Of nodes beyond a power of two each
 * hands what it has to its neighbour, and gets the total from it. */
#include "ranks/sum_private.h"

/* Those who meet: 0 to n - 1, a power of two; the first `pairs` of them are for the node
 * behind theirs too. */
struct circle {
    int n, pairs, mine;
};

static struct circle circle_of(const struct sum_nodes *nodes)
{
    struct circle circle = {.n = 1};
    while (2 * circle.n <= nodes->n)
        circle.n *= 2;
    circle.pairs = nodes->n - circle.n;
    circle.mine =
        nodes->mine < 2 * circle.pairs ? nodes->mine / 2 : nodes->mine - circle.pairs;
    return circle;
}

static int node_of(const struct circle *circle, int i)
{
    return i < circle->pairs ? 2 * i : i + circle->pairs;
}

/* Lanes of n of them, i and those that it met. */
static struct lane_range lanes_met(const struct comm_sum *sum, const int *first,
                                   const struct circle *circle, int i, int n)
{
    int from = i / n * n;
    return sum_lanes_of(sum, first, node_of(circle, from), node_of(circle, from + n));
}

bool sum_has_rounds(const struct comm_sum *sum)
{
    const struct comm_state *state = sum->comm.state;
    const struct share slice = share_of(&sum->shape, 0, sum->nodes.slices);
    const struct share part = share_part(&slice, 0, sum->nodes.n);
    size_t bytes = share_most_packed(&part, (size_t)sum->n_lanes) * sizeof(real);

    return sum->nodes.n >= state->many_nodes && bytes <= state->short_message;
}

/* Gives subtrees of `own` to a node; and takes others of it, so that all are there from
 * left to right. */
static void give(struct comm_sum *sum, int node, const struct share *share,
                 struct lane_range own, const struct subtrees *trees)
{
    size_t room = sum_message_room(sum, share, own) * sizeof(real);
    real *end = sum_write_message(sum, share, own, trees, sum->sent);
    comm_send(&sum->comm, sum_peer(sum, node), sum->sent,
              (size_t)(end - sum->sent) * sizeof *end, room, &sum->requests);
}

static void begin_to_take(struct comm_sum *sum, int node, const struct share *share,
                          struct lane_range theirs)
{
    size_t room = sum_message_room(sum, share, theirs) * sizeof(real);
    comm_receive(&sum->comm, sum_peer(sum, node), sum->received, room, &sum->requests);
}

static void take(struct comm_sum *sum, const struct share *share,
                 struct lane_range theirs, bool are_left, struct subtrees *trees)
{
    struct subtrees all = {.n = 0};
    if (are_left)
        (void)sum_read_message(sum, share, theirs, sum->received, &all);
    for (int i = 0; i < trees->n; i++) {
        struct subtree tree = trees->list[i];
        tree.lane = sum_keep(sum, share, tree.lane);
        sum_push(sum, share, tree, &all);
    }
    if (!are_left)
        (void)sum_read_message(sum, share, theirs, sum->received, &all);
    *trees = all;
}

/* What a node beyond the circle has goes to the one before; false for that node, which
 * is done. */
static bool join_pair(struct comm_sum *sum, const int *first, const struct circle *circle,
                      const struct share *slice, struct subtrees *trees)
{
    int mine = sum->nodes.mine, left = node_of(circle, circle->mine);
    struct lane_range right = sum_lanes_of(sum, first, left + 1, left + 2);
    if (mine != left) {
        give(sum, left, slice, right, trees);
        sum_wait(sum);
        return false;
    }
    begin_to_take(sum, left + 1, slice, right);
    sum_wait(sum);
    take(sum, slice, right, false, trees);
    return true;
}

static struct share part_of(const struct circle *circle, const struct share *slice, int i)
{
    struct share part = *slice;
    for (int met = 1; met < circle->n; met *= 2)
        part = share_part(&part, (i & met) != 0, 2);
    return part;
}

/* This node's part of the sum over all. */
static struct comm_lane halve(struct comm_sum *sum, const int *first,
                              const struct circle *circle, const struct share *slice,
                              struct subtrees *trees)
{
    struct share part = *slice;
    for (int met = 1; met < circle->n; met *= 2) {
        int other = circle->mine ^ met;
        bool is_right = (circle->mine & met) != 0;
        struct lane_range own = lanes_met(sum, first, circle, circle->mine, met);
        struct lane_range theirs = lanes_met(sum, first, circle, other, met);
        struct share given = share_part(&part, !is_right, 2);

        part = share_part(&part, is_right, 2);
        begin_to_take(sum, node_of(circle, other), &part, theirs);
        give(sum, node_of(circle, other), &given, own, trees);
        sum_wait(sum);
        take(sum, &part, theirs, is_right, trees);
    }
    return sum_merge_all(sum, &part, trees);
}

/* Whose part is the i-th that `mine` gets: those of the last one it met come first. */
static int owner_of(const struct circle *circle, int mine, int i)
{
    for (int met = circle->n / 2; met >= 1; met /= 2, i /= 2)
        mine ^= i % 2 ? met : 0;
    return mine;
}

/* At most so many reals are its first n parts. */
static size_t room_of_parts(const struct comm_sum *sum, const struct circle *circle,
                            const struct share *slice, int mine, int n)
{
    size_t reals = 0;
    for (int i = 0; i < n; i++) {
        struct share part = part_of(circle, slice, owner_of(circle, mine, i));
        reals += share_most_packed(&part, (size_t)sum->n_lanes);
    }
    return reals;
}

/* Parts of the list of `mine` that have come, up to n. */
static const real *find_parts(struct comm_sum *sum, const struct circle *circle,
                              const struct share *slice, int mine, int n,
                              const real *from)
{
    while (sum->n_parts < n) {
        struct share part = part_of(circle, slice, owner_of(circle, mine, sum->n_parts));
        sum->parts[sum->n_parts++] = (struct sum_part){part, from};
        from = share_unpack_bits(&part, from, sum->total);
    }
    return from;
}

/* Everybody's finished part to all of the circle; returns its reals. */
static size_t double_parts(struct comm_sum *sum, const struct circle *circle,
                           const struct share *slice, struct comm_lane finished)
{
    const struct comm *comm = &sum->comm;
    int mine = circle->mine;
    struct share part = part_of(circle, slice, mine);
    real *all = sum->received;
    size_t n = (size_t)(share_pack(&part, finished, all) - all);

    (void)find_parts(sum, circle, slice, mine, 1, all);
    for (int met = circle->n / 2; met >= 1; met /= 2) {
        int other = mine ^ met, peer = sum_peer(sum, node_of(circle, other));
        size_t own = room_of_parts(sum, circle, slice, mine, sum->n_parts);
        size_t theirs = room_of_parts(sum, circle, slice, other, sum->n_parts);
        comm_receive(comm, peer, all + n, theirs * sizeof *all, &sum->requests);
        comm_send(comm, peer, all, n * sizeof *all, own * sizeof *all, &sum->requests);
        sum_wait(sum);
        n = (size_t)(find_parts(sum, circle, slice, mine, 2 * sum->n_parts, all + n) -
                     all);
    }
    return n;
}

/* The total, with all lanes' doubles, to the node behind; n reals, or those that come. */
static void share_with_pair(struct comm_sum *sum, const int *first,
                            const struct circle *circle, const struct share *slice,
                            size_t n)
{
    const struct comm *comm = &sum->comm;
    int left = node_of(circle, circle->mine);
    size_t room = room_of_parts(sum, circle, slice, circle->mine, circle->n);
    size_t bytes = sum->nodes.rank > 0
                       ? 0
                       : (size_t)first[comm->size] * (size_t)sum->width * sizeof(double);

    room *= sizeof(real);
    if (sum->nodes.mine == left) {
        int peer = sum_peer(sum, left + 1);
        comm_send(comm, peer, sum_values(sum), bytes, bytes, &sum->requests);
        comm_send(comm, peer, sum->received, n * sizeof(real), room, &sum->requests);
        sum_wait(sum);
        return;
    }
    comm_receive(comm, sum_peer(sum, left), sum_values(sum), bytes, &sum->requests);
    comm_receive(comm, sum_peer(sum, left), sum->received, room, &sum->requests);
    sum_wait(sum);
    (void)find_parts(sum, circle, slice, circle->mine, circle->n, sum->received);
}

void sum_exchange_in_rounds(struct comm_sum *sum, const int *first,
                            const struct share *slice, struct subtrees *trees)
{
    const struct circle circle = circle_of(&sum->nodes);
    bool is_pair = circle.mine < circle.pairs, is_in = true;
    size_t n = 0;

    if (is_pair)
        is_in = join_pair(sum, first, &circle, slice, trees);
    if (is_in)
        n = double_parts(sum, &circle, slice, halve(sum, first, &circle, slice, trees));
    if (is_pair)
        share_with_pair(sum, first, &circle, slice, n);
}
