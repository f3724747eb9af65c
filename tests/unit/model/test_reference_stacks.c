/* Stacks of any recurrent layers against a naive one, written as Keras's documentation
 * has them: one row at a time, one unit at a time, time reversed by reversing arrays,
 * masks of dropout drawn bit by bit, libm's functions. In double. */
#include "model/model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../kernel_sets.h"
#include "../../layers.h"
#include "../../recurrent_layers.h"
#include "corpus.h"

enum { CLASSES = 4, WIDTH = 24, SEED = 11, STEP = 2 };

/* One row between two layers: (LENGTH, width), or a vector in at[0]. */
struct values {
    int width;
    double at[LENGTH][WIDTH];
};

/* A layer on its way, and which row of the data set it has. */
struct walk {
    const struct chain_config *chain;
    const struct params *params;
    const double *weights;
    const uint16_t *ids;
    bool trains;
    uint32_t row;
    int kernel_width;
    int tensor; /* the next one */
};

static const double *next_tensor(struct walk *walk)
{
    return walk->weights + walk->params->tensors[walk->tensor++].offset;
}

/* 1 / (1 - rate) where element j of the stream is kept, else 0. */
static double keep(const struct walk *walk, int purpose, double rate, int j)
{
    struct rng rng = {
        .seed = SEED, .purpose = (uint32_t)purpose, .step = STEP, .row = walk->row};

    if (!walk->trains || !(rate > 0))
        return 1;
    uint32_t bits = rng_keep_bits(&rng, (uint32_t)(j / 32), rng_drop_threshold(rate));
    return bits >> j % 32 & 1 ? 1 / (1 - rate) : 0;
}

static double activation(const struct layer_config *layer, double x)
{
    switch (layer->recurrent.activation) {
    case CELL_RELU:
        return x > 0 ? x : 0;
    case CELL_SIGMOID:
        return 1 / (1 + exp(-x));
    case CELL_LINEAR:
        return x;
    default:
        return tanh(x);
    }
}

static double gate(const struct layer_config *layer, double x)
{
    if (layer->recurrent.hard_sigmoid)
        return fmin(fmax(0.2 * x + 0.5, 0), 1);
    return 1 / (1 + exp(-x));
}

/* One direction's weights. */
struct cell {
    const struct layer_config *layer;
    int inputs, units, columns;
    const double *kernel, *recurrent, *bias;
    double x_keep[WIDTH], h_keep[WIDTH];
};

static double from_inputs(const struct cell *cell, const double *x, int column)
{
    double sum = cell->bias[column];
    for (int k = 0; k < cell->inputs; k++)
        sum += x[k] * cell->x_keep[k] * cell->kernel[k * cell->columns + column];
    return sum;
}

static double from_states(const struct cell *cell, const double *h, int column)
{
    double sum =
        cell->layer->recurrent.reset_after ? cell->bias[cell->columns + column] : 0;
    for (int k = 0; k < cell->units; k++)
        sum += h[k] * cell->h_keep[k] * cell->recurrent[k * cell->columns + column];
    return sum;
}

static void lstm_step(const struct cell *cell, const double *x, double *h, double *c)
{
    const struct layer_config *layer = cell->layer;
    int units = cell->units;
    double z[4 * WIDTH];

    for (int j = 0; j < 4 * units; j++)
        z[j] = from_inputs(cell, x, j) + from_states(cell, h, j);
    for (int u = 0; u < units; u++) {
        c[u] = gate(layer, z[units + u]) * c[u] +
               gate(layer, z[u]) * activation(layer, z[2 * units + u]);
        h[u] = gate(layer, z[3 * units + u]) * activation(layer, c[u]);
    }
}

