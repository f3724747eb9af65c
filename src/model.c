#include "rnntrain/model.h"

#include <stdlib.h>
#include <string.h>

#include "rnntrain/head.h"
#include "rnntrain/layers.h"
#include "rnntrain/recurrent.h"

/* The workspace, in order: the plan of a lane (counts, ids, steps), keep bits, then layer
 * by layer packed weights, activations and gradients (recurrent.h draws a layer's), head,
 * hidden Dense, output. All sizes are fixed by the configuration and lane_rows. */
struct model {
    struct model_config config;
    const struct kernels *kernels;
    struct params params;
    int lane_rows, directions;
    const real *weights; /* as last packed; borrowed */
    void *workspace;
    size_t n_bytes;

    int *count, *lead;     /* (R) computed positions; masked positions in front */
    int32_t *ids;          /* (slots of the forward plan) */
    struct steps steps[2]; /* forward and reverse plan */

    int embedding_words, feature_words, dense_words; /* of keep bits a position or row */
    uint32_t *row_bits, *embedding_bits;             /* (T * words) and (slots, words) */
    uint32_t *feature_bits, *dense_bits;             /* (R, words) */

    struct recurrent *layer; /* (layers, directions) */
    real **d_layer;          /* (layers, directions) dL/d(outputs) of all but the last */
    struct head head;
    real *features, *d_features; /* (R, features) */
    struct dense dense;
    struct output output;
    real *logits, *d_logits; /* (R, units) */
};

/* Dropout of a lane: NULL in evaluation. */
struct dropout {
    uint64_t seed;
    uint32_t step;
};

/* Configuration and shapes. */

static int check_rate(const char *option, double rate)
{
    if (rate >= 0 && rate < 1)
        return OK;
    return fail(ERR_USAGE, "--%s %g: expected a rate from 0 to below 1", option, rate);
}

static int check_config(const struct model_config *config)
{
    if (config->vocabulary < 2 || config->maxlen < 1 || config->classes < 2)
        return fail(ERR_USAGE, "a model needs 2 ids, 1 position and 2 classes or more");
    if (config->embedding < 1 || config->units < 1 || config->layers < 1 ||
        config->dense < 0)
        return fail(ERR_USAGE, "--embedding, --units and --layers must be 1 or more");
    int rc = check_rate("embedding-dropout", config->embedding_dropout);
    if (!rc)
        rc = check_rate("rnn-dropout", config->rnn_dropout);
    if (!rc)
        rc = check_rate("dense-dropout", config->dense_dropout);
    return rc;
}

static int directions_of(const struct model_config *config)
{
    return config->bidirectional ? 2 : 1;
}

static int output_units(const struct model_config *config)
{
    return config->classes == 2 ? 1 : config->classes;
}

static int features_of(const struct model_config *config)
{
    int steps = config->head == HEAD_FLATTEN ? config->maxlen : 1;
    return steps * directions_of(config) * config->units;
}

/* Inputs of recurrent layer i. */
static int inputs_of(const struct model_config *config, int i)
{
    return i == 0 ? config->embedding : directions_of(config) * config->units;
}

static int gates_of(const struct model_config *config)
{
    return config->cell == CELL_LSTM ? 4 : 3;
}

/* kernel, recurrent_kernel and bias of one direction, in Keras's order. */
static void add_recurrent(struct params *params, const struct model_config *config, int i,
                          int direction)
{
    const char *cell = config->cell == CELL_LSTM ? "lstm" : "gru";
    const char *base = config->bidirectional ? "bidirectional" : cell;
    const char *side = direction ? "backward_" : "forward_";
    size_t width = (size_t)(gates_of(config) * config->units);
    bool two_biases = config->cell == CELL_GRU && config->reset_after;
    char *layer = i == 0 ? xstrdup(base) : xasprintf("%s_%d", base, i);
    char *prefix = config->bidirectional ? xasprintf("%s%s/", side, cell) : xstrdup("");
    char *names[3];
    const char *const weights[3] = {"kernel", "recurrent_kernel", "bias"};
    for (int w = 0; w < 3; w++)
        names[w] = xasprintf("%s%s", prefix, weights[w]);
    params_add(params, layer, names[0], (size_t)inputs_of(config, i), width);
    params_add(params, layer, names[1], (size_t)config->units, width);
    params_add(params, layer, names[2], two_biases ? 2 : width, two_biases ? width : 0);
    for (int w = 0; w < 3; w++)
        free(names[w]);
    free(prefix);
    free(layer);
}

