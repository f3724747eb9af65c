#include "layers/recurrent_layer.h"

#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "layers/initial.h"

static bool gives_sequences(const struct layer *layer)
{
    return layer->config->recurrent.sequences;
}

static const char *name_of(const struct layer_config *layer)
{
    return layer->recurrent.bidirectional ? "bidirectional"
                                          : cell_kinds[layer->recurrent.cell].name;
}

static struct outline outline(const struct chain_config *chain, int i, struct outline in)
{
    const struct layer_config *layer = &chain->layer[i];

    return (struct outline){layer->recurrent.sequences ? in.length : 0,
                            layer_blocks(layer) * layer->recurrent.units};
}

/* Columns of the kernels: all gates'. */
static int gate_columns(const struct layer_config *layer)
{
    return cell_kinds[layer->recurrent.cell].gates * layer->recurrent.units;
}

static void direction_tensors(const struct layer_config *layer, const char *prefix,
                              int inputs, struct params *params)
{
    static const char *const weights[RECURRENT_TENSORS] = {"kernel", "recurrent_kernel",
                                                           "bias"};
    size_t units = (size_t)layer->recurrent.units, columns = (size_t)gate_columns(layer);
    bool two_biases = layer->recurrent.reset_after;
    const size_t shapes[RECURRENT_TENSORS][2] = {
        {(size_t)inputs, columns},
        {units, columns},
        {two_biases ? 2 : columns, two_biases ? columns : 0},
    };

    for (int k = 0; k < RECURRENT_TENSORS; k++) {
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
    bool drops = is_dropped || layer->recurrent.dropout > 0;
    bool looks_up = on_embedding && !(drops && trains) && table_fits(chain, layer);
    int inputs = looks_up ? 0 : chain_outline(chain, i - 1).width;

    return (struct work){.position = 6.0 * gate_columns(layer) *
                                     (inputs + layer->recurrent.units) *
                                     layer_directions(layer)};
}

/* Keras hands the mask on in the order of the positions, but the outputs in the other, so
 * that the layers above would take pads for words. */
static int check_order(const struct layer *layer)
{
    if (!layer->config->recurrent.backwards || !gives_sequences(layer) ||
        !layer->frame->mask)
        return OK;
    return fail(ERR_USAGE,
                "layer %s gives its steps backwards, and pads are skipped: Keras's mask "
                "does not fit them; leave the mask out, or go_backwards",
                layer->config->name);
}

static int check_rates(const struct layer_config *config)
{
    double dropout = config->recurrent.dropout;
    double recurrent = config->recurrent.recurrent_dropout;

    if (dropout >= 0 && dropout < 1 && recurrent >= 0 && recurrent < 1)
        return OK;
    return fail(ERR_USAGE,
                "layer %s: dropout %g and recurrent_dropout %g are no rates "
                "from 0 to below 1",
                config->name, dropout, recurrent);
}

/* A direction's shapes. */
static void init_track(struct layer *layer, int d)
{
    const struct layer_config *config = layer->config;
    const struct frame *frame = layer->frame;
    struct recurrent *track = &recurrent_of(layer)->track[d];

    track->cell = config->recurrent.cell;
    track->activation = config->recurrent.activation;
    track->hard = config->recurrent.hard_sigmoid;
    track->reset_after = config->recurrent.reset_after;
    track->drops_inputs = config->recurrent.dropout > 0;
    track->drops_states = config->recurrent.recurrent_dropout > 0;

    track->vocabulary = layer->looks_up ? frame->chain->vocabulary : 0;
    track->can_share_pads = layer->plan[d] == PLAN_SHORT;
    track->trains = frame->trains;
    track->only_last = !config->recurrent.sequences;
    recurrent_init(track, frame->kernels, layer->in.blocks, layer->in.width,
                   config->recurrent.units, frame->rows, layer->in.length);
}

/* Leading pads are left out forward, where they are alike; backward a row meets them
 * last, each in its own state. */
static enum plan_kind plan_of(const struct layer *layer, int d)
{
    if (layer_reads_back(layer->config, d))
        return PLAN_REVERSE;
    return layer->in.alike && d == 0 ? PLAN_SHORT : PLAN_WHOLE;
}

static bool skips_pads(const struct layer_config *layer)
{
    (void)layer;
    return true;
}

static int shape(struct layer *layer)
{
    const struct layer_config *config = layer->config;
    struct recurrent_layer *recurrent = recurrent_of(layer);
    int rc = layer_expect_sequence(layer);

    if (!rc && config->recurrent.units < 1)
        rc = fail(ERR_USAGE, "--units must be 1 or more");
    if (!rc)
        rc = check_order(layer);
    if (!rc)
        rc = check_rates(config);
    if (rc)
        return rc;

    recurrent->embedding = embedding_below(layer);
    layer->looks_up = recurrent->embedding && table_fits(layer->frame->chain, config);
    layer->n_directions = layer_directions(config);
    for (int d = 0; d < layer->n_directions; d++) {
        layer->plan[d] = plan_of(layer, d);
        init_track(layer, d);
    }

    bool both = config->recurrent.bidirectional;
    layer->out = (struct shape){
        .length = config->recurrent.sequences ? layer->in.length : 0,
        .blocks = layer_blocks(config),
        .width = config->recurrent.units,
        .row = layer_blocks(config) * recurrent->track[0].padded,
        .skipped = both ? SKIPPED_ZEROS : SKIPPED_REPEATS,
        .alike = config->recurrent.sequences && layer->plan[0] == PLAN_SHORT && !both,
    };
    layer->borrows =
        !config->recurrent.backwards && (layer->out.blocks == layer->n_directions ||
                                         config->recurrent.merge == MERGE_SUM);
    return OK;
}

static void init(const struct layer *layer, uint64_t seed, real *weights)
{
    const struct layer_config *config = layer->config;
    int units = config->recurrent.units, columns = gate_columns(config);
    int inputs = layer->in.blocks * layer->in.width;

    for (int d = 0; d < layer_directions(config); d++) {
        int first = RECURRENT_TENSORS * d, stream = layer->first_tensor + first;
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
    struct recurrent_layer *recurrent = recurrent_of(layer);
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
    recurrent->bits =
        arena_take(&space->backward, (size_t)recurrent_bit_words(&recurrent->track[0]),
                   sizeof *recurrent->bits);
}

static void pack(struct layer *layer, const real *weights)
{
    for (int d = 0; d < layer->n_directions; d++)
        recurrent_pack(&recurrent_of(layer)->track[d],
                       layer_weights(layer, weights, RECURRENT_TENSORS * d),
                       layer_weights(layer, weights, RECURRENT_TENSORS * d + 1),
                       layer_weights(layer, weights, RECURRENT_TENSORS * d + 2));
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
                     (size_t)recurrent_of(in->layer)->track[0].inputs);
}

static void sink(void *context, const struct steps *steps, int s, const real *dx,
                 size_t row)
{
    const struct context *in = context;
    struct layer *below = in->layer->below;

    below->ops->push(below, in->pass, steps, s, dx, row);
}

static bool looks_up(const struct layer *layer, const struct pass *pass)
{
    const struct recurrent_layer *recurrent = (const struct recurrent_layer *)layer;

    return layer->looks_up && !embedding_varies(recurrent->embedding, pass) &&
           !(pass->trains && layer->config->recurrent.dropout > 0);
}

static void run_direction(struct layer *layer, const struct pass *pass, int d)
{
    struct recurrent *track = &recurrent_of(layer)->track[d];
    const struct steps *steps = recurrent_plan(layer, pass, d);
    struct context context = {layer, pass};

    track->looks_up = looks_up(layer, pass);
    for (int s = 0; s < steps->length && track->looks_up; s++)
        track->ids[s] = plans_ids(pass->plans, steps, s);

    if (pass->trains && (track->drops_inputs || track->drops_states))
        recurrent_draw_masks(layer, pass, d);
    track->shares_pads = pass->shares && track->can_share_pads;
    recurrent_forward(track, steps, pass->trains, source, &context);
}

static void forward(struct layer *layer, const struct pass *pass)
{
    for (int d = 0; d < layer->n_directions; d++)
        run_direction(layer, pass, d);
    if (!gives_sequences(layer))
        recurrent_take_last(layer, pass);
}

static void learn_pads(struct layer *layer, const struct pass *pass)
{
    struct recurrent *track = &recurrent_of(layer)->track[0];

    if (!track->can_share_pads)
        return;
    track->learns_pads = true;
    run_direction(layer, pass, 0);
    track->learns_pads = false;
}

static void learn_ids(struct layer *layer, const int32_t *ids, int n)
{
    struct recurrent_layer *recurrent = recurrent_of(layer);
    size_t room = recurrent->track[0].room_z;

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
        embedding_add_gradient(embedding, ids, n, dx, row, pass);
    }
}

