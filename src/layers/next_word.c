/* The output of a language model: what a direction gives at each word of a row predicts
 * the next word that it will read, forward the one behind, backward the one before. It
 * tells what is predicted by a vector as wide as an embedding, and the words' vectors are
 * the embeddings themselves, so that what is learnt of a word stands in one place, and a
 * gradient touches no other rows of the table than those of words that are there:
 *
 *   y = h P,  logit of word w = y·e(w) + b(w)
 *
 * with a P of each direction. Source: Press & Wolf 2017, Inan et al. 2017 (tied weights).
 *
 * A direction's outputs know what they predict unless no layer mixes the two: there are
 * layers of one direction, forward, or one layer of two. */
#include <string.h>

#include "layers/embedding.h"
#include "layers/initial.h"
#include "layers/output.h"
#include "layers/sampled_softmax.h"

/* A direction's predictions, in the order of the forward plan's slots. */
struct track {
    struct linear projection;
    real *x; /* (slots, block) what it gives; behind a backward pass dL/d(that) */
};

struct next_word_layer {
    struct layer layer;
    const struct layer *embedding;
    int block; /* of a direction in what stands below, padded */
    int n_tracks;
    struct track track[2];
    struct sampled_softmax softmax;
    int32_t *words;  /* (slots) that are predicted */
    real *step;      /* (R, in.row) */
    real *y, *dy;    /* (SAMPLED_BLOCK, E padded) */
    real *dy_panels; /* the same as a panel matrix */
    struct lane_result result;

    const real *weights; /* as last packed */
    bool has_drawn;      /* with these weights, for this step: */
    uint64_t seed;
    uint32_t step_number;
};

/* Tensors: the projections, then b. */
enum { FIRST_PROJECTION };

static struct next_word_layer *of(struct layer *layer)
{
    return (struct next_word_layer *)layer;
}

static struct outline outline(const struct chain_config *chain, int i, struct outline in)
{
    (void)i;
    return (struct outline){in.length, chain->layer[0].embedding.width};
}

/* The recurrent layer below, perhaps under a Dropout. */
static const struct layer_config *recurrent_of_chain(const struct chain_config *chain,
                                                     int i)
{
    while (i > 0 && chain->layer[i].kind != LAYER_RECURRENT)
        i--;
    return &chain->layer[i];
}

static int directions_of(const struct chain_config *chain, int i)
{
    return layer_directions(recurrent_of_chain(chain, i));
}

static void tensors(const struct chain_config *chain, int i, struct params *params)
{
    static const char *const names[2][2] = {
        {"projection"}, {"forward_projection", "backward_projection"}};
    const struct layer_config *layer = &chain->layer[i];
    int n = directions_of(chain, i);
    size_t width = (size_t)chain->layer[0].embedding.width;
    size_t units = (size_t)recurrent_of_chain(chain, i)->recurrent.units;

    for (int d = 0; d < n; d++)
        params_add(params, layer->name, names[n - 1][d], units, width);
    params_add(params, layer->name, "bias", (size_t)chain->vocabulary, 0);
}

/* Of a direction as a recurrent layer's is: its projection, and all logits. */
static struct work work(const struct chain_config *chain, int i, bool trains)
{
    const struct layer_config *layer = &chain->layer[i];
    int width = chain->layer[0].embedding.width;
    int words = 1 + negatives_number(chain->vocabulary, layer->output.negatives);
    int units = recurrent_of_chain(chain, i)->recurrent.units;

    (void)trains;
    return (struct work){.position =
                             6.0 * width * (units + words) * directions_of(chain, i)};
}

static int check_place(const struct layer *layer)
{
    const struct layer_config *recurrent = recurrent_of_chain(
        layer->frame->chain, (int)(layer->config - layer->frame->chain->layer));

    if (recurrent->kind != LAYER_RECURRENT || layer->in.length == 0 ||
        !layer->frame->mask || recurrent->recurrent.backwards ||
        layer->in.blocks != layer_directions(recurrent))
        return fail(ERR_USAGE,
                    "layer %s predicts words from each step of recurrent layers that "
                    "skip pads, whose directions stand side by side",
                    layer->config->name);
    return OK;
}