static void add_tensors(struct params *params, const struct model_config *config)
{
    size_t features = (size_t)features_of(config), dense = (size_t)config->dense;
    size_t units = (size_t)output_units(config);
    params_add(params, "embedding", "embeddings", (size_t)config->vocabulary,
               (size_t)config->embedding);
    for (int i = 0; i < config->layers; i++)
        for (int d = 0; d < directions_of(config); d++)
            add_recurrent(params, config, i, d);
    if (dense) {
        params_add(params, "dense", "kernel", features, dense);
        params_add(params, "dense", "bias", dense, 0);
    }
    params_add(params, dense ? "dense_1" : "dense", "kernel", dense ? dense : features,
               units);
    params_add(params, dense ? "dense_1" : "dense", "bias", units, 0);
}

static struct recurrent *layer_at(const struct model *model, int i, int direction)
{
    return &model->layer[i * model->directions + direction];
}

/* First tensor of a recurrent layer's direction; then those of the dense layers. */
static int recurrent_tensor(const struct model *model, int i, int direction)
{
    return 1 + 3 * (i * model->directions + direction);
}

static int dense_tensor(const struct model *model)
{
    return recurrent_tensor(model, model->config.layers, 0);
}

static int output_tensor(const struct model *model)
{
    return dense_tensor(model) + (model->config.dense ? 2 : 0);
}

static int words_for(int bits)
{
    return (bits + 31) / 32;
}

static void init_shapes(struct model *model)
{
    const struct model_config *config = &model->config;
    const struct kernels *kernels = model->kernels;
    int directions = model->directions, rows = model->lane_rows, units = config->units;
    for (int i = 0; i < config->layers; i++)
        for (int d = 0; d < directions; d++) {
            struct recurrent *layer = layer_at(model, i, d);
            layer->lstm = config->cell == CELL_LSTM;
            layer->hard = config->hard_sigmoid;
            layer->reset_after = config->reset_after;
            recurrent_init(layer, kernels, i == 0 ? 1 : directions,
                           i == 0 ? config->embedding : units, units, rows,
                           config->maxlen);
        }
    struct head *head = &model->head;
    head->kind = config->head;
    head->directions = directions;
    for (int d = 0; d < directions; d++) {
        head->layer[d] = layer_at(model, config->layers - 1, d);
        head->steps[d] = &model->steps[d];
    }
    head_init(head);
    if (config->dense) {
        dense_init(&model->dense, kernels, head->blocks, units, config->dense, rows);
        output_init(&model->output, kernels, 1, config->dense,
                    model->dense.linear.columns, output_units(config));
    } else {
        output_init(&model->output, kernels, head->blocks, units, head->features,
                    output_units(config));
    }
    model->embedding_words = words_for(config->embedding);
    model->feature_words = words_for(head->features);
    model->dense_words = words_for(model->dense.linear.columns);
}

static void layout_lane(struct model *model, struct arena *arena)
{
    size_t rows = (size_t)model->lane_rows, length = (size_t)model->config.maxlen;
    size_t slots = (length + 1) * rows, words = (size_t)model->embedding_words;
    model->count = arena_take(arena, rows, sizeof *model->count);
    model->lead = arena_take(arena, rows, sizeof *model->lead);
    model->ids = arena_take(arena, slots, sizeof *model->ids);
    for (int d = 0; d < 2; d++)
        steps_layout(&model->steps[d], arena, model->lane_rows, model->config.maxlen);
    model->row_bits = arena_take(arena, length * words, sizeof(uint32_t));
    model->embedding_bits = arena_take(arena, slots * words, sizeof(uint32_t));
    model->feature_bits =
        arena_take(arena, rows * (size_t)model->feature_words, sizeof(uint32_t));
    model->dense_bits =
        arena_take(arena, rows * (size_t)model->dense_words, sizeof(uint32_t));
    model->head.lead = model->lead;
}

