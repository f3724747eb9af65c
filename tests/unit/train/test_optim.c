/* The learning rate's schedule, clipping by the global norm. The updates themselves
 * are in test_kernels and, against real Keras, in test_keras_training. */
#include "train/optim.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void expect_rate(const struct optim_config *config, int64_t t, double expected)
{
    double rate = optim_rate(config, t);
    if (fabs(rate - expected) > 1e-12)
        fail_msg("rate of step %d is %.15g, expected %.15g", (int)t, rate, expected);
}

static void test_schedule(void **state)
{
    (void)state;
    struct optim_config config = {.learning_rate = 0.1, .total_steps = 110};
    expect_rate(&config, 0, 0.1);
    expect_rate(&config, 1000, 0.1);

    config.warmup_steps = 10;
    expect_rate(&config, 0, 0.01);
    expect_rate(&config, 9, 0.1);
    expect_rate(&config, 10, 0.1);

    config.decay = DECAY_LINEAR;
    expect_rate(&config, 60, 0.05);
    expect_rate(&config, 110, 0);

    config.decay = DECAY_COSINE;
    const double pi = 3.14159265358979323846;
    for (int t = 10; t <= 110; t++)
        expect_rate(&config, t, 0.05 * (1 + cos(pi * (t - 10) / 100)));

    config.decay = DECAY_INVERSE;
    config.decay_rate = 0.5;
    expect_rate(&config, 12, 0.05);
}

/* SGD of rate 1 moves by the mean gradient, clipped. */
static void test_clip(void **state)
{
    (void)state;
    const struct kernels *kernels = NULL;
    assert_int_equal(kernels_select("baseline", &kernels), OK);
    struct optim_config config = {
        .kind = OPTIM_SGD, .learning_rate = 1, .clip_norm = 0.5};

    const real gradient[2] = {6, 8}; /* a sum over 2 rows: the mean's norm is 5 */
    real weights[2] = {0, 0};
    struct optim optim;
    optim_new(&config, kernels, 2, &optim);
    assert_true(optim_apply(&optim, 0, gradient, 2, weights) == 5);
    assert_true(fabs((double)weights[0] + 0.3) < 1e-7 &&
                fabs((double)weights[1] + 0.4) < 1e-7);
    optim_release(&optim);

    config.clip_norm = 5.5; /* above the norm: as it is */
    optim_new(&config, kernels, 2, &optim);
    weights[0] = weights[1] = 0;
    (void)optim_apply(&optim, 0, gradient, 2, weights);
    assert_true(weights[0] == -3 && weights[1] == -4);
    optim_release(&optim);
}

/* As Keras has it: the first step's weights, then ema * average + (1 - ema) * weights. */
static void test_average(void **state)
{
    (void)state;
    const struct kernels *kernels = NULL;
    assert_int_equal(kernels_select("auto", &kernels), OK);
    struct optim_config config = {.kind = OPTIM_SGD, .learning_rate = 1, .ema = 0.75};
    const real gradient[3] = {1, -2, 4};
    real weights[3] = {0, 0, 0};
    struct optim optim;

    optim_new(&config, kernels, 3, &optim);
    optim_begin_average(&optim, weights);
    assert_int_equal(optim_arrays(&optim), 2);
    (void)optim_apply(&optim, 0, gradient, 1, weights);
    assert_memory_equal(optim.average, weights, sizeof weights);
    (void)optim_apply(&optim, 1, gradient, 1, weights);
    for (int i = 0; i < 3; i++)
        assert_true(optim.average[i] == (real)-1.25 * gradient[i]);
    optim_release(&optim);
}

/* Frozen weights and their moments stay, and their gradient has no part in the norm. */
static void test_parts(void **state)
{
    (void)state;
    const struct kernels *kernels = NULL;
    assert_int_equal(kernels_select("auto", &kernels), OK);
    static const struct optim_part parts[] = {{1, 2}, {5, 1}};
    const real gradient[6] = {100, 2, 3, 100, 100, 6};

    for (int kind = 0; kind < OPTIM_KINDS; kind++) {
        struct optim_config config = {.kind = (enum optim_kind)kind, .learning_rate = 1};
        real weights[6] = {0};
        struct optim optim;

        optim_new(&config, kernels, 6, &optim);
        optim_train_only(&optim, parts, 2);
        assert_true(optim_apply(&optim, 0, gradient, 1, weights) == 7);
        for (int i = 0; i < 6; i++) {
            bool trains = i == 1 || i == 2 || i == 5;
            assert_true((weights[i] != 0) == trains);
            for (int k = 0; k < optim.n_slots && !trains; k++)
                assert_true(optim.slot[k][i] == 0);
        }
        optim_release(&optim);
    }
}

static void test_not_finite(void **state)
{
    (void)state;
    const struct kernels *kernels = NULL;
    assert_int_equal(kernels_select("auto", &kernels), OK);
    static const enum optim_kind kinds[] = {OPTIM_ADAM, OPTIM_RMSPROP, OPTIM_SGD};
    static const real bad[] = {(real)NAN, (real)INFINITY};
    for (size_t k = 0; k < COUNT_OF(kinds); k++)
        for (size_t b = 0; b < COUNT_OF(bad); b++) {
            struct optim_config config = {.kind = kinds[k], .learning_rate = 1};
            const real gradient[3] = {1, bad[b], 1};
            real weights[3] = {1, 2, 3};
            struct optim optim;
            optim_new(&config, kernels, 3, &optim);
            assert_false(isfinite(optim_apply(&optim, 0, gradient, 1, weights)));
            assert_true(weights[0] == 1 && weights[1] == 2 && weights[2] == 3);
            optim_release(&optim);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_schedule),   cmocka_unit_test(test_clip),
        cmocka_unit_test(test_average),    cmocka_unit_test(test_parts),
        cmocka_unit_test(test_not_finite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
