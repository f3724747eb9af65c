/* An ensemble at work, of a network and a linear model: the same bits for a text alone
 * and among others, by the predictor and by a worker of its own, and the sum of what its
 * members say; by the library, which takes no ids for it. */
#include "serve/predictor.h"

#include <math.h>

#include "../shown.h"
#include "rnntrain/rnntrain.h"
#include "saved/ensemble.h"

static const char *path; /* the fixture */

enum { N = PREDICTOR_ROWS };

/* Of the words that it knows, and others. */
static void make_texts(char *texts[N])
{
    static const char *const words[] = {"warm", "lovely", "soup", "awful",
                                        "cold", "lake",   "dull", "!"};

    for (int i = 0; i < N; i++) {
        struct shown text = {0};
        shown_add(&text, "", 0);
        for (int w = 0; w < i % 9; w++) {
            const char *word = words[(i * 5 + w * w) % (int)COUNT_OF(words)];
            shown_add(&text, word, strlen(word));
            shown_add(&text, " ", 1);
        }
        texts[i] = text.text;
    }
}

static void free_texts(char *texts[N])
{
    for (int i = 0; i < N; i++)
        free(texts[i]);
}

static double logit(double p)
{
    return log(p / (1 - p));
}

/* What member i alone says. */
static void judge_alone(int i, char *texts[N], double p[2 * N])
{
    struct checkpoint info = {0};
    struct predictor predictor;
    int classes[N];

    assert_int_equal(checkpoint_open(path, &info), OK);
    ensemble_keep(&info, i);
    assert_int_equal(info.ensemble.n, 0);
    assert_string_equal(info.path, path);
    assert_int_equal(predictor_take(&predictor, &info, "baseline"), OK);
    assert_int_equal(predictor.n, 1);
    assert_true(predictor_reads_ids(&predictor) == (i == 0));
    assert_true(predictor_reads_ngrams(&predictor) == (i == 1));

    predictor_judge(&predictor, texts, N, p, classes);
    predictor_release(&predictor);
}

static void test_judgements(void **state)
{
    (void)state;
    struct predictor predictor;
    char *texts[N];
    double joined[2 * N], first[2 * N], second[2 * N], alone[2];
    int classes[N];

    make_texts(texts);
    judge_alone(0, texts, first);
    judge_alone(1, texts, second);
    assert_int_equal(predictor_open(&predictor, path, "baseline", NULL), OK);
    const struct ensemble_config *rule = &predictor.info.ensemble;
    assert_true(predictor_reads_ids(&predictor) && predictor_reads_ngrams(&predictor));
    predictor_judge(&predictor, texts, N, joined, classes);
    for (int i = 0; i < N; i++) {
        double sum = rule->weights[0] * logit(first[2 * i + 1]) +
                     rule->weights[1] * logit(second[2 * i + 1]) + rule->bias[0];
        assert_true(fabs(logit(joined[2 * i + 1]) - sum) < 1e-6);
        assert_int_equal(classes[i], joined[2 * i + 1] > 0.5);
    }

    for (int i = 0; i < N; i++) {
        predictor_judge(&predictor, &texts[i], 1, alone, classes);
        assert_memory_equal(alone, joined + 2 * i, sizeof alone);
    }
    predictor_release(&predictor);
    free_texts(texts);
}

static void test_workers(void **state)
{
    (void)state;
    struct predictor predictor;
    struct predictor_worker *workers[2] = {NULL, NULL};
    char *texts[N];
    double expected[2 * N], found[2 * N];
    int classes[N];

    make_texts(texts);
    assert_int_equal(predictor_open(&predictor, path, "auto", NULL), OK);
    predictor_judge(&predictor, texts, N, expected, classes);
    predictor_share(&predictor);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(predictor_worker_new(&predictor, &workers[i]), OK);
        predictor_worker_judge(workers[i], (const char *const *)texts, N, found, NULL);
        assert_memory_equal(found, expected, sizeof found);
    }
    for (int i = 0; i < 2; i++)
        predictor_worker_free(workers[i]);
    predictor_release(&predictor);
    free_texts(texts);
}

static void test_library(void **state)
{
    (void)state;
    struct rnntrain_model *model = NULL;
    const char *const texts[] = {"warm lovely soup", "a dull one"};
    const int32_t ids[] = {1, 2};
    const size_t lengths[] = {2};
    double p[4];

    assert_int_equal(rnntrain_open(path, &model), RNNTRAIN_OK);
    assert_int_equal(rnntrain_predict_texts(model, texts, 2, p), RNNTRAIN_OK);
    assert_true(fabs(p[0] + p[1] - 1) < 1e-12 && fabs(p[2] + p[3] - 1) < 1e-12);
    assert_int_equal(rnntrain_predict_ids(model, ids, lengths, 1, p), RNNTRAIN_USAGE);
    assert_non_null(strstr(rnntrain_message(), "is an ensemble with a linear model"));
    rnntrain_close(model);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_judgements),
        cmocka_unit_test(test_workers),
        cmocka_unit_test(test_library),
    };
    if (argc != 2)
        return 2;
    path = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
