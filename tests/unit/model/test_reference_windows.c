/* Convolutions and poolings of windows against naive ones, which count the zeros around a
 * row as Keras's documentation has them, over an embedding, a Flatten behind them; and
 * the same bits from a model that does not train, row by row. In double. */
#include "model/model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../kernel_sets.h"
#include "../../layers.h"

enum { ROWS = 4, LENGTH = 9, VOCABULARY = 13, CLASSES = 3, MOST = 64 };

/* One row between two layers. */
struct matrix {
    int length, width;
    double at[LENGTH + 8][MOST];
};

static uint16_t ids[ROWS][LENGTH];
static int32_t labels[ROWS], lengths[ROWS] = {9, 6, 2, 0}, order[ROWS] = {0, 1, 2, 3};

static struct rows make_rows(void)
{
    for (int r = 0; r < ROWS; r++)
        for (int t = 0; t < lengths[r]; t++)
            ids[r][LENGTH - lengths[r] + t] =
                (uint16_t)(1 + (5 * r + 3 * t) % (VOCABULARY - 1));
    return (struct rows){.n = ROWS,
                         .maxlen = LENGTH,
                         .id_bytes = 2,
                         .pad_pre = true,
                         .x = ids,
                         .y = labels,
                         .length = lengths};
}

/* Keras: "same" pads evenly, one more behind; "causal" in front only. Returns what stands
 * in front, and how many windows there are. */
static int pad(int length, int size, int strides, enum window_padding padding, int *n)
{
    if (padding == PADDING_VALID) {
        *n = (length - size + strides) / strides;
        return 0;
    }
    *n = (length + strides - 1) / strides;
    if (padding == PADDING_CAUSAL)
        return size - 1;

    int all = *n * strides - strides + size - length;
    return all > 0 ? all / 2 : 0;
}

static const double *weights_of(const struct params *params, const double *weights,
                                const char *layer, const char *name)
{
    for (int t = 0; t < params->n_tensors; t++)
        if (!strcmp(params->tensors[t].layer, layer) &&
            !strcmp(params->tensors[t].name, name))
            return weights + params->tensors[t].offset;
    return NULL;
}

static void run_conv(const struct layer_config *layer, const double *kernel,
                     const double *bias, const struct matrix *in, struct matrix *out)
{
    int filters = layer->conv.filters, size = layer->conv.kernel_size, n = 0;
    int front = pad(in->length, size, layer->conv.strides, layer->conv.padding, &n);

    *out = (struct matrix){.length = n, .width = filters};
    for (int p = 0; p < n; p++)
        for (int f = 0; f < filters; f++) {
            double sum = bias ? bias[f] : 0;
            for (int k = 0; k < size; k++) {
                int t = p * layer->conv.strides + k - front;
                for (int i = 0; i < in->width && t >= 0 && t < in->length; i++)
                    sum += in->at[t][i] * kernel[(k * in->width + i) * filters + f];
            }
            out->at[p][f] =
                layer->conv.activation == ACTIVATION_TANH ? tanh(sum) : fmax(sum, 0);
        }
}

static void run_window(const struct layer_config *layer, const struct matrix *in,
                       struct matrix *out)
{
    int size = layer->window.size, n = 0;
    int front = pad(in->length, size, layer->window.strides, layer->window.padding, &n);

    *out = (struct matrix){.length = n, .width = in->width};
    for (int p = 0; p < n; p++)
        for (int j = 0; j < in->width; j++) {
            double most = -INFINITY, sum = 0;
            int count = 0;
            for (int t = p * layer->window.strides - front, k = 0; k < size; k++, t++)
                if (t >= 0 && t < in->length) {
                    most = fmax(most, in->at[t][j]);
                    sum += in->at[t][j];
                    count++;
                }
            out->at[p][j] = layer->window.mean ? sum / count : most;
        }
}

