/* a, b and c: at the least of what is minimized, never negative, and never without
 * bounds. */
#include "train/blend.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"

#include <cmocka.h>

enum { N = 60, MOST = 4 };

struct data {
    real network[N * MOST], linear[N * MOST];
    int32_t y[N], rows[N];
    uint8_t hot[N * MOST];
    struct rows labels;
    struct blend_task task;
};

static double drawn(uint32_t purpose, size_t i)
{
    struct rng rng = {.seed = 3, .purpose = RNG_TEST, .row = purpose};
    return rng_uniform(&rng, (uint32_t)i) - 0.5;
}

/* Both know something of the classes; the linear model by `knows`. */
static void make(struct data *data, enum loss loss, int outputs, double knows)
{
    *data = (struct data){.labels = {.n = N, .y = data->y}};

    for (int i = 0; i < N; i++) {
        data->rows[i] = i;
        data->y[i] = (int32_t)((drawn(1, (size_t)i) + 0.5) * (outputs > 1 ? outputs : 2));
        for (int c = 0; c < outputs; c++) {
            size_t at = (size_t)(i * outputs + c);
            double is_of = data->y[i] == (outputs > 1 ? c : 1);
            data->hot[at] = drawn(2, at) > 0.2 || is_of > 0;
            data->network[at] = (real)(2 * is_of + 3 * drawn(3, at));
            data->linear[at] = (real)(knows * is_of + 2 * drawn(4, at));
        }
    }
    if (loss == LOSS_MULTI_LABEL)
        data->labels = (struct rows){.n = N, .n_labels = outputs, .multi_hot = data->hot};

    data->task = (struct blend_task){.loss = loss,
                                     .outputs = outputs,
                                     .labels = &data->labels,
                                     .rows = data->rows,
                                     .n = N,
                                     .n_models = 2,
                                     .logits = {data->network, data->linear},
                                     .has_biases = true};
}

static bool is_of(const struct data *data, int i, int c)
{
    return data->labels.multi_hot ? data->hot[i * data->task.outputs + c]
                                  : data->y[i] == (data->task.outputs == 1 ? 1 : c);
}

/* As the header states it. */
static double objective(const struct data *data, const struct blend *blend)
{
    const struct blend_task *task = &data->task;
    int k = task->outputs;
    double sum = pow(blend->a[0] - 0.5, 2) / 2 + pow(blend->a[1] - 0.5, 2) / 2;
    for (int c = 0; c < k; c++)
        sum += pow(blend->c[c], 2) / 2;

    for (int i = 0; i < N; i++) {
        double normalizer = 0, right = 0;
        for (int c = 0; c < k; c++) {
            double z = blend->a[0] * (double)task->logits[0][i * k + c] +
                       blend->a[1] * (double)task->logits[1][i * k + c] + blend->c[c];
            normalizer += exp(z);
            right += is_of(data, i, c) ? z : 0;
            if (task->loss != LOSS_CATEGORICAL)
                sum += log1p(exp(z));
        }
        sum += task->loss == LOSS_CATEGORICAL ? log(normalizer) - right : -right;
    }
    return sum;
}

/* Nothing near it is less, where it is allowed. */
static void check_least(const struct data *data, struct blend *blend)
{
    double least = objective(data, blend), step = 1e-4;
    double *at[2 + MOST] = {&blend->a[0], &blend->a[1]};
    for (int c = 0; c < data->task.outputs; c++)
        at[2 + c] = &blend->c[c];

    for (int i = 0; i < 2 + data->task.outputs; i++)
        for (int sign = -1; sign <= 1; sign += 2) {
            double was = *at[i];
            *at[i] += sign * step;
            if (i > 1 || *at[i] >= 0)
                assert_true(objective(data, blend) > least - 1e-9);
            *at[i] = was;
        }
}

static void test_least(void **state)
{
    (void)state;
    static const struct {
        enum loss loss;
        int outputs;
    } kinds[] = {{LOSS_BINARY, 1},
                 {LOSS_CATEGORICAL, 3},
                 {LOSS_MULTI_LABEL, 4},
                 {LOSS_SIGMOIDS, 3}};

    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        struct data data;
        double c[MOST];
        struct blend blend = {.c = c};
        make(&data, kinds[i].loss, kinds[i].outputs, 1);
        double loss = blend_fit(&data.task, &blend);
        assert_true(blend.a[0] > 0 && blend.a[1] > 0 && loss > 0 && loss < 3);
        check_least(&data, &blend);
    }
}

/* A model that says the opposite of what is true is left out, not turned round. */
static void test_never_negative(void **state)
{
    (void)state;
    struct data data;
    double c[MOST];
    struct blend blend = {.c = c};
    make(&data, LOSS_CATEGORICAL, 3, -3);
    blend_fit(&data.task, &blend);
    assert_true(blend.a[1] == 0 && blend.a[0] > 0);
    check_least(&data, &blend);
}

/* All rows are decided rightly: logits stay numbers. */
static void test_bounded(void **state)
{
    (void)state;
    struct data data;
    double c[MOST];
    struct blend blend = {.c = c};
    make(&data, LOSS_BINARY, 1, 1);
    for (int i = 0; i < N; i++)
        data.network[i] = data.linear[i] = data.y[i] ? 30 : -30;
    double loss = blend_fit(&data.task, &blend);
    assert_true(loss < 0.01 && blend.a[0] < 2 && blend.a[1] < 2 && fabs(*blend.c) < 1);
}

/* A class whose rows count three times is as one of three times as many rows. */
static void test_class_weights(void **state)
{
    (void)state;
    struct data data;
    double c[MOST], other[MOST], weights[] = {1, 3, 1};
    struct blend weighted = {.c = c}, repeated = {.c = other};
    int32_t rows[3 * N];
    int n = 0;
    make(&data, LOSS_CATEGORICAL, 3, 1);
    data.task.class_weights = weights;
    blend_fit(&data.task, &weighted);

    real network[9 * N], linear[9 * N];
    for (int i = 0; i < N; i++)
        for (int copies = data.y[i] == 1 ? 3 : 1; copies > 0; copies--, n++) {
            rows[n] = i;
            memcpy(network + 3 * n, data.network + 3 * i, 3 * sizeof *network);
            memcpy(linear + 3 * n, data.linear + 3 * i, 3 * sizeof *linear);
        }
    struct blend_task task = data.task;
    task.class_weights = NULL;
    task.rows = rows;
    task.n = n;
    task.logits[0] = network;
    task.logits[1] = linear;
    blend_fit(&task, &repeated);

    for (int m = 0; m < 2; m++)
        assert_true(fabs(weighted.a[m] - repeated.a[m]) < 1e-6);
    for (int k = 0; k < 3; k++)
        assert_true(fabs(c[k] - other[k]) < 1e-6);
}

/* Of three of which two are one, these share what it would have. */
static void test_three(void **state)
{
    (void)state;
    struct data data;
    double c[MOST];
    struct blend blend = {.c = c};
    make(&data, LOSS_CATEGORICAL, 3, 1);
    data.task.n_models = 3;
    data.task.logits[2] = data.linear;
    blend_fit(&data.task, &blend);

    assert_true(blend.a[0] > 0 && blend.a[1] > 0);
    assert_true(fabs(blend.a[1] - blend.a[2]) < 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_least), cmocka_unit_test(test_never_negative),
        cmocka_unit_test(test_bounded), cmocka_unit_test(test_class_weights),
        cmocka_unit_test(test_three)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
