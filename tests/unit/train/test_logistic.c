/* Fits against the optimum that scikit-learn finds. With the argument "hash": the weights
 * of larger fits as XXH64, which must not depend on the number of ranks. */
#include "train/linear_private.h"

#include "base/rng.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include <cmocka.h>

enum { ROWS = 60, FEATURES = 14, CLASSES = 3 };

static struct comm comm;
static const struct kernels *kernels;

/* Owned arrays of a problem. */
struct problem {
    uint64_t *start;
    uint32_t *index;
    int32_t *y, *rows;
    uint8_t *multi_hot;
    struct sparse sparse;
    struct rows labels;
};

static struct problem *new_problem(int n, int n_features)
{
    struct problem *problem = xcalloc(1, sizeof *problem);
    problem->start = xcalloc((size_t)n + 1, sizeof *problem->start);
    problem->index = xcalloc((size_t)n * (size_t)n_features, sizeof *problem->index);
    problem->y = xcalloc((size_t)n, sizeof *problem->y);
    problem->rows = xcalloc((size_t)n, sizeof *problem->rows);
    problem->multi_hot = xcalloc((size_t)n, CLASSES);
    problem->sparse =
        (struct sparse){(size_t)n, (size_t)n_features, problem->start, problem->index};
    problem->labels = (struct rows){
        .n = n, .y = problem->y, .n_labels = CLASSES, .multi_hot = problem->multi_hot};
    for (int i = 0; i < n; i++)
        problem->rows[i] = i;
    return problem;
}

static void free_problem(struct problem *problem)
{
    free(problem->start);
    free(problem->index);
    free(problem->y);
    free(problem->rows);
    free(problem->multi_hot);
    free(problem);
}

/* The problem of which the expected numbers are. */
static struct problem *small_problem(void)
{
    struct problem *problem = new_problem(ROWS, FEATURES);

    for (int i = 0; i < ROWS; i++) {
        problem->start[i + 1] = problem->start[i];
        for (int j = 0; j < FEATURES; j++)
            if ((i * 7 + j * 13 + i * j * 3 + i * i % 5) % 11 < 3)
                problem->index[problem->start[i + 1]++] = (uint32_t)j;
        problem->y[i] = (i * 5 + i * i % 7 + (i % 11 > 4)) % 3;
        for (int c = 0; c < CLASSES; c++)
            problem->multi_hot[i * CLASSES + c] =
                (i * 3 + c * 5 + i * i % (c + 4)) % 4 == 0;
    }
    return problem;
}

/* Class 1 against the others. */
static void make_binary(struct problem *problem)
{
    for (int i = 0; i < problem->labels.n; i++)
        problem->y[i] = problem->y[i] == 1;
}

struct found {
    float kernel[FEATURES * CLASSES], bias[CLASSES], idf[FEATURES];
    double objective;
};

static struct linear_task task_of(const struct problem *problem, enum loss loss,
                                  enum linear_scaling scaling)
{
    return (struct linear_task){.loss = loss,
                                .outputs = loss == LOSS_BINARY ? 1 : CLASSES,
                                .kernels = kernels,
                                .sparse = &problem->sparse,
                                .labels = &problem->labels,
                                .rows = problem->rows,
                                .n = problem->labels.n,
                                .scaling = scaling};
}

static struct found fit_task(const struct linear_task *task, double c)
{
    const struct linear_stop stop = {.tolerance = 1e-6};
    struct linear_fit *fit = NULL;
    struct found found;

    assert_int_equal(linear_fit_new(&comm, task, &fit), OK);
    linear_fit_begin(fit, found.kernel, found.bias);
    assert_int_equal(linear_fit_run(fit, c, &stop, found.kernel, found.bias), 0);
    linear_fit_idf(fit, found.idf);
    found.objective = linear_fit_effort(fit).objective;
    linear_fit_free(fit);
    return found;
}

static struct found fit_small(const struct problem *problem, enum loss loss,
                              enum linear_scaling scaling, double c)
{
    const struct linear_task task = task_of(problem, loss, scaling);
    return fit_task(&task, c);
}

static void expect(double found, double expected, double within)
{
    if (!(fabs(found - expected) <= within))
        fail_msg("found %.9g, expected %.9g", found, expected);
}

