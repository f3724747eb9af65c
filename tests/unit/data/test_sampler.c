/* Splits, limits, batches and lanes as functions of (data, configuration, seed,
 * epoch). */
#include "data/sampler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 1000, CHUNK = 30 };

/* Rows of class 1 first, then of class 0, as aclImdb's; lengths are irregular. */
struct fixture {
    int32_t y[ROWS], length[ROWS];
    char *labels[2];
    struct dataset data;
};

static void fill(struct fixture *fixture)
{
    static char neg[] = "neg", pos[] = "pos", path[] = "set.h5";

    fixture->labels[0] = neg;
    fixture->labels[1] = pos;
    for (int i = 0; i < ROWS; i++) {
        fixture->y[i] = i < ROWS / 2;
        fixture->length[i] = i * 7919 % 101;
    }

    fixture->data = (struct dataset){
        .path = path, .facts = {.n_labels = 2, .labels = fixture->labels, .maxlen = 100}};
    fixture->data.part[DATASET_TRAIN] = (struct rows){
        .n = ROWS, .y = fixture->y, .length = fixture->length, .chunk_rows = CHUNK};
    fixture->data.part[DATASET_TEST] = (struct rows){
        .n = ROWS, .y = fixture->y, .length = fixture->length, .chunk_rows = CHUNK};
}

static struct sampler_config config_of(enum validation_rule rule)
{
    return (struct sampler_config){.rule = rule,
                                   .validation_split = 0.1,
                                   .shuffle = SHUFFLE_FULL,
                                   .batch_size = 64,
                                   .lane_rows = 16,
                                   .seed = 3};
}

static void test_stratified(void **state)
{
    (void)state;
    struct fixture fixture;
    struct sampler sampler;
    bool seen[ROWS] = {false};
    int counts[2];

    fill(&fixture);
    struct sampler_config config = config_of(VALIDATION_STRATIFIED);
    assert_int_equal(sampler_new(&fixture.data, &config, &sampler), OK);
    assert_int_equal(sampler.n_train, 900);
    assert_int_equal(sampler.n_validation, 100);
    assert_int_equal(sampler.n_test, ROWS);

    rows_count(&fixture.data.part[DATASET_TRAIN], sampler.validation, 100, 2, counts);
    assert_int_equal(counts[0], 50);

    for (int i = 0; i < sampler.n_train; i++)
        seen[sampler.train[i]] = true;
    for (int i = 0; i < sampler.n_validation; i++)
        assert_false(seen[sampler.validation[i]]);
    sampler_release(&sampler);
}

static void test_keras_tail(void **state)
{
    (void)state;
    struct fixture fixture;
    struct sampler sampler;

    fill(&fixture);
    struct sampler_config config = config_of(VALIDATION_KERAS_TAIL);
    assert_int_equal(sampler_new(&fixture.data, &config, &sampler), ERR_USAGE);
    assert_non_null(strstr(fail_message(), "all 100 validation rows are of class neg"));
    assert_non_null(strstr(fail_message(), "--allow-one-class"));

    config.allow_one_class = true;
    assert_int_equal(sampler_new(&fixture.data, &config, &sampler), OK);
    assert_int_equal(sampler.validation[0], 900);
    assert_int_equal(sampler.validation[99], 999);
    assert_int_equal(sampler.n_train, 900);
    sampler_release(&sampler);
}

static void test_refusals(void **state)
{
    (void)state;
    struct fixture fixture;
    struct sampler sampler;
    fill(&fixture);
    struct sampler_config config = config_of(VALIDATION_OWN);
    assert_int_equal(sampler_new(&fixture.data, &config, &sampler), ERR_USAGE);
    assert_non_null(strstr(fail_message(), "set.h5 has no /validation"));

    config = config_of(VALIDATION_STRATIFIED);
    config.validation_split = 0;
    assert_int_equal(sampler_new(&fixture.data, &config, &sampler), ERR_USAGE);
    assert_non_null(strstr(fail_message(), "validation set is empty"));
}

