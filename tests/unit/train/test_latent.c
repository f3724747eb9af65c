/* Components of texts against what their definition gives: weights of n-grams, a space of
 * the greatest energy, components that do not depend on each other, and weights that come
 * to the same for n-grams and for components. */
#include "train/latent.h"

#include "kernels/eigen.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* 48 labelled texts and 72 others, of 40 n-grams of which the last stands in three. */
enum { LABELLED = 48, OTHERS = 72, TEXTS = LABELLED + OTHERS, FEATURES = 40, RARE = 39 };
enum { WIDTH = 16 };

static struct comm comm;
static const struct kernels *kernels;

struct problem {
    uint64_t start[2][TEXTS + 1];
    uint32_t index[2][TEXTS * FEATURES];
    int32_t y[LABELLED], rows[LABELLED];
    struct sparse sparse, others;
    struct rows labels;
    struct linear_task task;
    bool has[TEXTS][FEATURES];
    double weight[FEATURES], length[TEXTS];
};

static bool stands(int text, int f)
{
    if (f == RARE)
        return text % 50 == 3;
    int topic = text % 5, own = f % 5;
    return (text * 31 + f * 17 + text * f) % 13 < (topic == own ? 7 : 2);
}

/* What latent.h says an n-gram stands for. */
static void weigh(struct problem *problem)
{
    double ones[2] = {0};
    for (int i = 0; i < LABELLED; i++)
        for (int f = 0; f < RARE; f++)
            ones[problem->y[i]] += problem->has[i][f];

    for (int f = 0; f < RARE; f++) {
        double texts = 0, of[2] = {0};
        for (int i = 0; i < TEXTS; i++)
            texts += problem->has[i][f];
        for (int i = 0; i < LABELLED; i++)
            of[problem->y[i]] += problem->has[i][f];
        double r =
            log((1 + of[1]) / (RARE + ones[1])) - log((1 + of[0]) / (RARE + ones[0]));
        double idf = log(TEXTS / (1 + texts));
        problem->weight[f] = idf * idf * pow(fabs(r), 0.25);
    }
    for (int i = 0; i < TEXTS; i++) {
        for (int f = 0; f < RARE; f++)
            problem->length[i] += problem->has[i][f] * pow(problem->weight[f], 2);
        problem->length[i] = sqrt(problem->length[i]);
    }
}

static struct problem *new_problem(void)
{
    struct problem *problem = xcalloc(1, sizeof *problem);

    for (int i = 0; i < TEXTS; i++) {
        int part = i >= LABELLED, row = part ? i - LABELLED : i;
        uint64_t at = problem->start[part][row];
        for (int f = 0; f < FEATURES; f++)
            if ((problem->has[i][f] = stands(i, f)))
                problem->index[part][at++] = (uint32_t)f;
        problem->start[part][row + 1] = at;
    }
    for (int i = 0; i < LABELLED; i++) {
        problem->y[i] = (i % 5 < 2) != (i % 7 == 0);
        problem->rows[i] = i;
    }
    weigh(problem);

    problem->sparse =
        (struct sparse){LABELLED, FEATURES, problem->start[0], problem->index[0]};
    problem->others =
        (struct sparse){OTHERS, FEATURES, problem->start[1], problem->index[1]};
    problem->labels = (struct rows){.n = LABELLED, .y = problem->y};
    problem->task = (struct linear_task){.loss = LOSS_BINARY,
                                         .outputs = 1,
                                         .kernels = kernels,
                                         .sparse = &problem->sparse,
                                         .labels = &problem->labels,
                                         .rows = problem->rows,
                                         .n = LABELLED,
                                         .scaling = SCALING_LATENT};
    return problem;
}

/* Element of the matrix of all texts. */
static double element(const struct problem *problem, int i, int f)
{
    return f == RARE || !problem->has[i][f] ? 0 : problem->weight[f] / problem->length[i];
}

/* Weights of one component, which the n-grams then have. */
struct unfolded {
    float kernel[FEATURES], idf[FEATURES];
};

static struct unfolded unfold(const struct latent *latent, int component)
{
    struct unfolded unfolded;
    float weights[WIDTH] = {0};
    weights[component] = 1;
    latent_unfold(latent, 1, weights, unfolded.kernel, unfolded.idf);
    return unfolded;
}

static void test_weights(void **state)
{
    (void)state;
    struct problem *problem = new_problem();
    struct latent *latent = latent_new(&comm, &problem->task, &problem->others, WIDTH);
    struct unfolded unfolded = unfold(latent, 0);

    for (int f = 0; f < FEATURES; f++)
        assert_true(fabs((double)unfolded.idf[f] - problem->weight[f]) < 1e-5);
    assert_true(unfolded.kernel[RARE] == 0);
    latent_free(latent);
    free(problem);
}

