/* The generator against Random123's published vectors, and what is built on it. */
#include "base/rng.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* philox4x32-10 of kat_vectors in Random123; our counter is (index, row, step,
 * purpose). */
static void test_known_answers(void **state)
{
    (void)state;
    static const struct {
        uint32_t counter[4], key[2], expected[4];
    } vectors[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };

    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct rng rng = {.seed = vectors[i].key[0] | (uint64_t)vectors[i].key[1] << 32,
                          .row = vectors[i].counter[1],
                          .step = vectors[i].counter[2],
                          .purpose = vectors[i].counter[3]};
        uint32_t words[4];
        rng_block(&rng, vectors[i].counter[0], words);
        assert_memory_equal(words, vectors[i].expected, sizeof words);
    }
}

static void test_moments(void **state)
{
    (void)state;
    enum { N = 100000 };
    struct rng rng = {.seed = 9, .purpose = RNG_TEST};
    double mean = 0, normal_mean = 0, normal_square = 0;
    for (uint32_t i = 0; i < N; i++) {
        double u = rng_uniform(&rng, i), g = rng_normal(&rng, i);

        assert_true(u >= 0 && u < 1);
        mean += u / N;
        normal_mean += g / N;
        normal_square += g * g / N;
    }
    assert_true(fabs(mean - 0.5) < 0.005);
    assert_true(fabs(normal_mean) < 0.015 && fabs(normal_square - 1) < 0.02);
}

static void test_below(void **state)
{
    (void)state;
    struct rng rng = {.seed = 2, .purpose = RNG_TEST};
    int counts[7] = {0};
    for (uint32_t i = 0; i < 70000; i++)
        counts[rng_below(&rng, i, 7)]++;
    for (int c = 0; c < 7; c++)
        assert_true(counts[c] > 9500 && counts[c] < 10500);
    assert_int_equal(rng_below(&rng, 5, 1), 0);
}

static void test_shuffle(void **state)
{
    (void)state;
    enum { N = 1000 };
    int32_t items[N], again[N];
    bool seen[N] = {false};
    int moved = 0;
    struct rng rng = {.seed = 5, .purpose = RNG_TEST};

    for (int i = 0; i < N; i++)
        items[i] = again[i] = i;
    rng_shuffle(&rng, items, N);
    rng_shuffle(&rng, again, N);
    assert_memory_equal(items, again, sizeof items);
    for (int i = 0; i < N; i++) {
        assert_false(seen[items[i]]);
        seen[items[i]] = true;
        moved += items[i] != i;
    }
    assert_true(moved > N * 9 / 10);
}

static void test_keep_rate(void **state)
{
    (void)state;
    struct rng rng = {.seed = 6, .purpose = RNG_TEST};
    int kept = 0;
    for (uint32_t i = 0; i < 4000; i++)
        kept += __builtin_popcount(rng_keep_bits(&rng, i, rng_drop_threshold(0.2)));
    assert_true(fabs(kept / (4000 * 32.0) - 0.8) < 0.005);
    assert_int_equal(rng_keep_bits(&rng, 1, rng_drop_threshold(0)), 0xffffffffu);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_answers), cmocka_unit_test(test_moments),
        cmocka_unit_test(test_below),         cmocka_unit_test(test_shuffle),
        cmocka_unit_test(test_keep_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