static void layout(struct model *model, struct arena *arena)
{
    size_t rows = (size_t)model->lane_rows, features = (size_t)model->head.features;
    size_t slots = ((size_t)model->config.maxlen + 1) * rows;
    size_t logits = rows * (size_t)model->output.units;
    int n_layers = model->config.layers * model->directions;
    layout_lane(model, arena);
    for (int i = 0; i < n_layers; i++)
        recurrent_layout(&model->layer[i], arena);
    for (int i = 0; i < n_layers - model->directions; i++)
        model->d_layer[i] =
            arena_take(arena, slots * (size_t)model->layer[i].padded, sizeof(real));
    head_layout(&model->head, arena);
    model->features = arena_take(arena, rows * features, sizeof(real));
    model->d_features = arena_take(arena, rows * features, sizeof(real));
    if (model->config.dense)
        dense_layout(&model->dense, arena);
    output_layout(&model->output, arena);
    model->logits = arena_take(arena, logits, sizeof(real));
    model->d_logits = arena_take(arena, logits, sizeof(real));
}

int model_new(const struct model_config *config, const struct kernels *kernels,
              int lane_rows, struct model **result)
{
    int rc = check_config(config);
    if (rc)
        return rc;
    struct model *model = xcalloc(1, sizeof *model);
    model->config = *config;
    model->kernels = kernels;
    model->lane_rows = lane_rows;
    model->directions = directions_of(config);
    add_tensors(&model->params, config);
    size_t n_layers = (size_t)(config->layers * model->directions);
    model->layer = xcalloc(n_layers, sizeof *model->layer);
    model->d_layer = xcalloc(n_layers, sizeof *model->d_layer);
    init_shapes(model);
    struct arena arena = {NULL, 0};
    layout(model, &arena);
    model->n_bytes = arena.used;
    arena = (struct arena){model->workspace = xaligned(arena.used, 1), 0};
    layout(model, &arena);
    *result = model;
    return OK;
}

void model_free(struct model *model)
{
    if (!model)
        return;
    params_release(&model->params);
    free(model->workspace);
    free(model->layer);
    free(model->d_layer);
    free(model);
}

const struct model_config *model_configuration(const struct model *model)
{
    return &model->config;
}

const struct params *model_params(const struct model *model)
{
    return &model->params;
}

size_t model_bytes(const struct model *model)
{
    return model->n_bytes;
}

/* Weights. */

static const real *tensor_of(const struct model *model, const real *flat, int index)
{
    return flat + model->params.tensors[index].offset;
}

static real *gradient_of(const struct model *model, real *flat, int index)
{
    return flat + model->params.tensors[index].offset;
}

static void init_recurrent(const struct model *model, uint64_t seed, int first,
                           int inputs, real *weights)
{
    int units = model->config.units, width = gates_of(&model->config) * units;
    real *bias = gradient_of(model, weights, first + 2);
    init_glorot_uniform(seed, first, inputs, width, gradient_of(model, weights, first));
    init_orthogonal(seed, first + 1, units, width,
                    gradient_of(model, weights, first + 1));
    memset(bias, 0, model->params.tensors[first + 2].size * sizeof *bias);
    for (int u = 0; u < units && model->config.cell == CELL_LSTM; u++)
        bias[units + u] = 1; /* unit_forget_bias */
}

static void init_dense(const struct model *model, uint64_t seed, int first, real *weights)
{
    const struct tensor *kernel = &model->params.tensors[first];
    init_glorot_uniform(seed, first, (int)kernel->shape[0], (int)kernel->shape[1],
                        weights + kernel->offset);
    memset(gradient_of(model, weights, first + 1), 0,
           model->params.tensors[first + 1].size * sizeof(real));
}

void model_init_weights(const struct model *model, uint64_t seed, real *weights)
{
    const struct model_config *config = &model->config;
    init_uniform(seed, 0, 0.05, model->params.tensors[0].size, weights);
    for (int i = 0; i < config->layers; i++)
        for (int d = 0; d < model->directions; d++)
            init_recurrent(model, seed, recurrent_tensor(model, i, d),
                           inputs_of(config, i), weights);
    if (config->dense)
        init_dense(model, seed, dense_tensor(model), weights);
    init_dense(model, seed, output_tensor(model), weights);
}

void model_pack(struct model *model, const real *weights)
{
    model->weights = weights;
    for (int i = 0; i < model->config.layers; i++)
        for (int d = 0; d < model->directions; d++) {
            int first = recurrent_tensor(model, i, d);
            recurrent_pack(layer_at(model, i, d), tensor_of(model, weights, first),
                           tensor_of(model, weights, first + 1),
                           tensor_of(model, weights, first + 2));
        }
    int dense = dense_tensor(model), output = output_tensor(model);
    if (model->config.dense)
        dense_pack(&model->dense, tensor_of(model, weights, dense),
                   tensor_of(model, weights, dense + 1));
    output_pack(&model->output, tensor_of(model, weights, output),
                tensor_of(model, weights, output + 1));
}

