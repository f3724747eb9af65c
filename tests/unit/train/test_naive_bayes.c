/* Naive Bayes on words against scikit-learn's MultinomialNB, alone and of each label by
 * itself (OneVsRestClassifier), on counts of the words of six rows of which five are
 * learnt. */
#include "train/naive_bayes.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { ROWS = 6, LEARNT = 5, LENGTH = 5, IDS = 8, ASKED = 3 };

static uint16_t ids[ROWS][LENGTH] = {{1, 2, 3},       {2, 2, 4, 5}, {5},
                                     {3, 4, 4, 6, 1}, {6, 6},       {1, 5, 3}};
static int32_t lengths[ROWS] = {3, 4, 1, 5, 2, 3}, classes[ROWS] = {0, 1, 2, 1, 2, 0};
static uint8_t labels[ROWS][2] = {{1, 0}, {1, 1}, {0, 0}, {0, 1}, {0, 1}, {1, 0}};
static const int32_t numbers[LEARNT] = {3, 0, 4, 1, 2};
static const int asked[ASKED] = {0, 3, 5};

static struct rows rows_of(void)
{
    return (struct rows){
        .n = ROWS, .maxlen = LENGTH, .id_bytes = 2, .x = ids, .length = lengths};
}

static void check(const struct rows *rows, int n, const double *expected)
{
    struct naive_bayes *bayes = naive_bayes_new(rows, numbers, LEARNT, IDS, n);
    double found[3];
    assert_non_null(bayes);

    for (int i = 0; i < ASKED; i++) {
        naive_bayes_judge(bayes, rows, asked[i], found);
        for (int c = 0; c < n; c++)
            if (!(fabs(found[c] - expected[i * n + c]) < 1e-12))
                fail_msg("row %d: %.17g of %d, scikit-learn says %.17g", asked[i],
                         found[c], c, expected[i * n + c]);
    }
    naive_bayes_free(bayes);
}

static void test_classes(void **state)
{
    static const double expected[] = {
        0.5268703898840886,  0.34141201264488946, 0.13171759747102216,
        0.13374991975004805, 0.6656252006248802,  0.2006248796250723,
        0.34916201117318446, 0.30167597765363163, 0.34916201117318446};
    (void)state;
    struct rows rows = rows_of();
    rows.y = classes;
    check(&rows, 3, expected);
}

static void test_labels(void **state)
{
    static const double expected[] = {0.769085239813614,   0.31411419796174794,
                                      0.09690034528891744, 0.8711546801378646,
                                      0.4543422468747408,  0.2338998908467176};
    (void)state;
    struct rows rows = rows_of();
    rows.n_labels = 2;
    rows.multi_hot = *labels;
    check(&rows, 2, expected);
}

/* A class without rows is never given; ids that are not in memory teach nothing. */
static void test_bounds(void **state)
{
    (void)state;
    struct rows rows = rows_of();
    double found[4];
    rows.y = classes;

    struct naive_bayes *bayes = naive_bayes_new(&rows, numbers, LEARNT, IDS, 4);
    naive_bayes_judge(bayes, &rows, 0, found);
    assert_true(found[3] == 0 && found[0] > 0.5);
    naive_bayes_free(bayes);

    assert_null(naive_bayes_new(&rows, numbers, LEARNT, 1 << 20, 1 << 10));
    rows.x = NULL;
    assert_null(naive_bayes_new(&rows, numbers, LEARNT, IDS, 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_classes),
        cmocka_unit_test(test_labels),
        cmocka_unit_test(test_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
