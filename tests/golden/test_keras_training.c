/* Training from known weights, step by step against what real Keras did: see
 * make_keras_training.py, which ran it and wrote the file. */
#define _GNU_SOURCE /* qsort_r */
#include "model/model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "files/h5.h"
#include "train/optim.h"
#include "../classifier.h"

enum { STEPS = 20, BATCH = 32 };

static const char *golden_path;

/* One group of the file. */
struct golden {
    json_t *config;
    int rows, maxlen;
    uint16_t *x;
    int32_t *y, *length, *final;
    size_t n_weights;
};

static double number(const struct golden *golden, const char *key)
{
    return json_number_value(json_object_get(golden->config, key));
}

static bool is(const struct golden *golden, const char *key, const char *value)
{
    return !strcmp(json_string_value(json_object_get(golden->config, key)), value);
}

static void *read_array(struct h5 *file, const char *group, const char *name,
                        enum h5_type type, size_t element, size_t *rows)
{
    char *path = xasprintf("/%s/%s", group, name);
    enum h5_type found;
    int n_dims = 0;
    size_t shape[H5_MAX_RANK] = {0};

    assert_int_equal(h5_shape(file, path, &found, &n_dims, shape), OK);
    void *data = xcalloc(shape[0] * (n_dims == 2 ? shape[1] : 1), element);
    assert_int_equal(h5_read(file, path, type, n_dims, shape, data), OK);
    *rows = shape[0];
    free(path);
    return data;
}

static void read_golden(struct h5 *file, const char *name, struct golden *golden)
{
    char *path = xasprintf("/%s/config", name), *text = NULL;
    size_t n = 0;

    assert_int_equal(h5_read_text(file, path, H5_MOST_TEXT, &text), OK);
    golden->config = json_loads(text, 0, NULL);
    assert_non_null(golden->config);

    golden->maxlen = (int)number(golden, "maxlen");
    golden->x = read_array(file, name, "x", H5_UINT16, 2, &n);
    golden->rows = (int)n;
    golden->y = read_array(file, name, "y", H5_INT32, 4, &n);
    golden->final = read_array(file, name, "final", H5_INT32, 4, &golden->n_weights);

    golden->length = xcalloc((size_t)golden->rows, sizeof *golden->length);
    for (int i = 0; i < golden->rows * golden->maxlen; i++)
        golden->length[i / golden->maxlen] += golden->x[i] != 0;

    free(path);
    free(text);
}

static void release_golden(struct golden *golden)
{
    json_decref(golden->config);
    free(golden->x);
    free(golden->y);
    free(golden->final);
    free(golden->length);
}

/* As initial() in the script. */
static real initial_weight(uint64_t index, double scale)
{
    uint64_t u = index * 2654435761u % (1ull << 32);
    u ^= u >> 15;
    u = u * 2246822519u % (1ull << 32);
    u ^= u >> 13;
    return (real)(((double)(u >> 8) / 16777216.0 - 0.5) * 2 * scale);
}

static struct classifier model_of(const struct golden *golden)
{
    return (struct classifier){
        .cell = is(golden, "cell", "lstm") ? CELL_LSTM : CELL_GRU,
        .bidirectional = number(golden, "bidirectional") > 0,
        .reset_after = number(golden, "reset_after") > 0,
        .mask = number(golden, "mask") > 0,
        .pad_pre = true,
        .head = is(golden, "head", "last")      ? HEAD_LAST
                : is(golden, "head", "flatten") ? HEAD_FLATTEN
                : is(golden, "head", "max")     ? HEAD_MAX
                                                : HEAD_MEAN,
        .vocabulary = (int)number(golden, "vocabulary"),
        .maxlen = golden->maxlen,
        .embedding = (int)number(golden, "embedding"),
        .units = {(int)number(golden, "units"), (int)number(golden, "units")},
        .layers = (int)number(golden, "layers"),
        .dense = (int)number(golden, "dense"),
        .classes = (int)number(golden, "classes"),
        .lookup_bytes = CHAIN_LOOKUP_BYTES,
    };
}

