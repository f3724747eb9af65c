/* The gradient of every tensor against central differences, in double, over cells, heads,
 * masks, stacks and classes. */
#include "model/model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 5, LENGTH = 7, VOCABULARY = 11 };

/* Padded rows in memory: row lengths 7, 5, 4, 1 and 0. */
struct corpus {
    uint16_t x[ROWS][LENGTH];
    int32_t y[ROWS], length[ROWS], order[ROWS];
    struct rows rows;
};

static void fill_corpus(struct corpus *corpus, bool pad_pre, int classes)
{
    static const int lengths[ROWS] = {7, 5, 4, 1, 0};
    memset(corpus, 0, sizeof *corpus);
    for (int r = 0; r < ROWS; r++) {
        corpus->length[r] = lengths[r];
        corpus->order[r] = r;
        corpus->y[r] = r % classes;
        for (int t = 0; t < lengths[r]; t++)
            corpus->x[r][pad_pre ? LENGTH - lengths[r] + t : t] =
                (uint16_t)(1 + (3 * r + 5 * t) % (VOCABULARY - 1));
    }
    corpus->rows = (struct rows){.n = ROWS,
                                 .maxlen = LENGTH,
                                 .id_bytes = 2,
                                 .pad_pre = pad_pre,
                                 .x = corpus->x,
                                 .y = corpus->y,
                                 .length = corpus->length};
}

static double loss_at(struct model *model, const struct lane *lane, const double *weights,
                      double *scratch)
{
    model_pack(model, weights);
    return model_gradient(model, lane, 7, 3, scratch, NULL).loss;
}

/* The largest relative error over the elements of one tensor, against the tensor's
 * largest gradient. At most 40 elements a tensor are tried, spread evenly. */
static double tensor_error(struct model *model, const struct lane *lane,
                           const struct tensor *tensor, double *weights,
                           const double *gradient, double *scratch)
{
    const double h = 1e-6; /* small: a relu may turn within it */
    double largest = 1e-8, error = 0;
    for (size_t i = 0; i < tensor->size; i++)
        largest = fmax(largest, fabs(gradient[tensor->offset + i]));
    size_t stride = tensor->size / 40 + 1;
    for (size_t i = 0; i < tensor->size; i += stride) {
        double *w = &weights[tensor->offset + i], kept = *w;
        *w = kept + h;
        double above = loss_at(model, lane, weights, scratch);
        *w = kept - h;
        double below = loss_at(model, lane, weights, scratch);
        *w = kept;
        double numeric = (above - below) / (2 * h);
        error = fmax(error, fabs(numeric - gradient[tensor->offset + i]) / largest);
    }
    return error;
}

static void check(const struct model_config *config, const struct kernels *kernels)
{
    struct corpus corpus;
    fill_corpus(&corpus, config->pad_pre, config->classes);
    struct lane lane = {&corpus.rows, corpus.order, ROWS, NULL};
    struct model *model = NULL;
    assert_int_equal(model_new(config, kernels, ROWS, &model), OK);
    const struct params *params = model_params(model);
    double *weights = xaligned(params->size, sizeof *weights);
    double *gradient = xaligned(params->size, sizeof *weights);
    double *scratch = xaligned(params->size, sizeof *weights);
    model_init_weights(model, 5, weights);
    for (size_t i = 0; i < params->size; i++) /* away from kinks and symmetric places */
        weights[i] = 3 * weights[i] + 0.01 * sin((double)i);
    loss_at(model, &lane, weights, gradient);
    for (int i = 0; i < params->n_tensors; i++) {
        const struct tensor *tensor = &params->tensors[i];
        double error = tensor_error(model, &lane, tensor, weights, gradient, scratch);
        if (!(error < 1e-6))
            fail_msg(
                "%s %s/%s: relative error %.2e (cell %d, %d directions, head %d, mask "
                "%d, layers %d, classes %d, reset_after %d)",
                kernels->name, tensor->layer, tensor->name, error, (int)config->cell,
                config->bidirectional + 1, (int)config->head, config->mask,
                config->layers, config->classes, config->reset_after);
    }
    free(weights);
    free(gradient);
    free(scratch);
    model_free(model);
}

static struct model_config config_of(int variant)
{
    struct model_config config = {
        .cell = variant % 3 == 0 ? CELL_LSTM : CELL_GRU,
        .reset_after = variant % 3 == 2,
        .bidirectional = variant / 3 % 2,
        .layers = 1 + variant / 6 % 2,
        .head = (enum head_kind)(variant / 12 % 4),
        .mask = variant / 48 % 2,
        .classes = variant / 96 % 2 ? 4 : 2,
        .dense = variant % 2 ? 0 : 6,
        .pad_pre = variant / 5 % 2,
        .hard_sigmoid = variant % 7 == 0,
        .vocabulary = VOCABULARY,
        .maxlen = LENGTH,
        .embedding = 3,
        .units = {5, 7},
        .embedding_dropout = variant % 5 < 2 ? 0 : 0.3,
        .lookup_bytes = variant % 5 == 0 ? MODEL_LOOKUP_BYTES : 0,
        .rnn_dropout = variant % 4 ? 0.2 : 0,
        .dense_dropout = 0.25,
    };
    return config;
}

static void test_all_tensors(void **state)
{
    (void)state;
    static const char *const names[] = {"baseline", "avx2", "avx512"};
    for (size_t k = 0; k < COUNT_OF(names); k++) {
        const struct kernels *kernels = NULL;
        if (kernels_select(names[k], &kernels)) /* not on this processor */
            continue;
        for (int variant = 0; variant < 192; variant++) {
            struct model_config config = config_of(variant);
            check(&config, kernels);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_all_tensors)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
