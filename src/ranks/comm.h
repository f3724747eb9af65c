/* Ranks: who we are, what we share, how numbers are added; and the only door to MPI.
 *
 * Everything marked "Collective." must be called by all ranks in the same order.
 * Decisions are taken on rank 0 or from reduced values, never on one rank alone.
 */
#ifndef RNNTRAIN_RANKS_COMM_H
#define RNNTRAIN_RANKS_COMM_H

#include "base/base.h"
#include "kernels/kernels.h"
#include "layers/table_rows.h"

struct comm {
    int rank, size;
    int node_rank, node_size; /* among the ranks of this host */
    int node_cores;           /* that they share */
    struct comm_state *state; /* private; owned, and shared by copies of the comm */
};

/* This process's rank as its launcher (mpirun, srun) gave it, before MPI begins; -1 if no
 * launcher started it. */
int comm_launched_rank(void);

/* How many processes the launcher started with this one; 1 if none did. */
int comm_launched_size(void);

/* ERR_USAGE where Slurm's srun started several processes without telling MPI: each would
 * take itself for a whole job. Before MPI begins. */
int comm_check_launch(void) NODISCARD;

/* What MPI's library calls itself, "Open MPI v4.1.4", and what the program was built
 * with; both the caller's to free. */
char *comm_library(void);
char *comm_built_with(void);

/* Collective. Initialises MPI; ranks that share cores yield while they wait. */
void comm_init(struct comm *comm);
/* A world of one rank without MPI, for commands that do not train. */
void comm_init_alone(struct comm *comm);
/* Collective. Ends MPI, if it was begun, and releases what the comm owns; a comm that is
 * all zero was never begun. */
void comm_finalize(struct comm *comm);

/* Groups of a job's ranks, which work side by side: each is a comm of its own, and knows
 * nothing of the others. Of n_groups, 1 to size, each has ranks that are neighbours, and
 * as many as the others or one more or fewer. */

/* The group that this rank is of, from 0. */
int comm_group(const struct comm *comm, int n_groups);
/* Collective. *group: the ranks of this rank's group, ranked as they were. comm_leave,
 * which is collective in the group, releases it; `comm` lives on. Until then who waits in
 * it for a group that is at work waits as long as that takes, unless a rank of this host
 * does nothing for the time of its stall timeout. ERR_IO: nothing can be shared. */
int comm_split(struct comm *comm, int n_groups, struct comm *group) NODISCARD;
void comm_leave(struct comm *group);
/* A rank's number in the job, which people know it by. */
int comm_rank_of_job(const struct comm *comm, int rank);

/* Collective, for tests, before anything is made of the comm. From now on the ranks of a
 * host lie on as many nodes as there are numbers in node_of (size). They may then have
 * other numbers among themselves. */
void comm_pretend_nodes(struct comm *comm, const int *node_of);

/* Collective. Every rank passes its own outcome; all return the same one: OK, or the code
 * of the lowest rank that failed, whose message all then hold. */
int comm_agree(const struct comm *comm, int rc) NODISCARD;

/* Collective. The same where rank 0 comes late, as it is at work by several threads: the
 * others sleep between looks and so leave it their cores. */
int comm_agree_resting(const struct comm *comm, int rc) NODISCARD;

/* Collective. Rank 0's bytes to all. */
void comm_broadcast(const struct comm *comm, void *bytes, size_t n);

/* Collective. Rank 0's bytes to the first rank of each host, so once to each: into what
 * its ranks share, who have them behind comm_window_sync. */
void comm_broadcast_hosts(const struct comm *comm, void *bytes, size_t n);

/* Collective. All ranks' bytes to rank 0, rank after rank, the caller's to free, and how
 * many each has to `counts` (size); NULL on the others, whose `counts` mean nothing. */
char *comm_gather_bytes(const struct comm *comm, const void *bytes, size_t n,
                        size_t *counts);

/* Collective. OK if all ranks hold the same text; else ERR_USAGE naming the first rank
 * and host that differs. `what` and `remedy` are for the message. */
int comm_same(const struct comm *comm, const char *text, const char *what,
              const char *remedy) NODISCARD;

/* Collective. The least value over ranks. */
double comm_min(const struct comm *comm, double value);
double comm_max(const struct comm *comm, double value);

/* Collective. The cores that this process may use, less what other ranks of its host may
 * use of them: a core is shared out evenly among those that may. 1 or more. */
int comm_own_cores(const struct comm *comm);

/* The host of a rank; all hosts joined by commas, each once, the caller's to free. */
enum { COMM_HOST_BYTES = 64 };
const char *comm_host(const struct comm *comm, int rank);
char *comm_hosts(const struct comm *comm);

/* A rank that has waited for others this many seconds (0: for ever) learns who else
 * waits, names on standard error who does not, and ends its process with ERR_UNAVAILABLE,
 * which makes the launcher end the job. Ranks must meet more often than that. */
void comm_set_stall_timeout(struct comm *comm, double seconds);

/* Collective. Returns when all ranks have come; for long work between collectives. */
void comm_meet(const struct comm *comm);

/* Memory that the ranks of a node share. */
struct comm_window {
    void *bytes;
    void *handle; /* private */
    size_t n;     /* bytes */
};

/* Collective. One zeroed block a node, 64-byte aligned, mapped by all of its ranks;
 * ERR_IO if a node has no room for it: the message ends in what to do. */
int comm_window_open(const struct comm *comm, size_t n,
                     struct comm_window *window) NODISCARD;
