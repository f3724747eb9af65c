/* Ranks: the canonical sum against a naive tree for any ranges of lanes, agreement,
 * shared memory, and all of it in groups of ranks. Run by mpirun; every rank runs every
 * test. */
#include "ranks/balance.h"
#include "ranks/private.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST_LANES = 37, MOST_ROWS = 200, MOST_ELEMENTS = 333, DOUBLES = 3 };

static struct comm comm;
static const struct kernels *kernels;

/* A lane touches half of the table's rows, another half than the next lane. */
static bool touched[MOST_LANES][MOST_ROWS];
static real elements[MOST_LANES][MOST_ELEMENTS];

static bool touches(int lane, size_t row)
{
    return touched[lane][row];
}

static real element(struct comm_shape shape, int lane, size_t i)
{
    bool in_table = i < shape.rows * shape.width;
    return in_table && !touches(lane, i / shape.width) ? 0 : elements[lane][i];
}

static void draw_elements(void)
{
    for (int lane = 0; lane < MOST_LANES; lane++) {
        struct rng rows = {.seed = 11, .purpose = RNG_TEST, .row = (uint32_t)lane};
        struct rng values = {.seed = 12, .purpose = RNG_TEST, .row = (uint32_t)lane};
        for (uint32_t row = 0; row < MOST_ROWS; row++)
            touched[lane][row] = rng_uniform(&rows, row) < 0.5;
        for (uint32_t i = 0; i < MOST_ELEMENTS; i++)
            elements[lane][i] = (real)(rng_uniform(&values, i) - 0.5);
    }
}

/* The tree as comm.h defines it: the node of 2^level lanes from `first`. */
static real naive_sum(struct comm_shape shape, int level, int first, int n_lanes,
                      size_t i)
{
    if (level == 0)
        return element(shape, first, i);
    int middle = first + (1 << (level - 1));
    real left = naive_sum(shape, level - 1, first, n_lanes, i);
    return middle < n_lanes ? left + naive_sum(shape, level - 1, middle, n_lanes, i)
                            : left;
}

static int compare(const void *left, const void *right)
{
    return *(const int *)left - *(const int *)right;
}

/* The same random ranges on every rank; ranks may get none. */
static void random_ranges(int n_lanes, uint32_t number, int *first)
{
    struct rng rng = {.seed = 13, .purpose = RNG_TEST, .step = number};
    first[0] = 0;
    first[comm.size] = n_lanes;
    for (int r = 1; r < comm.size; r++)
        first[r] = (int)rng_below(&rng, (uint32_t)r, (uint32_t)n_lanes + 1);
    qsort(first, (size_t)comm.size + 1, sizeof *first, compare);
}

/* Element i of the table, where only touched rows are stored. */
static real *stored(struct comm_shape shape, struct comm_lane lane, size_t i)
{
    return lane.table.rows +
           table_rows_place(&lane.table, i / shape.width) * shape.width + i % shape.width;
}

/* What is found for many lanes at once is no lane's. */
static void fill_lane(struct comm_shape shape, size_t n_joint, int lane,
                      struct comm_lane to)
{
    for (size_t r = 0; r < shape.rows; r++)
        if (touches(lane, r))
            to.touched[r / 64] |= UINT64_C(1) << r % 64;
    if (shape.most)
        (void)table_rows_number(&to.table, 0, 1, (shape.rows + 63) / 64);
    for (size_t i = 0; i < shape.n; i++) {
        real value = element(shape, lane, i);
        bool untouched = i < shape.rows * shape.width && value == 0;
        if (shape.most && i < shape.rows * shape.width) {
            if (touches(lane, i / shape.width))
                *stored(shape, to, i) = value;
            continue;
        }
        if (untouched)
            assert_true(to.values[i] == 0); /* as comm_sum_next promises */
        else
            comm_lane_flat(&shape, to)[i] = i < shape.n - n_joint ? value : (real)NAN;
    }
}