static void gru_step(const struct cell *cell, const double *x, double *h)
{
    const struct layer_config *layer = cell->layer;
    int units = cell->units;
    double z[WIDTH], r[WIDTH], rh[WIDTH], next[WIDTH];

    for (int u = 0; u < units; u++) {
        z[u] = gate(layer, from_inputs(cell, x, u) + from_states(cell, h, u));
        r[u] = gate(layer,
                    from_inputs(cell, x, units + u) + from_states(cell, h, units + u));
        rh[u] = r[u] * h[u];
    }
    for (int u = 0; u < units; u++) {
        int column = 2 * units + u;
        double inner = layer->recurrent.reset_after ? r[u] * from_states(cell, h, column)
                                                    : from_states(cell, rh, column);
        next[u] = z[u] * h[u] +
                  (1 - z[u]) * activation(layer, from_inputs(cell, x, column) + inner);
    }
    memcpy(h, next, (size_t)units * sizeof *h);
}

static void simple_step(const struct cell *cell, const double *x, double *h)
{
    double next[WIDTH];

    for (int u = 0; u < cell->units; u++)
        next[u] =
            activation(cell->layer, from_inputs(cell, x, u) + from_states(cell, h, u));
    memcpy(h, next, (size_t)cell->units * sizeof *h);
}

static void reverse(struct values *values)
{
    for (int t = 0; t < LENGTH / 2; t++) {
        double kept[WIDTH];
        memcpy(kept, values->at[t], sizeof kept);
        memcpy(values->at[t], values->at[LENGTH - 1 - t], sizeof kept);
        memcpy(values->at[LENGTH - 1 - t], kept, sizeof kept);
    }
}

/* Keras's RNN: go_backwards reverses what comes in, and the mask. Outputs in the order in
 * which they are computed, and the last state. */
static void run_cell(const struct walk *walk, const struct cell *cell, bool go_backwards,
                     const struct values *in, struct values *out, double *last)
{
    const struct layer_config *layer = cell->layer;
    struct values x = *in;
    double h[WIDTH] = {0}, c[WIDTH] = {0};

    if (go_backwards)
        reverse(&x);
    out->width = cell->units;
    for (int t = 0; t < LENGTH; t++) {
        bool is_word = walk->ids[go_backwards ? LENGTH - 1 - t : t] != 0;
        bool seen = is_word || !walk->chain->mask;
        if (seen && layer->recurrent.cell == CELL_LSTM)
            lstm_step(cell, x.at[t], h, c);
        else if (seen && layer->recurrent.cell == CELL_GRU)
            gru_step(cell, x.at[t], h);
        else if (seen)
            simple_step(cell, x.at[t], h);
        for (int u = 0; u < cell->units; u++)
            out->at[t][u] = !seen && layer->recurrent.bidirectional ? 0 : h[u];
    }
    memcpy(last, h, sizeof h);
}

/* Where input k stands in a padded row of so many blocks. */
static int padded_at(const struct walk *walk, int k, int inputs, int blocks)
{
    int width = inputs / blocks;
    return k / width * round_up(width, walk->kernel_width) + k % width;
}

static void make_cell(struct walk *walk, const struct layer_config *layer, int inputs,
                      int in_blocks, struct cell *cell)
{
    int first = walk->tensor;

    *cell = (struct cell){.layer = layer,
                          .inputs = inputs,
                          .units = layer->recurrent.units,
                          .columns = cell_kinds[layer->recurrent.cell].gates *
                                     layer->recurrent.units};
    cell->kernel = next_tensor(walk);
    cell->recurrent = next_tensor(walk);
    cell->bias = next_tensor(walk);
    for (int k = 0; k < inputs; k++)
        cell->x_keep[k] = keep(walk, RNG_DROPOUT_INPUTS + first, layer->recurrent.dropout,
                               padded_at(walk, k, inputs, in_blocks));
    for (int k = 0; k < cell->units; k++)
        cell->h_keep[k] =
            keep(walk, RNG_DROPOUT_STATES + first, layer->recurrent.recurrent_dropout, k);
}

static double merged(enum merge_mode mode, double a, double b)
{
    return mode == MERGE_SUM ? a + b : mode == MERGE_AVE ? (a + b) / 2 : a * b;
}

