/* The whole model against a naive one, written from Keras's documentation in another way:
 * one row at a time, one unit at a time, every pad visited, weights in Keras's shapes,
 * libm's functions. In double. */
#include "../../classifier.h"
#include "model/model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 7, LENGTH = 9, VOCABULARY = 13, MOST = 64 };

/* The reference. */

struct reference {
    const struct classifier *config;
    int units; /* of the layer at work */
    const struct params *params;
    const double *weights;
};

/* A tensor's weights, found by its Keras name, and its columns (0: one dimension). */
static const double *find(const struct reference *ref, const char *layer,
                          const char *prefix, const char *weight, size_t *columns)
{
    char name[80];
    snprintf(name, sizeof name, "%s%s", prefix, weight);
    for (int t = 0; t < ref->params->n_tensors; t++) {
        const struct tensor *tensor = &ref->params->tensors[t];
        if (strcmp(tensor->name, name) || strcmp(tensor->layer, layer))
            continue;
        *columns = tensor->n_dims == 2 ? tensor->shape[1] : 0;
        return ref->weights + tensor->offset;
    }
    fail_msg("no tensor %s/%s", layer, name);
    return NULL;
}

static double gate_activation(const struct reference *ref, double x)
{
    if (ref->config->hard_sigmoid)
        return fmin(fmax(0.2 * x + 0.5, 0), 1);
    return 1 / (1 + exp(-x));
}

/* x W[:, column] + b[bias_row][column]; bias_row -1: no bias */
static double affine(const struct reference *ref, const char *layer, const char *prefix,
                     const char *matrix, int bias_row, int n, const double *x, int column)
{
    size_t columns = 0, j = (size_t)column;
    const double *w = find(ref, layer, prefix, matrix, &columns);
    double sum = 0;
    for (int k = 0; k < n; k++)
        sum += x[k] * w[(size_t)k * columns + j];
    if (bias_row < 0)
        return sum;
    const double *b = find(ref, layer, prefix, "bias", &columns);
    return sum + b[(size_t)bias_row * columns + j];
}

static void lstm_step(const struct reference *ref, const char *layer, const char *prefix,
                      int n, const double *x, double *h, double *c)
{
    int units = ref->units;
    double z[4 * MOST];
    for (int j = 0; j < 4 * units; j++)
        z[j] = affine(ref, layer, prefix, "kernel", 0, n, x, j) +
               affine(ref, layer, prefix, "recurrent_kernel", -1, units, h, j);
    for (int u = 0; u < units; u++) {
        double i = gate_activation(ref, z[u]), f = gate_activation(ref, z[units + u]);
        double g = tanh(z[2 * units + u]), o = gate_activation(ref, z[3 * units + u]);
        c[u] = f * c[u] + i * g;
        h[u] = o * tanh(c[u]);
    }
}

static void gru_step(const struct reference *ref, const char *layer, const char *prefix,
                     int n, const double *x, double *h)
{
    int units = ref->units;
    bool after = ref->config->reset_after;
    double z[MOST], r[MOST], rh[MOST], next[MOST];
    int second = after ? 1 : -1; /* the recurrent bias */
    for (int u = 0; u < units; u++) {
        z[u] = gate_activation(
            ref, affine(ref, layer, prefix, "kernel", 0, n, x, u) +
                     affine(ref, layer, prefix, "recurrent_kernel", second, units, h, u));
        r[u] = gate_activation(ref,
                               affine(ref, layer, prefix, "kernel", 0, n, x, units + u) +
                                   affine(ref, layer, prefix, "recurrent_kernel", second,
                                          units, h, units + u));
        rh[u] = r[u] * h[u];
    }
    for (int u = 0; u < units; u++) {
        int column = 2 * units + u;
        double candidate = affine(ref, layer, prefix, "kernel", 0, n, x, column);
        if (after)
            candidate += r[u] * affine(ref, layer, prefix, "recurrent_kernel", 1, units,
                                       h, column);
        else
            candidate +=
                affine(ref, layer, prefix, "recurrent_kernel", -1, units, rh, column);
        next[u] = z[u] * h[u] + (1 - z[u]) * tanh(candidate);
    }
    memcpy(h, next, (size_t)units * sizeof *h);
}

/* One direction of one layer over one row: outputs at every t, and the last state. A
 * masked step repeats the output before it; with two directions it gives zeros. */