/* A row's components are what its n-grams' weights come to over its length. */
static void test_unfolded(void **state)
{
    (void)state;
    struct problem *problem = new_problem();
    struct latent *latent = latent_new(&comm, &problem->task, &problem->others, WIDTH);
    const struct tall *rows = latent_rows(latent);

    assert_int_equal(rows->n_rows, LABELLED);
    assert_int_equal(rows->n_columns, WIDTH);
    for (int c = 0; c < WIDTH; c++) {
        struct unfolded unfolded = unfold(latent, c);
        for (int i = 0; i < LABELLED; i++) {
            double sum = 0;
            for (int f = 0; f < FEATURES; f++)
                sum += problem->has[i][f] * (double)unfolded.kernel[f];
            double own = (double)rows->values[i * WIDTH + c];
            assert_true(fabs(sum / problem->length[i] - own) < 1e-4);
        }
    }
    latent_free(latent);
    free(problem);
}

/* Components of all texts, from n-grams' weights, have the products 1 and 0. */
static void test_independent(void **state)
{
    (void)state;
    struct problem *problem = new_problem();
    struct latent *latent = latent_new(&comm, &problem->task, &problem->others, WIDTH);
    static double seen[TEXTS][WIDTH];

    for (int c = 0; c < WIDTH; c++) {
        struct unfolded unfolded = unfold(latent, c);
        for (int i = 0; i < TEXTS; i++) {
            seen[i][c] = 0;
            for (int f = 0; f < FEATURES; f++)
                seen[i][c] += problem->has[i][f] * (double)unfolded.kernel[f];
            seen[i][c] /= problem->length[i];
        }
    }
    for (int a = 0; a < WIDTH; a++)
        for (int b = 0; b <= a; b++) {
            double mean = 0;
            for (int i = 0; i < TEXTS; i++)
                mean += seen[i][a] * seen[i][b] / TEXTS;
            assert_true(fabs(mean - (a == b)) < 1e-3);
        }
    latent_free(latent);
    free(problem);
}

/* What of all texts lies in the space of the components, against the most that any of as
 * many dimensions could have: the sum of the greatest eigenvalues. */
static void test_energy(void **state)
{
    (void)state;
    struct problem *problem = new_problem();
    struct latent *latent = latent_new(&comm, &problem->task, &problem->others, WIDTH);
    static double gram[FEATURES * FEATURES], vectors[FEATURES * FEATURES];
    double values[FEATURES], most = 0, found = 0;

    for (int i = 0; i < TEXTS; i++)
        for (int f = 0; f < FEATURES; f++)
            for (int g = 0; g < FEATURES; g++)
                gram[f * FEATURES + g] += element(problem, i, f) * element(problem, i, g);
    eigen_symmetric(FEATURES, gram, values, vectors);
    for (int c = 0; c < WIDTH; c++)
        most += values[c];

    /* n-grams' weights are w * map; an orthonormal basis of the maps */
    static double basis[WIDTH][FEATURES];
    for (int c = 0; c < WIDTH; c++) {
        struct unfolded unfolded = unfold(latent, c);
        double square = 0;
        for (int f = 0; f < RARE; f++)
            basis[c][f] = problem->weight[f] > 0
                              ? (double)unfolded.kernel[f] / problem->weight[f]
                              : 0;
        for (int b = 0; b < c; b++) {
            double dot = 0;
            for (int f = 0; f < FEATURES; f++)
                dot += basis[b][f] * basis[c][f];
            for (int f = 0; f < FEATURES; f++)
                basis[c][f] -= dot * basis[b][f];
        }
        for (int f = 0; f < FEATURES; f++)
            square += basis[c][f] * basis[c][f];
        for (int f = 0; f < FEATURES; f++)
            basis[c][f] /= sqrt(square);
    }
    for (int i = 0; i < TEXTS; i++)
        for (int c = 0; c < WIDTH; c++) {
            double sum = 0;
            for (int f = 0; f < FEATURES; f++)
                sum += element(problem, i, f) * basis[c][f];
            found += sum * sum;
        }
    assert_true(found <= most * (1 + 1e-4) && found >= most * 0.9999);
    latent_free(latent);
    free(problem);
}

/* With fewer n-grams than components the rest is nothing. */
static void test_more_than_there_are(void **state)
{
    (void)state;
    struct problem *problem = new_problem();
    struct latent *latent = latent_new(&comm, &problem->task, NULL, 3 * WIDTH);
    const struct tall *rows = latent_rows(latent);
    int empty = 0;

    for (int c = 0; c < rows->n_columns; c++) {
        double square = 0;
        for (int i = 0; i < rows->n_rows; i++)
            square += pow((double)rows->values[i * rows->n_columns + c], 2);
        assert_true(isfinite(square));
        empty += square == 0;
    }
    assert_true(empty >= 3 * WIDTH - FEATURES);
    latent_free(latent);
    free(problem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weights), cmocka_unit_test(test_unfolded),
        cmocka_unit_test(test_independent), cmocka_unit_test(test_energy),
        cmocka_unit_test(test_more_than_there_are)};

    if (kernels_select("auto", &kernels))
        die("%s", fail_message());
    comm_init_alone(&comm);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    comm_finalize(&comm);
    return failed;
}
