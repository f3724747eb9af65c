/* A classifier as Keras's documentation has it, to compare the model with, and written in
 * another way: one row at a time, one unit at a time, every pad visited, weights in
 * Keras's shapes and found by Keras's names, libm's functions. In double. */
#ifndef RNNTRAIN_TESTS_UNIT_REFERENCE_H
#define RNNTRAIN_TESTS_UNIT_REFERENCE_H

#include "../../classifier.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Most positions of a row, and most numbers of a vector. */
enum { REFERENCE_LENGTH = 9, REFERENCE_WIDTH = 64 };

struct reference {
    const struct classifier *config;
    const struct params *params;
    const double *weights;
};

/* A layer, or one direction of a recurrent one. */
struct reference_part {
    const struct reference *of;
    char layer[48];  /* Keras's name */
    char prefix[40]; /* of its weights' names: "forward_lstm/", or nothing */
    int inputs, units;
};

/* One row between two layers. */
struct reference_row {
    bool is_word[REFERENCE_LENGTH];
    int width;
    double at[REFERENCE_LENGTH][REFERENCE_WIDTH];
    double last[REFERENCE_WIDTH]; /* a recurrent layer's last states */
};

/* A tensor's weights, found by its Keras name, and its columns (0: one dimension). */
static inline const double *find(const struct reference_part *part, const char *weight,
                                 size_t *columns)
{
    const struct params *params = part->of->params;
    char name[80];

    snprintf(name, sizeof name, "%s%s", part->prefix, weight);
    for (int t = 0; t < params->n_tensors; t++) {
        const struct tensor *tensor = &params->tensors[t];
        if (strcmp(tensor->name, name) || strcmp(tensor->layer, part->layer))
            continue;
        *columns = tensor->n_dims == 2 ? tensor->shape[1] : 0;
        return part->of->weights + tensor->offset;
    }

    fail_msg("no tensor %s/%s", part->layer, name);
    return NULL;
}

/* x W[:, column] + b[bias_row][column]; bias_row -1: no bias */
static inline double affine(const struct reference_part *part, const char *matrix, int n,
                            const double *x, int bias_row, int column)
{
    size_t columns = 0, j = (size_t)column;
    const double *w = find(part, matrix, &columns);
    double sum = 0;

    for (int k = 0; k < n; k++)
        sum += x[k] * w[(size_t)k * columns + j];
    if (bias_row < 0)
        return sum;

    const double *b = find(part, "bias", &columns);
    return sum + b[(size_t)bias_row * columns + j];
}

/* What a cell's column gets from its inputs, and from its states. */
static inline double from_inputs(const struct reference_part *part, const double *x,
                                 int column)
{
    return affine(part, "kernel", part->inputs, x, 0, column);
}

static inline double from_states(const struct reference_part *part, const double *h,
                                 int bias_row, int column)
{
    return affine(part, "recurrent_kernel", part->units, h, bias_row, column);
}

static inline double gate_activation(const struct reference_part *part, double x)
{
    if (part->of->config->hard_sigmoid)
        return fmin(fmax(0.2 * x + 0.5, 0), 1);
    return 1 / (1 + exp(-x));
}

static inline void lstm_step(const struct reference_part *part, const double *x,
                             double *h, double *c)
{
    int units = part->units;
    double z[4 * REFERENCE_WIDTH];

    for (int j = 0; j < 4 * units; j++)
        z[j] = from_inputs(part, x, j) + from_states(part, h, -1, j);

    for (int u = 0; u < units; u++) {
        double i = gate_activation(part, z[u]), f = gate_activation(part, z[units + u]);
        double g = tanh(z[2 * units + u]), o = gate_activation(part, z[3 * units + u]);
        c[u] = f * c[u] + i * g;
        h[u] = o * tanh(c[u]);
    }
}

static inline void gru_step(const struct reference_part *part, const double *x, double *h)
{
    int units = part->units;
    bool after = part->of->config->reset_after;
    int second = after ? 1 : -1; /* the recurrent bias */
    double z[REFERENCE_WIDTH], r[REFERENCE_WIDTH], rh[REFERENCE_WIDTH];
    double next[REFERENCE_WIDTH];

    for (int u = 0; u < units; u++) {
        z[u] = gate_activation(part,
                               from_inputs(part, x, u) + from_states(part, h, second, u));
        r[u] = gate_activation(part, from_inputs(part, x, units + u) +
                                         from_states(part, h, second, units + u));
        rh[u] = r[u] * h[u];
    }

    for (int u = 0; u < units; u++) {
        int column = 2 * units + u;
        double candidate = from_inputs(part, x, column);
        if (after)
            candidate += r[u] * from_states(part, h, 1, column);
        else
            candidate += from_states(part, rh, -1, column);
        next[u] = z[u] * h[u] + (1 - z[u]) * tanh(candidate);
    }
    memcpy(h, next, (size_t)units * sizeof *h);
}

/* Whether a position takes part. */
static inline bool is_seen(const struct classifier *config,
                           const struct reference_row *row, int t)
{
    return row->is_word[t] || !config->mask;
}

/* Direction 0 or 1 over one row: outputs at every t, and the last state. A masked step
 * repeats the output before it; with two directions it gives zeros. */
