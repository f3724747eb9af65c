/* Folds of a cross-validation: by what rows say, wherever they stand. */
#include "data/folds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "data/sampler.h"

enum { ROWS = 240, MAXLEN = 4, CLASSES = 3, FOLDS = 5 };

/* Row r says text r % TEXTS; classes are of different sizes, and some texts are of two.
 */
enum { TEXTS = 200 };

struct fixture {
    uint16_t x[ROWS][MAXLEN];
    int32_t y[ROWS], length[ROWS], text[ROWS];
    uint8_t multi_hot[ROWS * CLASSES];
    char *labels[CLASSES];
    struct dataset data;
};

static void fill(struct fixture *fixture, const int32_t *order)
{
    static char a[] = "a", b[] = "b", c[] = "c", path[] = "set.h5";
    *fixture = (struct fixture){.labels = {a, b, c}};

    for (int i = 0; i < ROWS; i++) {
        int row = order ? order[i] : i, text = row % TEXTS;
        fixture->text[i] = text;
        fixture->y[i] = row % 10 == 0 ? 2 : row % 10 < 4;
        fixture->length[i] = 3;
        fixture->x[i][1] = (uint16_t)(1 + text % 7);
        fixture->x[i][2] = (uint16_t)(1 + text / 7 % 7);
        fixture->x[i][3] = (uint16_t)(1 + text / 49);
        fixture->multi_hot[i * CLASSES + fixture->y[i]] = row % 11 > 0;
        fixture->multi_hot[i * CLASSES] |= row % 4 == 0;
    }
    fixture->data = (struct dataset){.path = path,
                                     .facts = {.n_labels = CLASSES,
                                               .labels = fixture->labels,
                                               .num_words = 10,
                                               .maxlen = MAXLEN}};
    fixture->data.part[DATASET_TRAIN] = (struct rows){.n = ROWS,
                                                      .maxlen = MAXLEN,
                                                      .id_bytes = 2,
                                                      .pad_pre = true,
                                                      .x = fixture->x,
                                                      .y = fixture->y,
                                                      .length = fixture->length,
                                                      .chunk_rows = ROWS};
}

static void several_labels(struct fixture *fixture)
{
    struct rows *rows = &fixture->data.part[DATASET_TRAIN];
    fixture->data.facts.multi_label = true;
    rows->y = NULL;
    rows->n_labels = CLASSES;
    rows->multi_hot = fixture->multi_hot;
}

/* The fold of each row, as runs see it: they validate on it. */
static void folds_of(const struct dataset *data, uint64_t seed, int fold[ROWS])
{
    memset(fold, -1, ROWS * sizeof *fold);
    for (int f = 1; f <= FOLDS; f++) {
        const struct sampler_config config = {.rule = VALIDATION_STRATIFIED,
                                              .validation_split = 0.1,
                                              .batch_size = 64,
                                              .lane_rows = 16,
                                              .seed = seed,
                                              .folds = FOLDS,
                                              .fold = f};
        struct sampler sampler;

        assert_int_equal(sampler_new(data, &config, &sampler), OK);
        assert_int_equal(sampler.n_train + sampler.n_validation, ROWS);
        for (int i = 0; i < sampler.n_validation; i++) {
            assert_int_equal(fold[sampler.validation[i]], -1);
            fold[sampler.validation[i]] = f;
        }
        for (int i = 0; i < sampler.n_train; i++)
            assert_int_not_equal(fold[sampler.train[i]], f);
        sampler_release(&sampler);
    }
}

static void check_shares(const struct fixture *fixture, const int fold[ROWS])
{
    int of[FOLDS + 1][CLASSES] = {{0}}, n[FOLDS + 1] = {0};

    for (int i = 0; i < ROWS; i++) {
        n[fold[i]]++;
        for (int c = 0; c < CLASSES; c++)
            of[fold[i]][c] += fixture->data.facts.multi_label
                                  ? fixture->multi_hot[i * CLASSES + c]
                                  : fixture->y[i] == c;
    }

    for (int f = 1; f < FOLDS; f++)
        for (int other = f + 1; other <= FOLDS; other++) {
            assert_true(abs(n[f] - n[other]) <= 4);
            for (int c = 0; c < CLASSES; c++)
                assert_true(abs(of[f][c] - of[other][c]) <= 4);
        }
}

static void check_texts(const struct fixture *fixture, const int fold[ROWS])
{
    for (int i = 0; i < ROWS; i++)
        for (int k = 0; k < i; k++)
            if (fixture->text[i] == fixture->text[k])
                assert_int_equal(fold[i], fold[k]);
}

/* Whatever the order of the rows, with one label and with several. */
static void test_content(void **state)
{
    (void)state;
    struct fixture fixture, other;
    int fold[ROWS], moved[ROWS], again[ROWS];
    int32_t order[ROWS];
    struct rng rng = {.seed = 5};
    for (int i = 0; i < ROWS; i++)
        order[i] = i;
    rng_shuffle(&rng, order, ROWS);

    for (int several = 0; several < 2; several++) {
        fill(&fixture, NULL);
        fill(&other, order);
        if (several) {
            several_labels(&fixture);
            several_labels(&other);
        }
        folds_of(&fixture.data, 3, fold);
        folds_of(&other.data, 3, moved);
        folds_of(&fixture.data, 4, again);
        for (int i = 0; i < ROWS; i++)
            assert_int_equal(moved[i], fold[order[i]]);
        assert_memory_not_equal(fold, again, sizeof fold);
        check_shares(&fixture, fold);
        check_texts(&fixture, fold);
    }
}

static void test_few(void **state)
{
    (void)state;
    struct fixture fixture;
    uint64_t *hashes = NULL;
    uint8_t fold[ROWS];
    int32_t rows[ROWS];
    fill(&fixture, NULL);
    for (int i = 0; i < ROWS; i++) {
        rows[i] = i;
        fixture.y[i] = fixture.text[i] < 4; /* 8 rows of 4 texts */
    }
    assert_int_equal(folds_hash_rows(&fixture.data, &hashes), OK);
    const struct folds_rows all = {&fixture.data, hashes, rows, ROWS};

    assert_int_equal(folds_deal(&all, FOLDS, 3, fold), ERR_USAGE);
    assert_non_null(strstr(fail_message(), "class b has 4 different texts"));
    assert_int_equal(folds_deal(&all, 4, 3, fold), OK);
    free(hashes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_content),
                                       cmocka_unit_test(test_few)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