/* Forward. */

static int lane_row(const struct lane *lane, int r)
{
    return lane->rows[r];
}

static int positions_of(const struct model *model, const struct lane *lane, int r)
{
    if (!model->config.mask)
        return model->config.maxlen;
    return lane->data->part[lane->part].length[lane_row(lane, r)];
}

/* Counts, ids and plans. Rows are right-aligned: a masked row takes the last steps
 * whichever side its pads stand on. */
static void plan_lane(struct model *model, const struct lane *lane)
{
    int length = model->config.maxlen;
    for (int r = 0; r < lane->n_rows; r++) {
        model->count[r] = positions_of(model, lane, r);
        model->lead[r] = model->config.pad_pre ? length - model->count[r] : 0;
    }
    for (int d = 0; d < model->directions; d++)
        steps_plan(&model->steps[d], lane->n_rows, model->count, d == 1);
    const struct steps *steps = &model->steps[0];
    for (int r = 0; r < lane->n_rows; r++)
        for (int i = 0; i < model->count[r]; i++)
            model->ids[steps->slot[length - model->count[r] + i] + (size_t)r] =
                dataset_id(lane->data, lane->part, lane_row(lane, r), model->lead[r] + i);
}

static struct rng dropout_rng(const struct dropout *dropout, enum rng_purpose purpose,
                              int row)
{
    return (struct rng){.seed = dropout->seed,
                        .purpose = (uint32_t)purpose,
                        .step = dropout->step,
                        .row = (uint32_t)row};
}

/* Keep bits of all positions, drawn row by row, stored as the ids are. */
static void draw_embedding_bits(struct model *model, const struct lane *lane,
                                const struct dropout *dropout)
{
    int length = model->config.maxlen, words = model->embedding_words;
    uint32_t threshold = rng_drop_threshold(model->config.embedding_dropout);
    const struct steps *steps = &model->steps[0];
    for (int r = 0; r < lane->n_rows; r++) {
        int first = length - model->count[r];
        struct rng rng = dropout_rng(dropout, RNG_DROPOUT_EMBEDDING, lane_row(lane, r));
        model->kernels->keep_bits(&rng, (uint32_t)(first * words),
                                  model->count[r] * words, threshold, model->row_bits);
        for (int t = first; t < length; t++)
            memcpy(model->embedding_bits + (steps->slot[t] + (size_t)r) * (size_t)words,
                   model->row_bits + (size_t)(t - first) * (size_t)words,
                   (size_t)words * sizeof(uint32_t));
    }
}

static const uint32_t *embedding_bits(const struct model *model, bool drop, size_t row)
{
    return drop ? model->embedding_bits + row * (size_t)model->embedding_words : NULL;
}

static real keep_scale(double rate)
{
    return (real)(1 / (1 - rate));
}

/* Fills x of the first layer, one direction. */
static void embed_lane(struct model *model, int direction, bool drop)
{
    struct recurrent *layer = layer_at(model, 0, direction);
    const struct steps *steps = &model->steps[direction], *forward = &model->steps[0];
    for (int s = 0; s < steps->length; s++) {
        size_t from = forward->slot[steps_time(steps, s)];
        model->kernels->embed(
            steps->active[s], model->ids + from, model->weights, model->config.embedding,
            embedding_bits(model, drop, from), model->embedding_words,
            keep_scale(model->config.embedding_dropout),
            layer->x + steps->slot[s] * (size_t)layer->inputs, (size_t)layer->inputs);
    }
}

/* Fills x of layer i > 0, one direction, from the outputs of the layer below. */
static void stack_lane(struct model *model, int i, int direction)
{
    struct recurrent *layer = layer_at(model, i, direction);
    const struct steps *steps = &model->steps[direction];
    for (int s = 0; s < steps->length; s++)
        for (int d = 0; d < model->directions; d++) {
            const struct recurrent *below = layer_at(model, i - 1, d);
            const struct steps *below_steps = &model->steps[d];
            int from = steps_time(below_steps, steps_time(steps, s));
            size_t width = (size_t)below->padded;
            real *to =
                layer->x + steps->slot[s] * (size_t)layer->inputs + (size_t)d * width;
            for (int r = 0; r < steps->active[s]; r++, to += layer->inputs)
                memcpy(to, recurrent_output(below, below_steps, from, r),
                       width * sizeof *to);
        }
}