static void run_direction(const struct reference *ref, const char *layer, int direction,
                          int n, double (*x)[MOST], const bool *is_word,
                          double (*outputs)[MOST], double *last)
{
    const struct classifier *config = ref->config;
    int units = ref->units;
    double h[MOST] = {0}, c[MOST] = {0};
    const char *cell = config->cell == CELL_LSTM ? "lstm" : "gru";
    char prefix[40] = "";
    if (config->bidirectional)
        snprintf(prefix, sizeof prefix, "%s_%s/", direction ? "backward" : "forward",
                 cell);
    for (int i = 0; i < LENGTH; i++) {
        int t = direction ? LENGTH - 1 - i : i;
        if (is_word[t] || !config->mask) {
            if (config->cell == CELL_LSTM)
                lstm_step(ref, layer, prefix, n, x[t], h, c);
            else
                gru_step(ref, layer, prefix, n, x[t], h);
        }
        bool is_zero = config->mask && !is_word[t] && config->bidirectional;
        for (int u = 0; u < units; u++)
            outputs[t][direction * units + u] = is_zero ? 0 : h[u];
    }
    memcpy(last + direction * units, h, (size_t)units * sizeof *h);
}

/* features of the head; returns how many. */
static int run_head(const struct classifier *config, int width, double (*outputs)[MOST],
                    const double *last, const bool *is_word, double *features)
{
    int n_words = 0;
    for (int t = 0; t < LENGTH; t++)
        n_words += is_word[t] || !config->mask;
    for (int j = 0; j < width; j++) {
        double sum = 0, most = -INFINITY;
        for (int t = 0; t < LENGTH; t++) {
            sum += is_word[t] || !config->mask ? outputs[t][j] : 0;
            most = fmax(most, outputs[t][j]);
            if (config->head == HEAD_FLATTEN)
                features[t * width + j] = outputs[t][j];
        }
        if (config->head == HEAD_LAST)
            features[j] = last[j];
        if (config->head == HEAD_MAX)
            features[j] = most;
        if (config->head == HEAD_MEAN)
            features[j] = n_words ? sum / n_words : 0;
    }
    return config->head == HEAD_FLATTEN ? LENGTH * width : width;
}

static void reference_logits(const struct reference *ref, const uint16_t *ids,
                             double *logits)
{
    const struct classifier *config = ref->config;
    int width = 0, n = config->embedding;
    double x[LENGTH][MOST], outputs[LENGTH][MOST], last[MOST];
    double features[LENGTH * MOST], hidden[MOST];
    bool is_word[LENGTH];
    size_t columns = 0;
    const double *table = find(ref, "embedding", "", "embeddings", &columns);
    for (int t = 0; t < LENGTH; t++) {
        is_word[t] = ids[t] != 0;
        memcpy(x[t], table + ids[t] * columns, columns * sizeof *table);
    }
    for (int i = 0; i < config->layers; i++) {
        char layer[48];
        const char *cell = config->cell == CELL_LSTM ? "lstm" : "gru";
        snprintf(layer, sizeof layer, i ? "%s_%d" : "%s",
                 config->bidirectional ? "bidirectional" : cell, i);
        struct reference at = *ref;
        at.units = config->units[i];
        for (int d = 0; d < 1 + config->bidirectional; d++)
            run_direction(&at, layer, d, n, x, is_word, outputs, last);
        memcpy(x, outputs, sizeof x);
        n = width = at.units * (1 + config->bidirectional);
    }
    int n_features = run_head(config, width, outputs, last, is_word, features);
    const double *input = features;
    for (int j = 0; j < config->dense; j++)
        hidden[j] =
            fmax(affine(ref, "dense", "", "kernel", 0, n_features, features, j), 0);
    if (config->dense) {
        input = hidden;
        n_features = config->dense;
    }
    int units = config->classes == 2 ? 1 : config->classes;
    for (int j = 0; j < units; j++)
        logits[j] = affine(ref, config->dense ? "dense_1" : "dense", "", "kernel", 0,
                           n_features, input, j);
}

/* The comparison. */

