/* Named tensors in one array: where they stand, what their hash is, which holds what. */
#include "layers/params.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* (3, 2), (4), (1, 1), (0, 5): elements 0 .. 5, 6 .. 9, 10, none. */
static struct params make_params(void)
{
    struct params params = {0};
    assert_int_equal(params_add(&params, "embedding", "embeddings", 3, 2), 0);
    assert_int_equal(params_add(&params, "dense", "bias", 4, 0), 1);
    assert_int_equal(params_add(&params, "dense", "kernel", 1, 1), 2);
    assert_int_equal(params_add(&params, "none", "kernel", 0, 5), 3);
    return params;
}

static void test_offsets(void **state)
{
    (void)state;
    static const size_t offsets[] = {0, 6, 10, 11}, sizes[] = {6, 4, 1, 0};
    static const int dims[] = {2, 1, 2, 2};
    struct params params = make_params();
    assert_int_equal(params.n_tensors, 4);
    assert_int_equal(params.size, 11);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(params.tensors[i].offset, offsets[i]);
        assert_int_equal(params.tensors[i].size, sizes[i]);
        assert_int_equal(params.tensors[i].n_dims, dims[i]);
    }

    assert_string_equal(params.tensors[1].layer, "dense");
    assert_string_equal(params.tensors[1].name, "bias");
    assert_int_equal(params.tensors[0].shape[0], 3);
    assert_int_equal(params.tensors[0].shape[1], 2);
    params_release(&params);
    assert_int_equal(params.size, 0);
    params_release(&params);
}

static void test_find(void **state)
{
    (void)state;
    static const int tensor_of[] = {0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2};
    struct params params = make_params();
    for (size_t i = 0; i < COUNT_OF(tensor_of); i++)
        assert_ptr_equal(params_find(&params, i), &params.tensors[tensor_of[i]]);
    params_release(&params);
}

/* XXH64 by a few lines of Python after its specification; of nothing, as published. */
static void test_hash(void **state)
{
    (void)state;
    struct params params = {0};
    real values[7];
    for (int i = 0; i < 7; i++)
        values[i] = (real)(0.5 * i - 1);
    assert_true(params_hash(&params, values) == UINT64_C(0xef46db3751d8e999));
    params_add(&params, "a", "b", 7, 0);
    assert_true(params_hash(&params, values) == (sizeof(real) == sizeof(float)
                                                     ? UINT64_C(0xbdcddab911270d13)
                                                     : UINT64_C(0xe5bbe8b6881ba047)));

    const uint64_t hashes[] = {1, 2};
    assert_true(params_hash_models(hashes, 1) == 1);
    assert_true(params_hash_models(hashes, 2) == UINT64_C(0x4b180fec3ef3d4ac));
    params_release(&params);
}

static void test_nonfinite(void **state)
{
    (void)state;
    struct params params = make_params();
    real values[11] = {0};
    assert_int_equal(params_first_nonfinite(&params, values), params.size);
    values[10] = (real)NAN;
    assert_int_equal(params_first_nonfinite(&params, values), 10);
    values[3] = (real)-INFINITY;
    assert_int_equal(params_first_nonfinite(&params, values), 3);
    values[0] = (real)INFINITY;
    assert_int_equal(params_first_nonfinite(&params, values), 0);
    params_release(&params);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_offsets),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_hash),
        cmocka_unit_test(test_nonfinite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
