#define _GNU_SOURCE /* strsep */

#include "layers/fold.h"

#include <stdlib.h>
#include <string.h>

#include "base/names.h"

/* One vector a row of its positions: what a fold gives, or several side by side, as Keras
 * has them in a Concatenate of layers that look at the same one. The layer below is asked
 * for each step once, or where its maximum is all that counts for each row. */
struct pooling_layer {
    struct layer layer;
    struct side side[POOLING_WAYS];
    int n_sides;
    struct attention attention; /* where it is one of them */
    real *step;                 /* (R, in.row) a step's vectors, or their gradients */
};

static struct pooling_layer *of(struct layer *layer)
{
    return (struct pooling_layer *)layer;
}

#define POOLING_SNAKE(NAME, stem, class_name, snake) [POOLING_##NAME] = #snake,

static const char *name_of(const struct layer_config *layer)
{
    static const char *const names[POOLING_WAYS] = {
        POOLING_LIST(POOLING_SNAKE)[POOLING_ATTENTION] = "attention"};

    return layer_poolings(layer) > 1 ? "concatenate" : names[layer->pooling.how];
}

/* Vectors of the layer below that a pooling gives. */
static int vectors_of(enum pooling how, int length)
{
    return how == POOLING_FLATTEN ? length : 1;
}

static int all_vectors(const struct layer_config *layer, int length)
{
    int n = 0;

    for (int k = 0; k < layer_poolings(layer); k++)
        n += vectors_of(layer_pooling(layer, k), length);
    return n;
}

static struct outline outline(const struct chain_config *chain, int i, struct outline in)
{
    return (struct outline){0, in.width * all_vectors(&chain->layer[i], in.length)};
}

static void tensors(const struct chain_config *chain, int i, struct params *params)
{
    if (layer_attends(&chain->layer[i]))
        attention_tensors(chain, i, params);
}

static struct work work(const struct chain_config *chain, int i, bool trains)
{
    (void)trains;
    return layer_attends(&chain->layer[i]) ? attention_work(chain, i)
                                           : (struct work){.position = 0};
}

static bool skips_pads(const struct layer_config *layer)
{
    for (int k = 0; k < layer_poolings(layer); k++)
        if (!folds[layer_pooling(layer, k)].skips_pads)
            return false;
    return true;
}

/* A last output is one of the sequence's. */
static int check_last(const struct layer *layer)
{
    const struct layer_config *below = layer->below->config;
    bool is_recurrent = below->kind == LAYER_RECURRENT;

    if (is_recurrent && !below->recurrent.backwards &&
        layer_blocks(below) == layer_directions(below))
        return OK;
    return fail(ERR_USAGE,
                "layer %s takes the last output of a recurrent layer that reads forward, "
                "or of both directions side by side, but stands on %s",
                layer->config->name, below->name);
}

static int check_side(const struct layer *layer, int k)
{
    const struct layer_config *config = layer->config;
    enum pooling how = layer_pooling(config, k);
    bool is_alone = layer_poolings(config) == 1;

    for (int i = 0; i < k; i++)
        if (layer_pooling(config, i) == how)
            return fail(ERR_USAGE, "layer %s has the same pooling twice", config->name);
    if (is_alone && (how == POOLING_FLATTEN || how == POOLING_LAST))
        return fail(ERR_USAGE, "layer %s: flatten and last stand beside others only",
                    config->name);
    if (how == POOLING_LAST)
        return check_last(layer);
    return folds[how].skips_pads ? OK : layer_expect_all_positions(layer);
}

static int shape(struct layer *layer)
{
    struct pooling_layer *pooling = of(layer);
    int rc = layer_expect_sequence(layer);

    for (int k = 0; k < layer_poolings(layer->config) && !rc; k++) {
        enum pooling how = layer_pooling(layer->config, k);
        rc = check_side(layer, k);
        pooling->side[pooling->n_sides++] =
            (struct side){.fold = &folds[how],
                          .layer = layer,
                          .vectors = vectors_of(how, layer->in.length),
                          .attention = &pooling->attention};
    }
    if (!rc && layer_attends(layer->config))
        rc = attention_shape(&pooling->attention, layer);

    if (!rc && pooling->n_sides == 1 && layer_pooling(layer->config, 0) == POOLING_MAX)
        layer_take_maxima(layer);

    int n = all_vectors(layer->config, layer->in.length);
    layer->out = layer->in;
    layer->out.length = 0;
    layer->out.blocks = n * layer->in.blocks;
    layer->out.row = n * layer->in.row;
    layer->out.alike = false;
    return rc;
}