/* LogisticRegression(C=c, tol=1e-12).fit(X, y == 1): coef_, intercept_, objective. */
static void test_binary(void **state)
{
    struct problem *problem = small_problem();
    make_binary(problem);

    struct found found = fit_small(problem, LOSS_BINARY, SCALING_NONE, 0.5);
    expect((double)found.kernel[0], -0.05303308, 1e-4);
    expect((double)found.kernel[1], 0.15923476, 1e-4);
    expect((double)found.kernel[2], -0.1617368, 1e-4);
    expect((double)found.bias[0], -1.1271026, 1e-4);
    expect(found.objective, 17.262426083, 1e-6);

    found = fit_small(problem, LOSS_BINARY, SCALING_NONE, 4);
    expect((double)found.kernel[2], -0.43348631, 1e-4);
    expect(found.objective, 123.064436913, 1e-5);
    free_problem(problem);
    (void)state;
}

/* The same of X * r, r as Wang & Manning have it; coef_ * r. */
static void test_log_counts(void **state)
{
    struct problem *problem = small_problem();
    make_binary(problem);

    struct found found = fit_small(problem, LOSS_BINARY, SCALING_LOG_COUNT, 4);
    expect((double)found.kernel[0], -0.00547855, 1e-4);
    expect((double)found.kernel[1], 0.05119706, 1e-4);
    expect((double)found.kernel[2], -0.05465239, 1e-4);
    expect((double)found.bias[0], -1.07741425, 1e-4);
    expect(found.objective, 133.754661410, 1e-5);
    free_problem(problem);
    (void)state;
}

/* Biases of a softmax are the same but for a number. */
static void expect_biases(const float *bias, const double *expected)
{
    double mean = 0;

    for (int c = 0; c < CLASSES; c++)
        mean += (double)bias[c] / CLASSES;
    for (int c = 0; c < CLASSES; c++)
        expect((double)bias[c] - mean, expected[c], 1e-4);
}

/* LogisticRegression(C=2) of rows of TfidfVectorizer(binary=True); coef_ * idf. */
static void test_tf_idf(void **state)
{
    static const double first[] = {0.62040355, -0.20270577, -0.41769778};
    static const double second[] = {0.60950543, 0.55062722, -1.16013265};
    static const double biases[] = {0.10125211, -0.28890886, 0.18765674};
    struct problem *problem = small_problem();
    struct found found = fit_small(problem, LOSS_CATEGORICAL, SCALING_TF_IDF, 2);

    for (int c = 0; c < CLASSES; c++) {
        expect((double)found.kernel[c], first[c], 2e-4);
        expect((double)found.kernel[CLASSES + c], second[c], 2e-4);
    }
    expect_biases(found.bias, biases);
    expect((double)found.idf[0], 2.27766052, 1e-6);
    expect(found.objective, 116.662435622, 1e-5);
    free_problem(problem);
    (void)state;
}

/* A feature stays in the first n rows that have it. */
static void leave(struct problem *problem, uint32_t feature, int n)
{
    size_t kept = 0, e = 0;

    for (int i = 0; i < problem->labels.n; i++) {
        for (; e < problem->start[i + 1]; e++)
            if (problem->index[e] != feature || n-- > 0)
                problem->index[kept++] = problem->index[e];
        problem->start[i + 1] = kept;
    }
}

/* As tf-idf where n-grams of one text are not there. */
static void test_shared_tf_idf(void **state)
{
    enum { ALONE = 3 };
    struct problem *problem = small_problem();
    leave(problem, ALONE, 1);
    struct found all = fit_small(problem, LOSS_CATEGORICAL, SCALING_TF_IDF, 2);
    struct found shared = fit_small(problem, LOSS_CATEGORICAL, SCALING_SHARED_TF_IDF, 2);
    leave(problem, ALONE, 0);
    struct found without = fit_small(problem, LOSS_CATEGORICAL, SCALING_TF_IDF, 2);

    for (int f = 0; f < FEATURES; f++)
        expect((double)shared.idf[f], f == ALONE ? 0 : (double)all.idf[f], 0);
    assert_true(all.kernel[ALONE * CLASSES] != 0);
    assert_memory_equal(shared.kernel, without.kernel, sizeof shared.kernel);
    assert_memory_equal(shared.bias, without.bias, sizeof shared.bias);
    free_problem(problem);
    (void)state;
}

