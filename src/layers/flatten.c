#include "layers/layer.h"

#include <string.h>

/* All positions of a row side by side, (t, feature); a vector a row stays as it is. Under
 * a mask skipped positions are what enum skipped says. Source: Keras Flatten.
 *
 * Where no position is skipped, steps are pulled to where they stay, and the layer below
 * reads its gradients where they are: nothing of a lane's largest array is copied. */
struct flatten_layer {
    struct layer layer;
    real *step; /* (R, row) where positions are skipped: a step's vectors or gradients */
};

static struct flatten_layer *of(struct layer *layer)
{
    return (struct flatten_layer *)layer;
}

static struct outline outline(const struct chain_config *chain, int i, struct outline in)
{
    (void)chain;
    (void)i;
    return (struct outline){0, in.length > 0 ? in.length * in.width : in.width};
}

static int shape(struct layer *layer)
{
    struct shape in = layer->in;
    int rc = in.length > 0 ? layer_expect_all_positions(layer) : OK;

    layer->out = in;
    layer->out.length = 0;
    layer->out.alike = false;
    if (!rc && in.length > 0) {
        layer->out.blocks = in.length * in.blocks;
        layer->out.row = in.length * in.row;
        layer->below->lends = !layer->frame->chain->mask && layer->below->ops->borrow;
    }
    return rc;
}

static void layout(struct layer *layer, struct space *space)
{
    size_t n = (size_t)layer->frame->rows * (size_t)layer->in.row;

    if (layer->in.length == 0) {
        layer->y = layer->below->y;
        layer->dy = layer->below->dy;
        return;
    }
    layer_take_rows(layer, space);
    of(layer)->step = arena_take(&space->lane, layer->below->lends ? 0 : n, sizeof(real));
}

/* Where position t of row r stands. */
static real *position(const struct layer *layer, real *rows, int r, int t)
{
    return rows + (size_t)r * (size_t)layer->out.row + (size_t)t * (size_t)layer->in.row;
}

/* The position that row r takes at step s of a forward plan. */
static int position_of(const struct pass *pass, int r, int s)
{
    const struct plans *plans = pass->plans;
    int first = plans->length - plans->plan[PLAN_WHOLE].count[r];

    return plans_lead(plans, PLAN_WHOLE, r) + s - first;
}

/* Skipped positions of a row: zeros in front of its words, behind them zeros or the
 * last. */
static void fill_skipped(const struct layer *layer, const struct pass *pass, int r)
{
    size_t n_bytes = (size_t)layer->in.row * sizeof(real);
    int count = pass->plans->plan[PLAN_WHOLE].count[r];
    int lead = plans_lead(pass->plans, PLAN_WHOLE, r), end = lead + count;
    bool repeats = count > 0 && layer->in.skipped == SKIPPED_REPEATS;

    for (int t = 0; t < lead; t++)
        memset(position(layer, layer->y, r, t), 0, n_bytes);
    for (int t = end; t < layer->in.length; t++)
        if (repeats)
            memcpy(position(layer, layer->y, r, t), position(layer, layer->y, r, end - 1),
                   n_bytes);
        else
            memset(position(layer, layer->y, r, t), 0, n_bytes);
}

static void forward(struct layer *layer, const struct pass *pass)
{
    const struct steps *steps = &pass->plans->plan[PLAN_WHOLE].steps;
    struct layer *below = layer->below;
    size_t row = (size_t)layer->in.row;
    real *step = of(layer)->step;

    for (int s = 0; s < layer->in.length; s++) {
        if (!layer->frame->chain->mask) {
            below->ops->pull(below, pass, steps, s, position(layer, layer->y, 0, s),
                             (size_t)layer->out.row);
            continue;
        }
        if (steps->active[s] > 0)
            below->ops->pull(below, pass, steps, s, step, row);
        for (int r = 0; r < steps->active[s]; r++)
            memcpy(position(layer, layer->y, r, position_of(pass, r, s)),
                   step + (size_t)r * row, row * sizeof *step);
    }
    for (int r = 0; r < pass->n_rows && layer->frame->chain->mask; r++)
        if (layer->in.length > 0)
            fill_skipped(layer, pass, r);
}

/* The gradients of the rows' positions, `behind` positions after the one of step s; zeros
 * where a row has no such position. */
static void push_positions(struct layer *layer, const struct pass *pass, int s,
                           int behind)
{
    const struct steps *steps = &pass->plans->plan[PLAN_WHOLE].steps;
    struct layer *below = layer->below;
    size_t row = (size_t)layer->in.row;

    for (int r = 0; r < steps->active[s]; r++) {
        real *to = of(layer)->step + (size_t)r * row;
        int t = position_of(pass, r, s) + behind;
        if (t < layer->in.length)
            memcpy(to, position(layer, layer->dy, r, t), row * sizeof *to);
        else
            memset(to, 0, row * sizeof *to);
    }
    below->ops->push(below, pass, steps, s, of(layer)->step, row);
}

static void backward(struct layer *layer, const struct pass *pass)
{
    const struct steps *steps = &pass->plans->plan[PLAN_WHOLE].steps;
    struct layer *below = layer->below;
    int length = layer->in.length;

    if (length == 0)
        return;
    if (below->lends) {
        below->ops->borrow(below, layer->dy, (size_t)layer->out.row,
                           (size_t)layer->in.row);
        return;
    }

    if (below->ops->clear)
        below->ops->clear(below, pass);
    for (int s = length - 1; s >= 0; s--)
        if (steps->active[s] > 0)
            push_positions(layer, pass, s, 0);

    /* Positions behind a row's words repeat its last output: their gradients are its. */
    const struct chain_config *chain = layer->frame->chain;
    bool repeats = chain->mask && !chain->pad_pre && layer->in.skipped == SKIPPED_REPEATS;
    for (int behind = 1; behind < length && repeats; behind++)
        if (steps->active[length - 1] > 0)
            push_positions(layer, pass, length - 1, behind);
}

const struct layer_ops flatten_layer = {
    .size = sizeof(struct flatten_layer),
    .name = "flatten",
    .outline = outline,
    .shape = shape,
    .layout = layout,
    .forward = forward,
    .backward = backward,
};