static void layout(struct layer *layer, struct space *space)
{
    struct pooling_layer *pooling = of(layer);
    size_t n = (size_t)layer->frame->rows * (size_t)layer->in.row, first = 0;

    layer_take_rows(layer, space);
    pooling->step = arena_take(&space->lane, n, sizeof(real));
    for (int k = 0; k < pooling->n_sides; k++) {
        struct side *side = &pooling->side[k];
        bool is_max = layer_pooling(layer->config, k) == POOLING_MAX;

        side->where = arena_take(&space->lane, is_max ? n : 0, sizeof(int32_t));
        side->y = layer->y ? layer->y + first : NULL;
        side->dy = layer->dy ? layer->dy + first : NULL;
        first += (size_t)side->vectors * (size_t)layer->in.row;
    }
    if (layer_attends(layer->config))
        attention_layout(&pooling->attention, layer, space);
}

static void init(const struct layer *layer, uint64_t seed, real *weights)
{
    if (layer_attends(layer->config))
        attention_init(layer, seed, weights);
}

static void pack(struct layer *layer, const real *weights)
{
    if (layer_attends(layer->config))
        attention_pack(&of(layer)->attention, layer, weights);
}

static void forward_rows(struct layer *layer, const struct pass *pass)
{
    const struct kernels *kernels = layer->frame->kernels;
    struct layer *below = layer->below;
    int row = layer->in.row;

    for (int r = 0; r < pass->n_rows; r++)
        kernels->maxima(layer->in.length, below->ops->pull_row(below, pass, r),
                        (size_t)row, row / kernels->width, 0, layer->y + r * row,
                        of(layer)->side[0].where + r * row);
}

static void forward_steps(struct layer *layer, const struct pass *pass)
{
    struct pooling_layer *pooling = of(layer);
    const struct steps *steps = &pass->plans->plan[PLAN_WHOLE].steps;
    struct layer *below = layer->below;

    for (int k = 0; k < pooling->n_sides; k++)
        if (pooling->side[k].fold->begin)
            pooling->side[k].fold->begin(&pooling->side[k], pass);

    for (int s = 0; s < steps->length; s++) {
        if (steps->active[s] == 0)
            continue;
        below->ops->pull(below, pass, steps, s, pooling->step, (size_t)layer->in.row);
        for (int k = 0; k < pooling->n_sides; k++)
            pooling->side[k].fold->step(&pooling->side[k], pass, steps->active[s], s,
                                        pooling->step);
    }

    for (int k = 0; k < pooling->n_sides; k++)
        if (pooling->side[k].fold->end)
            pooling->side[k].fold->end(&pooling->side[k], pass);
}

static void forward(struct layer *layer, const struct pass *pass)
{
    if (layer->below->by_rows)
        forward_rows(layer, pass);
    else
        forward_steps(layer, pass);
}

/* dL/d(inputs) of step s; *row: reals from one row to the next. */
static const real *step_back(struct pooling_layer *pooling, const struct pass *pass,
                             int n_rows, int s, size_t *row)
{
    const struct layer *layer = &pooling->layer;

    if (pooling->n_sides == 1 && pooling->side[0].fold->same_back) {
        *row = (size_t)layer->out.row;
        return layer->dy;
    }

    *row = (size_t)layer->in.row;
    memset(pooling->step, 0, (size_t)n_rows * *row * sizeof *pooling->step);
    for (int k = 0; k < pooling->n_sides; k++)
        pooling->side[k].fold->step_back(&pooling->side[k], pass, n_rows, s,
                                         pooling->step);
    return pooling->step;
}

