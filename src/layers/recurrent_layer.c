#include "layers/embedding.h"

#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "layers/initial.h"
#include "layers/recurrent.h"

/* LSTM or GRU in one direction or two, of all steps or the last: a struct recurrent for
 * each direction. A step's vector is [forward, backward]. Source: Keras LSTM, GRU and
 * Bidirectional with merge_mode "concat". */
struct recurrent_layer {
    struct layer layer;
    struct recurrent track[2];
    struct layer *embedding; /* below, perhaps under a Dropout; NULL: another layer is */

    /* dL/d(outputs): of the last ones (R, padded), or of all; then either in slots that
     * are pushed to, (slots, padded), or where the layer above has them. */
    real *d_final[2], *d_slots[2];
    struct output_gradient d_outputs[2];
};

static struct recurrent_layer *of(struct layer *layer)
{
    return (struct recurrent_layer *)layer;
}

static const struct steps *steps_of(const struct layer *layer, const struct pass *pass,
                                    int d)
{
    return &pass->plans->plan[layer->plan[d]].steps;
}

static bool gives_sequences(const struct layer *layer)
{
    return layer->config->recurrent.sequences;
}

/* Tensors of a direction: kernel, recurrent kernel and bias. */
enum { TENSORS = 3 };

static const char *name_of(const struct layer_config *layer)
{
    return layer->recurrent.bidirectional ? "bidirectional"
                                          : cell_kinds[layer->recurrent.cell].name;
}

static struct outline outline(const struct chain_config *chain, int i, struct outline in)
{
    const struct layer_config *layer = &chain->layer[i];

    return (struct outline){layer->recurrent.sequences ? in.length : 0,
                            layer_directions(layer) * layer->recurrent.units};
}

/* Columns of the kernels: all gates'. */
static int gate_columns(const struct layer_config *layer)
{
    return cell_kinds[layer->recurrent.cell].gates * layer->recurrent.units;
}

static void direction_tensors(const struct layer_config *layer, const char *prefix,
                              int inputs, struct params *params)
{
    static const char *const weights[TENSORS] = {"kernel", "recurrent_kernel", "bias"};
    size_t units = (size_t)layer->recurrent.units, columns = (size_t)gate_columns(layer);
    bool two_biases = layer->recurrent.reset_after;
    const size_t shapes[TENSORS][2] = {
        {(size_t)inputs, columns},
        {units, columns},
        {two_biases ? 2 : columns, two_biases ? columns : 0},
    };

    for (int k = 0; k < TENSORS; k++) {
        char *name = xasprintf("%s%s", prefix, weights[k]);
        params_add(params, layer->name, name, shapes[k][0], shapes[k][1]);
        free(name);
    }
}

static void tensors(const struct chain_config *chain, int i, struct params *params)
{
    const struct layer_config *layer = &chain->layer[i];
    const char *cell = cell_kinds[layer->recurrent.cell].name;
    int inputs = chain_outline(chain, i - 1).width;

    if (!layer->recurrent.bidirectional) {
        direction_tensors(layer, "", inputs, params);
        return;
    }
    for (int d = 0; d < 2; d++) {
        char *prefix = xasprintf("%s_%s/", d ? "backward" : "forward", cell);
        direction_tensors(layer, prefix, inputs, params);
        free(prefix);
    }
}

/* Whether a table of products fits, of a layer whose inputs are embeddings. */
static bool table_fits(const struct chain_config *chain, const struct layer_config *layer)
{
    return (size_t)chain->vocabulary * (size_t)gate_columns(layer) * sizeof(real) <=
           chain->lookup_bytes;
}

/* Products that are looked up count as not done. */
static struct work work(const struct chain_config *chain, int i, bool trains)
{
    const struct layer_config *layer = &chain->layer[i];
    bool is_dropped = chain->layer[i - 1].kind == LAYER_DROPOUT;
    bool on_embedding = chain->layer[i - 1 - is_dropped].kind == LAYER_EMBEDDING;
    bool looks_up = on_embedding && !(is_dropped && trains) && table_fits(chain, layer);
    int inputs = looks_up ? 0 : chain_outline(chain, i - 1).width;

    return (struct work){.position = 6.0 * gate_columns(layer) *
                                     (inputs + layer->recurrent.units) *
                                     layer_directions(layer)};
}

/* What no part of the program knows yet. */
static int refuse_new(const struct layer_config *config)
{
    bool is_new = config->recurrent.cell == CELL_SIMPLE ||
                  config->recurrent.activation != CELL_TANH ||
                  config->recurrent.merge != MERGE_CONCAT ||
                  config->recurrent.backwards || config->recurrent.dropout > 0 ||
                  config->recurrent.recurrent_dropout > 0;
    if (!is_new)
        return OK;
    return fail(ERR_USAGE,
                "layer %s: LSTM and GRU with tanh, forward or in two directions side by "
                "side, without dropout in them, are supported",
                config->name);
}