static void backward_direction(struct layer *layer, const struct pass *pass, int d)
{
    struct recurrent_layer *recurrent = recurrent_of(layer);
    struct recurrent *track = &recurrent->track[d];
    const struct steps *steps = recurrent_plan(layer, pass, d);
    struct context context = {layer, pass};
    bool all = gives_sequences(layer);

    if (!all)
        recurrent_take_d_final(layer, pass, d);
    recurrent_backward(track, steps, all ? NULL : recurrent->d_final[d],
                       recurrent->d_outputs[d], sink, &context);
    if (track->looks_up)
        backward_words(recurrent->embedding, track, pass);

    recurrent_unpack(track, layer_gradient(layer, pass->gradient, RECURRENT_TENSORS * d),
                     layer_gradient(layer, pass->gradient, RECURRENT_TENSORS * d + 1),
                     layer_gradient(layer, pass->gradient, RECURRENT_TENSORS * d + 2));
}

static void backward(struct layer *layer, const struct pass *pass)
{
    if (layer->below->ops->clear)
        layer->below->ops->clear(layer->below, pass);

    /* The reverse direction was computed last: its activations are in the cache. */
    for (int d = layer->n_directions - 1; d >= 0; d--)
        backward_direction(layer, pass, d);
}

const struct layer_ops recurrent_layer = {
    .size = sizeof(struct recurrent_layer),
    .name_of = name_of,
    .words = recurrent_words,
    .read_words = recurrent_read_words,
    .write_words = recurrent_write_words,
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
    .pull = recurrent_pull,
    .backward = backward,
    .clear = recurrent_clear,
    .push = recurrent_push,
    .borrow = recurrent_borrow,
    .borrow_source = recurrent_borrow_source,
    .learn_ids = learn_ids,
    .looks_up = looks_up,
    .learn_pads = learn_pads,
};
