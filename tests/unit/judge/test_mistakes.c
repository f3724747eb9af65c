/* Rows to look at: by their loss, by what a model is least sure of, and by confident
 * learning, as worked out by hand. */
#include "judge/mistakes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void expect(const struct judge *judge, enum mistake_kind kind, int n,
                   const int *rows, const double *scores)
{
    int n_found = 0;
    struct mistake *found = mistakes_find(judge, kind, &n_found);

    assert_int_equal(n_found, n);
    for (int i = 0; i < n; i++) {
        assert_int_equal(found[i].row, rows[i]);
        assert_true(!scores || fabs(found[i].score - scores[i]) < 1e-12);
    }
    free(found);
}

/* Thresholds: (0.9 + 0.7 + 0.2) / 3 = 0.6, (0.6 + 0.3) / 2 = 0.45 and 0.5. */
static void test_classes(void **state)
{
    enum { N = 6, C = 3 };
    static const double p[N][C] = {{0.9, 0.05, 0.05}, {0.7, 0.2, 0.1}, {0.2, 0.5, 0.3},
                                   {0.3, 0.6, 0.1},   {0.6, 0.3, 0.1}, {0.5, 0, 0.5}};
    static const int label[N] = {0, 0, 0, 1, 1, 2};
    struct judge *judge = judge_new(N, C, false);
    (void)state;

    for (int i = 0; i < N; i++) {
        const struct judge_row row = {.label = label[i], .probabilities = p[i]};
        judge_take(judge, i, &row);
    }
    expect(judge, MISTAKE_WORST, N, (int[]){2, 4, 5, 3, 1, 0}, NULL);
    expect(judge, MISTAKE_UNCERTAIN, N, (int[]){5, 2, 3, 4, 1, 0},
           (double[]){0, 0.2, 0.3, 0.3, 0.5, 0.85});
    /* row 3 is sure of its label; row 5 reaches its threshold, and class 0's not */
    expect(judge, MISTAKE_MISLABELLED, 2, (int[]){2, 4}, (double[]){-0.3, -0.3});
    judge_free(judge);
}

/* Label 0's thresholds: 0.8 of rows that have it, 0.5 of those that do not, so that row 3
 * is likely to have it; label 1 tells nothing. */
static void test_labels(void **state)
{
    enum { N = 4, C = 2 };
    static const double p[N][C] = {{0.8, 0.9}, {0.8, 0.9}, {0.1, 0.1}, {0.9, 0.4}};
    static const uint8_t there[N][C] = {{1, 1}, {1, 1}, {0, 0}, {0, 0}};
    struct judge *judge = judge_new(N, C, true);
    (void)state;

    for (int i = 0; i < N; i++) {
        const struct judge_row row = {.labels = there[i], .probabilities = p[i]};
        judge_take(judge, i, &row);
    }
    expect(judge, MISTAKE_UNCERTAIN, N, (int[]){3, 0, 1, 2},
           (double[]){0.1, 0.3, 0.3, 0.4});
    expect(judge, MISTAKE_MISLABELLED, 1, (int[]){3}, (double[]){-0.8});
    judge_free(judge);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_classes),
                                       cmocka_unit_test(test_labels)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