static void drop_rows(const struct model *model, const struct lane *lane,
                      const struct dropout *dropout, enum rng_purpose purpose,
                      double rate, int width, int words, uint32_t *bits, real *x)
{
    for (int r = 0; r < lane->n_rows; r++, bits += words, x += width) {
        struct rng rng = dropout_rng(dropout, purpose, lane_row(lane, r));
        model->kernels->keep_bits(&rng, 0, words, rng_drop_threshold(rate), bits);
        model->kernels->drop(width, bits, keep_scale(rate), x);
    }
}

static void head_and_dense(struct model *model, const struct lane *lane,
                           const struct dropout *dropout)
{
    const struct model_config *config = &model->config;
    head_forward(&model->head, lane->n_rows, model->features);
    if (dropout && config->rnn_dropout > 0)
        drop_rows(model, lane, dropout, RNG_DROPOUT_RNN, config->rnn_dropout,
                  model->head.features, model->feature_words, model->feature_bits,
                  model->features);
    const real *x = model->features;
    if (config->dense) {
        dense_forward(&model->dense, lane->n_rows, x);
        x = model->dense.y;
        if (dropout && config->dense_dropout > 0)
            drop_rows(model, lane, dropout, RNG_DROPOUT_DENSE, config->dense_dropout,
                      model->dense.linear.columns, model->dense_words, model->dense_bits,
                      model->dense.y);
    }
    output_forward(&model->output, lane->n_rows, x, model->logits);
}

/* `dropout` NULL: evaluation, nothing is kept for a backward pass. */
static void forward(struct model *model, const struct lane *lane,
                    const struct dropout *dropout)
{
    bool drop = dropout && model->config.embedding_dropout > 0;
    plan_lane(model, lane);
    if (drop)
        draw_embedding_bits(model, lane, dropout);
    for (int i = 0; i < model->config.layers; i++)
        for (int d = 0; d < model->directions; d++) {
            if (i == 0)
                embed_lane(model, d, drop);
            else
                stack_lane(model, i, d);
            recurrent_forward(layer_at(model, i, d), &model->steps[d], dropout != NULL);
        }
    head_and_dense(model, lane, dropout);
}

/* Sums loss and hits over the lane and leaves dL/dlogits. */
static struct lane_result score(struct model *model, const struct lane *lane)
{
    struct lane_result result = {0, 0};
    int classes = model->config.classes, units = model->output.units;
    const int32_t *labels = lane->data->part[lane->part].y;
    for (int r = 0; r < lane->n_rows; r++) {
        const real *logits = model->logits + r * units;
        real *d_logits = model->d_logits + r * units;
        int y = labels[lane_row(lane, r)];
        result.loss += classes == 2
                           ? binary_crossentropy(logits[0], y, d_logits)
                           : categorical_crossentropy(classes, logits, y, d_logits);
        result.correct += class_decision(classes, logits) == y;
    }
    return result;
}

struct lane_result model_evaluate(struct model *model, const struct lane *lane,
                                  real *logits)
{
    forward(model, lane, NULL);
    if (logits)
        memcpy(logits, model->logits,
               (size_t)(lane->n_rows * model->output.units) * sizeof *logits);
    return score(model, lane);
}

/* Backward. */

/* Context of the sinks below. */
struct backward {
    struct model *model;
    int layer; /* whose dL/dx arrives */
    bool drop;
    real *d_table;
};

/* dL/d(embedded) of one step: into the rows of the table. */
static void sink_embedding(void *context, const struct steps *steps, int s,
                           const real *dx)
{
    struct backward *backward = context;
    struct model *model = backward->model;
    size_t from = model->steps[0].slot[steps_time(steps, s)];
    model->kernels->embed_backward(
        steps->active[s], model->ids + from, dx, (size_t)model->layer[0].inputs,
        model->config.embedding, embedding_bits(model, backward->drop, from),
        model->embedding_words, keep_scale(model->config.embedding_dropout),
        backward->d_table);
}

