/* From texts to vectors: co-occurrences against a count by hand, singular vectors against
 * eigenvectors, and the same bits on any number of threads. */
#include "vectors/cooccurrence.h"
#include "vectors/factor.h"
#include "kernels/tall.h"

#include "../scratch.h"

#include <math.h>

#include "base/rng.h"
#include "kernels/eigen.h"

enum { WORDS = 24, TEXTS = 60, WINDOW = 3 };

static void assert_near(double value, double expected, double most)
{
    if (!(fabs(value - expected) <= most))
        fail_msg("%.9g is not %.9g", value, expected);
}

/* Texts of words w0, w1, ... whose neighbours are not by chance. */
static int32_t draw(uint32_t text, uint32_t at)
{
    const struct rng rng = {.seed = 3, .purpose = RNG_TEST, .row = text};
    int32_t word = (int32_t)rng_below(&rng, at, WORDS);
    return word % 5 == (int32_t)text % 5 ? word : word / 2;
}

static uint32_t length(uint32_t text)
{
    return 1 + text * 7 % 23;
}

static struct spool spool;
static struct vocabulary vocabulary;

static struct texts make_texts(void)
{
    struct texts texts = {.spool = &spool, .vocabulary = &vocabulary};
    const struct text_options options = {.maxlen = 1};
    struct text_tokenizer *tokenizer = text_new(&options);
    char *output = scratch_path("vectors.bin");
    assert_int_equal(spool_open(&spool, output), OK);

    for (uint32_t t = 0; t < TEXTS; t++) {
        int32_t places[64];
        int64_t at = spool.n;
        for (uint32_t i = 0; i < length(t); i++) {
            char *name = xasprintf("w%d", draw(t, i));
            char padded[16] = "";
            memcpy(padded, name, strlen(name));
            struct word word = {padded, strlen(name)};
            vocabulary_find_places(&vocabulary, &word, 1, &places[i]);
            free(name);
        }
        vocabulary_meet(&vocabulary, places, length(t));
        assert_int_equal(spool_append(&spool, places, length(t)), OK);
        texts_add(&texts, at, (int32_t)length(t));
    }
    assert_int_equal(texts_rank(&texts, tokenizer, 0, 2), OK);
    text_free(tokenizer);
    free(output);
    return texts;
}

static void release_texts(struct texts *texts)
{
    texts_release(texts);
    spool_close(&spool);
    vocabulary_release(&vocabulary);
}

/* x_ij, (n, n). */
static double *count_by_hand(const struct texts *texts)
{
    int32_t n = texts->words.n;
    double *x = xcalloc((size_t)n * (size_t)n, sizeof *x);

    for (uint32_t t = 0; t < TEXTS; t++) {
        int32_t kept[64], n_kept = 0;
        for (uint32_t i = 0; i < length(t); i++) {
            char *name = xasprintf("w%d", draw(t, i));
            int32_t rank = words_find(&texts->words, name, strlen(name));
            free(name);
            if (rank >= 0)
                kept[n_kept++] = rank;
        }
        for (int32_t i = 0; i < n_kept; i++)
            for (int32_t k = 1; k <= WINDOW && i + k < n_kept; k++) {
                x[kept[i] * n + kept[i + k]] += 1.0 / k;
                x[kept[i + k] * n + kept[i]] += 1.0 / k;
            }
    }
    return x;
}

/* Positive mutual information with contexts to the power .75, in place. */
static void inform_by_hand(double *x, int32_t n)
{
    double *sums = xcalloc((size_t)n, sizeof *sums), all = 0;

    for (int32_t i = 0; i < n; i++)
        for (int32_t j = 0; j < n; j++)
            sums[i] += x[i * n + j];
    for (int32_t i = 0; i < n; i++)
        all += pow(sums[i], 0.75);
    for (int32_t i = 0; i < n; i++)
        for (int32_t j = 0; j < n; j++) {
            double share = sums[i] * pow(sums[j], 0.75) / all;
            double value = x[i * n + j] > 0 ? log(x[i * n + j] / share) : 0;
            x[i * n + j] = value > 0 ? value : 0;
        }
    free(sums);
}

static void spread(const struct cooccurrence *matrix, double *dense)
{
    for (int32_t i = 0; i < matrix->n; i++)
        for (int64_t e = matrix->start[i]; e < matrix->start[i + 1]; e++) {
            int32_t j = matrix->columns[e];
            double value = (double)matrix->logs[e] - (double)matrix->row[i] -
                           (double)matrix->column[j];
            assert_true(e == matrix->start[i] || matrix->columns[e - 1] < j);
            dense[i * matrix->n + j] = value > 0 ? value : 0;
        }
}