static inline void run_direction(const struct reference_part *part, int direction,
                                 const struct reference_row *in,
                                 struct reference_row *out)
{
    const struct classifier *config = part->of->config;
    int length = config->maxlen, first = direction * part->units;
    double h[REFERENCE_WIDTH] = {0}, c[REFERENCE_WIDTH] = {0};

    for (int i = 0; i < length; i++) {
        int t = direction ? length - 1 - i : i;
        bool seen = is_seen(config, in, t);
        if (seen && config->cell == CELL_LSTM)
            lstm_step(part, in->at[t], h, c);
        else if (seen)
            gru_step(part, in->at[t], h);

        for (int u = 0; u < part->units; u++)
            out->at[t][first + u] = !seen && config->bidirectional ? 0 : h[u];
    }
    memcpy(out->last + first, h, (size_t)part->units * sizeof *h);
}

/* Recurrent layer i of the stack. */
static inline void run_recurrent(const struct reference *reference, int i,
                                 const struct reference_row *in,
                                 struct reference_row *out)
{
    static const char *const sides[] = {"forward", "backward"};
    const struct classifier *config = reference->config;
    const char *cell = config->cell == CELL_LSTM ? "lstm" : "gru";
    struct reference_part part = {
        .of = reference, .inputs = in->width, .units = config->units[i]};

    snprintf(part.layer, sizeof part.layer, i ? "%s_%d" : "%s",
             config->bidirectional ? "bidirectional" : cell, i);
    memcpy(out->is_word, in->is_word, sizeof in->is_word);
    out->width = part.units * (1 + config->bidirectional);
    for (int d = 0; d < 1 + config->bidirectional; d++) {
        if (config->bidirectional)
            snprintf(part.prefix, sizeof part.prefix, "%s_%s/", sides[d], cell);
        run_direction(&part, d, in, out);
    }
}

/* Number j of the row's vector, for all heads but Flatten. The largest is one of all
 * positions, whatever the mask. */
static inline double feature(const struct classifier *config,
                             const struct reference_row *row, int j)
{
    int n_words = 0;
    double sum = 0, most = -INFINITY;

    if (config->head == HEAD_LAST)
        return row->last[j];
    for (int t = 0; t < config->maxlen; t++) {
        n_words += is_seen(config, row, t);
        sum += is_seen(config, row, t) ? row->at[t][j] : 0;
        most = fmax(most, row->at[t][j]);
    }

    if (config->head == HEAD_MAX)
        return most;
    return n_words ? sum / n_words : 0;
}

/* Returns how many features there are. */
static inline int run_head(const struct classifier *config,
                           const struct reference_row *row, double *features)
{
    int n = 0;

    if (config->head != HEAD_FLATTEN)
        for (; n < row->width; n++)
            features[n] = feature(config, row, n);
    else
        for (int t = 0; t < config->maxlen; t++)
            for (int j = 0; j < row->width; j++)
                features[n++] = row->at[t][j];
    return n;
}

/* Dense without its activation. */
static inline void run_dense(const struct reference_part *part, const double *x,
                             double *y)
{
    for (int j = 0; j < part->units; j++)
        y[j] = affine(part, "kernel", part->inputs, x, 0, j);
}

static inline void run_embedding(const struct reference *reference, const uint16_t *ids,
                                 struct reference_row *out)
{
    const struct reference_part part = {.of = reference, .layer = "embedding"};
    size_t columns = 0;
    const double *table = find(&part, "embeddings", &columns);

    out->width = (int)columns;
    for (int t = 0; t < reference->config->maxlen; t++) {
        out->is_word[t] = ids[t] != 0;
        memcpy(out->at[t], table + ids[t] * columns, columns * sizeof *table);
    }
}

/* (1 or C) of one row of (maxlen) ids. */
static inline void reference_logits(const struct reference *reference,
                                    const uint16_t *ids, double *logits)
{
    const struct classifier *config = reference->config;
    struct reference_row row, next;
    double features[REFERENCE_LENGTH * REFERENCE_WIDTH], hidden[REFERENCE_WIDTH];

    run_embedding(reference, ids, &row);
    for (int i = 0; i < config->layers; i++) {
        run_recurrent(reference, i, &row, &next);
        row = next;
    }

    const double *input = features;
    struct reference_part dense = {.of = reference,
                                   .layer = "dense",
                                   .inputs = run_head(config, &row, features),
                                   .units = config->dense};
    if (config->dense) {
        run_dense(&dense, features, hidden);
        for (int j = 0; j < config->dense; j++)
            hidden[j] = fmax(hidden[j], 0);
        input = hidden;
        dense = (struct reference_part){
            .of = reference, .layer = "dense_1", .inputs = config->dense};
    }

    dense.units = config->classes == 2 ? 1 : config->classes;
    run_dense(&dense, input, logits);
}

static inline double reference_loss(const struct classifier *config, const double *logits,
                                    int y)
{
    if (config->classes == 2)
        return -log(y ? 1 / (1 + exp(-logits[0])) : 1 - 1 / (1 + exp(-logits[0])));

    double sum = 0;
    for (int c = 0; c < config->classes; c++)
        sum += exp(logits[c]);
    return -log(exp(logits[y]) / sum);
}

#endif