/* dL/dx of one step of layer i: added to dL/d(outputs) of the layer below. */
static void sink_layer(void *context, const struct steps *steps, int s, const real *dx)
{
    struct backward *backward = context;
    struct model *model = backward->model;
    size_t inputs = (size_t)layer_at(model, backward->layer, 0)->inputs;
    for (int d = 0; d < model->directions; d++) {
        size_t width = (size_t)layer_at(model, backward->layer - 1, d)->padded;
        const struct steps *below = &model->steps[d];
        int to = steps_time(below, steps_time(steps, s));
        real *d_outputs = model->d_layer[(backward->layer - 1) * model->directions + d] +
                          below->slot[to + 1] * width;
        for (int r = 0; r < steps->active[s]; r++)
            model->kernels->add(width, d_outputs + (size_t)r * width,
                                dx + (size_t)r * inputs + (size_t)d * width);
    }
}

static void backward_layer(struct model *model, int i, struct backward *context,
                           real *gradient)
{
    bool last = i == model->config.layers - 1;
    context->layer = i;
    for (int d = 0; d < model->directions; d++) {
        struct recurrent *layer = layer_at(model, i, d);
        real **d_outputs =
            last ? &model->head.d_outputs[d] : &model->d_layer[i * model->directions + d];
        recurrent_backward(layer, &model->steps[d], last ? model->head.d_final[d] : NULL,
                           *d_outputs, i == 0 ? sink_embedding : sink_layer, context);
        int first = recurrent_tensor(model, i, d);
        recurrent_unpack(layer, gradient_of(model, gradient, first),
                         gradient_of(model, gradient, first + 1),
                         gradient_of(model, gradient, first + 2));
    }
}

static void undrop_rows(const struct model *model, int rows, double rate, int width,
                        int words, const uint32_t *bits, real *dx)
{
    for (int r = 0; r < rows && rate > 0; r++, bits += words, dx += width)
        model->kernels->drop(width, bits, keep_scale(rate), dx);
}

/* From dL/dlogits to dL/d(features). */
static void backward_head(struct model *model, int rows, real *gradient)
{
    const struct model_config *config = &model->config;
    int dense = dense_tensor(model), output = output_tensor(model);
    output_backward(&model->output, rows,
                    config->dense ? model->dense.y : model->features, model->d_logits,
                    config->dense ? model->dense.dy : model->d_features);
    output_unpack(&model->output, gradient_of(model, gradient, output),
                  gradient_of(model, gradient, output + 1));
    if (config->dense) {
        undrop_rows(model, rows, config->dense_dropout, model->dense.linear.columns,
                    model->dense_words, model->dense_bits, model->dense.dy);
        dense_backward(&model->dense, rows, model->features, model->d_features);
        dense_unpack(&model->dense, gradient_of(model, gradient, dense),
                     gradient_of(model, gradient, dense + 1));
    }
    undrop_rows(model, rows, config->rnn_dropout, model->head.features,
                model->feature_words, model->feature_bits, model->d_features);
    head_backward(&model->head, rows, model->d_features);
}

struct lane_result model_gradient(struct model *model, const struct lane *lane,
                                  uint64_t seed, uint32_t step, real *gradient)
{
    struct dropout dropout = {seed, step};
    forward(model, lane, &dropout);
    struct lane_result result = score(model, lane);
    memset(gradient, 0, model->params.tensors[0].size * sizeof *gradient);
    backward_head(model, lane->n_rows, gradient);
    for (int i = 0; i < (model->config.layers - 1) * model->directions; i++)
        memset(model->d_layer[i], 0,
               model->steps[i % model->directions].slot[model->config.maxlen + 1] *
                   (size_t)model->layer[i].padded * sizeof(real));
    struct backward context = {
        .model = model, .drop = model->config.embedding_dropout > 0, .d_table = gradient};
    for (int i = model->config.layers - 1; i >= 0; i--)
        backward_layer(model, i, &context, gradient);
    return result;
}

/* Figures. */

int64_t model_positions(const struct model *model, const struct lane *lane)
{
    int64_t positions = 0;
    for (int r = 0; r < lane->n_rows; r++)
        positions += positions_of(model, lane, r);
    return positions;
}

double model_flops(const struct model_config *config, double positions, double rows)
{
    double recurrent = 0, features = features_of(config);
    for (int i = 0; i < config->layers; i++)
        recurrent += 6.0 * gates_of(config) * config->units *
                     (inputs_of(config, i) + config->units) * directions_of(config);
    double head = config->dense ? config->dense * (features + output_units(config))
                                : features * output_units(config);
    return recurrent * positions + 6 * head * rows;
}