static void fill_rows(bool pad_pre, uint16_t x[ROWS][LENGTH], int32_t *length)
{
    static const int lengths[ROWS] = {9, 9, 6, 5, 2, 1, 0};
    memset(x, 0, ROWS * sizeof *x);
    for (int r = 0; r < ROWS; r++) {
        length[r] = lengths[r];
        for (int t = 0; t < lengths[r]; t++)
            x[r][pad_pre ? LENGTH - lengths[r] + t : t] =
                (uint16_t)(1 + (5 * r + 3 * t) % (VOCABULARY - 1));
    }
}

static double expected_loss(const struct classifier *config, const double *logits, int y)
{
    if (config->classes == 2)
        return -log(y ? 1 / (1 + exp(-logits[0])) : 1 - 1 / (1 + exp(-logits[0])));
    double sum = 0;
    for (int c = 0; c < config->classes; c++)
        sum += exp(logits[c]);
    return -log(exp(logits[y]) / sum);
}

static void check(const struct classifier *config, const struct kernels *kernels)
{
    uint16_t x[ROWS][LENGTH];
    int32_t y[ROWS], length[ROWS], order[ROWS];
    fill_rows(config->pad_pre, x, length);
    for (int r = 0; r < ROWS; r++) {
        y[r] = (r + 1) % config->classes;
        order[r] = r;
    }
    const struct rows rows = {.n = ROWS,
                              .maxlen = LENGTH,
                              .id_bytes = 2,
                              .pad_pre = config->pad_pre,
                              .x = x,
                              .y = y,
                              .length = length};
    struct lane lane = {&rows, order, ROWS, NULL};
    struct model *model = NULL;
    assert_int_equal(classifier_new(config, kernels, ROWS, &model), OK);
    const struct params *params = model_params(model);
    double *weights = xaligned(params->size, sizeof *weights);
    double logits[ROWS * 4], expected[4], loss = 0;
    for (size_t i = 0; i < params->size; i++)
        weights[i] = 0.6 * sin(1.7 * (double)i + 0.3);
    model_pack(model, weights);
    struct lane_result result = model_evaluate(model, &lane, logits);
    struct reference ref = {config, 0, params, weights};
    int units = config->classes == 2 ? 1 : config->classes;
    for (int r = 0; r < ROWS; r++) {
        reference_logits(&ref, x[r], expected);
        loss += expected_loss(config, expected, y[r]);
        for (int j = 0; j < units; j++)
            if (!(fabs(logits[r * units + j] - expected[j]) < 1e-10))
                fail_msg("%s: row of %d words: logit %.12f, expected %.12f (cell %d, "
                         "directions %d, layers %d, head %d, mask %d, reset_after %d, "
                         "pad_pre %d)",
                         kernels->name, length[r], logits[r * units + j], expected[j],
                         (int)config->cell, config->bidirectional + 1, config->layers,
                         (int)config->head, config->mask, config->reset_after,
                         config->pad_pre);
    }
    assert_true(fabs(result.loss - loss) < 1e-9 * loss);
    free(weights);
    model_free(model);
}

static void test_all_models(void **state)
{
    (void)state;
    static const char *const names[] = {"baseline", "avx2", "avx512"};
    static const int units[] = {1, 5, 8, 17};
    for (size_t k = 0; k < COUNT_OF(names); k++) {
        const struct kernels *kernels = NULL;
        if (kernels_select(names[k], &kernels)) /* not on this processor */
            continue;
        for (int variant = 0; variant < 768; variant++) {
            struct classifier config = {
                .cell = variant % 3 == 0 ? CELL_LSTM : CELL_GRU,
                .reset_after = variant % 3 == 2,
                .bidirectional = variant / 3 % 2,
                .layers = 1 + variant / 6 % 2,
                .head = (enum head)(variant / 12 % 4),
                .mask = variant / 48 % 2,
                .classes = variant / 96 % 2 ? 4 : 2,
                .pad_pre = variant / 192 % 2,
                .hard_sigmoid = variant / 384 % 2,
                .dense = variant % 2 ? 0 : 6,
                .vocabulary = VOCABULARY,
                .maxlen = LENGTH,
                .embedding = 1 + variant % 9,
                .units = {units[variant % 4], units[variant / 4 % 4]},
                .embedding_dropout = 0.5, /* none of them when evaluating */
                .rnn_dropout = 0.5,
                .dense_dropout = 0.5,
                .lookup_bytes = variant % 5 ? CHAIN_LOOKUP_BYTES : 0,
            };
            check(&config, kernels);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_all_models)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