/* Ratios of each class against the rest; the optimum is SciPy's L-BFGS-B's. */
static void test_softmax_log_counts(void **state)
{
    static const double first[] = {0.0366578, -0.0024759, -0.03661009};
    static const double biases[] = {0.2353612, -0.25033281, 0.01497161};
    struct problem *problem = small_problem();
    struct found found = fit_small(problem, LOSS_CATEGORICAL, SCALING_LOG_COUNT, 2);

    for (int c = 0; c < CLASSES; c++)
        expect((double)found.kernel[c], first[c], 1e-4);
    expect_biases(found.bias, biases);
    expect(found.objective, 117.131849972, 1e-5);
    free_problem(problem);
    (void)state;
}

/* Several labels are as many fits. */
static void test_labels(void **state)
{
    static const double first[] = {0.01452366, 0.0009969, 0.00763347};
    static const double biases[] = {-0.1173593, -1.1955669, 0.0606182};
    struct problem *problem = small_problem();
    struct found found = fit_small(problem, LOSS_MULTI_LABEL, SCALING_LOG_COUNT, 2);

    for (int c = 0; c < CLASSES; c++) {
        expect((double)found.kernel[c], first[c], 1e-4);
        expect((double)found.bias[c], biases[c], 2e-4);
    }
    expect(found.objective, 213.577821709, 1e-5);
    free_problem(problem);
    (void)state;
}

/* LogisticRegression(C=c, class_weight={0: ..., 1: ..., ...}). */
static void test_class_weights(void **state)
{
    static const double of_two[] = {0.5, 3}, of_three[] = {1, 2.5, 0.25};
    static const double first[] = {0.22990369, -0.1759857, -0.053918};
    static const double biases[] = {0.42219091, 0.54778176, -0.96997267};
    struct problem *problem = small_problem();

    struct linear_task task = task_of(problem, LOSS_CATEGORICAL, SCALING_NONE);
    task.class_weights = of_three;
    struct found found = fit_task(&task, 2);
    for (int c = 0; c < CLASSES; c++)
        expect((double)found.kernel[c], first[c], 1e-4);
    expect_biases(found.bias, biases);
    expect(found.objective, 99.011718015, 1e-5);

    make_binary(problem);
    task = task_of(problem, LOSS_BINARY, SCALING_NONE);
    task.class_weights = of_two;
    found = fit_task(&task, 0.5);
    expect((double)found.kernel[0], -0.06974261, 1e-4);
    expect((double)found.kernel[2], -0.2443869, 1e-4);
    expect((double)found.bias[0], 0.59730821, 1e-4);
    expect(found.objective, 19.858913769, 1e-6);
    free_problem(problem);
    (void)state;
}

/* Rows that are left out are not there, and weights that a fit ends with are its end. */
static void test_rows_and_warm_start(void **state)
{
    const struct linear_stop stop = {.tolerance = 1e-4};
    struct problem *problem = small_problem();
    struct linear_task task = task_of(problem, LOSS_CATEGORICAL, SCALING_NONE);
    struct linear_fit *fit = NULL;
    float kernel[FEATURES * CLASSES], bias[CLASSES], again[FEATURES * CLASSES];

    task.n = ROWS / 2;
    assert_int_equal(linear_fit_new(&comm, &task, &fit), OK);
    linear_fit_begin(fit, kernel, bias);
    assert_int_equal(linear_fit_run(fit, 1, &stop, kernel, bias), 0);
    memcpy(again, kernel, sizeof again);
    assert_int_equal(linear_fit_run(fit, 1, &stop, again, bias), 0);
    assert_int_equal(linear_fit_effort(fit).newton_steps, 0);
    for (int i = 0; i < FEATURES * CLASSES; i++)
        expect((double)again[i], (double)kernel[i], 1e-6);
    linear_fit_free(fit);
    free_problem(problem);
    (void)state;
}

static int wish_for_7(void *context)
{
    ++*(int *)context;
    return 7;
}

/* Whoever wants the end gets it at once, with the weights of the beginning. */
static void test_wish(void **state)
{
    int asked = 0;
    const struct linear_stop stop = {1e-5, wish_for_7, &asked};
    struct problem *problem = small_problem();
    const struct linear_task task = task_of(problem, LOSS_CATEGORICAL, SCALING_NONE);
    struct linear_fit *fit = NULL;
    float kernel[FEATURES * CLASSES], bias[CLASSES];

    assert_int_equal(linear_fit_new(&comm, &task, &fit), OK);
    linear_fit_begin(fit, kernel, bias);
    assert_int_equal(linear_fit_run(fit, 1, &stop, kernel, bias), 7);
    assert_int_equal(asked, 1);
    for (int i = 0; i < FEATURES * CLASSES; i++)
        assert_true(kernel[i] == 0);
    linear_fit_free(fit);
    free_problem(problem);
    (void)state;
}