static bool skips_pads(const struct layer_config *layer)
{
    (void)layer;
    return true;
}

static int shape(struct layer *layer)
{
    const struct layer_config *config = layer->config;
    const struct frame *frame = layer->frame;
    struct recurrent_layer *recurrent = of(layer);
    int rc = layer_expect_sequence(layer);

    if (!rc && config->recurrent.units < 1)
        rc = fail(ERR_USAGE, "--units must be 1 or more");
    if (!rc)
        rc = refuse_new(config);
    if (rc)
        return rc;

    recurrent->embedding = embedding_below(layer);
    layer->looks_up = recurrent->embedding && table_fits(frame->chain, config);
    for (int d = 0; d < layer_directions(config); d++) {
        struct recurrent *track = &recurrent->track[d];
        track->lstm = config->recurrent.cell == CELL_LSTM;
        track->hard = config->recurrent.hard_sigmoid;
        track->reset_after = config->recurrent.reset_after;
        track->vocabulary = layer->looks_up ? frame->chain->vocabulary : 0;
        track->can_share_pads = layer->in.alike && d == 0;
        track->trains = frame->trains;
        track->only_last = !config->recurrent.sequences;
        recurrent_init(track, frame->kernels, layer->in.blocks, layer->in.width,
                       config->recurrent.units, frame->rows, layer->in.length);
    }

    bool both = config->recurrent.bidirectional;
    layer->out = (struct shape){
        .length = config->recurrent.sequences ? layer->in.length : 0,
        .blocks = layer_directions(config),
        .width = config->recurrent.units,
        .row = layer_directions(config) * recurrent->track[0].padded,
        .skipped = both ? SKIPPED_ZEROS : SKIPPED_REPEATS,
        .alike = config->recurrent.sequences && layer->in.alike && !both,
    };
    /* Leading pads are left out forward, where they are alike; backward a row meets them
     * last, each in its own state. */
    layer->n_directions = layer_directions(config);
    layer->plan[0] = layer->in.alike ? PLAN_SHORT : PLAN_WHOLE;
    layer->plan[1] = PLAN_REVERSE;
    return OK;
}

static void init(const struct layer *layer, uint64_t seed, real *weights)
{
    const struct layer_config *config = layer->config;
    int units = config->recurrent.units, columns = gate_columns(config);
    int inputs = layer->in.blocks * layer->in.width;

    for (int d = 0; d < layer_directions(config); d++) {
        int first = TENSORS * d, stream = layer->first_tensor + first;
        const struct tensor *bias = &layer->frame->params->tensors[stream + 2];

        init_glorot_uniform(seed, stream, inputs, columns,
                            layer_gradient(layer, weights, first));
        init_orthogonal(seed, stream + 1, units, columns,
                        layer_gradient(layer, weights, first + 1));
        memset(weights + bias->offset, 0, bias->size * sizeof *weights);
        for (int u = 0; u < units && config->recurrent.cell == CELL_LSTM; u++)
            weights[bias->offset + (size_t)(units + u)] = 1; /* unit_forget_bias */
    }
}

static void layout(struct layer *layer, struct space *space)
{
    struct recurrent_layer *recurrent = of(layer);
    size_t rows = (size_t)layer->frame->rows;
    size_t slots = ((size_t)layer->in.length + 1) * rows;
    bool all = gives_sequences(layer), pushed = all && !layer->lends;

    for (int d = 0; d < layer->n_directions; d++) {
        size_t width = (size_t)recurrent->track[d].padded;

        recurrent_layout(&recurrent->track[d], space);
        recurrent->d_slots[d] =
            arena_take(&space->backward, pushed ? slots * width : 0, sizeof(real));
        recurrent->d_final[d] =
            arena_take(&space->backward, all ? 0 : rows * width, sizeof(real));
    }
    if (!all)
        layer_take_rows(layer, space);
}

static void pack(struct layer *layer, const real *weights)
{
    for (int d = 0; d < layer->n_directions; d++)
        recurrent_pack(&of(layer)->track[d], layer_weights(layer, weights, TENSORS * d),
                       layer_weights(layer, weights, TENSORS * d + 1),
                       layer_weights(layer, weights, TENSORS * d + 2));
}

/* A layer and the pass it is in, for the callbacks of struct recurrent. */
struct context {
    struct layer *layer;
    const struct pass *pass;
};

static void source(void *context, const struct steps *steps, int s, real *x)
{
    const struct context *in = context;
    struct layer *below = in->layer->below;

    below->ops->pull(below, in->pass, steps, s, x,
                     (size_t)of(in->layer)->track[0].inputs);
}

