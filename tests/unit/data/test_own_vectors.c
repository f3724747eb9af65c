/* Vectors of a data set's own words: written and read back; and what a damaged or foreign
 * file says, each a good one with one thing wrong. */
#include "data/own_vectors.h"

#include <math.h>

#include "files/h5_write.h"

#include "../scratch.h"
#include "../shown.h"

enum { ROWS = 2, LENGTH = 2, WORDS = 4, WIDTH = 3 };

struct fixture {
    uint16_t x[ROWS][LENGTH];
    int32_t y[ROWS], length[ROWS];
    char *labels[2];
    float values[WORDS][WIDTH];
    unsigned char known[WORDS];
    struct own_vectors vectors;
    struct dataset data;
};

static void fill(struct fixture *fixture)
{
    static char neg[] = "neg", pos[] = "pos", json[] = "{}";

    *fixture = (struct fixture){
        .x = {{1, 2}, {3, 1}},
        .y = {0, 1},
        .length = {2, 2},
        .labels = {neg, pos},
        .values = {[1] = {0.5F, -1, 3e30F}, [3] = {0, 0, 0}},
        .known = {0, 1, 0, 1}, /* id 3: a vector of zeros */
    };
    fixture->vectors =
        (struct own_vectors){WORDS, WIDTH, fixture->values[0], fixture->known};
    fixture->data = (struct dataset){.facts = {.num_words = WORDS,
                                               .maxlen = LENGTH,
                                               .n_labels = 2,
                                               .labels = fixture->labels,
                                               .has_vectors = true},
                                     .tokenizer = json,
                                     .provenance = json,
                                     .vectors_width = WIDTH,
                                     .vectors = &fixture->vectors};
    fixture->data.part[DATASET_TRAIN] = (struct rows){
        .n = ROWS, .x = fixture->x, .y = fixture->y, .length = fixture->length};
}

/* Written, opened again, and its vectors read. */
static int read_again(struct fixture *fixture, struct dataset *data,
                      struct own_vectors *vectors)
{
    char *path = scratch_path("vectors.h5");
    fixture->data.path = path;
    assert_int_equal(dataset_write(&fixture->data), OK);
    int rc = dataset_read(path, DATASET_WORDS_NONE, DATASET_ALL, data);
    if (!rc)
        rc = dataset_own_vectors(data, vectors);
    free(path);
    return rc;
}

static void test_whole(void **state)
{
    struct fixture fixture;
    struct dataset data = {0};
    struct own_vectors vectors = {0};
    uint64_t content[2];
    (void)state;
    fill(&fixture);

    for (int i = 0; i < 2; i++) {
        fixture.values[1][0] += (float)i;
        assert_int_equal(read_again(&fixture, &data, &vectors), OK);
        assert_true(data.facts.has_vectors && data.vectors_width == WIDTH);
        assert_true(vectors.num_words == WORDS && vectors.width == WIDTH);
        assert_memory_equal(vectors.values, fixture.values, sizeof fixture.values);
        assert_memory_equal(vectors.known, fixture.known, sizeof fixture.known);
        assert_int_equal(own_vectors_n_known(&vectors), 2);
        assert_int_equal(dataset_content(&data, &content[i]), OK);
        own_vectors_release(&vectors);
        dataset_release(&data);
    }
    assert_true(content[0] != content[1]);
}

static void refuse(struct fixture *fixture, const char *expected)
{
    struct dataset data = {0};
    struct own_vectors vectors = {.width = 77};
    assert_int_equal(read_again(fixture, &data, &vectors), ERR_FORMAT);
    expect_message("vectors.h5: ");
    expect_message(expected);
    assert_int_equal(vectors.width, 77);
    dataset_release(&data);
}

static void test_bad(void **state)
{
    struct fixture fixture;
    (void)state;
    fill(&fixture);
    fixture.values[1][2] = (float)NAN;
    refuse(&fixture, "/vectors of id 1, number 2: nan, expected a finite number");
    fill(&fixture);
    fixture.values[3][0] = -(float)INFINITY;
    refuse(&fixture, "/vectors of id 3, number 0: -inf, expected a finite number");

    fill(&fixture);
    fixture.values[2][1] = 1;
    refuse(&fixture, "/vectors of id 2, number 1: 1, expected 0, as it has no vector");
    fill(&fixture);
    fixture.values[2][1] = (float)NAN;
    refuse(&fixture, "/vectors of id 2, number 1: nan, expected 0, as it has no vector");

    fill(&fixture);
    fixture.known[2] = 2;
    refuse(&fixture, "/vectors_known of id 2: 2, expected 0 or 1");
    fill(&fixture);
    fixture.known[0] = 1;
    refuse(&fixture, "/vectors_known of id 0: 1, expected 0");
}

/* What a stranger may write in their place. */
static void refuse_arrays(enum h5_type type, int n_dims, const size_t shape[2],
                          size_t n_known, const char *expected)
{
    struct fixture fixture;
    struct dataset data = {0};
    struct h5_writer *file = h5_create();
    size_t train[2] = {ROWS, LENGTH};
    char *path = scratch_path("strange.h5"), bytes[64] = "";
    fill(&fixture);

    h5_attribute_text(file, "/", "format", "rnntrain-dataset");
    h5_attribute_int(file, "/", "format_version", 1);
    facts_write(file, FACTS_IN_DATASET, &fixture.data.facts);
    facts_write_labels(file, FACTS_IN_DATASET, &fixture.data.facts);
    h5_write_text(file, "/provenance", "{}");
    h5_write(file, "/train/x", H5_UINT16, 2, train, fixture.x, true);
    h5_write(file, "/train/y", H5_INT32, 1, train, fixture.y, false);
    h5_write(file, "/train/length", H5_INT32, 1, train, fixture.length, false);
    if (shape)
        h5_write(file, "/vectors", type, n_dims, shape, bytes, false);
    if (n_known)
        h5_write(file, "/vectors_known", H5_UINT8, 1, &n_known, bytes, false);
    assert_int_equal(h5_save(file, path, false), OK);

    assert_int_equal(dataset_open(path, DATASET_WORDS_NONE, &data), ERR_FORMAT);
    expect_message("strange.h5");
    expect_message(expected);
    free(path);
}

static void test_strange(void **state)
{
    (void)state;
    refuse_arrays(H5_FLOAT32, 2, (size_t[]){WORDS - 1, WIDTH}, WORDS,
                  "/vectors is (3, 3), expected (4, 1 to 8192) of float32");
    refuse_arrays(H5_INT32, 2, (size_t[]){WORDS, WIDTH}, WORDS, "/vectors is (4, 3)");
    refuse_arrays(H5_FLOAT32, 1, (size_t[]){WORDS, 0}, WORDS, "/vectors is (4)");
    refuse_arrays(H5_FLOAT32, 2, (size_t[]){WORDS, WIDTH}, WORDS - 1, "/vectors_known");
    refuse_arrays(H5_FLOAT32, 2, (size_t[]){WORDS, WIDTH}, 0,
                  "/vectors_known is missing");
    refuse_arrays(H5_FLOAT32, 2, NULL, WORDS, "/vectors is missing");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_strange),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
