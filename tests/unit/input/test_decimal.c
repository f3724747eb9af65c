/* Decimals are read as strtof reads them, to the last bit. */
#include "input/decimal.h"

#include "../shown.h"

#include <math.h>

#include "base/rng.h"

static void check(const char *text)
{
    char *end = NULL;
    float expected = strtof(text, &end), value = -77;
    size_t n = decimal_read(text, strlen(text), &value);

    if (!isfinite(expected)) {
        assert_int_equal(n, 0);
        return;
    }
    if (n != (size_t)(end - text) || (n && memcmp(&value, &expected, sizeof value)))
        fail_msg("\"%s\": %zu bytes, %a, expected %zu, %a", text, n, (double)value,
                 (size_t)(end - text), (double)expected);
}

static void test_edges(void **state)
{
    (void)state;
    static const char *const texts[] = {"0",
                                        "-0",
                                        "+1",
                                        "-.5",
                                        "5.",
                                        ".",
                                        "-",
                                        "",
                                        "e5",
                                        "1e",
                                        "1e+",
                                        "1e-3",
                                        "1E5x",
                                        "0.1",
                                        "16777217",
                                        "16777219",
                                        "16777216.999999999999999",
                                        "3.4028235e38",
                                        "3.4028236e38",
                                        "1e39",
                                        "-1e99999999999",
                                        "1e-45",
                                        "7e-46",
                                        "1.17549435e-38",
                                        "1.1754942e-38",
                                        "0.00000000000000000000000000001",
                                        "123456789012345678901234567890",
                                        "1 2",
                                        "--1",
                                        "9007199254740993",
                                        "0.3000000119209289550781250000000001",
                                        "nan",
                                        "inf",
                                        "1e-400"};

    for (size_t i = 0; i < COUNT_OF(texts); i++)
        check(texts[i]);
}

/* Halfway between two floats, and beside it, where one rounding too many shows. */
static void test_halves(void **state)
{
    (void)state;
    const struct rng rng = {.seed = 7, .purpose = RNG_TEST};

    for (uint32_t i = 0; i < 20000; i++) {
        uint32_t words[4];
        float low, high;
        rng_block(&rng, i, words);
        uint32_t bits = words[0] % 0x7f000000, next = bits + 1;
        memcpy(&low, &bits, sizeof low);
        memcpy(&high, &next, sizeof high);
        for (int digits = 8; digits < 22; digits += 1 + (int)(words[1] % 5)) {
            char *text = xasprintf("%.*g", digits, ((double)low + (double)high) / 2);
            check(text);
            free(text);
        }
    }
}

static void test_usual_ones(void **state)
{
    (void)state;
    const struct rng rng = {.seed = 8, .purpose = RNG_TEST};

    for (uint32_t i = 0; i < 50000; i++) {
        double value = 4 * rng_uniform(&rng, 2 * i) - 2;
        int digits = (int)rng_below(&rng, 2 * i + 1, 12);
        char *text = xasprintf(i % 2 ? "%.*f" : "%.*e", digits, value);
        check(text);
        free(text);
    }
}

/* Bytes behind the n that are given are not read. */
static void test_bounds(void **state)
{
    (void)state;
    float value = 0;
    assert_int_equal(decimal_read("1234", 2, &value), 2);
    assert_true(value == 12);
    assert_int_equal(decimal_read("1e5", 2, &value), 1);
    assert_int_equal(decimal_read("12", 0, &value), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_halves),
        cmocka_unit_test(test_usual_ones),
        cmocka_unit_test(test_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