static void join(const struct layer_config *layer, const double *a, const double *b,
                 double *y)
{
    int units = layer->recurrent.units;

    for (int u = 0; u < units; u++)
        if (layer->recurrent.merge == MERGE_CONCAT) {
            y[u] = a[u];
            y[units + u] = b[u];
        } else {
            y[u] = merged(layer->recurrent.merge, a[u], b[u]);
        }
}

/* Keras's Bidirectional reverses what the second layer gives, whatever its order. */
static void run_recurrent(struct walk *walk, const struct layer_config *layer,
                          int in_blocks, struct values *values)
{
    struct values in = *values, first, second;
    double last[2][WIDTH];
    struct cell cell;

    make_cell(walk, layer, in.width, in_blocks, &cell);
    run_cell(walk, &cell, layer->recurrent.backwards, &in, &first, last[0]);
    *values = first;
    if (layer->recurrent.bidirectional) {
        make_cell(walk, layer, in.width, in_blocks, &cell);
        run_cell(walk, &cell, !layer->recurrent.backwards, &in, &second, last[1]);
        reverse(&second);
        for (int t = 0; t < LENGTH; t++)
            join(layer, first.at[t], second.at[t], values->at[t]);
    }

    values->width = layer_blocks(layer) * layer->recurrent.units;
    if (layer->recurrent.sequences)
        return;
    if (layer->recurrent.bidirectional)
        join(layer, last[0], last[1], values->at[0]);
    else
        memcpy(values->at[0], last[0], sizeof last[0]);
}

/* All positions are pooled, whatever the mask, but by the mean. */
static int pool(const struct walk *walk, enum pooling how, const struct values *values,
                double *y)
{
    for (int j = 0; j < values->width; j++) {
        double sum = 0, most = -INFINITY;
        int n = 0;
        for (int t = 0; t < LENGTH; t++) {
            bool seen = walk->ids[t] != 0 || !walk->chain->mask;
            n += seen;
            sum += seen ? values->at[t][j] : 0;
            most = fmax(most, values->at[t][j]);
        }
        y[j] = how == POOLING_MAX ? most : n ? sum / n : 0;
    }
    return values->width;
}

static int flatten(const struct values *values, double *y)
{
    int n = 0;
    for (int t = 0; t < LENGTH; t++)
        for (int j = 0; j < values->width; j++)
            y[n++] = values->at[t][j];
    return n;
}

static void run_chain(struct walk *walk, double *logits)
{
    const struct chain_config *chain = walk->chain;
    const double *table = next_tensor(walk);
    struct values values = {.width = chain->layer[0].embedding.width};
    double features[LENGTH * WIDTH];
    int n = 0, blocks = 1;

    for (int t = 0; t < LENGTH; t++)
        memcpy(values.at[t], table + walk->ids[t] * values.width,
               (size_t)values.width * sizeof *table);
    for (int i = 1; i + 1 < chain->n_layers; i++) {
        const struct layer_config *layer = &chain->layer[i];
        if (layer->kind == LAYER_POOLING) {
            n = pool(walk, layer->pooling.how, &values, features);
        } else if (layer->kind == LAYER_FLATTEN) {
            n = flatten(&values, features);
        } else {
            run_recurrent(walk, layer, blocks, &values);
            blocks = layer_blocks(layer);
        }
    }
    for (; n < values.width; n++)
        features[n] = values.at[0][n];

    const double *kernel = next_tensor(walk), *bias = next_tensor(walk);
    for (int c = 0; c < CLASSES; c++) {
        logits[c] = bias[c];
        for (int j = 0; j < n; j++)
            logits[c] += features[j] * kernel[j * CLASSES + c];
    }
}

static struct chain_config draw_stack(int number)
{
    struct rng rng = {.seed = 9, .purpose = RNG_TEST, .row = (uint32_t)number};
    struct chain_config chain = {.vocabulary = VOCABULARY,
                                 .length = LENGTH,
                                 .mask = draw(&rng, 2),
                                 .pad_pre = draw(&rng, 2),
                                 .lookup_bytes = draw(&rng, 2) ? CHAIN_LOOKUP_BYTES : 0};
    int n = 1 + draw(&rng, 3), head = draw(&rng, 4);

