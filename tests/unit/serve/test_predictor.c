/* A model that judges, the first version's checkpoint: the same bits for a text alone and
 * among others, as text and as ids, by the predictor and by a worker; and who has no
 * tokenizer. */
#include "serve/predictor.h"

#include <math.h>

#include "../scratch.h"
#include "../shown.h"
#include "files/file.h"
#include "saved/contents.h"

static const char *checkpoint; /* the fixture */

enum { N = PREDICTOR_ROWS };

/* Calls `body` with the model on each kernel set that this processor runs. */
static void for_each_set(void (*body)(struct predictor *))
{
    static const char *const names[] = {"baseline", "avx2", "avx512"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const struct kernels *kernels = NULL;
        struct predictor predictor;
        if (kernels_select(names[i], &kernels))
            continue;
        if (predictor_open(&predictor, checkpoint, names[i], NULL))
            fail_msg("%s", fail_message());
        body(&predictor);
        predictor_release(&predictor);
    }
}

/* Texts of no word to some forty, more than a row holds. */
static void make_texts(char *texts[N])
{
    static const char *const words[] = {"the plot",      "was not dull,", "it was superb",
                                        "although",      "boring,",       "unheard-of",
                                        "a moving film", "and",           "not clever"};

    for (int i = 0; i < N; i++) {
        struct shown text = {0};
        shown_add(&text, "", 0);
        for (int w = 0; w < i % 17; w++) {
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

/* As the first version judged; see tests/cli/fixtures.sh. */
static void check_judgements(struct predictor *predictor)
{
    char bad[] = "The plot was not dull, and the acting was superb.",
         good[] = "A truly boring film.", *texts[] = {bad, good};
    double p[4];
    int classes[2];
    assert_int_equal(predictor->info.facts.n_labels, 2);
    assert_string_equal(predictor->info.facts.labels[1], "pos");
    assert_int_equal(predictor_check_texts(predictor), OK);
    predictor_judge(predictor, texts, 2, p, classes);
    assert_int_equal(classes[0], 0);
    assert_int_equal(classes[1], 1);
    assert_true(fabs(p[0] - 0.582083) < 2e-6);
    assert_true(fabs(p[3] - 0.580198) < 2e-6);

    for (int i = 0; i < 2; i++)
        assert_true(fabs(p[2 * i] + p[2 * i + 1] - 1) < 1e-12);
}

static void test_judgements(void **state)
{
    (void)state;
    for_each_set(check_judgements);
}

static void check_groups(struct predictor *predictor)
{
    static const int groups[] = {1, 3, PREDICTOR_LANE_ROWS, PREDICTOR_LANE_ROWS + 1};
    char *texts[N];
    double all[N][2], some[N][2];
    int classes[N], others[N], distinct = 0;
    make_texts(texts);
    predictor_judge(predictor, texts, N, all[0], classes);
    for (int i = 1; i < N; i++)
        distinct += all[i][0] != all[i - 1][0];
    assert_true(distinct > N / 4);

    for (size_t g = 0; g < COUNT_OF(groups); g++) {
        for (int first = 0; first < N; first += groups[g]) {
            int n = N - first < groups[g] ? N - first : groups[g];
            predictor_judge(predictor, texts + first, n, some[first], others + first);
        }
        assert_memory_equal(some, all, sizeof all);
        assert_memory_equal(others, classes, sizeof classes);
    }
    free_texts(texts);
}

static void test_alone_and_among_others(void **state)
{
    (void)state;
    for_each_set(check_groups);
}

/* Two workers of a shared predictor, by texts and by ids; of a long row the last ids
 * count. */
static void check_workers(struct predictor *predictor)
{
    char *texts[N];
    double all[N][2], found[N][2];
    int classes[N], others[N];
    make_texts(texts);
    predictor_judge(predictor, texts, N, all[0], classes);
    predictor_share(predictor);

    struct predictor_worker *worker = NULL, *other = NULL;
    assert_int_equal(predictor_worker_new(predictor, &worker), OK);
    assert_int_equal(predictor_worker_new(predictor, &other), OK);
    predictor_worker_judge(worker, (const char *const *)texts, N, found[0], others);
    assert_memory_equal(found, all, sizeof all);
    assert_memory_equal(others, classes, sizeof classes);
    predictor_worker_judge(other, (const char *const *)texts, N, found[0], NULL);
    assert_memory_equal(found, all, sizeof all);

    for (int cut = 0; cut < 2; cut++)
        for (int i = 0; i < N; i++) {
            struct text_ids ids = {0};
            size_t most = (size_t)predictor->info.facts.maxlen;
            text_encode(predictor->tokenizer, texts[i], strlen(texts[i]), &ids);
            size_t n = cut && ids.n > most ? most : ids.n;
            const int32_t *last = ids.n ? ids.ids + ids.n - n : NULL;
            predictor_worker_judge_ids(i % 2 ? worker : other, &last, &n, 1, found[i]);
            text_ids_release(&ids);
        }
    assert_memory_equal(found, all, sizeof all);
    predictor_worker_free(worker);
    predictor_worker_free(other);
    predictor_worker_free(NULL);
    free_texts(texts);
}

static void test_workers(void **state)
{
    (void)state;
    for_each_set(check_workers);
}

/* The same model without its words. */
static void test_no_tokenizer(void **state)
{
    (void)state;
    struct checkpoint info;
    struct predictor with, without;
    const int32_t row[] = {3, 1, 4, 1, 5, 9}, *rows[] = {row};
    const size_t n = COUNT_OF(row);
    double expected[2], found[2];
    assert_int_equal(predictor_open(&with, checkpoint, "auto", NULL), OK);
    assert_int_equal(checkpoint_import(checkpoint, NULL, &info), OK);
    free(info.tokenizer);
    info.tokenizer = NULL;
    assert_int_equal(predictor_take(&without, &info, "auto"), OK);
    assert_int_equal(predictor_check_texts(&without), ERR_USAGE);
    expect_message("checkpoint_v1.h5 has no tokenizer: name Keras's by --tokenizer "
                   "tokenizer.json, or give --imdb-word-index");

    predictor_worker_judge_ids(with.own, rows, &n, 1, expected);
    predictor_worker_judge_ids(without.own, rows, &n, 1, found);
    assert_memory_equal(found, expected, sizeof expected);

    predictor_release(&with);
    predictor_release(&without);
}

/* What fails can be released, twice too. */
static void test_refusals(void **state)
{
    (void)state;
    struct predictor predictor;
    struct checkpoint info;
    assert_int_equal(predictor_open(&predictor, "/no/such.h5", "auto", NULL),
                     ERR_NO_INPUT);
    expect_message("/no/such.h5");
    predictor_release(&predictor);

    assert_int_equal(predictor_open(&predictor, checkpoint, "sse9", NULL), ERR_USAGE);
    predictor_release(&predictor);
    assert_int_equal(checkpoint_import(checkpoint, NULL, &info), OK);
    info.facts.maxlen = 0;
    assert_int_equal(predictor_take(&predictor, &info, "auto"), ERR_USAGE);
    expect_message("checkpoint_v1.h5 takes rows of any length: give --maxlen N");

    predictor_release(&predictor);
    predictor_release(&predictor);
}

/* Its file once more, with a number that is finite, and whose products are not. */
static void test_range(void **state)
{
    (void)state;
    struct checkpoint info = {0};
    struct contents contents = {.weights = NULL};
    struct predictor predictor;
    char *path = scratch_path("far.h5"), *bytes = NULL;
    size_t n = 0;

    assert_int_equal(checkpoint_open(checkpoint, &info), OK);
    assert_int_equal(contents_read(&info, &contents), OK);
    contents.weights[5] = 3e38F;
    assert_int_equal(contents_image(&info, &contents, NULL, &bytes, &n), OK);
    assert_int_equal(file_replace(path, bytes, n, false), OK);
    assert_int_equal(predictor_open(&predictor, path, "auto", NULL), ERR_FORMAT);
    expect_message("embeddings: element 5 is 3e+38, and weights beyond 1e+12 make no");

    predictor_release(&predictor);
    contents_release(&contents);
    checkpoint_release(&info);
    free(bytes);
    free(path);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_judgements), cmocka_unit_test(test_alone_and_among_others),
        cmocka_unit_test(test_workers),    cmocka_unit_test(test_no_tokenizer),
        cmocka_unit_test(test_refusals),   cmocka_unit_test(test_range),
    };
    checkpoint = argc > 1 ? argv[1] : "";
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