static void sink(void *context, const struct steps *steps, int s, const real *dx)
{
    const struct context *in = context;
    struct layer *below = in->layer->below;

    below->ops->push(below, in->pass, steps, s, dx,
                     (size_t)of(in->layer)->track[0].inputs);
}

static bool looks_up(const struct layer *layer, const struct pass *pass)
{
    const struct recurrent_layer *recurrent = (const struct recurrent_layer *)layer;

    return layer->looks_up && !embedding_drops(recurrent->embedding, pass);
}

/* The last states of a direction, in the order of the rows. */
static void take_last(const struct layer *layer, const struct steps *steps, int d,
                      int n_rows)
{
    const struct recurrent *track = &((const struct recurrent_layer *)layer)->track[d];
    size_t width = (size_t)track->padded;

    for (int r = 0; r < n_rows; r++) {
        size_t at = track->in_place ? (size_t)r : steps_final(steps, r);
        memcpy(layer->y + (size_t)r * (size_t)layer->out.row + (size_t)d * width,
               track->h + at * width, width * sizeof(real));
    }
}

static void run_direction(struct layer *layer, const struct pass *pass, int d)
{
    struct recurrent *track = &of(layer)->track[d];
    const struct steps *steps = steps_of(layer, pass, d);
    struct context context = {layer, pass};

    track->looks_up = looks_up(layer, pass);
    for (int s = 0; s < steps->length && track->looks_up; s++)
        track->ids[s] = plans_ids(pass->plans, steps, s);

    track->shares_pads = pass->shares && track->can_share_pads;
    recurrent_forward(track, steps, pass->trains, source, &context);
}

static void forward(struct layer *layer, const struct pass *pass)
{
    for (int d = 0; d < layer->n_directions; d++) {
        run_direction(layer, pass, d);
        if (!gives_sequences(layer))
            take_last(layer, steps_of(layer, pass, d), d, pass->n_rows);
    }
}

static void learn_pads(struct layer *layer, const struct pass *pass)
{
    of(layer)->track[0].learns_pads = true;
    run_direction(layer, pass, 0);
    of(layer)->track[0].learns_pads = false;
}

/* A row whose step stands among the pads that all rows share has what those leave. */
static void pull(struct layer *layer, const struct pass *pass, const struct steps *steps,
                 int s, real *x, size_t row)
{
    int t = steps_time(steps, s);

    for (int d = 0; d < layer->n_directions; d++) {
        const struct recurrent *track = &of(layer)->track[d];
        const struct steps *mine = steps_of(layer, pass, d);
        size_t width = (size_t)track->padded;
        int from = steps_time(mine, t), computed = mine->active[from];
        real *to = x + (size_t)d * width;

        for (int r = 0; r < steps->active[s]; r++, to += row)
            memcpy(to,
                   r < computed ? recurrent_output(track, mine, from, r)
                                : track->pad_h + ((size_t)t + 1) * width,
                   width * sizeof *to);
    }
}

static void clear(struct layer *layer, const struct pass *pass)
{
    struct recurrent_layer *recurrent = of(layer);

    for (int d = 0; d < layer->n_directions; d++) {
        const struct steps *steps = steps_of(layer, pass, d);
        size_t width = (size_t)recurrent->track[d].padded;

        memset(recurrent->d_slots[d], 0,
               steps->slot[steps->length + 1] * width * sizeof(real));
        recurrent->d_outputs[d] =
            (struct output_gradient){.first = recurrent->d_slots[d]};
    }
}

static void push(struct layer *layer, const struct pass *pass, const struct steps *steps,
                 int s, const real *dx, size_t row)
{
    struct recurrent_layer *recurrent = of(layer);

    for (int d = 0; d < layer->n_directions; d++) {
        const struct steps *mine = steps_of(layer, pass, d);
        size_t width = (size_t)recurrent->track[d].padded;
        int to = steps_time(mine, steps_time(steps, s));
        real *d_outputs = recurrent->d_slots[d] + mine->slot[to + 1] * width;

        for (size_t r = 0; r < (size_t)steps->active[s]; r++)
            layer->frame->kernels->add(width, d_outputs + r * width,
                                       dx + r * row + (size_t)d * width);
    }
}

static void borrow(struct layer *layer, const real *first, size_t row, size_t time)
{
    struct recurrent_layer *recurrent = of(layer);

    for (int d = 0; d < layer->n_directions; d++)
        recurrent->d_outputs[d] =
            (struct output_gradient){first + d * recurrent->track[d].padded, row, time};
}

static void learn_ids(struct layer *layer, const int32_t *ids, int n)
{
    struct recurrent_layer *recurrent = of(layer);
    size_t room = recurrent->track[0].room;

    for (int first = 0, some; first < n; first += some) {
        some = (size_t)(n - first) < room ? n - first : (int)room;
        for (int d = 0; d < layer->n_directions; d++) {
            struct recurrent *track = &recurrent->track[d];
            embedding_look_up(recurrent->embedding, ids + first, some, track->x,
                              (size_t)track->inputs);
            recurrent_learn_words(track, ids + first, some);
        }
    }
}

