#include "model/private.h"

#include <stdlib.h>
#include <string.h>

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
    if (config->embedding < 1 || config->layers < 1 || config->dense < 0)
        return fail(ERR_USAGE, "--embedding and --layers must be 1 or more");
    if (config->layers > MODEL_MOST_LAYERS)
        return fail(ERR_USAGE, "--layers %d: at most %d", config->layers,
                    MODEL_MOST_LAYERS);
    for (int i = 0; i < config->layers; i++)
        if (config->units[i] < 1)
            return fail(ERR_USAGE, "--units must be 1 or more");
    int rc = check_rate("embedding-dropout", config->embedding_dropout);
    if (!rc)
        rc = check_rate("rnn-dropout", config->rnn_dropout);
    if (!rc)
        rc = check_rate("dense-dropout", config->dense_dropout);
    return rc;
}

/* kernel, recurrent_kernel and bias of one direction, in Keras's order. */
static void add_recurrent(struct params *params, const struct model_config *config, int i,
                          int direction)
{
    const char *cell = config->cell == CELL_LSTM ? "lstm" : "gru";
    const char *base = config->bidirectional ? "bidirectional" : cell;
    const char *side = direction ? "backward_" : "forward_";
    size_t units = (size_t)config->units[i], width = (size_t)model_gates(config) * units;
    bool two_biases = config->cell == CELL_GRU && config->reset_after;
    char *layer = i == 0 ? xstrdup(base) : xasprintf("%s_%d", base, i);
    char *prefix = config->bidirectional ? xasprintf("%s%s/", side, cell) : xstrdup("");
    char *names[3];
    const char *const weights[3] = {"kernel", "recurrent_kernel", "bias"};
    for (int w = 0; w < 3; w++)
        names[w] = xasprintf("%s%s", prefix, weights[w]);
    params_add(params, layer, names[0], (size_t)inputs_of(config, i), width);
    params_add(params, layer, names[1], units, width);
    params_add(params, layer, names[2], two_biases ? 2 : width, two_biases ? width : 0);
    for (int w = 0; w < 3; w++)
        free(names[w]);
    free(prefix);
    free(layer);
}

void model_tensors(const struct model_config *config, struct params *params)
{
    size_t features = (size_t)model_features(config), dense = (size_t)config->dense;
    size_t units = (size_t)model_outputs(config);
    params_add(params, "embedding", "embeddings", (size_t)config->vocabulary,
               (size_t)config->embedding);
    for (int i = 0; i < config->layers; i++)
        for (int d = 0; d < model_directions(config); d++)
            add_recurrent(params, config, i, d);
    if (dense) {
        params_add(params, "dense", "kernel", features, dense);
        params_add(params, "dense", "bias", dense, 0);
    }
    params_add(params, dense ? "dense_1" : "dense", "kernel", dense ? dense : features,
               units);
    params_add(params, dense ? "dense_1" : "dense", "bias", units, 0);
}

static void add_dropout(struct chain_config *chain, double rate, enum rng_purpose purpose)
{
    if (rate <= 0)
        return;

    struct layer_config *layer = chain_add(chain, LAYER_DROPOUT);
    layer->dropout.rate = rate;
    layer->dropout.purpose = purpose;
}

static void add_recurrent_layer(struct chain_config *chain,
                                const struct model_config *config, int i)
{
    struct layer_config *layer = chain_add(chain, LAYER_RECURRENT);
    layer->recurrent.cell = config->cell;
    layer->recurrent.units = config->units[i];
    layer->recurrent.bidirectional = config->bidirectional;
    layer->recurrent.hard_sigmoid = config->hard_sigmoid;
    layer->recurrent.reset_after = config->cell == CELL_GRU && config->reset_after;
    layer->recurrent.sequences = i + 1 < config->layers || config->head != HEAD_LAST;
}

void model_chain(const struct model_config *config, struct chain_config *chain)
{
    *chain = (struct chain_config){
        .vocabulary = config->vocabulary,
        .length = config->maxlen,
        .mask = config->mask,
        .pad_pre = config->pad_pre,
        .lookup_bytes = config->lookup_bytes,
    };

    chain_add(chain, LAYER_EMBEDDING)->embedding.width = config->embedding;
    add_dropout(chain, config->embedding_dropout, RNG_DROPOUT_EMBEDDING);
    for (int i = 0; i < config->layers; i++)
        add_recurrent_layer(chain, config, i);

    if (config->head == HEAD_FLATTEN)
        chain_add(chain, LAYER_FLATTEN);
    else if (config->head != HEAD_LAST)
        chain_add(chain, LAYER_POOLING)->pooling.how =
            config->head == HEAD_MAX ? POOLING_MAX : POOLING_MEAN;
    add_dropout(chain, config->rnn_dropout, RNG_DROPOUT_RNN);

    if (config->dense) {
        chain_add(chain, LAYER_DENSE)->dense.units = config->dense;
        add_dropout(chain, config->dense_dropout, RNG_DROPOUT_DENSE);
    }
    struct layer_config *output = chain_add(chain, LAYER_OUTPUT);
    output->output.units = model_outputs(config);
    output->output.loss = config->classes == 2 ? LOSS_BINARY : LOSS_CATEGORICAL;
    chain_name_layers(chain);
}