static void expected_logits(const struct chain_config *chain, const struct params *params,
                            const double *weights, const uint16_t *row, double *logits)
{
    struct matrix x = {.length = LENGTH, .width = chain->layer[0].embedding.width}, y;

    for (int t = 0; t < LENGTH; t++)
        memcpy(x.at[t], weights + row[t] * x.width, (size_t)x.width * sizeof *weights);
    for (int i = 1; i < chain->n_layers; i++) {
        const struct layer_config *layer = &chain->layer[i];
        const double *kernel = weights_of(params, weights, layer->name, "kernel");
        const double *bias = weights_of(params, weights, layer->name, "bias");
        if (layer->kind == LAYER_CONV)
            run_conv(layer, kernel, bias, &x, &y);
        else if (layer->kind == LAYER_WINDOW)
            run_window(layer, &x, &y);
        if (layer->kind == LAYER_CONV || layer->kind == LAYER_WINDOW)
            x = y;
        for (int c = 0; c < CLASSES && layer->kind == LAYER_OUTPUT; c++) {
            logits[c] = bias[c];
            for (int k = 0; k < x.length * x.width; k++)
                logits[c] += x.at[k / x.width][k % x.width] * kernel[k * CLASSES + c];
        }
    }
}

static void check(const struct chain_config *chain, const struct kernels *kernels)
{
    double logits[ROWS * CLASSES], alone[CLASSES], expected[CLASSES] = {0};
    struct model *model = NULL, *evaluator = NULL;
    struct rows rows = make_rows();

    assert_int_equal(model_new(chain, kernels, ROWS, &model), OK);
    assert_int_equal(model_new_evaluator(chain, kernels, 2, &evaluator), OK);
    const struct params *params = model_params(model);
    double *weights = xaligned(params->size, sizeof *weights);
    for (size_t i = 0; i < params->size; i++)
        weights[i] = 0.6 * sin(1.7 * (double)i + 0.3);

    struct lane lane = {&rows, order, ROWS, NULL};
    model_pack(model, weights);
    model_pack(evaluator, weights);
    model_evaluate(model, &lane, logits);
    for (int r = 0; r < ROWS; r++) {
        struct lane one = {&rows, order + r, 1, NULL};
        model_evaluate(evaluator, &one, alone);
        assert_memory_equal(alone, logits + r * CLASSES, sizeof alone);

        expected_logits(chain, params, weights, ids[r], expected);
        for (int c = 0; c < CLASSES; c++)
            if (!(fabs(alone[c] - expected[c]) < 1e-10))
                fail_msg("%s: row %d: logit %.12f, expected %.12f", kernels->name, r,
                         alone[c], expected[c]);
    }

    free(weights);
    model_free(evaluator);
    model_free(model);
}

static struct chain_config chain_of(int variant)
{
    struct chain_config chain = {
        .vocabulary = VOCABULARY, .length = LENGTH, .pad_pre = true};
    int size = 1 + variant % 4, strides = 1 + variant / 4 % 3;
    enum window_padding padding = (enum window_padding)(variant / 12 % 3);

    chain_add(&chain, LAYER_EMBEDDING)->embedding.width = 1 + variant % 11;
    struct layer_config *layer = chain_add(&chain, LAYER_CONV);
    layer->conv.filters = 3 + variant % 17;
    layer->conv.kernel_size = size;
    layer->conv.strides = strides;
    layer->conv.padding = padding;
    layer->conv.no_bias = variant % 5 == 0;

    layer = chain_add(&chain, LAYER_WINDOW);
    layer->window.mean = variant % 2;
    layer->window.size = 1 + variant / 5 % 2;
    layer->window.strides = 1 + variant % 3;
    layer->window.padding = variant % 7 < 3 ? PADDING_SAME : PADDING_VALID;
    if (variant % 3 == 0) {
        layer = chain_add(&chain, LAYER_CONV);
        layer->conv.filters = 4;
        layer->conv.kernel_size = 2;
        layer->conv.strides = 1;
        layer->conv.padding = PADDING_SAME;
        layer->conv.activation = ACTIVATION_TANH;
    }

    chain_add(&chain, LAYER_FLATTEN);
    add_output(&chain, CLASSES);
    chain_complete(&chain);
    return chain;
}

static void check_all(const struct kernels *kernels)
{
    for (int variant = 0; variant < 72; variant++) {
        struct chain_config chain = chain_of(variant);
        if (chain_outline(&chain, 2).length > 0)
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
