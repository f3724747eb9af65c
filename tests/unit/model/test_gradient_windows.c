/* Convolutions whose gradient is mostly zero, of many positions and filters, so that it
 * is taken in several blocks: below maxima of all kinds, with a Dropout between, and
 * dense beside them; right on an embedding, of few words and of more than there is room
 * for, above a Dropout and above another convolution; against central differences, in
 * double. */
#include "model/model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../kernel_sets.h"
#include "../../layers.h"

enum { ROWS = 2, LENGTH = 290, FEW = 40, MANY = 500, FILTERS = 70 };

static uint16_t ids[ROWS][LENGTH];
static int32_t labels[ROWS] = {0, 2}, lengths[ROWS] = {LENGTH, 100}, order[ROWS] = {0, 1};

static struct rows make_rows(int vocabulary)
{
    for (int r = 0; r < ROWS; r++)
        for (int t = LENGTH - lengths[r]; t < LENGTH; t++)
            ids[r][t] = (uint16_t)(1 + (19 * r + 3 * t) % (vocabulary - 1));
    return (struct rows){.n = ROWS,
                         .maxlen = LENGTH,
                         .id_bytes = 2,
                         .pad_pre = true,
                         .x = ids,
                         .y = labels,
                         .length = lengths};
}

static double loss_at(struct model *model, const double *weights, double *gradient)
{
    struct rows rows = make_rows(model_chain(model)->vocabulary);
    const struct lane lane = {&rows, order, ROWS, NULL};

    model_pack(model, weights);
    return model_gradient(model, &lane, 7, 3, gradient, NULL).loss;
}

static void check_tensor(struct model *model, const struct tensor *tensor,
                         double *weights, const double *gradient, double *scratch)
{
    const double h = 1e-6;
    double largest = 1e-3;

    for (size_t i = 0; i < tensor->size; i++)
        largest = fmax(largest, fabs(gradient[tensor->offset + i]));
    for (size_t i = tensor->offset; i < tensor->offset + tensor->size;
         i += tensor->size / 11 + 1) {
        double kept = weights[i];

        weights[i] = kept + h;
        double above = loss_at(model, weights, scratch);
        weights[i] = kept - h;
        double below = loss_at(model, weights, scratch);
        weights[i] = kept;
        if (!(fabs((above - below) / (2 * h) - gradient[i]) < 1e-6 * largest))
            fail_msg("%s/%s, element %zu: %g, expected %g", tensor->layer, tensor->name,
                     i - tensor->offset, gradient[i], (above - below) / (2 * h));
    }
}

static void check(const struct chain_config *chain, const struct kernels *kernels)
{
    struct model *model = NULL;

    assert_int_equal(model_new(chain, kernels, ROWS, &model), OK);
    const struct params *params = model_params(model);
    double *weights = xaligned(params->size, sizeof *weights);
    double *gradient = xaligned(params->size, sizeof *weights);
    double *scratch = xaligned(params->size, sizeof *weights);

    /* None is 0: there maxima with and without it, dropped, would be equal. */
    for (size_t i = 0; i < params->size; i++)
        weights[i] = 0.2 * sin(0.3 + 1.7 * (double)i + 0.01 * (double)i * (double)i);
    (void)loss_at(model, weights, gradient);
    for (int t = 0; t < params->n_tensors; t++)
        check_tensor(model, &params->tensors[t], weights, gradient, scratch);

    free(weights);
    free(gradient);
    free(scratch);
    model_free(model);
}

enum { POOLED_ALL, POOLED_DROPPED, POOLED_WINDOWS, POOLED_OVERLAPS, NOT_POOLED, SHAPES };

static void add_pooled(struct chain_config *chain, int shape)
{
    if (shape == POOLED_DROPPED)
        add_dropout(chain, 0.3, RNG_DROPOUT_RNN);
    if (shape == POOLED_ALL || shape == POOLED_DROPPED) {
        chain_add(chain, LAYER_POOLING)->pooling.how = POOLING_MAX;
        return;
    }
    if (shape != NOT_POOLED) {
        struct layer_config *layer = chain_add(chain, LAYER_WINDOW);
        layer->window.size = 3;
        layer->window.strides = shape == POOLED_WINDOWS ? 3 : 2;
        layer->window.padding = shape == POOLED_WINDOWS ? PADDING_VALID : PADDING_SAME;
    }
    chain_add(chain, LAYER_FLATTEN);
}

enum { ON_EMBEDDING, ON_DROPOUT, ON_CONVOLUTION, GROUNDS };

static void add_ground(struct chain_config *chain, int ground)
{
    chain_add(chain, LAYER_EMBEDDING)->embedding.width = 3;
    if (ground == ON_DROPOUT)
        add_dropout(chain, 0.2, RNG_DROPOUT_EMBEDDING);
    if (ground == ON_CONVOLUTION) {
        struct layer_config *layer = chain_add(chain, LAYER_CONV);
        layer->conv.filters = 5;
        layer->conv.kernel_size = 2;
        layer->conv.strides = 1;
    }
}

static void check_all(const struct kernels *kernels)
{
    static const enum activation activations[] = {ACTIVATION_RELU, ACTIVATION_LINEAR,
                                                  ACTIVATION_TANH};

    for (int variant = 0; variant < SHAPES * (int)COUNT_OF(activations); variant++) {
        int shape = variant % SHAPES, ground = (2 * shape + variant / SHAPES) % GROUNDS;
        struct chain_config chain = {
            .vocabulary = variant % 2 ? MANY : FEW, .length = LENGTH, .pad_pre = true};
        add_ground(&chain, ground);

        struct layer_config *layer = chain_add(&chain, LAYER_CONV);
        layer->conv.filters = FILTERS;
        layer->conv.kernel_size = 3;
        layer->conv.strides = 1 + variant % 2;
        layer->conv.padding = (enum window_padding)(variant % 3);
        layer->conv.activation = activations[variant / SHAPES];

        add_pooled(&chain, shape);
        add_output(&chain, 3);
        chain_complete(&chain);
        check(&chain, kernels);
    }
}

static void test_all(void **state)
{
    (void)state;
    for_each_kernel_set(check_all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_all)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