static int words_for(int bits)
{
    return (bits + 31) / 32;
}

static void init_shapes(struct model *model)
{
    const struct model_config *config = &model->config;
    const struct kernels *kernels = model->kernels;
    int directions = model->directions, rows = model->lane_rows;
    int last = config->units[config->layers - 1];
    for (int i = 0; i < config->layers; i++)
        for (int d = 0; d < directions; d++) {
            struct recurrent *layer = layer_at(model, i, d);
            layer->lstm = config->cell == CELL_LSTM;
            layer->hard = config->hard_sigmoid;
            layer->reset_after = config->reset_after;
            layer->vocabulary = i == 0 && looks_up_words(config) ? config->vocabulary : 0;
            layer->can_share_pads = shares_pads(config) && d == 0;
            layer->trains = model->trains;
            layer->only_last = i == config->layers - 1 && config->head == HEAD_LAST;
            recurrent_init(layer, kernels, i == 0 ? 1 : directions,
                           i == 0 ? config->embedding : config->units[i - 1],
                           config->units[i], rows, config->maxlen);
        }
    struct head *head = &model->head;
    head->kind = config->head;
    head->directions = directions;
    head->masked = config->mask;
    for (int d = 0; d < directions; d++) {
        head->layer[d] = layer_at(model, config->layers - 1, d);
        head->steps[d] = &model->steps[d];
    }
    head_init(head);
    if (config->dense) {
        dense_init(&model->dense, kernels, head->blocks, last, config->dense, rows);
        output_init(&model->output, kernels, 1, config->dense,
                    model->dense.linear.columns, model_outputs(config));
    } else {
        output_init(&model->output, kernels, head->blocks, last, head->features,
                    model_outputs(config));
    }
    model->embedding_words = words_for(config->embedding);
    model->feature_words = words_for(head->features);
    model->dense_words = words_for(model->dense.linear.columns);
}

/* Words of a bit for each id. */
static size_t id_words(const struct model_config *config)
{
    return ((size_t)config->vocabulary + 63) / 64;
}

static void layout_plan(struct model *model, struct arena *arena)
{
    size_t rows = (size_t)model->lane_rows, length = (size_t)model->config.maxlen;
    size_t slots = (length + 1) * rows;
    for (int d = 0; d < 2; d++) {
        model->count[d] = arena_take(arena, rows, sizeof(int));
        model->lead[d] = arena_take(arena, rows, sizeof(int));
        model->head.lead[d] = model->lead[d];
        steps_layout(&model->steps[d], arena, model->lane_rows, model->config.maxlen);
    }
    steps_layout(&model->all, arena, model->lane_rows, model->config.maxlen);
    model->ids = arena_take(arena, slots, sizeof *model->ids);
    model->row_ids = arena_take(arena, length, sizeof *model->row_ids);
    model->words = arena_take(arena, 2 * slots, sizeof *model->words);
    model->seen = arena_take(arena, id_words(&model->config), sizeof *model->seen);
}

static void layout_bits(struct model *model, struct arena *arena)
{
    size_t rows = (size_t)model->lane_rows, length = (size_t)model->config.maxlen;
    size_t words = (size_t)model->embedding_words;
    model->embedding_bits = arena_take(arena, rows * length * words, sizeof(uint32_t));
    model->feature_bits =
        arena_take(arena, rows * (size_t)model->feature_words, sizeof(uint32_t));
    model->dense_bits =
        arena_take(arena, rows * (size_t)model->dense_words, sizeof(uint32_t));
}

static void layout(struct model *model, struct space *space)
{
    size_t rows = (size_t)model->lane_rows, features = (size_t)model->head.features;
    size_t slots = ((size_t)model->config.maxlen + 1) * rows;
    size_t logits = rows * (size_t)model->output.units;
    int n_layers = model->config.layers * model->directions;
    layout_plan(model, &space->lane);
    layout_bits(model, &space->backward);
    model->known =
        arena_take(&space->weights, id_words(&model->config), sizeof *model->known);
    for (int i = 0; i < n_layers; i++)
        recurrent_layout(&model->layer[i], space);
    for (int i = 0; i < n_layers - model->directions; i++)
        model->d_layer[i] = arena_take(
            &space->backward, slots * (size_t)model->layer[i].padded, sizeof(real));
    head_layout(&model->head, space);
    model->features = arena_take(&space->lane, rows * features, sizeof(real));
    model->d_features = arena_take(&space->backward, rows * features, sizeof(real));
    if (model->config.dense)
        dense_layout(&model->dense, space);
    output_layout(&model->output, space);
    model->logits = arena_take(&space->lane, logits, sizeof(real));
    model->d_logits = arena_take(&space->lane, logits, sizeof(real));
}