/* So many rows of class 1 among the others; returns what sampler_new does. */
static int split_rare(int n_rare, bool one_class, double share, int counts[2])
{
    struct fixture fixture;
    struct sampler sampler;
    struct sampler_config config = config_of(VALIDATION_STRATIFIED);
    fill(&fixture);
    for (int i = 0; i < ROWS; i++)
        fixture.y[i] = i >= 500 && i < 500 + n_rare;

    config.allow_one_class = one_class;
    config.validation_split = share;
    int rc = sampler_new(&fixture.data, &config, &sampler);
    if (rc)
        return rc;
    assert_int_equal(sampler.n_train + sampler.n_validation, ROWS);
    memset(counts, 0, 2 * sizeof *counts);
    rows_count(&fixture.data.part[DATASET_TRAIN], sampler.validation,
               sampler.n_validation, 2, counts);
    sampler_release(&sampler);
    return OK;
}

/* A class whose share rounds to nothing gives one row, where else only one class would
 * validate; a split that has two classes is what it always was. */
static void test_rare_class(void **state)
{
    (void)state;
    int counts[2];
    assert_int_equal(split_rare(4, false, 0.1, counts), OK);
    assert_true(counts[0] == 100 && counts[1] == 1);
    assert_int_equal(split_rare(2, false, 0.1, counts), OK);
    assert_true(counts[0] == 100 && counts[1] == 1);
    assert_int_equal(split_rare(6, false, 0.1, counts), OK);
    assert_true(counts[0] == 99 && counts[1] == 1);

    assert_int_equal(split_rare(4, true, 0.1, counts), OK);
    assert_true(counts[0] == 100 && counts[1] == 0);
    assert_int_equal(split_rare(4, false, 0.0001, counts), OK);
    assert_true(counts[0] == 1 && counts[1] == 1);

    assert_int_equal(split_rare(1, false, 0.1, counts), ERR_USAGE);
    assert_non_null(strstr(fail_message(), "no other class has two training rows"));
    assert_null(strstr(fail_message(), "--validation stratified"));
}

static void test_limit(void **state)
{
    (void)state;
    struct fixture fixture;
    struct sampler sampler;
    int counts[2];

    fill(&fixture);
    struct sampler_config config = config_of(VALIDATION_NONE);
    config.limit_train = 200;
    config.limit_test = 50;
    assert_int_equal(sampler_new(&fixture.data, &config, &sampler), OK);
    assert_int_equal(sampler.n_train, 200);
    assert_int_equal(sampler.n_test, 50);

    rows_count(&fixture.data.part[DATASET_TRAIN], sampler.train, 200, 2, counts);
    assert_int_equal(counts[0], 100);
    sampler_release(&sampler);
}

/* Exactly as many as asked for, however the classes round. */
static void test_exact_limit(void **state)
{
    (void)state;
    struct fixture fixture;
    struct sampler sampler;

    fill(&fixture);
    for (int limit = 1; limit < 12; limit++) {
        struct sampler_config config = config_of(VALIDATION_NONE);
        config.limit_test = limit;
        assert_int_equal(sampler_new(&fixture.data, &config, &sampler), OK);
        assert_int_equal(sampler.n_test, limit);

        int counts[2];
        rows_count(&fixture.data.part[DATASET_TEST], sampler.test, limit, 2, counts);
        assert_int_equal(counts[0], (limit + 1) / 2);
        sampler_release(&sampler);
    }
}

