/* Texts of which each has any of the labels, or none: their facts, their data set, sealed
 * and unsealed, their order by names, and their splits. */
#include "data/classes.h"
#include "data/dataset.h"
#include "data/sampler.h"

#include "files/file.h"

#include "../scratch.h"
#include "../shown.h"

enum { ROWS = 5, LENGTH = 3, WORDS = 3, LABELS = 3 };

static char json[] = "{\"config\":{\"num_words\":3,\"word_index\":"
                     "\"{\\\"a\\\":1,\\\"b\\\":2}\"}}",
            provenance[] = "{\"rnnprep\":\"" RNNTRAIN_VERSION "\"}";

struct fixture {
    uint16_t x[ROWS][LENGTH];
    uint8_t labels[ROWS][LABELS];
    int32_t length[ROWS];
    struct dataset data;
};

static char *names[] = {(char[]){"toxic"}, (char[]){"obscene"}, (char[]){"threat"}};

static void fill(struct fixture *fixture)
{
    *fixture = (struct fixture){
        .x = {{0, 1, 2}, {1, 1, 1}, {0, 0, 2}, {0, 0, 0}, {0, 2, 2}},
        .labels = {{0, 0, 0}, {1, 1, 1}, {1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
        .length = {2, 3, 1, 0, 2},
    };
    fixture->data = (struct dataset){.facts = {.num_words = WORDS,
                                               .maxlen = LENGTH,
                                               .n_labels = LABELS,
                                               .labels = names,
                                               .pad_pre = true,
                                               .multi_label = true},
                                     .tokenizer = json,
                                     .provenance = provenance};
    for (int part = 0; part < DATASET_PARTS; part++)
        fixture->data.part[part] = (struct rows){.n = ROWS - part,
                                                 .x = fixture->x,
                                                 .multi_hot = (uint8_t *)fixture->labels,
                                                 .length = fixture->length};
}

static void write_fixture(struct fixture *fixture, const char *name)
{
    fixture->data.path = scratch_path(name);
    assert_int_equal(dataset_write(&fixture->data), OK);
    free(fixture->data.path);
    fixture->data.path = NULL;
}

static void expect_parts(const struct dataset *data, struct fixture *expected)
{
    for (int part = 0; part < DATASET_PARTS; part++) {
        const struct rows *rows = &data->part[part];
        size_t n = (size_t)(ROWS - part);
        assert_int_equal(rows->n, n);
        assert_int_equal(rows->n_labels, LABELS);
        assert_null(rows->y);
        assert_memory_equal(rows->multi_hot, expected->labels, n * LABELS);
        assert_memory_equal(rows->length, expected->length, n * sizeof(int32_t));
    }
    assert_memory_equal(rows_multi_hot(&data->part[0], 3), expected->labels[3], LABELS);
}

static void test_file(void **state)
{
    (void)state;
    enum { READERS = 3 };
    struct fixture fixture;
    struct dataset data = {0};
    char *path = scratch_path("several.h5");
    fill(&fixture);
    write_fixture(&fixture, "several.h5");

    assert_int_equal(dataset_read(path, DATASET_WORDS_ALL, DATASET_ALL, &data), OK);
    assert_true(data.facts.multi_label);
    expect_parts(&data, &fixture);
    void *storage = xaligned(dataset_bytes(&data, DATASET_ALL), 1);
    dataset_release(&data);

    for (int reader = 0; reader < READERS; reader++) {
        dataset_release(&data);
        assert_int_equal(dataset_open(path, DATASET_WORDS_NONE, &data), OK);
        dataset_attach(&data, DATASET_ALL, storage);
        assert_int_equal(dataset_load(&data, reader, READERS), OK);
    }
    expect_parts(&data, &fixture);

    dataset_release(&data);
    free(storage);
    free(path);
}

/* Labels are content. */
static void test_content(void **state)
{
    (void)state;
    uint64_t hash[2];
    for (int i = 0; i < 2; i++) {
        struct fixture fixture;
        struct dataset data = {0};
        char *path = scratch_path("content.h5");
        fill(&fixture);
        fixture.labels[4][0] = (uint8_t)i;
        write_fixture(&fixture, "content.h5");
        assert_int_equal(dataset_read(path, DATASET_WORDS_NONE, DATASET_COLUMNS, &data),
                         OK);
        assert_int_equal(dataset_content(&data, &hash[i]), OK);
        dataset_release(&data);
        free(path);
    }
    assert_true(hash[0] != hash[1]);
}

static void test_bad_label(void **state)
{
    (void)state;
    struct fixture fixture;
    struct dataset data = {0};
    char *path = scratch_path("bad.h5");
    fill(&fixture);
    fixture.labels[2][1] = 2;
    write_fixture(&fixture, "bad.h5");
    assert_int_equal(dataset_read(path, DATASET_WORDS_NONE, DATASET_ALL, &data),
                     ERR_FORMAT);
    expect_message("/train/y row 2, label 1: 2, expected 0 or 1");
    free(path);
}

/* As many labels as may be, and one more. */
static void test_many(void **state)
{
    (void)state;
    for (int n = FACTS_MOST_MULTI_LABELS; n <= FACTS_MOST_MULTI_LABELS + 1; n++) {
        struct fixture fixture;
        struct dataset data = {0};
        char *path = scratch_path("many.h5");
        fill(&fixture);
        struct facts *facts = &fixture.data.facts;
        facts->n_labels = n;
        facts->labels = xcalloc((size_t)n, sizeof *facts->labels);
        for (int c = 0; c < n; c++)
            facts->labels[c] = xasprintf("label %d", c);

        uint8_t *labels = xcalloc((size_t)n * ROWS, 1);
        labels[n * ROWS - 1] = 1;
        for (int part = 0; part < DATASET_PARTS; part++)
            fixture.data.part[part].multi_hot = labels;
        write_fixture(&fixture, "many.h5");
        int rc = dataset_read(path, DATASET_WORDS_NONE, DATASET_ALL, &data);
        if (n == FACTS_MOST_MULTI_LABELS) {
            assert_int_equal(rc, OK);
            assert_int_equal(rows_multi_hot(&data.part[0], ROWS - 1)[n - 1], 1);
        } else {
            assert_int_equal(rc, ERR_FORMAT);
            expect_message("/labels names 4097 labels, expected 2 to 4096");
        }
        dataset_release(&data);
        facts_release(facts);
        free(labels);
        free(path);
    }
}

/* As another program leaves it that opened it for writing; sealed again it has its bytes
 * again. */
static void test_unsealed(void **state)
{
    (void)state;
    struct fixture fixture;
    struct dataset data = {0};
    char *bytes = NULL, *found = NULL, *path = scratch_path("unsealed.h5");
    size_t n = 0, n_found = 0;
    bool is_rewritten = false;
    fill(&fixture);
    write_fixture(&fixture, "unsealed.h5");
    assert_int_equal(file_read(path, &bytes, &n), OK);
    assert_int_equal(file_replace(path, bytes, n - FILE_TRAILER_BYTES, false), OK);

    assert_int_equal(dataset_read(path, DATASET_WORDS_ALL, DATASET_ALL, &data), OK);
    assert_true(data.is_unsealed && data.facts.multi_label);
    expect_parts(&data, &fixture);
    dataset_release(&data);

    assert_int_equal(dataset_seal(path, path, &is_rewritten), OK);
    assert_int_equal(file_read(path, &found, &n_found), OK);
    assert_int_equal(n_found, n);
    assert_memory_equal(found, bytes, n);
    free(bytes);
    free(found);
    free(path);
}

/* Data of another kind than the model's. */
static void test_kinds(void **state)
{
    (void)state;
    struct fixture fixture;
    fill(&fixture);
    struct facts several = fixture.data.facts, one = several;
    one.multi_label = false;

    assert_false(facts_agree(&several, &one));
    assert_int_equal(facts_check_multi_label(&one, "m.h5", &one, "d.h5"), OK);
    assert_int_equal(facts_check_multi_label(&one, "m.h5", &several, "d.h5"), ERR_FORMAT);
    expect_message(
        "d.h5: its texts have several labels each, the model of m.h5 gives one");
    assert_int_equal(facts_check_multi_label(&several, "m.h5", &one, "d.h5"), ERR_FORMAT);
    expect_message(
        "d.h5: its texts have one label each, the model of m.h5 gives several");
    assert_int_equal(facts_rows(&one, 4).n_labels, 0);
    assert_int_equal(facts_rows(&several, 4).n_labels, LABELS);
}

static void test_renumber(void **state)
{
    (void)state;
    static const int32_t places[] = {2, 0, 1};
    static const uint8_t expected[] = {0, 0, 1, 1, 0, 0};
    uint8_t labels[] = {1, 0, 0, 0, 1, 0};
    int counts[LABELS];
    struct rows rows = {.n = 2, .n_labels = LABELS, .multi_hot = labels};

    classes_renumber(&rows, places);
    assert_memory_equal(labels, expected, sizeof expected);
    rows_count(&rows, (const int32_t[]){1, 0, 1}, 3, LABELS, counts);
    assert_int_equal(counts[0], 2);
    assert_int_equal(counts[1], 0);
    assert_int_equal(counts[2], 1);
}

enum { MANY = 2000, KINDS = 6 };

/* Labels that exclude and imply each other; the last is of three rows. */
static struct dataset corpus(void)
{
    struct dataset data = {.path = (char[]){"set.h5"},
                           .facts = {.n_labels = KINDS, .multi_label = true}};
    struct rows *rows = &data.part[DATASET_TRAIN];
    *rows = (struct rows){.n = MANY, .n_labels = KINDS, .chunk_rows = 30};
    rows->multi_hot = xcalloc(MANY, KINDS);
    rows->length = xcalloc(MANY, sizeof *rows->length);

    for (int i = 0; i < MANY; i++) {
        uint8_t *labels = rows->multi_hot + (size_t)i * KINDS;
        labels[0] = i % 10 == 0;           /* a tenth of all */
        labels[1] = labels[0] && i < 1000; /* implies the first */
        labels[2] = !labels[0] && i % 7 == 0;
        labels[3] = i >= 1500;
        labels[4] = i % 100 == 1;
        labels[5] = i % 900 == 5;
        rows->length[i] = i % 50;
    }
    return data;
}

static void release(struct dataset *data)
{
    free(data->part[DATASET_TRAIN].multi_hot);
    free(data->part[DATASET_TRAIN].length);
}

static struct sampler split(const struct dataset *data, enum shuffle shuffle,
                            int64_t limit)
{
    struct sampler sampler;
    struct sampler_config config = {.rule = VALIDATION_STRATIFIED,
                                    .validation_split = 0.1,
                                    .shuffle = shuffle,
                                    .window_rows = 256,
                                    .limit_train = limit,
                                    .batch_size = 64,
                                    .lane_rows = 16,
                                    .seed = 3};
    assert_int_equal(sampler_new(data, &config, &sampler), OK);
    return sampler;
}

/* Each part has each label within a row of its share. */
static void expect_shares(const struct dataset *data, const int32_t *numbers, int n)
{
    const struct rows *rows = &data->part[DATASET_TRAIN];
    int all[KINDS], found[KINDS];
    int32_t *everything = xcalloc(MANY, sizeof *everything);
    for (int i = 0; i < MANY; i++)
        everything[i] = i;
    rows_count(rows, everything, MANY, KINDS, all);
    rows_count(rows, numbers, n, KINDS, found);

    for (int c = 0; c < KINDS; c++)
        assert_in_range(found[c] * MANY + MANY - all[c] * n, 0, 2 * MANY);
    free(everything);
}

static void test_split(void **state)
{
    (void)state;
    struct dataset data = corpus();
    struct sampler sampler = split(&data, SHUFFLE_FULL, 0);
    struct sampler again = split(&data, SHUFFLE_FULL, 0);
    bool seen[MANY] = {false};

    assert_int_equal(sampler.n_validation, MANY / 10);
    assert_int_equal(sampler.n_train, MANY - MANY / 10);
    expect_shares(&data, sampler.validation, sampler.n_validation);
    expect_shares(&data, sampler.train, sampler.n_train);
    assert_memory_equal(again.validation, sampler.validation,
                        (size_t)sampler.n_validation * sizeof(int32_t));

    for (int i = 0; i < sampler.n_train; i++)
        seen[sampler.train[i]] = true;
    for (int i = 0; i < sampler.n_validation; i++)
        assert_false(seen[sampler.validation[i]]);
    sampler_release(&sampler);
    sampler_release(&again);
    release(&data);
}

/* Limits too, whichever way rows are shuffled. */
static void test_limit(void **state)
{
    (void)state;
    struct dataset data = corpus();
    for (int shuffle = 0; shuffle <= SHUFFLE_NONE; shuffle++) {
        struct sampler sampler = split(&data, (enum shuffle)shuffle, 500);
        assert_int_equal(sampler.n_train + sampler.n_validation, 500);
        expect_shares(&data, sampler.train, sampler.n_train);
        expect_shares(&data, sampler.validation, sampler.n_validation);
        sampler_release(&sampler);
    }
    release(&data);
}

/* Rows that are all alike say nothing, unless that is wanted. */
static void test_one_kind(void **state)
{
    (void)state;
    struct dataset data = corpus();
    struct sampler sampler;
    struct sampler_config config = {.rule = VALIDATION_KERAS_TAIL,
                                    .validation_split = 0.1,
                                    .batch_size = 64,
                                    .lane_rows = 16};
    memset(data.part[DATASET_TRAIN].multi_hot, 0, (size_t)MANY * KINDS);

    assert_int_equal(sampler_new(&data, &config, &sampler), ERR_USAGE);
    expect_message("all 200 validation rows have the same labels");
    config.allow_one_class = true;
    assert_int_equal(sampler_new(&data, &config, &sampler), OK);
    sampler_release(&sampler);
    config.rule = VALIDATION_STRATIFIED;
    assert_int_equal(sampler_new(&data, &config, &sampler), OK);
    assert_int_equal(sampler.n_validation, 200);
    sampler_release(&sampler);
    release(&data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_file),      cmocka_unit_test(test_content),
        cmocka_unit_test(test_bad_label), cmocka_unit_test(test_many),
        cmocka_unit_test(test_unsealed),  cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_renumber),  cmocka_unit_test(test_split),
        cmocka_unit_test(test_limit),     cmocka_unit_test(test_one_kind),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