/* More than the host has would be asked for page by page, until something else dies of
 * it. */
static int check_memory(size_t n_bytes)
{
    double host = (double)host_memory();
    double gib = (double)(1 << 30);
    if ((double)n_bytes <= host)
        return OK;
    return fail(ERR_USAGE,
                "the model's workspace would take %.0f GiB a rank, this host has %.0f: "
                "lower --units, --layers or --lane-rows, or make the data set with a "
                "smaller --maxlen",
                (double)n_bytes / gib, host / gib);
}

static struct model *new_model(const struct model_config *config,
                               const struct kernels *kernels, int lane_rows, bool trains)
{
    struct model *model = xcalloc(1, sizeof *model);
    model->config = *config;
    model->kernels = kernels;
    model->lane_rows = lane_rows;
    model->trains = trains;
    model->directions = model_directions(config);
    size_t n_layers = (size_t)(config->layers * model->directions);
    model->layer = xcalloc(n_layers, sizeof *model->layer);
    model->d_layer = xcalloc(n_layers, sizeof *model->d_layer);
    init_shapes(model);
    return model;
}

/* Sizes first, then memory for what this model has; another's weights are at
 * `weights`. */
static int take_space(struct model *model, char *weights)
{
    struct space size = {0}, *space = &model->space;
    layout(model, &size);
    model->n_bytes = size.lane.used + (weights ? 0 : size.weights.used) +
                     (model->trains ? size.backward.used : 0);
    int rc = check_memory(model->n_bytes);
    if (rc)
        return rc;
    space->weights.base = weights ? weights : xaligned(size.weights.used, 1);
    space->lane.base = xaligned(size.lane.used, 1);
    space->backward.base = model->trains ? xaligned(size.backward.used, 1) : NULL;
    layout(model, space);
    return OK;
}

static int new_checked(const struct model_config *config, const struct kernels *kernels,
                       int lane_rows, bool trains, struct model **result)
{
    int rc = check_config(config);
    if (rc)
        return rc;
    struct model *model = new_model(config, kernels, lane_rows, trains);
    model_tensors(config, &model->params);
    rc = take_space(model, NULL);
    if (rc)
        model_free(model);
    else
        *result = model;
    return rc;
}

int model_new(const struct model_config *config, const struct kernels *kernels,
              int lane_rows, struct model **model)
{
    return new_checked(config, kernels, lane_rows, true, model);
}

int model_new_evaluator(const struct model_config *config, const struct kernels *kernels,
                        int lane_rows, struct model **model)
{
    return new_checked(config, kernels, lane_rows, false, model);
}

int model_new_sharer(const struct model *owner, struct model **result)
{
    struct model *model =
        new_model(&owner->config, owner->kernels, owner->lane_rows, false);
    model->owner = owner;
    model->params = owner->params;
    model->weights = owner->weights;
    model->pads_known = owner->pads_known;
    int rc = take_space(model, owner->space.weights.base);
    if (rc)
        model_free(model);
    else
        *result = model;
    return rc;
}

void model_free(struct model *model)
{
    if (!model)
        return;
    if (!model->owner) {
        params_release(&model->params);
        free(model->space.weights.base);
    }
    free(model->space.lane.base);
    free(model->space.backward.base);
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

static void init_recurrent(const struct model *model, uint64_t seed, int first,
                           int inputs, int units, real *weights)
{
    int width = model_gates(&model->config) * units;
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
                           inputs_of(config, i), config->units[i], weights);
    if (config->dense)
        init_dense(model, seed, dense_tensor(model), weights);
    init_dense(model, seed, output_tensor(model), weights);
}

void model_pack(struct model *model, const real *weights)
{
    model->weights = weights;
    model->pads_known = false;
    memset(model->known, 0, id_words(&model->config) * sizeof *model->known);
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

/* Looked-up products count as not done. */
static double flops(const struct model_config *config, double positions, double rows,
                    bool looked_up)
{
    double recurrent = 0, features = model_features(config);
    for (int i = 0; i < config->layers; i++) {
        int inputs = i == 0 && looked_up ? 0 : inputs_of(config, i);
        recurrent += 6.0 * model_gates(config) * config->units[i] *
                     (inputs + config->units[i]) * model_directions(config);
    }
    double head = config->dense ? config->dense * (features + model_outputs(config))
                                : features * model_outputs(config);
    return recurrent * positions + 6 * head * rows;
}

double model_forward_flops(const struct model_config *config, double positions,
                           double rows)
{
    return flops(config, positions, rows, looks_up_words(config)) / 3;
}

double model_flops(const struct model_config *config, double positions, double rows)
{
    return flops(config, positions, rows, learns_by_words(config));
}