static void test_cooccurrence(void **state)
{
    (void)state;
    struct texts texts = make_texts();
    int32_t n = texts.words.n;
    double *expected = count_by_hand(&texts);
    inform_by_hand(expected, n);
    assert_true(n > 12);

    for (int n_threads = 1; n_threads < 6; n_threads++) {
        struct cooccurrence matrix = {0};
        double *dense = xcalloc((size_t)n * (size_t)n, sizeof *dense);
        assert_int_equal(cooccurrence_count(&texts, WINDOW, n_threads, &matrix), OK);
        spread(&matrix, dense);
        for (int32_t i = 0; i < n * n; i++)
            assert_near(dense[i], expected[i], 2e-6);
        free(dense);
        cooccurrence_release(&matrix);
    }
    free(expected);
    release_texts(&texts);
}

/* U sqrt(S) of the dense matrix, scaled; columns have any sign. */
static void check_factors(const double *dense, int32_t n, int width, const float *vectors)
{
    size_t order = (size_t)n;
    double *gram = xcalloc(order * order, sizeof *gram),
           *u = xcalloc(order * order, sizeof *u);
    double *values = xcalloc(order, sizeof *values), scale = 0;

    for (int32_t i = 0; i < n; i++)
        for (int32_t j = 0; j < n; j++)
            for (int32_t k = 0; k < n; k++)
                gram[i * n + j] += dense[i * n + k] * dense[j * n + k];
    eigen_symmetric(n, gram, values, u);

    for (int c = 0; c < width; c++) {
        double product = 0, root = sqrt(sqrt(values[c]));
        for (int32_t i = 0; i < n; i++)
            product += u[c * n + i] * (double)vectors[i * width + c];
        scale = c ? scale : fabs(product) / root;
        assert_near(fabs(product) / root, scale, 1e-4 * scale);
        for (int32_t i = 0; i < n; i++)
            assert_near((double)vectors[i * width + c], product * u[c * n + i],
                        2e-3 * scale);
    }
    free(gram);
    free(u);
    free(values);
}

static void test_factors(void **state)
{
    (void)state;
    enum { WIDTH = 4 };
    struct texts texts = make_texts();
    struct cooccurrence matrix = {0};
    assert_int_equal(cooccurrence_count(&texts, WINDOW, 2, &matrix), OK);
    size_t n = (size_t)matrix.n;
    double *dense = xcalloc(n * n, sizeof *dense), squares = 0, sum = 0;
    spread(&matrix, dense);

    float *one = factor_vectors(&matrix, WIDTH, 0.3, 1, 1);
    float *three = factor_vectors(&matrix, WIDTH, 0.3, 1, 3);
    assert_memory_equal(one, three, n * WIDTH * sizeof *one);
    check_factors(dense, matrix.n, WIDTH, one);
    for (size_t i = 0; i < n * WIDTH; i++) {
        sum += (double)one[i];
        squares += (double)one[i] * (double)one[i];
    }
    double mean = sum / (double)(n * WIDTH);
    assert_near(sqrt(squares / (double)(n * WIDTH) - mean * mean), 0.3, 1e-6);

    free(one);
    free(three);
    free(dense);
    cooccurrence_release(&matrix);
    release_texts(&texts);
}

/* Columns that depend on others become 0, the others orthonormal. */
static void test_orthonormal(void **state)
{
    (void)state;
    enum { ROWS = 1500, COLUMNS = 5 };
    const struct rng rng = {.seed = 4, .purpose = RNG_TEST};
    double gram[COLUMNS * COLUMNS];
    struct tall tall = {ROWS, COLUMNS, xcalloc(ROWS * COLUMNS, sizeof(float))};

    for (uint32_t i = 0; i < ROWS * COLUMNS; i++)
        tall.values[i] = (float)rng_normal(&rng, i);
    for (int i = 0; i < ROWS; i++)
        tall.values[i * COLUMNS + 3] = 2 * tall.values[i * COLUMNS + 1];
    tall_orthonormalise(&tall, 2);
    tall_products(&tall, &tall, 3, gram);
    for (int i = 0; i < COLUMNS; i++)
        for (int j = 0; j < COLUMNS; j++)
            assert_near(gram[i * COLUMNS + j], i == j && i != 3 ? 1 : 0, 1e-5);
    free(tall.values);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cooccurrence),
        cmocka_unit_test(test_factors),
        cmocka_unit_test(test_orthonormal),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