/* Every feature, and a copy of it behind it. */
static struct problem *doubled_problem(const struct problem *problem)
{
    struct problem *doubled = new_problem(ROWS, 2 * FEATURES);

    for (int i = 0; i < ROWS; i++) {
        doubled->y[i] = problem->y[i];
        doubled->start[i + 1] = 2 * problem->start[i + 1];
    }
    for (uint64_t e = 0; e < doubled->start[ROWS]; e++)
        doubled->index[e] = 2 * problem->index[e / 2] + e % 2;
    return doubled;
}

/* Of the small problem features stand where those 11 before them do. */
static void test_groups(void **state)
{
    enum { DIFFERENT = 11 };
    struct problem *problem = small_problem(), *doubled = doubled_problem(problem);
    struct linear_task task = task_of(doubled, LOSS_CATEGORICAL, SCALING_NONE);
    struct linear_groups *groups = linear_groups_new(&comm, &task);

    assert_int_equal(groups->n, DIFFERENT);
    for (uint32_t f = 0; f < 2 * FEATURES; f++)
        assert_int_equal(groups->of[f], f / 2 % DIFFERENT);
    for (uint32_t g = 0; g < DIFFERENT; g++) {
        assert_int_equal(groups->first[g], 2 * g);
        expect((double)groups->root[g], sqrt(g + DIFFERENT < FEATURES ? 4 : 2), 1e-6);
    }
    linear_groups_free(groups);
    free_problem(doubled);
    free_problem(problem);
    (void)state;
}

/* Two that share a weight have half of its square to pay: the same as twice C. In rows of
 * length 1 they come to one of the same length. */
static void test_doubled(void **state)
{
    static const struct {
        enum linear_scaling scaling;
        double c, objective, weight; /* of those alone, as shares of those doubled */
    } cases[] = {{SCALING_NONE, 2, 2, 2}, {SCALING_TF_IDF, 1, 1, M_SQRT2}};
    struct problem *problem = small_problem(), *doubled = doubled_problem(problem);
    const struct linear_stop stop = {.tolerance = 1e-6};

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct linear_task task = task_of(doubled, LOSS_CATEGORICAL, cases[i].scaling);
        float kernel[2 * FEATURES * CLASSES], bias[CLASSES];
        struct linear_fit *fit = NULL;
        struct found alone =
            fit_small(problem, LOSS_CATEGORICAL, cases[i].scaling, 1.5 * cases[i].c);

        assert_int_equal(linear_fit_new(&comm, &task, &fit), OK);
        linear_fit_begin(fit, kernel, bias);
        assert_int_equal(linear_fit_run(fit, 1.5, &stop, kernel, bias), 0);
        expect(linear_fit_effort(fit).objective * cases[i].objective, alone.objective,
               1e-5);
        for (size_t k = 0; k < COUNT_OF(kernel); k++) {
            size_t f = k / CLASSES / 2, c = k % CLASSES;
            expect((double)kernel[k] * cases[i].weight,
                   (double)alone.kernel[f * CLASSES + c], 1e-4);
        }
        linear_fit_free(fit);
    }
    free_problem(doubled);
    free_problem(problem);
    (void)state;
}

/* A problem of several blocks; feature j stands in one of j / 20 + 2 rows, and every
 * fourth one where the one before it does. */
static struct problem *large_problem(void)
{
    enum { N = 500, F = 900 };
    struct problem *problem = new_problem(N, F);

    for (int i = 0; i < N; i++) {
        struct rng rng = {.seed = 5, .purpose = RNG_TEST, .row = (uint32_t)i};
        problem->start[i + 1] = problem->start[i];
        for (uint32_t j = 0; j < F; j++)
            if (rng_uniform(&rng, j % 4 == 3 ? j - 1 : j) * (j / 20 + 2) < 1)
                problem->index[problem->start[i + 1]++] = j;
        problem->y[i] = (int32_t)(rng_uniform(&rng, F) * CLASSES);
        for (uint32_t c = 0; c < CLASSES; c++)
            problem->multi_hot[i * CLASSES + (int)c] = rng_uniform(&rng, F + 1 + c) < 0.3;
    }
    return problem;
}