/* Up to four lanes at once, a node of the tree; each is asked for once. */
struct joint {
    struct comm_shape shape;
    size_t n;
    int n_lanes; /* that were asked for */
};

static void add_joint(void *data, int first, int count, real *values)
{
    struct joint *joint = data;
    int level = count == 1 ? 0 : count == 2 ? 1 : 2;

    assert_true(1 << level == count && first % count == 0);
    joint->n_lanes += count;
    for (size_t i = joint->shape.n - joint->n; i < joint->shape.n; i++)
        values[i] = naive_sum(joint->shape, level, first, first + count, i);
}

/* A rank knows the doubles of its own lanes alone; then of all. */
static struct comm_lane sum_lanes(struct comm_sum *sum, struct joint *joint,
                                  const int *first)
{
    double values[MOST_LANES * DOUBLES];
    joint->n_lanes = 0;
    for (int i = 0; i < MOST_LANES * DOUBLES; i++)
        values[i] = -1;
    for (int lane = first[comm.rank]; lane < first[comm.rank + 1]; lane++) {
        fill_lane(joint->shape, joint->n, lane, comm_sum_next(sum));
        comm_sum_push(sum, lane);
        for (int i = lane * DOUBLES; i < (lane + 1) * DOUBLES; i++)
            values[i] = 1.0 / (i + 3);
    }

    struct comm_lane total = comm_sum_finish(sum, first, values);
    for (int i = 0; i < MOST_LANES * DOUBLES; i++)
        assert_true(values[i] == (i < first[comm.size] * DOUBLES ? 1.0 / (i + 3) : -1));
    if (joint->n > 0)
        assert_int_equal(joint->n_lanes, first[comm.rank + 1] - first[comm.rank]);
    return total;
}

static real element_of(struct comm_shape shape, struct comm_lane lane, size_t i)
{
    size_t row = shape.width ? i / shape.width : 0;

    if (!shape.most || i >= shape.rows * shape.width)
        return comm_lane_flat(&shape, lane)[i];
    return lane.touched[row / 64] >> row % 64 & 1 ? *stored(shape, lane, i) : 0;
}

static void check_sum(struct comm_sum *sum, struct joint *joint, int n_lanes,
                      const int *first)
{
    const struct comm_shape shape = joint->shape;
    struct comm_lane total = sum_lanes(sum, joint, first);

    for (size_t i = 0; i < shape.n; i++) {
        real expected = naive_sum(shape, 6, 0, n_lanes, i);
        real found = element_of(shape, total, i);
        if (memcmp(&found, &expected, sizeof expected))
            fail_msg("rank %d of %d: %d lanes, element %zu of %zu is %.9g, expected %.9g",
                     comm.rank, comm.size, n_lanes, i, shape.n, (double)found,
                     (double)expected);
    }
}

/* Without a table, with nothing else, and with both; with touched rows only; with what is
 * found for many lanes at once, and without. */
static void check_sums(int most_lanes)
{
    static const struct comm_shape shapes[] = {
        {0, 0, 1, 0},    {0, 0, 5, 0},    {0, 0, 333, 0},   {1, 3, 3, 0},
        {64, 2, 128, 0}, {65, 2, 131, 0}, {200, 1, 207, 0}, {200, 1, 207, 200},
    };
    int *first = xcalloc((size_t)comm.size + 1, sizeof *first);

    for (size_t s = 0; s < COUNT_OF(shapes); s++) {
        struct comm_sum *sum =
            comm_sum_new(&comm, kernels, COMM_CANONICAL, shapes[s], most_lanes, DOUBLES);
        struct joint joint = {
            shapes[s], s % 2 ? shapes[s].n - shapes[s].rows * shapes[s].width : 0, 0};
        if (joint.n > 0)
            comm_sum_join(sum, &(struct comm_joint){joint.n, 4, add_joint, &joint});
        for (int n_lanes = 1; n_lanes <= most_lanes; n_lanes += 1 + n_lanes / 4) {
            balance_even_ranges(n_lanes, comm.size, first);
            check_sum(sum, &joint, n_lanes, first);
            random_ranges(n_lanes, (uint32_t)n_lanes, first);
            check_sum(sum, &joint, n_lanes, first);
        }
        comm_sum_free(sum);
    }
    free(first);
}