/* The same of this process alone: not collective. */
int comm_window_open_alone(size_t n, struct comm_window *window) NODISCARD;
/* Collective in a node: what its ranks wrote there is visible to the node's others. */
void comm_window_sync(const struct comm *comm, struct comm_window *window);
/* Collective. */
void comm_window_close(const struct comm *comm, struct comm_window *window);

/* Lanes.
 *
 * Rank r computes lanes first[r] .. first[r + 1] - 1; first has size + 1 entries,
 * ascending from 0 to the number of lanes. Any such ranges give the same sums.
 */

/* The sum over lanes in the canonical binary tree: node (level k, i) covers lanes
 * i 2^k .. (i + 1) 2^k - 1 and is the sum of its two children, left + right; what lies
 * beyond the last lane is left out, not added as zero. A rank adds up its own complete
 * subtrees while it computes. The ranks of a node then read each other's where they lie,
 * and each adds up one slice of the array; ranks with the same slice on other nodes
 * finish the tree for it, each for a part, and gather the parts in their nodes' memory. A
 * rank whose node has no other, or whose node cannot share memory, is a node of its own.
 *
 * Between N nodes each rank with a slice sends 2 (N - 1) messages; from 32 nodes on,
 * where they would be no longer than 4 KiB, 2 log2 N in as many rounds. */
struct comm_sum;

/* An array of n reals of which the first are a table (rows, width): a lane has few of a
 * large vocabulary's rows. Rows that no lane has touched are neither cleared nor added
 * nor sent; the sum has zeros there, as if they had been. */
struct comm_shape {
    size_t rows, width, n;
    size_t most; /* rows that a lane touches at most, and only those are stored; 0: all */
};

/* A lane's gradient, borrowed. Where only touched rows are stored they stand in
 * table.rows, numbered by table_rows_number, and `values` has no table. */
struct comm_lane {
    real *values;      /* (n), or (n - rows * width) */
    uint64_t *touched; /* bit r % 64 of word r / 64: row r of the table may not be zero */
    struct table_rows table; /* its bits are `touched`; or all NULL */
};

/* The flat array of n reals, whose table must not be looked at where it is not there. */
static inline real *comm_lane_flat(const struct comm_shape *shape, struct comm_lane lane)
{
    size_t missing = shape->most ? shape->rows * shape->width : 0;
    return (real *)((uintptr_t)lane.values - missing * sizeof(real)); /* and no object */
}

/* COMM_MPI: each rank's lanes in the tree of its range, the ranks' sums by MPI_Allreduce,
 * in the order that MPI takes. The bits then depend on who computed what. */
enum comm_reduction { COMM_CANONICAL, COMM_MPI };

/* Collective. Room for sums over at most n_lanes lanes, each with `width` doubles that go
 * with it, or none. COMM_MPI takes no shape with `most`. */
struct comm_sum *comm_sum_new(const struct comm *comm, const struct kernels *kernels,
                              enum comm_reduction reduction, struct comm_shape shape,
                              int n_lanes, int width);
/* Collective. */
void comm_sum_free(struct comm_sum *sum);
size_t comm_sum_bytes(const struct comm_sum *sum);
const struct comm_shape *comm_sum_shape(const struct comm_sum *sum);

/* The last n reals of an array are no lane's: `add` sets them in `values` to the sum over
 * `count` lanes from `first` on, in the tree. These are a node of it, of at most `lanes`
 * lanes, itself a power of two, and have been pushed, as no lane of the next node of so
 * many has. `values` is the flat array of comm_lane_flat. From before the first lane on;
 * `data` is borrowed. */
struct comm_joint {
    size_t n;
    int lanes;
    void (*add)(void *data, int first, int count, real *values);
    void *data;
};
void comm_sum_join(struct comm_sum *sum, const struct comm_joint *joint);

/* Where the gradient of the next lane goes: the table zero and untouched, the rest not
 * zeroed, and where only touched rows are stored none of them, nor is what `table` has
 * zeroed; then comm_sum_push says that it is there. Lanes of a rank come in ascending
 * order from first[rank]. */
struct comm_lane comm_sum_next(struct comm_sum *sum);
void comm_sum_push(struct comm_sum *sum, int lane);
/* Collective. The sum over all lanes, on every rank, only to be read and valid until the
 * next comm_sum_next; and lanes' doubles, values (lanes, width), of which a rank fills
 * those of its own lanes before, from the ranks that have them to all. */
struct comm_lane comm_sum_finish(struct comm_sum *sum, const int *first, double *values);

/* Collective. Lanes' results (a few doubles each) from the ranks that computed them to
 * all: values (n_lanes, width); a rank fills its own lanes before. */
void comm_gather_lanes(const struct comm *comm, double *values, int width,
                       const int *first);

/* Collective. The same of any blocks of `block` bytes each: rank r fills blocks first[r]
 * to first[r + 1] - 1 before. */
void comm_gather_blocks(const struct comm *comm, void *blocks, size_t block,
                        const int *first);

/* values[0 .. n) added in the canonical tree. */
double comm_tree_sum(const double *values, int n, int stride);

/* Seconds spent in collectives so far. */
double comm_seconds(const struct comm *comm);

/* From now on before(comm, exchange, data) is called ahead of each of this rank's
 * exchanges, which are counted from 0. `data` is borrowed. */
void comm_set_hook(struct comm *comm,
                   void (*before)(const struct comm *comm, uint32_t exchange,
                                  const void *data),
                   const void *data);

#endif