static struct optim_config optim_of(const struct golden *golden)
{
    return (struct optim_config){
        .kind = is(golden, "optimizer", "adam")  ? OPTIM_ADAM
                : is(golden, "optimizer", "sgd") ? OPTIM_SGD
                                                 : OPTIM_RMSPROP,
        .learning_rate = number(golden, "learning_rate"),
        .beta1 = 0.9,
        .beta2 = 0.999,
        .rho = 0.9,
        .momentum = number(golden, "momentum"),
        .epsilon = 1e-7,
        .clip_norm = number(golden, "clip_norm"),
    };
}

static int compare_lengths(const void *left, const void *right, void *context)
{
    const int32_t *length = context;
    return length[*(const int32_t *)right] - length[*(const int32_t *)left];
}

/* The batch of a step as one lane: its rows, longest first. */
static void take_batch(const struct golden *golden, int step, int32_t *rows)
{
    for (int i = 0; i < BATCH; i++)
        rows[i] = (i + step * BATCH) % golden->rows;
    qsort_r(rows, BATCH, sizeof *rows, compare_lengths, golden->length);
}

static void check_final(const char *name, const struct golden *golden,
                        const struct params *params, const real *weights)
{
    double step = number(golden, "final_step"), scale = number(golden, "scale");
    for (size_t i = 0; i < params->size; i++) {
        double expected = (double)initial_weight(i, scale) + golden->final[i] * step;
        if (!(fabs((double)weights[i] - expected) < 1e-4))
            fail_msg("%s: weight %zu (%s) is %.6f, Keras has %.6f", name, i,
                     params_find(params, i)->name, (double)weights[i], expected);
    }
}

static void check_case(const char *name, const struct golden *golden,
                       const struct kernels *kernels)
{
    struct classifier config = model_of(golden);
    struct optim_config optim_config = optim_of(golden);
    const struct rows all = {.n = golden->rows,
                             .maxlen = golden->maxlen,
                             .id_bytes = 2,
                             .x = golden->x,
                             .y = golden->y,
                             .length = golden->length};
    struct model *model = NULL;
    struct optim optim;
    int32_t rows[BATCH];

    assert_int_equal(classifier_new(&config, kernels, BATCH, &model), OK);
    const struct params *params = model_params(model);
    assert_int_equal(params->size, golden->n_weights);

    real *weights = xaligned(params->size, sizeof *weights);
    real *gradient = xaligned(params->size, sizeof *gradient);
    optim_new(&optim_config, kernels, params->size, &optim);
    for (size_t i = 0; i < params->size; i++)
        weights[i] = initial_weight(i, number(golden, "scale"));

    for (int step = 0; step < STEPS; step++) {
        const json_t *losses = json_object_get(golden->config, "losses");
        double expected = json_number_value(json_array_get(losses, (size_t)step));
        struct lane lane = {&all, rows, BATCH, NULL};
        take_batch(golden, step, rows);
        model_pack(model, weights);

        double loss =
            model_gradient(model, &lane, 1, (uint32_t)step, gradient, NULL).loss / BATCH;
        if (!(fabs(loss - expected) < 2e-5 * expected))
            fail_msg("%s: loss of step %d is %.8f, Keras has %.8f", name, step, loss,
                     expected);
        optim_apply(&optim, step, gradient, BATCH, weights);
    }

    check_final(name, golden, params, weights);

    free(weights);
    free(gradient);
    optim_release(&optim);
    model_free(model);
}

static void test_all_cases(void **state)
{
    (void)state;
    struct h5 *file = NULL;
    char **names = NULL;
    size_t n = 0;

    static const char *const sets[] = {"baseline", "avx2", "avx512"};
    if (h5_open(golden_path, &file) || h5_read_strings(file, "/cases", &n, &names))
        fail_msg("%s", fail_message());
    assert_true(n >= 3);
    for (size_t i = 0; i < n; i++) {
        struct golden golden;
        read_golden(file, names[i], &golden);
        for (size_t k = 0; k < COUNT_OF(sets); k++) {
            const struct kernels *kernels = NULL;
            if (kernels_select(sets[k], &kernels) == OK) /* else not on this processor */
                check_case(names[i], &golden, kernels);
        }
        release_golden(&golden);
        free(names[i]);
    }

    free(names);
    h5_close(file);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_all_cases)};
    golden_path = argc > 1 ? argv[1] : "keras_training.h5";
    return cmocka_run_group_tests(tests, NULL, NULL);
}