static void test_sum(void **state)
{
    (void)state;
    check_sums(MOST_LANES);
}

/* By MPI the sum is right to rounding, and the same on all ranks; ranks may have no
 * lane. */
static void check_sums_by_mpi(int most_lanes)
{
    enum { N = 333 };
    const struct comm_shape shape = {70, 3, N, 0};
    int *first = xcalloc((size_t)comm.size + 1, sizeof *first);
    real *first_rank = xcalloc(N, sizeof *first_rank);
    struct comm_sum *sum =
        comm_sum_new(&comm, kernels, COMM_MPI, shape, most_lanes, DOUBLES);
    struct joint joint = {shape, 100, 0};
    comm_sum_join(sum, &(struct comm_joint){joint.n, 4, add_joint, &joint});

    for (int n_lanes = 1; n_lanes <= most_lanes; n_lanes++) {
        random_ranges(n_lanes, (uint32_t)n_lanes, first);
        const real *total = sum_lanes(sum, &joint, first).values;
        memcpy(first_rank, total, N * sizeof *total);
        comm_broadcast(&comm, first_rank, N * sizeof *first_rank);
        assert_memory_equal(first_rank, total, N * sizeof *total);
        for (size_t i = 0; i < N; i++) {
            real expected = naive_sum(shape, 6, 0, n_lanes, i);
            assert_true(fabs((double)(total[i] - expected)) < 1e-5);
        }
    }

    comm_sum_free(sum);
    free(first_rank);
    free(first);
}

static void test_sum_by_mpi(void **state)
{
    (void)state;
    check_sums_by_mpi(MOST_LANES);
}

/* Each rank's bytes are its number, and more of them than the rank before has. */
static void test_gather_bytes(void **state)
{
    (void)state;
    size_t n = 1 + 40 * (size_t)comm.rank, at = 0;
    size_t *counts = xcalloc((size_t)comm.size, sizeof *counts);
    char *mine = xcalloc(n, 1);

    memset(mine, comm.rank + 1, n);
    char *all = comm_gather_bytes(&comm, mine, n, counts);
    for (int r = 0; r < comm.size && comm.rank == 0; r++) {
        assert_int_equal(counts[r], 1 + 40 * r);
        for (size_t i = 0; i < counts[r]; i++)
            assert_int_equal(all[at++], r + 1);
    }
    assert_true(comm.rank == 0 || !all);

    free(all);
    free(mine);
    free(counts);
}

static void test_gather(void **state)
{
    (void)state;
    enum { LANES = 23, WIDTH = 2 };
    int *first = xcalloc((size_t)comm.size + 1, sizeof *first);
    double values[LANES * WIDTH] = {0}, losses[LANES];
    random_ranges(LANES, 99, first);
    for (int l = first[comm.rank]; l < first[comm.rank + 1]; l++) {
        values[l * WIDTH] = 1.0 / (l + 3);
        values[l * WIDTH + 1] = l;
    }

    comm_gather_lanes(&comm, values, WIDTH, first);
    for (int l = 0; l < LANES; l++) {
        losses[l] = 1.0 / (l + 3);
        assert_true(values[l * WIDTH] == losses[l] && values[l * WIDTH + 1] == l);
    }
    assert_true(comm_tree_sum(values, LANES, WIDTH) == comm_tree_sum(losses, LANES, 1));

    /* 5 lanes: ((0 + 1) + (2 + 3)) + 4 */
    double expected = ((losses[0] + losses[1]) + (losses[2] + losses[3])) + losses[4];
    assert_true(comm_tree_sum(losses, 5, 1) == expected);
    free(first);
}