static int shape(struct layer *layer)
{
    struct next_word_layer *own = of(layer);
    const struct kernels *kernels = layer->frame->kernels;
    const struct layer *bottom = layer;
    int rc = check_place(layer);
    if (rc)
        return rc;

    while (bottom->below)
        bottom = bottom->below;
    own->embedding = bottom;
    own->n_tracks = layer->in.blocks;
    own->block = round_up(layer->in.width, kernels->width);
    for (int d = 0; d < own->n_tracks; d++)
        linear_init(&own->track[d].projection, kernels, 1, layer->in.width, 1,
                    bottom->out.width);
    sampled_softmax_init(&own->softmax, kernels, layer->frame->chain->vocabulary,
                         bottom->out.width, layer->config->output.negatives);
    own->softmax.reserved = layer->frame->chain->reserved;
    layer->out = (struct shape){
        .length = layer->in.length, .blocks = 1, .width = layer->config->output.units};
    return OK;
}

static void init(const struct layer *layer, uint64_t seed, real *weights)
{
    const struct next_word_layer *own = (const struct next_word_layer *)layer;
    int vocabulary = layer->frame->chain->vocabulary, width = own->softmax.width;
    real *b = layer_gradient(layer, weights, own->n_tracks);

    for (int d = 0; d < own->n_tracks; d++)
        init_glorot_uniform(seed, layer->first_tensor + d, layer->in.width, width,
                            layer_gradient(layer, weights, FIRST_PROJECTION + d));

    /* Words are predicted by how frequent they are, until more is known. */
    b[0] = 0;
    for (int32_t id = 1; id < vocabulary; id++)
        b[id] = (real)negatives_log_law(vocabulary, id);
}

static size_t most_slots(const struct layer *layer)
{
    return (size_t)layer->frame->rows * (size_t)layer->in.length;
}

/* From one panel of dy to the next. */
static size_t panel_stride(const struct layer *layer)
{
    return (SAMPLED_BLOCK + 1) * (size_t)layer->frame->kernels->panel;
}

static void layout(struct layer *layer, struct space *space)
{
    struct next_word_layer *own = of(layer);
    size_t row = (size_t)own->softmax.row, slots = most_slots(layer);
    size_t panel = (size_t)layer->frame->kernels->panel;

    for (int d = 0; d < own->n_tracks; d++) {
        linear_layout(&own->track[d].projection, space);
        own->track[d].x =
            arena_take(&space->lane, slots * (size_t)own->block, sizeof(real));
    }
    sampled_softmax_layout(&own->softmax, space);
    own->words = arena_take(&space->lane, slots, sizeof *own->words);
    own->step = arena_take(
        &space->lane, (size_t)layer->frame->rows * (size_t)layer->in.row, sizeof(real));
    own->y = arena_take(&space->lane, SAMPLED_BLOCK * row, sizeof(real));
    own->dy = arena_take(&space->backward, SAMPLED_BLOCK * row, sizeof(real));
    own->dy_panels = arena_take(
        &space->backward, (row + panel - 1) / panel * panel_stride(layer), sizeof(real));
}

static void pack(struct layer *layer, const real *weights)
{
    struct next_word_layer *own = of(layer);

    for (int d = 0; d < own->n_tracks; d++)
        linear_pack(&own->track[d].projection,
                    layer_weights(layer, weights, FIRST_PROJECTION + d));
    own->weights = weights;
    own->has_drawn = false;
}

/* The negatives of the step, unless they are there. */
static void draw(struct layer *layer, const struct pass *pass)
{
    struct next_word_layer *own = of(layer);
    int place = (int)(layer->config - layer->frame->chain->layer);
    const struct rng rng = {
        .seed = pass->seed, .purpose = (uint32_t)(RNG_LAYER + place), .step = pass->step};

    if (own->has_drawn && own->seed == pass->seed && own->step_number == pass->step)
        return;
    sampled_softmax_draw(&own->softmax, &rng,
                         layer_weights(own->embedding, own->weights, 0),
                         layer_weights(layer, own->weights, own->n_tracks));
    own->has_drawn = true;
    own->seed = pass->seed;
    own->step_number = pass->step;
}