/* Rows of a class each that one of many features tells, but for one in eight. */
static struct problem *told_problem(void)
{
    enum { N = 1200, F = 240, WORDS = 12 };
    struct problem *problem = new_problem(N, F);

    for (int i = 0; i < N; i++) {
        struct rng rng = {.seed = 7, .purpose = RNG_TEST, .row = (uint32_t)i};
        int class = i % 16 == 0 ? 2 : i % 2;
        bool has[F] = {false};
        for (uint32_t k = 0; k < WORDS; k++)
            has[(int)(rng_uniform(&rng, k) * rng_uniform(&rng, 100 + k) * (F - 60))] =
                true;
        if (i % 8 != 5)
            has[F - 60 + 20 * class + (int)(rng_uniform(&rng, 200) * 20)] = true;
        problem->start[i + 1] = problem->start[i];
        for (uint32_t j = 0; j < F; j++)
            if (has[j])
                problem->index[problem->start[i + 1]++] = j;
        problem->y[i] = class;
    }
    return problem;
}

/* From nothing, however great C is, a fit comes near the least. */
static void test_great_c(void **state)
{
    struct problem *problem = told_problem();
    float *kernel = xcalloc(problem->sparse.n_features * CLASSES, sizeof *kernel);
    float bias[CLASSES];
    (void)state;

    for (int i = 0; i < 15; i++) {
        struct linear_task task =
            task_of(problem, LOSS_CATEGORICAL, (enum linear_scaling)(i % 3));
        struct linear_stop stop = {.tolerance = 1e-3};
        struct linear_fit *fit = NULL;
        double c = ldexp(1, i / 3 * 2);

        assert_int_equal(linear_fit_new(&comm, &task, &fit), OK);
        linear_fit_begin(fit, kernel, bias);
        assert_int_equal(linear_fit_run(fit, c, &stop, kernel, bias), 0);
        double near = linear_fit_effort(fit).objective;
        stop.tolerance = 1e-6;
        assert_int_equal(linear_fit_run(fit, c, &stop, kernel, bias), 0);
        assert_true(near <= 1.15 * linear_fit_effort(fit).objective);
        linear_fit_free(fit);
    }
    free(kernel);
    free_problem(problem);
}

static void print_hashes(void)
{
    static const enum loss losses[] = {LOSS_BINARY, LOSS_CATEGORICAL, LOSS_MULTI_LABEL};
    const struct linear_stop stop = {.tolerance = 1e-4};
    struct problem *problem = large_problem();
    size_t n_features = problem->sparse.n_features;
    float *kernel = xcalloc(n_features * CLASSES, sizeof *kernel), bias[CLASSES];

    for (int i = 0; i < (int)COUNT_OF(losses) * 2; i++) {
        struct linear_task task =
            task_of(problem, losses[i / 2], i % 2 ? SCALING_TF_IDF : SCALING_LOG_COUNT);
        struct linear_fit *fit = NULL;
        task.n -= 13;
        if (linear_fit_new(&comm, &task, &fit))
            die("%s", fail_message());

        linear_fit_begin(fit, kernel, bias);
        (void)linear_fit_run(fit, 3, &stop, kernel, bias);
        size_t n = n_features * (size_t)task.outputs;
        printf("rank %016llx %016llx\n",
               (unsigned long long)XXH64(kernel, n * sizeof *kernel, 0),
               (unsigned long long)XXH64(bias, (size_t)task.outputs * sizeof *bias, 0));
        linear_fit_free(fit);
    }
    free(kernel);
    free_problem(problem);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_binary),
        cmocka_unit_test(test_log_counts),
        cmocka_unit_test(test_tf_idf),
        cmocka_unit_test(test_shared_tf_idf),
        cmocka_unit_test(test_softmax_log_counts),
        cmocka_unit_test(test_labels),
        cmocka_unit_test(test_rows_and_warm_start),
        cmocka_unit_test(test_wish),
        cmocka_unit_test(test_groups),
        cmocka_unit_test(test_doubled),
        cmocka_unit_test(test_class_weights),
        cmocka_unit_test(test_great_c),
    };
    bool hashes = argc > 1 && !strcmp(argv[1], "hash");
    int rc = kernels_select("auto", &kernels);

    if (rc)
        die("%s", fail_message());
    if (hashes)
        comm_init(&comm);
    else
        comm_init_alone(&comm);
    if (hashes)
        print_hashes();
    else
        rc = cmocka_run_group_tests(tests, NULL, NULL);
    comm_finalize(&comm);
    return rc;
}