/* Blocks of an odd number of bytes. */
static void test_gather_blocks(void **state)
{
    (void)state;
    enum { BLOCKS = 29, BYTES = 7 };
    int *first = xcalloc((size_t)comm.size + 1, sizeof *first);
    char blocks[BLOCKS][BYTES] = {{0}};
    random_ranges(BLOCKS, 98, first);
    for (int b = first[comm.rank]; b < first[comm.rank + 1]; b++)
        memset(blocks[b], b + 1, BYTES);

    comm_gather_blocks(&comm, blocks, BYTES, first);
    for (int b = 0; b < BLOCKS; b++)
        for (int i = 0; i < BYTES; i++)
            assert_int_equal(blocks[b][i], b + 1);
    free(first);
}

static void test_agree(void **state)
{
    (void)state;
    assert_int_equal(comm_agree(&comm, OK), OK);
    int failing = comm.size / 2; /* and all above it; the lowest one's outcome counts */
    int rc = OK;
    if (comm.rank >= failing) /* in parentheses: cmocka has a macro of this name */
        rc = (fail)(ERR_FORMAT + (comm.rank > failing), "rank %d says so", comm.rank);
    assert_int_equal(comm_agree(&comm, rc), ERR_FORMAT);
    char expected[64];
    snprintf(expected, sizeof expected, "rank %d says so", failing);
    assert_string_equal(fail_message(), expected);
}

static void test_same(void **state)
{
    (void)state;
    assert_int_equal(comm_same(&comm, "avx2", "kernel set", "give --isa"), OK);
    if (comm.size == 1)
        return;
    int rc = comm_same(&comm, comm.rank == comm.size - 1 ? "avx2" : "baseline",
                       "kernel set", "give --isa");
    assert_int_equal(rc, ERR_USAGE);
    char expected[64];
    snprintf(expected, sizeof expected,
             "another kernel set (avx2) than rank %d (baseline)",
             comm_rank_of_job(&comm, 0));
    assert_non_null(strstr(fail_message(), expected));
    assert_non_null(strstr(fail_message(), "give --isa"));
}

static void test_window(void **state)
{
    (void)state;
    struct comm_window window;
    void *used = malloc(1000 + 64); /* memory that may come again is not zero */
    memset(used, 1, 1000 + 64);
    free(used);
    assert_int_equal(comm_window_open(&comm, 1000, &window), OK);
    int *numbers = window.bytes;
    assert_int_equal((uintptr_t)numbers % 64, 0);
    for (int i = 0; i < 250; i++)
        assert_int_equal(numbers[i], 0);
    comm_window_sync(&comm, &window);
    for (int i = 0; i < 250 && comm.node_rank == 0; i++)
        numbers[i] = 3 * i;
    comm_window_sync(&comm, &window);
    for (int i = 0; i < 250; i++)
        assert_int_equal(numbers[i], 3 * i);
    comm_window_close(&comm, &window);
}

static void test_small_things(void **state)
{
    (void)state;
    int number = comm.rank == 0 ? 42 : 0;
    comm_broadcast(&comm, &number, sizeof number);
    assert_int_equal(number, 42);
    assert_true(comm_min(&comm, comm.rank + 1) == 1);
    assert_true(comm_max(&comm, comm.rank + 1) == comm.size);
    char *hosts = comm_hosts(&comm); /* one host: named once */
    assert_true(*hosts && !strchr(hosts, ','));
    free(hosts);
}

/* Nobody has the memory for messages that MPI cannot count, so pieces are small: none of
 * them ends where a row or a share does. */
static void test_pieces(void **state)
{
    size_t whole = comm.state->piece;
    char bytes[100] = "";

    comm.state->piece = 28;
    if (comm.rank == 0)
        memset(bytes, 'x', sizeof bytes);
    comm_broadcast(&comm, bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++)
        assert_int_equal(bytes[i], 'x');
    test_gather_bytes(state);
    check_sums(7);
    check_sums_by_mpi(7);
    comm.state->piece = whole;
}