static const struct steps *steps_of(const struct pass *pass)
{
    return &pass->plans->plan[PLAN_WHOLE].steps;
}

/* Predictions of a direction: of each step but the last that of its rows, which are all
 * there in the next one; backward the next step's outputs predict this one's words. */
static size_t n_predictions(const struct pass *pass)
{
    const struct steps *steps = steps_of(pass);

    return steps->slot[steps->length - 1];
}

/* What stands at step s goes to, or comes from, the predictions that are made there, of
 * `n` rows: NULL where there are none. */
static real *predictions_at(struct next_word_layer *own, const struct pass *pass, int d,
                            int s, int *n)
{
    const struct steps *steps = steps_of(pass);
    int step = s - d; /* whose slot has them */

    *n = step < 0 || step + 1 == steps->length ? 0 : steps->active[step];
    return *n ? own->track[d].x + steps->slot[step] * (size_t)own->block : NULL;
}

static void pull_outputs(struct layer *layer, const struct pass *pass)
{
    struct next_word_layer *own = of(layer);
    struct layer *below = layer->below;
    size_t row = (size_t)layer->in.row, block = (size_t)own->block;
    const struct steps *steps = steps_of(pass);

    for (int s = 0; s < steps->length; s++) {
        if (steps->active[s] == 0)
            continue;
        below->ops->pull(below, pass, steps, s, own->step, row);
        for (int d = 0, n; d < own->n_tracks; d++) {
            real *to = predictions_at(own, pass, d, s, &n);
            for (size_t r = 0; r < (size_t)n; r++)
                memcpy(to + r * block, own->step + r * row + (size_t)d * block,
                       block * sizeof *to);
        }
    }
}

/* The words that direction d predicts. */
static void find_words(struct next_word_layer *own, const struct pass *pass, int d)
{
    const struct steps *steps = steps_of(pass);

    for (int s = 0; s + 1 < steps->length; s++)
        memcpy(own->words + steps->slot[s],
               plans_ids(pass->plans, steps, d == 0 ? s + 1 : s),
               (size_t)steps->active[s] * sizeof *own->words);
}

static void project(const struct next_word_layer *own, const struct track *track, int n,
                    const real *x)
{
    const struct kernels *kernels = own->softmax.kernels;
    const struct matmul m = {
        .rows = n,
        .vectors = track->projection.vectors,
        .n_terms = 1,
        .term = {linear_term(&track->projection, x)},
        .c = own->y,
        .c_row = (size_t)own->softmax.row,
        .c_panel = (size_t)kernels->panel,
    };

    kernels->matmul(&m);
}

/* dL/dx of a block in the place of x. */
static void project_back(struct layer *layer, struct track *track, int n, real *x)
{
    struct next_word_layer *own = of(layer);
    size_t row = (size_t)own->softmax.row, stride = panel_stride(layer);
    size_t panel = (size_t)layer->frame->kernels->panel;

    for (size_t c = 0; c < row; c += panel) {
        size_t some = row - c < panel ? row - c : panel;
        real *to = own->dy_panels + c / panel * stride;
        for (size_t r = 0; r < (size_t)n; r++)
            memcpy(to + r * panel, own->dy + r * row + c, some * sizeof *to);
    }

    linear_add_gradient(&track->projection, n, x, own->dy_panels, stride);
    struct matmul back = linear_back(&track->projection, n, own->dy_panels, stride, x);
    layer->frame->kernels->matmul(&back);
}

static void run_direction(struct layer *layer, const struct pass *pass, int d,
                          struct sampled_gradient gradient)
{
    struct next_word_layer *own = of(layer);
    struct track *track = &own->track[d];
    size_t n = n_predictions(pass), some;