/* Every row once an epoch; lanes sorted by length, alike in rows and in work. */
static void check_epoch(struct sampler *sampler, const struct fixture *fixture, int epoch)
{
    bool seen[ROWS] = {false};
    int total = 0;

    sampler_begin_epoch(sampler, epoch);
    for (int b = 0; b < sampler_batches(sampler); b++) {
        int n_lanes = 0, n = sampler_batch(sampler, b, &n_lanes);
        int expected = sampler_lanes(&sampler->config);
        int groups =
            (n + 3) / 4; /* of up to four rows, as lane_rows is a multiple of it */
        assert_int_equal(n_lanes, groups < expected ? groups : expected);
        assert_int_equal(sampler->lane_start[n_lanes], n);

        for (int l = 0; l < n_lanes; l++) {
            int first = sampler->lane_start[l],
                count = sampler->lane_start[l + 1] - first;
            assert_true(count > 4 * (groups / expected) - 4 && count > 0);
            assert_true(count <= sampler->config.lane_rows);
            for (int i = first; i < first + count; i++) {
                int row = sampler->lanes[i];
                assert_false(seen[row]);
                seen[row] = true;
                assert_true(i == first || fixture->length[row] <=
                                              fixture->length[sampler->lanes[i - 1]]);
            }
        }
        total += n;
    }
    assert_int_equal(total, sampler->n_train);
}

static void test_batches(void **state)
{
    (void)state;
    struct fixture fixture;
    struct sampler sampler, other;

    fill(&fixture);
    struct sampler_config config = config_of(VALIDATION_STRATIFIED);
    assert_int_equal(sampler_new(&fixture.data, &config, &sampler), OK);
    assert_int_equal(sampler_batches(&sampler), 15); /* 14 of 64 and one of 4 */
    check_epoch(&sampler, &fixture, 0);
    check_epoch(&sampler, &fixture, 1);

    /* Another sampler comes to the same order by itself. */
    assert_int_equal(sampler_new(&fixture.data, &config, &other), OK);
    sampler_begin_epoch(&other, 1);
    sampler_begin_epoch(&sampler, 1);
    int n_lanes = 0;
    sampler_batch(&sampler, 3, &n_lanes);
    sampler_batch(&other, 3, &n_lanes);
    assert_memory_equal(sampler.lanes, other.lanes, 64 * sizeof *other.lanes);

    sampler_begin_epoch(&other, 2);
    sampler_batch(&other, 3, &n_lanes);
    assert_memory_not_equal(sampler.lanes, other.lanes, 64 * sizeof *other.lanes);

    sampler_release(&sampler);
    sampler_release(&other);
}

static void test_no_shuffle(void **state)
{
    (void)state;
    struct fixture fixture;
    struct sampler sampler;

    fill(&fixture);
    struct sampler_config config = config_of(VALIDATION_NONE);
    config.shuffle = SHUFFLE_NONE;
    assert_int_equal(sampler_new(&fixture.data, &config, &sampler), OK);

    sampler_begin_epoch(&sampler, 4);
    for (int b = 0; b < sampler_batches(&sampler); b++) {
        int n_lanes = 0, n = sampler_batch(&sampler, b, &n_lanes);
        for (int i = 0; i < n; i++)
            assert_int_equal(sampler.lanes[i] / config.batch_size, b);
    }
    sampler_release(&sampler);
}

/* Different chunks among some rows. */
static int n_chunks(const int32_t *rows, int n)
{
    bool seen[ROWS / CHUNK + 1] = {false};
    int chunks = 0;
    for (int i = 0; i < n; i++) {
        chunks += !seen[rows[i] / CHUNK];
        seen[rows[i] / CHUNK] = true;
    }
    return chunks;
}

/* Bit c: rows of chunk c are among them. */
static uint64_t chunk_set(const int32_t *rows, int n)
{
    uint64_t set = 0;
    for (int i = 0; i < n; i++)
        set |= UINT64_C(1) << rows[i] / CHUNK;
    return set;
}

/* Different places of its chunks within their stretches. */
static int n_places(uint64_t set, int stretch)
{
    uint64_t places = 0;
    int n = 0;
    for (int c = 0; c < 64; c++)
        if (set >> c & 1)
            places |= UINT64_C(1) << c % stretch;
    for (; places; places &= places - 1)
        n++;
    return n;
}