/* Everybody's first rank as the job numbers it, and how many they are. */
static void check_group(const struct comm *job, int n_groups)
{
    int group = comm_group(job, n_groups);
    int first = (group * job->size + n_groups - 1) / n_groups;
    int end = ((group + 1) * job->size + n_groups - 1) / n_groups;

    assert_int_equal(comm.size, end - first);
    assert_int_equal(comm.rank, job->rank - first);
    assert_true(comm.size == job->size / n_groups ||
                comm.size == job->size / n_groups + 1);
    for (int r = 0; r < comm.size; r++)
        assert_int_equal(comm_rank_of_job(&comm, r), first + r);
}

/* A group does all that a job does, at its own time: others do as much of other work. */
static void test_groups(void **state)
{
    struct comm job = comm;

    for (int n_groups = 1; n_groups <= job.size; n_groups++) {
        assert_int_equal(comm_split(&job, n_groups, &comm), OK);
        check_group(&job, n_groups);
        for (int i = comm_group(&job, n_groups); i < n_groups; i++) {
            test_agree(state);
            test_same(state);
            test_window(state);
            test_small_things(state);
            test_gather_bytes(state);
            test_gather_blocks(state);
            check_sums(5 + i);
        }

        struct comm within;
        assert_int_equal(comm_split(&comm, comm.size, &within), OK);
        assert_int_equal(within.size, 1);
        assert_int_equal(comm_rank_of_job(&within, 0), job.rank);
        comm_leave(&within);
        comm_leave(&comm);
        comm_leave(&comm); /* nothing is left of it */
    }
    comm = job;
}

/* Nodes in the order of their first ranks, whose ranks are neighbours: a number of the
 * job is at the place that says how many are before it. */
static void check_nodes(const int *node_of)
{
    const struct comm_state *state = comm.state;
    int at = 0;

    for (int r = 0, node = 0; r < comm.size; r++) {
        bool is_first = true;
        for (int other = 0; other < r; other++)
            is_first &= node_of[other] != node_of[r];
        if (!is_first)
            continue;
        assert_int_equal(state->node_first[node++], at);
        for (int other = r; other < comm.size; other++)
            if (node_of[other] == node_of[r])
                assert_int_equal(comm_rank_of_job(&comm, at++), other);
        assert_int_equal(state->node_first[node], at);
    }
}

/* The sum is the same however the ranks lie: dealt out in turn, neighbours together, as
 * many a node or not, each alone; and however nodes exchange it. */
static void test_nodes(void **state)
{
    (void)state;
    struct comm job = comm;
    int *node_of = xcalloc((size_t)job.size, sizeof *node_of);

    for (int layout = 0; layout < 6; layout++) {
        struct rng rng = {.seed = 14, .purpose = RNG_TEST, .step = (uint32_t)layout};
        for (int r = 0; r < job.size; r++)
            node_of[r] = layout == 0   ? r % 2
                         : layout == 1 ? r / 2
                         : layout == 2 ? r / 3
                         : layout == 3 ? r
                                       : (int)rng_below(&rng, (uint32_t)r, 4);
        assert_int_equal(comm_split(&job, 1, &comm), OK);
        comm_pretend_nodes(&comm, node_of);
        check_nodes(node_of);
        test_window(state);
        check_sums(5 + layout);
        comm.state->many_nodes = 2; /* in rounds */
        comm.state->short_message = SIZE_MAX;
        check_sums(11 - layout);
        comm_leave(&comm);
    }

    comm = job;
    free(node_of);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sum),          cmocka_unit_test(test_sum_by_mpi),
        cmocka_unit_test(test_gather),       cmocka_unit_test(test_gather_blocks),
        cmocka_unit_test(test_agree),        cmocka_unit_test(test_same),
        cmocka_unit_test(test_window),       cmocka_unit_test(test_small_things),
        cmocka_unit_test(test_gather_bytes), cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_groups),       cmocka_unit_test(test_nodes),
    };

    draw_elements();
    comm_init(&comm);
    int failed = kernels_select("auto", &kernels);
    if (!failed)
        failed = cmocka_run_group_tests(tests, NULL, NULL);
    comm_finalize(&comm);
    return failed;
}
