/* Each activation of each kernel set against libm in long double, its slope too, over the
 * whole range; numbers behind a last whole vector; what is not a number. */
#include "kernels/kernels.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../kernel_sets.h"

static const char *const names[] = {ACTIVATION_LIST(ACTIVATION_NAME)};

static const real alpha = (real)0.3;

static long double gelu_tanh_of(long double x)
{
    return x / 2 * (1 + tanhl(sqrtl(2 / acosl(-1)) * (x + 0.044715L * x * x * x)));
}

static long double expected(enum activation how, long double x)
{
    switch (how) {
    case ACTIVATION_RELU:
        return fmaxl(x, 0);
    case ACTIVATION_LINEAR:
        return x;
    case ACTIVATION_TANH:
        return tanhl(x);
    case ACTIVATION_SIGMOID:
        return 1 / (1 + expl(-x));
    case ACTIVATION_ELU:
        return x > 0 ? x : (long double)alpha * expm1l(x);
    case ACTIVATION_SELU:
        return 1.0507009873554804934193349852946L *
               (x > 0 ? x : 1.6732632423543772848170429916717L * expm1l(x));
    case ACTIVATION_SOFTPLUS:
        return fmaxl(x, 0) + log1pl(expl(-fabsl(x)));

    case ACTIVATION_SOFTSIGN:
        return x / (1 + fabsl(x));
    case ACTIVATION_GELU:
        return x / 2 * erfcl(-x / sqrtl(2));
    case ACTIVATION_GELU_TANH:
        return gelu_tanh_of(x);
    case ACTIVATION_SWISH:
        return x / (1 + expl(-x));
    case ACTIVATION_LEAKY_RELU:
        return x > 0 ? x : (long double)alpha * x;
    case ACTIVATION_EXPONENTIAL:
        return expl(x);
    case ACTIVATION_KINDS:
        break;
    }
    fail_msg("an activation of no kind");
    return 0;
}

static long double expected_slope(enum activation how, long double x)
{
    const long double h = 1e-6L;

    return (expected(how, x + h) - expected(how, x - h)) / (2 * h);
}

/* Of numbers of size 1 and more, relative. */
static void check_near(const struct kernels *kernels, enum activation how, real x,
                       const char *what, real found, long double wanted)
{
    const long double most = sizeof(real) == sizeof(float) ? 6e-7L : 1e-14L;
    long double error = fabsl(found - wanted) / fmaxl(1, fabsl(wanted));

    if (!(error < (*what == 's' ? 3 * most + 1e-10L : most)))
        fail_msg("%s: %s of %s(%g) is %.9g, expected %.9Lg", kernels->name, what,
                 names[how], (double)x, (double)found, wanted);
}

static void check_one(const struct kernels *kernels, enum activation how)
{
    enum { N = 4007 };
    static real x[N], y[N], slope[N], alone[N];

    for (int i = 0; i < N; i++) /* -20 to 20, none of them 0 */
        x[i] = (real)((i + 0.3) / 100 - 20);
    kernels->activate[how](N, alpha, x, y, slope);
    kernels->activate[how](N, alpha, x, alone, NULL);
    assert_memory_equal(y, alone, sizeof y);
    for (int i = 0; i < N; i++) {
        check_near(kernels, how, x[i], "the value", y[i], expected(how, x[i]));
        check_near(kernels, how, x[i], "slope", slope[i], expected_slope(how, x[i]));
    }

    for (int i = 0; i < N; i += 37) {
        kernels->activate[how](1, alpha, x + i, alone, NULL);
        assert_memory_equal(alone, y + i, sizeof *y);
    }
    memcpy(alone, x, sizeof x);
    kernels->activate[how](N, alpha, alone, alone, NULL);
    assert_memory_equal(y, alone, sizeof y);
}

static void check_ends(const struct kernels *kernels, enum activation how)
{
    real x[] = {0, (real)-1e4, (real)NAN}, y[COUNT_OF(x)], slope[COUNT_OF(x)];

    kernels->activate[how](COUNT_OF(x), alpha, x, y, slope);
    check_near(kernels, how, 0, "the value", y[0], expected(how, 0));
    check_near(kernels, how, x[1], "the value", y[1], expected(how, x[1]));
    assert_true(isnan(y[2]));
}

static void check_all(const struct kernels *kernels)
{
    for (int how = 0; how < ACTIVATION_KINDS; how++) {
        check_one(kernels, (enum activation)how);
        check_ends(kernels, (enum activation)how);
    }
}

static void test_all_activations(void **state)
{
    (void)state;
    for_each_kernel_set(check_all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_all_activations)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