    chain_add(&chain, LAYER_EMBEDDING)->embedding.width = 1 + draw(&rng, 9);
    for (int i = 0; i < n; i++) {
        draw_recurrent(&rng, &chain, i + 1 < n || head > 0);
        struct layer_config *layer = &chain.layer[chain.n_layers - 1];
        layer->recurrent.units = 1 + draw(&rng, 11);
        layer->recurrent.dropout = draw(&rng, 2) ? 0.3 : 0;
        layer->recurrent.recurrent_dropout = draw(&rng, 2) ? 0.4 : 0;
    }

    if (head == 3)
        chain_add(&chain, LAYER_FLATTEN);
    else if (head > 0)
        chain_add(&chain, LAYER_POOLING)->pooling.how = (enum pooling)(head - 1);
    add_output(&chain, CLASSES);
    chain_complete(&chain);
    return chain;
}

static double loss_of(const double *logits, int y)
{
    double sum = 0;
    for (int c = 0; c < CLASSES; c++)
        sum += exp(logits[c]);
    return log(sum) - logits[y];
}

/* The lane's loss by the reference, and the logits of its rows. */
static double reference_loss(struct walk walk, const struct corpus *corpus,
                             double logits[ROWS][CLASSES])
{
    double loss = 0;

    for (int r = 0; r < ROWS; r++) {
        struct walk own = walk;
        own.ids = corpus->x[r];
        own.row = (uint32_t)corpus->order[r];
        run_chain(&own, logits[r]);
        loss += loss_of(logits[r], corpus->y[r]);
    }
    return loss;
}

static void check(int number, const struct kernels *kernels)
{
    const struct chain_config chain = draw_stack(number);
    double logits[ROWS * CLASSES], expected[ROWS][CLASSES];
    struct corpus corpus;
    struct model *model = NULL;

    fill_corpus(&corpus, chain.pad_pre, CLASSES);
    assert_int_equal(model_new(&chain, kernels, ROWS, &model), OK);
    const struct params *params = model_params(model);
    double *weights = xaligned(params->size, sizeof *weights);
    double *gradient = xaligned(params->size, sizeof *gradient);
    for (size_t i = 0; i < params->size; i++)
        weights[i] = 0.4 * sin(1.7 * (double)i + 0.3);

    struct walk walk = {.chain = &chain,
                        .params = params,
                        .weights = weights,
                        .kernel_width = kernels->width};
    struct lane lane = {&corpus.rows, corpus.order, ROWS, NULL};
    model_pack(model, weights);
    double loss = reference_loss(walk, &corpus, expected);
    struct lane_result result = model_evaluate(model, &lane, logits);
    for (int r = 0; r < ROWS; r++)
        for (int c = 0; c < CLASSES; c++)
            if (!(fabs(logits[r * CLASSES + c] - expected[r][c]) < 1e-10))
                fail_msg("%s, stack %d, row %d: logit %.12f, expected %.12f",
                         kernels->name, number, r, logits[r * CLASSES + c],
                         expected[r][c]);
    assert_true(fabs(result.loss - loss) < 1e-9 * loss);

    walk.trains = true;
    loss = reference_loss(walk, &corpus, expected);
    result = model_gradient(model, &lane, SEED, STEP, gradient, NULL);
    if (!(fabs(result.loss - loss) < 1e-9 * loss))
        fail_msg("%s, stack %d: loss %.12f in training, expected %.12f", kernels->name,
                 number, result.loss, loss);

    free(weights);
    free(gradient);
    model_free(model);
}

static void check_all(const struct kernels *kernels)
{
    for (int i = 0; i < 600; i++)
        check(i, kernels);
}

static void test_stacks(void **state)
{
    (void)state;
    for_each_kernel_set(check_all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_stacks)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
