/* What the files of a sum share: sum.c (a rank's lanes, and what the sum of all ranks'
 * lanes comes to), sum_memory.c (where lanes lie), sum_node.c (the ranks of a node),
 * sum_direct.c and sum_rounds.c (between nodes: in one message each, or in log2 of the
 * nodes).
 */
#ifndef RNNTRAIN_RANKS_SUM_PRIVATE_H
#define RNNTRAIN_RANKS_SUM_PRIVATE_H

#include "ranks/private.h"

#include "ranks/share.h"

/* A subtree that someone holds: lanes index << level and on. */
struct subtree {
    int level, index;
    struct comm_lane lane;
    bool is_whole; /* with what is found for many lanes at once */
};

/* Subtrees from left to right, none complete with its neighbour: a stack on which
 * siblings merge as soon as both are there. */
struct subtrees {
    int n;
    struct subtree list[64];
};

/* Lanes one behind the other; borrowed. */
struct lane_block {
    real *values, *rows;
    uint64_t *touched;
    uint32_t *before;
    size_t n_values, n_rows; /* reals from one lane's to the next one's */
};

/* Whose ranks share memory. Where none do each rank is a node of its own. */
struct sum_nodes {
    int n, mine;
    int *first;     /* (n + 1) ranks; owned */
    int rank, size; /* this rank among its node's */
    int slices;     /* of an array; the node's rank i has slice i, and others none */
};

/* What is done of the sum, packed. */
struct sum_part {
    struct share share;
    const real *packed;
};

struct comm_sum {
    struct comm comm;
    const struct kernels *kernels;
    enum comm_reduction reduction;
    struct comm_shape shape;
    struct comm_joint joint;
    int n_lanes, width; /* doubles that go with a lane */
    struct sum_nodes nodes;
    bool has_rounds;

    /* What the ranks of a node share: the total, of whose rows each has the places for
     * itself; the lanes' doubles, of this sum and the one before; of each rank its
     * buffers of lanes, and which of them its subtrees have when it has no more lanes. */
    struct comm_window window;
    struct comm_lane total;
    double *lane_values[2];
    struct sum_rank {
        int *held;
        struct lane_block lanes;
    } * ranks;     /* (nodes.size); owned */
    unsigned turn; /* sums so far */

    struct comm_lane *spare; /* this rank's buffers that are free; owned */
    int n_buffers, n_spare;
    struct subtrees own;

    /* Exchange between nodes. A foreign subtree has a lane of its own in the inbox, of
     * which only this rank's slice is ever used. */
    void *memory; /* of all of the following; owned */
    struct lane_block inbox;
    int n_inbox, n_taken;
    real *sent, *received; /* packed, (most_reals) each */
    size_t most_reals;
    struct sum_part *parts; /* (nodes.n) of the slice, when it is done; owned */
    int n_parts;
    struct comm_requests requests;
};

/* Lanes from `from` to to - 1. */
struct lane_range {
    int from, to;
};

/* A range of lanes has at most so many subtrees. */
int sum_most_subtrees(int n_lanes);
/* The subtrees of a range, left to right, as pushing its lanes leaves them, and without
 * what they hold. */
void sum_subtrees_of(struct lane_range range, struct subtrees *trees);

/* One more at the right end: siblings become their parent, a share of it: left + right,
 * in the left one's place. */
void sum_push(const struct comm_sum *sum, const struct share *share, struct subtree tree,
              struct subtrees *trees);
/* At the end of the lanes what has no sibling goes up alone: what is missing is absent.
 * There is one at least. */
struct comm_lane sum_merge_all(const struct comm_sum *sum, const struct share *share,
                               struct subtrees *trees);

/* Takes memory, and shares of it what it can: collective. */
void sum_take_memory(struct comm_sum *sum);
void sum_release_memory(struct comm_sum *sum);
/* Reals of a lane but for rows that are stored apart: a multiple of 16, and not 0. */
size_t sum_lane_reals(const struct comm_shape *shape);
struct comm_lane sum_lane_at(const struct comm_shape *shape,
                             const struct lane_block *block, int i);

/* A lane of the inbox until the end of this sum, its table untouched. */
struct comm_lane sum_inbox_lane(struct comm_sum *sum);
/* The share of a lane: where only touched rows are stored a copy, as a lane that is added
 * to has no others. What is to be sent is on its way. */
struct comm_lane sum_keep(struct comm_sum *sum, const struct share *share,
                          struct comm_lane lane);

/* A message of subtrees: first what their lanes have of doubles, if this rank is the
 * node's first. At most so many reals are needed; both others return the end of what they
 * wrote or read, and the last one adds at the right end of `trees`. */
size_t sum_message_room(const struct comm_sum *sum, const struct share *share,
                        struct lane_range range);
real *sum_write_message(const struct comm_sum *sum, const struct share *share,
                        struct lane_range range, const struct subtrees *trees, real *to);
const real *sum_read_message(struct comm_sum *sum, const struct share *share,
                             struct lane_range range, const real *from,
                             struct subtrees *trees);
/* The doubles of these lanes alone. */
real *sum_write_values(const struct comm_sum *sum, struct lane_range range, real *to);
const real *sum_read_values(const struct comm_sum *sum, struct lane_range range,
                            const real *from);
/* Of this sum, those of all lanes. */
double *sum_values(const struct comm_sum *sum);

/* Lanes of nodes from `from` to to - 1. */
struct lane_range sum_lanes_of(const struct comm_sum *sum, const int *first, int from,
                               int to);
/* The rank of a node that has this rank's slice. */
int sum_peer(const struct comm_sum *sum, int node);
void sum_wait(struct comm_sum *sum);

/* Whether many nodes exchange short messages. */
bool sum_has_rounds(const struct comm_sum *sum);
/* Collective among the ranks that have this slice: this node's subtrees, which `trees`
 * are, become what is done of all, sum->parts. */
void sum_exchange_directly(struct comm_sum *sum, const int *first,
                           const struct share *slice, struct subtrees *trees);
void sum_exchange_in_rounds(struct comm_sum *sum, const int *first,
                            const struct share *slice, struct subtrees *trees);

/* Collective. The sum over all lanes, and their doubles (n_lanes, width). */
struct comm_lane sum_over_ranks(struct comm_sum *sum, const int *first, double *values);

#endif
