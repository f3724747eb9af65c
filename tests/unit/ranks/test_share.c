/* Shares of an array of lanes: what is packed, what is added, against every element's own
 * rule. The ranks' exchange of them is in tests/mpi/test_comm.c. */
#include "ranks/share.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Three words of bits, the last of which is not full, and a slice behind the table. */
enum { ROWS = 140, WIDTH = 3, REST = 11, N = ROWS * WIDTH + REST, WORDS = 3 };

static const struct comm_shape shape = {ROWS, WIDTH, N, 0};
/* The same where only touched rows are stored. */
static const struct comm_shape stored = {ROWS, WIDTH, N, ROWS};

struct fixture {
    real values[N];
    uint64_t touched[WORDS];
    struct comm_lane lane;
};

/* Row r is touched where every `every` divides it; its element i is i + 0.5. */
static void fill(struct fixture *fixture, size_t every)
{
    memset(fixture, 0, sizeof *fixture);
    fixture->lane =
        (struct comm_lane){.values = fixture->values, .touched = fixture->touched};
    for (size_t r = 0; r < ROWS; r += every)
        fixture->touched[r / 64] |= UINT64_C(1) << r % 64;
    for (size_t i = 0; i < N; i++)
        if (i >= ROWS * WIDTH || i / WIDTH % every == 0)
            fixture->values[i] = (real)i + (real)0.5;
}

/* The rank of `size` that finishes element i. */
static int owner(size_t i, int size)
{
    if (i < ROWS * WIDTH)
        return (int)(i / WIDTH / 64) % size;
    for (int rank = 0; rank < size; rank++)
        if (i - ROWS * WIDTH < REST * ((size_t)rank + 1) / (size_t)size)
            return rank;
    return -1;
}

/* All shares, packed and unpacked into nothing, are the array again; each alone brings
 * its own elements. */
static void test_travel(void **state)
{
    (void)state;
    struct fixture from, to;
    fill(&from, 3);
    for (int size = 1; size <= 5; size++) {
        fill(&to, ROWS); /* row 0 alone, which every share of it overwrites */
        memset(to.values, 0, sizeof to.values);

        for (int rank = 0; rank < size; rank++) {
            struct share share = share_of(&shape, rank, size);
            size_t most = share_most_packed(&share, 1);
            real *packed = xcalloc(most, sizeof *packed);
            real *end = share_pack(&share, from.lane, packed);

            assert_true(end <= packed + most);
            assert_ptr_equal(share_unpack(&share, packed, to.lane), end);
            for (size_t i = 0; i < N; i++)
                assert_true(to.values[i] ==
                                (owner(i, size) <= rank ? from.values[i] : 0) ||
                            owner(i, size) > rank);
            free(packed);
        }

        assert_memory_equal(to.values, from.values, sizeof to.values);
        assert_memory_equal(to.touched, from.touched, sizeof to.touched);
    }
}

/* Only touched rows take room. */
static void test_packed_size(void **state)
{
    (void)state;
    struct fixture from;
    struct share share = share_of(&shape, 0, 1);
    size_t bits = WORDS * sizeof(uint64_t) / sizeof(real);
    real packed[N + 64 * WIDTH + WORDS * 2];
    assert_true(share_most_packed(&share, 1) == bits + WORDS * 64 * WIDTH + REST);
    fill(&from, 10); /* 14 rows */
    assert_int_equal(share_pack(&share, from.lane, packed) - packed,
                     bits + 14 * WIDTH + REST);
    /* one rank more than there are words has nothing of the table */
    share = share_of(&shape, 3, 4);
    assert_int_equal(share_most_packed(&share, 1), share.end - share.begin);
}

/* A share of the sum is added and nothing else is changed. */
static void test_add(void **state)
{
    (void)state;
    const struct kernels *kernels = NULL;
    struct fixture left, right, before;
    assert_int_equal(kernels_select("baseline", &kernels), OK);
    fill(&left, 2);
    fill(&right, 5);
    before = left;
    struct share share = share_of(&shape, 1, 2);
    share_add(&share, kernels, left.lane, right.lane);
    for (size_t i = 0; i < N; i++)
        assert_true(left.values[i] ==
                    before.values[i] + (owner(i, 2) == 1 ? right.values[i] : 0));
    for (size_t w = 0; w < WORDS; w++)
        assert_true(left.touched[w] ==
                    (before.touched[w] | (w % 2 == 1 ? right.touched[w] : 0)));
}

static void test_clear(void **state)
{
    (void)state;
    struct fixture lane;
    fill(&lane, 7);
    share_clear_table(&shape, lane.lane);
    for (size_t i = 0; i < N; i++)
        assert_true(lane.values[i] == (i < ROWS * WIDTH ? 0 : (real)i + (real)0.5));
    for (size_t w = 0; w < WORDS; w++)
        assert_true(lane.touched[w] == 0);
}

/* A lane of the rows that the other has. */
struct store {
    real rest[REST], rows[ROWS * WIDTH];
    uint64_t touched[WORDS];
    uint32_t before[WORDS];
    struct comm_lane lane;
};

static void empty(struct store *store)
{
    memset(store, 0, sizeof *store);
    store->lane = (struct comm_lane){
        .values = store->rest,
        .touched = store->touched,
        .table = {store->touched, store->before, store->rows},
    };
}

/* Element i, where it is there. */
static real *find(struct store *store, size_t i)
{
    if (i >= ROWS * WIDTH)
        return &store->rest[i - ROWS * WIDTH];
    size_t r = i / WIDTH;
    return store->touched[r / 64] >> r % 64 & 1
               ? &store->rows[table_rows_place(&store->lane.table, r) * WIDTH + i % WIDTH]
               : NULL;
}

static void fill_store(struct store *store, const struct fixture *from)
{
    empty(store);
    memcpy(store->touched, from->touched, sizeof store->touched);
    (void)table_rows_number(&store->lane.table, 0, 1, WORDS);
    for (size_t i = 0; i < N; i++)
        if (find(store, i))
            *find(store, i) = from->values[i];
}

/* A share of it travels, and is added to another's, as if all rows were stored. */
static void test_stored(void **state)
{
    (void)state;
    const struct kernels *kernels = NULL;
    struct fixture left, right;
    struct store from_left, from_right, to_left, to_right;
    real packed[N + WORDS * 2];
    assert_int_equal(kernels_select("baseline", &kernels), OK);
    fill(&left, 2);
    fill(&right, 5);
    fill_store(&from_left, &left);
    fill_store(&from_right, &right);

    for (int size = 1; size <= 4; size++)
        for (int rank = 0; rank < size; rank++) {
            struct share share = share_of(&stored, rank, size);
            empty(&to_left);
            empty(&to_right);
            real *end = share_pack(&share, from_left.lane, packed);
            assert_ptr_equal(share_unpack(&share, packed, to_left.lane), end);
            (void)share_pack(&share, from_right.lane, packed);
            (void)share_unpack(&share, packed, to_right.lane);
            share_add(&share, kernels, to_left.lane, to_right.lane);

            for (size_t i = 0; i < N; i++)
                if (owner(i, size) == rank)
                    assert_true((find(&to_left, i) ? *find(&to_left, i) : 0) ==
                                left.values[i] + right.values[i]);
        }
    assert_int_equal(share_most_rows(&(struct share){&stored, 0, 1, 0, 0}, 1), ROWS);
    share_clear_table(&stored, from_left.lane);
    assert_null(find(&from_left, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_travel), cmocka_unit_test(test_packed_size),
        cmocka_unit_test(test_add), cmocka_unit_test(test_clear),
        cmocka_unit_test(test_stored)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