static void test_windows(void **state)
{
    (void)state;
    enum { BATCHES = 3, WINDOW = BATCHES * 64, WINDOWS = 5 };
    struct fixture fixture;
    struct sampler sampler, other;
    fill(&fixture);
    struct sampler_config config = config_of(VALIDATION_STRATIFIED);
    config.shuffle = SHUFFLE_WINDOW;
    config.window_rows = WINDOW + 63;
    assert_int_equal(sampler_new(&fixture.data, &config, &sampler), OK);
    assert_int_equal(sampler_new(&fixture.data, &config, &other), OK);
    assert_int_equal(sampler_window_rows(&sampler), BATCHES * 64);

    check_epoch(&sampler, &fixture, 0);
    check_epoch(&sampler, &fixture, 7);

    /* a window is read from few chunks, of both classes though the file is sorted by
     * class */
    for (int first = 0; first < sampler.n_train; first += WINDOW) {
        int left = sampler.n_train - first, n = left < WINDOW ? left : WINDOW, counts[2];
        int scattered = n_chunks(sampler.order + first, n);
        assert_true(scattered <= n / (CHUNK * 8 / 10) + 2);
        rows_count(&fixture.data.part[DATASET_TRAIN], sampler.order + first, n, 2,
                   counts);
        assert_true(abs(counts[0] - counts[1]) <= 3 * CHUNK);
    }

    /* batches of a window are drawn from all of it */
    assert_true(n_chunks(sampler.order, 64) > WINDOW / CHUNK / 2);
    sampler_begin_epoch(&other, 7);
    assert_memory_equal(sampler.order, other.order, sizeof(int32_t) * 900);
    sampler_begin_epoch(&other, 8);
    assert_memory_not_equal(sampler.order, other.order, sizeof(int32_t) * 900);

    /* other chunks in another epoch, and not those of the same place in each stretch */
    assert_int_not_equal(chunk_set(sampler.order, WINDOW),
                         chunk_set(other.order, WINDOW));
    assert_true(n_places(chunk_set(sampler.order, WINDOW), WINDOWS) > 2);
    sampler_release(&sampler);
    sampler_release(&other);

    /* one window is no other order than that of full */
    config.window_rows = ROWS;
    assert_int_equal(sampler_new(&fixture.data, &config, &sampler), OK);
    config.shuffle = SHUFFLE_FULL;
    assert_int_equal(sampler_new(&fixture.data, &config, &other), OK);
    sampler_begin_epoch(&sampler, 7);
    sampler_begin_epoch(&other, 7);
    assert_memory_equal(sampler.order, other.order, sizeof(int32_t) * 900);
    sampler_release(&sampler);
    sampler_release(&other);

    config.shuffle = SHUFFLE_WINDOW;
    config.window_rows = 1;
    assert_int_equal(sampler_new(&fixture.data, &config, &sampler), OK);
    assert_int_equal(sampler_window_rows(&sampler), 64);
    sampler_release(&sampler);
}

/* With windows a limit leaves whole chunks unread. */
static void test_window_limit(void **state)
{
    (void)state;
    struct fixture fixture;
    struct sampler sampler;
    int counts[2];

    fill(&fixture);
    struct sampler_config config = config_of(VALIDATION_NONE);
    config.shuffle = SHUFFLE_WINDOW;
    config.window_rows = 128;
    config.limit_train = 201;
    assert_int_equal(sampler_new(&fixture.data, &config, &sampler), OK);
    assert_int_equal(sampler.n_train, 201);

    rows_count(&fixture.data.part[DATASET_TRAIN], sampler.train, 201, 2, counts);
    assert_int_equal(counts[0], 101); /* the tie of remainders goes to the lower class */
    assert_true(n_chunks(sampler.train, 201) <= 10);
    for (int i = 1; i < 201; i++)
        assert_true(sampler.train[i] > sampler.train[i - 1]);
    sampler_release(&sampler);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stratified), cmocka_unit_test(test_keras_tail),
        cmocka_unit_test(test_refusals),   cmocka_unit_test(test_rare_class),
        cmocka_unit_test(test_limit),      cmocka_unit_test(test_exact_limit),
        cmocka_unit_test(test_batches),    cmocka_unit_test(test_no_shuffle),
        cmocka_unit_test(test_windows),    cmocka_unit_test(test_window_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