/* What a direction that looked up has gathered by ids: to its weights and to the
 * table. */
static void backward_words(const struct layer *embedding, struct recurrent *track,
                           const struct pass *pass)
{
    const struct plans *plans = pass->plans;
    size_t row = (size_t)track->inputs;

    for (int first = 0, n; first < plans->n_words; first += n) {
        const int32_t *ids = plans->words + first;
        n = plans->n_words - first < track->block ? plans->n_words - first : track->block;

        embedding_look_up(embedding, ids, n, track->x, row);
        const real *dx = recurrent_words_backward(track, ids, n);
        embedding_add_gradient(embedding, ids, n, dx, row, pass->gradient);
    }
}

/* dL/d(last outputs) of a direction, from dL/dy. */
static void take_d_final(struct layer *layer, int d, int n_rows)
{
    size_t width = (size_t)of(layer)->track[d].padded, row = (size_t)layer->out.row;

    for (size_t r = 0; r < (size_t)n_rows; r++)
        memcpy(of(layer)->d_final[d] + r * width, layer->dy + r * row + (size_t)d * width,
               width * sizeof(real));
}

static void backward_direction(struct layer *layer, const struct pass *pass, int d)
{
    struct recurrent_layer *recurrent = of(layer);
    struct recurrent *track = &recurrent->track[d];
    const struct steps *steps = steps_of(layer, pass, d);
    struct context context = {layer, pass};
    bool all = gives_sequences(layer);

    if (!all)
        take_d_final(layer, d, pass->n_rows);
    recurrent_backward(track, steps, all ? NULL : recurrent->d_final[d],
                       recurrent->d_outputs[d], sink, &context);
    if (track->looks_up)
        backward_words(recurrent->embedding, track, pass);

    recurrent_unpack(track, layer_gradient(layer, pass->gradient, TENSORS * d),
                     layer_gradient(layer, pass->gradient, TENSORS * d + 1),
                     layer_gradient(layer, pass->gradient, TENSORS * d + 2));
}

static void backward(struct layer *layer, const struct pass *pass)
{
    if (layer->below->ops->clear)
        layer->below->ops->clear(layer->below, pass);

    /* The reverse direction was computed last: its activations are in the cache. */
    for (int d = layer->n_directions - 1; d >= 0; d--)
        backward_direction(layer, pass, d);
}

/* Of each cell, in one direction and in both. */
static const char *const words[] = {"lstm", "bilstm", "gru", "bigru",
                                    "rnn",  "birnn",  NULL};
_Static_assert(COUNT_OF(words) == 2 * CELL_KINDS + 1, "a cell has no words");

static int read_words(struct stack_item *item, struct chain_config *chain,
                      struct layer_config *layer)
{
    int word = names_find(words, item->word);
    int rc = stack_take_count(item, "units", LAYER_MOST_UNITS, &layer->recurrent.units);

    (void)chain;
    layer->recurrent.cell = (enum recurrent_cell)(word / 2);
    layer->recurrent.bidirectional = word % 2;
    layer->recurrent.hard_sigmoid = stack_take_word(item, "hard_sigmoid");
    layer->recurrent.reset_after = stack_take_word(item, "reset_after");
    if (!rc && layer->recurrent.reset_after && layer->recurrent.cell != CELL_GRU)
        rc = stack_fail(item, "reset_after is for gru and bigru");
    return rc ? rc : stack_end(item, "its units, hard_sigmoid, reset_after");
}

static char *write_words(const struct chain_config *chain,
                         const struct layer_config *layer)
{
    int word = 2 * (int)layer->recurrent.cell + layer->recurrent.bidirectional;

    (void)chain;
    return xasprintf("%s:%d%s%s", words[word], layer->recurrent.units,
                     layer->recurrent.hard_sigmoid ? ":hard_sigmoid" : "",
                     layer->recurrent.reset_after ? ":reset_after" : "");
}

const struct layer_ops recurrent_layer = {
    .size = sizeof(struct recurrent_layer),
    .name_of = name_of,
    .words = words,
    .read_words = read_words,
    .write_words = write_words,
    .takes_sequence = true,
    .outline = outline,
    .tensors = tensors,
    .work = work,
    .skips_pads = skips_pads,
    .shape = shape,
    .init = init,
    .layout = layout,
    .pack = pack,
    .forward = forward,
    .pull = pull,
    .backward = backward,
    .clear = clear,
    .push = push,
    .borrow = borrow,
    .learn_ids = learn_ids,
    .looks_up = looks_up,
    .learn_pads = learn_pads,
};