    find_words(own, pass, d);
    if (pass->trains)
        linear_zero_gradient(&track->projection);
    for (size_t first = 0; first < n; first += some) {
        real *x = track->x + first * (size_t)own->block;
        some = n - first < SAMPLED_BLOCK ? n - first : SAMPLED_BLOCK;

        project(own, track, (int)some, x);
        own->result.loss +=
            sampled_softmax_block(&own->softmax, (int)some, own->y, own->words + first,
                                  pass->trains ? own->dy : NULL, gradient);
        if (pass->trains)
            project_back(layer, track, (int)some, x);
    }
    for (size_t i = 0; i < n; i++)
        own->result.n += !sampled_softmax_skips(&own->softmax, own->words[i]);
}

/* Loss, and where the pass trains what goes back, as logits are not kept. */
static void forward(struct layer *layer, const struct pass *pass)
{
    struct next_word_layer *own = of(layer);
    struct sampled_gradient gradient = {NULL, NULL};

    draw(layer, pass);
    pull_outputs(layer, pass);
    own->result = (struct lane_result){.last_class = 1};
    if (pass->trains) {
        gradient.table = layer_gradient(own->embedding, pass->gradient, 0);
        gradient.b = layer_gradient(layer, pass->gradient, own->n_tracks);
        memset(gradient.b, 0, (size_t)own->softmax.negatives.vocabulary * sizeof(real));
        sampled_softmax_begin(&own->softmax);
    }

    for (int d = 0; d < own->n_tracks; d++)
        run_direction(layer, pass, d, gradient);
    if (pass->trains)
        sampled_softmax_end(&own->softmax, gradient);
}

static struct lane_result score(struct layer *layer, const struct lane *lane, bool trains)
{
    (void)lane;
    (void)trains;
    return of(layer)->result;
}

static void touch_negatives(const struct next_word_layer *own, const struct pass *pass)
{
    const struct negatives *negatives = &own->softmax.negatives;

    for (int i = 0; i < negatives->n && pass->touched; i++)
        id_bits_set(pass->touched, negatives->ids[i]);
}

static void push_outputs(struct layer *layer, const struct pass *pass)
{
    struct next_word_layer *own = of(layer);
    struct layer *below = layer->below;
    size_t row = (size_t)layer->in.row, block = (size_t)own->block;
    const struct steps *steps = steps_of(pass);

    if (below->ops->clear)
        below->ops->clear(below, pass);
    for (int s = steps->length - 1; s >= 0; s--) {
        if (steps->active[s] == 0)
            continue;
        memset(own->step, 0, (size_t)steps->active[s] * row * sizeof *own->step);
        for (int d = 0, n; d < own->n_tracks; d++) {
            const real *from = predictions_at(own, pass, d, s, &n);
            for (size_t r = 0; r < (size_t)n; r++)
                memcpy(own->step + r * row + (size_t)d * block, from + r * block,
                       block * sizeof *from);
        }
        below->ops->push(below, pass, steps, s, own->step, row);
    }
}

static void backward(struct layer *layer, const struct pass *pass)
{
    struct next_word_layer *own = of(layer);

    touch_negatives(own, pass);
    for (int d = 0; d < own->n_tracks; d++)
        linear_unpack(&own->track[d].projection,
                      layer_gradient(layer, pass->gradient, FIRST_PROJECTION + d));
    push_outputs(layer, pass);
}

static char *write_words(const struct chain_config *chain,
                         const struct layer_config *layer)
{
    (void)chain;
    return xasprintf("next word, %d others", layer->output.negatives);
}

const struct layer_ops next_word_layer = {
    .size = sizeof(struct next_word_layer),
    .name = "next_word",
    .write_words = write_words,
    .takes_sequence = true,
    .outline = outline,
    .tensors = tensors,
    .work = work,
    .shape = shape,
    .init = init,
    .layout = layout,
    .pack = pack,
    .forward = forward,
    .score = score,
    .backward = backward,
};