static void backward_steps(struct layer *layer, const struct pass *pass)
{
    struct pooling_layer *pooling = of(layer);
    const struct steps *steps = &pass->plans->plan[PLAN_WHOLE].steps;
    struct layer *below = layer->below;

    for (int k = 0; k < pooling->n_sides; k++)
        if (pooling->side[k].fold->begin_back)
            pooling->side[k].fold->begin_back(&pooling->side[k], pass);

    if (below->ops->clear)
        below->ops->clear(below, pass);
    for (int s = steps->length - 1; s >= 0; s--) {
        size_t row = 0;
        if (steps->active[s] == 0)
            continue;
        const real *dx = step_back(pooling, pass, steps->active[s], s, &row);
        below->ops->push(below, pass, steps, s, dx, row);
    }

    for (int k = 0; k < pooling->n_sides; k++)
        if (pooling->side[k].fold->end_back)
            pooling->side[k].fold->end_back(&pooling->side[k], pass);
}

static void backward(struct layer *layer, const struct pass *pass)
{
    const struct peaks peaks = {1, of(layer)->side[0].where, layer->y, layer->dy};

    if (layer->below->by_rows)
        layer->below->ops->borrow_peaks(layer->below, &peaks);
    else
        backward_steps(layer, pass);
}

/* Of one alone; side by side there are those of `ways`, with '+' between them. */
static const char *const words[] = {POOLING_LIST(POOLING_NAME) "attention", NULL};
static const char *const ways[] = {
    POOLING_LIST(POOLING_NAME)[POOLING_FLATTEN] = "flatten", [POOLING_LAST] = "last",
    [POOLING_ATTENTION] = "attention", NULL};
_Static_assert(COUNT_OF(ways) == POOLING_WAYS + 1, "a pooling has no word");

/* They stand in the order in which they are written. */
static int add_way(const struct stack_item *item, const char *word,
                   struct layer_config *layer, int n)
{
    int way = names_find(ways, word);
    bool is_new = way >= 0;

    for (int k = 0; k < n && is_new; k++)
        is_new = layer_pooling(layer, k) != (enum pooling)way;
    if (!is_new)
        return stack_fail(item, "expected some of max, mean, flatten, last, attention, "
                                "each once, with + between them");
    if (n == 0)
        layer->pooling.how = (enum pooling)way;
    else
        layer->pooling.more[layer->pooling.n_more++] = (enum pooling)way;
    return OK;
}

/* Units behind all names; where none are given, as many as what it stands on has. */
static int read_units(struct stack_item *item, const struct chain_config *chain,
                      struct layer_config *layer)
{
    int most = LAYER_MOST_UNITS, width = chain_outline(chain, chain->n_layers - 2).width;

    if (item->n > 0)
        return stack_take_count(item, "units", most, &layer->pooling.units);
    layer->pooling.units = width < most ? width : most;
    return OK;
}

static int read_words(struct stack_item *item, struct chain_config *chain,
                      struct layer_config *layer)
{
    char *copy = xstrdup(item->word), *rest = copy, *word;
    int rc = OK;

    for (int n = 0; !rc && (word = strsep(&rest, "+")); n++)
        rc = add_way(item, word, layer, n);
    free(copy);
    if (rc || !layer_attends(layer))
        return rc ? rc : stack_end(item, "nothing");
    rc = read_units(item, chain, layer);
    return rc ? rc : stack_end(item, "attention's units");
}

static char *write_words(const struct chain_config *chain,
                         const struct layer_config *layer)
{
    char *text = xstrdup(ways[layer->pooling.how]);

    (void)chain;
    for (int k = 0; k < layer->pooling.n_more; k++) {
        char *longer = xasprintf("%s+%s", text, ways[layer->pooling.more[k]]);
        free(text);
        text = longer;
    }
    if (!layer_attends(layer))
        return text;

    char *longer = xasprintf("%s:%d", text, layer->pooling.units);
    free(text);
    return longer;
}

const struct layer_ops pooling_layer = {
    .size = sizeof(struct pooling_layer),
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
    .backward = backward,
};
