#include "layers/layer.h"

#include <string.h>

/* Over time, a tie of the maximum going to the first position:
 *
 *   max    y = max over t of x_t             dL/dx_t = dL/dy where x_t gave y
 *   mean   y = sum over t of x_t / n         dL/dx_t = dL/dy / n
 *
 * Under a mask the mean is over the n real positions, 0 if there are none, and the
 * maximum sees what Keras's layer sees at skipped ones (enum skipped). Source: Keras
 * GlobalMaxPooling1D, GlobalAveragePooling1D. */
struct pooling_layer {
    struct layer layer;
    real *step;     /* (R, row) a step's vectors, or their gradients */
    int32_t *where; /* (R, row) max: the step that gave y, or NOWHERE */
};

/* The maximum is the zero of a skipped position, whose gradient ends there. */
enum { NOWHERE = -1 };

static struct pooling_layer *of(struct layer *layer)
{
    return (struct pooling_layer *)layer;
}

static int row_count(const struct pass *pass, int r)
{
    return pass->plans->plan[PLAN_WHOLE].count[r];
}

static void zero_rows(struct layer *layer, const struct pass *pass)
{
    memset(layer->y, 0, (size_t)pass->n_rows * (size_t)layer->out.row * sizeof *layer->y);
}

/* Rows that begin with a skipped position begin with its zero; the others with their
 * first step whatever it is, so that what is not a number stays. */
static bool begins_skipped(const struct pass *pass, int r)
{
    return row_count(pass, r) == 0 || plans_lead(pass->plans, PLAN_WHOLE, r) > 0;
}

static void max_begin(struct layer *layer, const struct pass *pass)
{
    size_t n = (size_t)pass->n_rows * (size_t)layer->out.row;

    zero_rows(layer, pass);
    for (size_t j = 0; j < n; j++)
        of(layer)->where[j] = NOWHERE;
}

static void max_step(struct layer *layer, const struct pass *pass, int n_rows, int s)
{
    size_t n = (size_t)layer->out.row;

    for (int r = 0; r < n_rows; r++) {
        const real *x = of(layer)->step + (size_t)r * n;
        real *best = layer->y + (size_t)r * n;
        int32_t *where = of(layer)->where + (size_t)r * n;
        bool is_first = s == layer->in.length - row_count(pass, r);
        bool takes_all = is_first && !begins_skipped(pass, r);

        for (size_t j = 0; j < n; j++) {
            bool is_greater = takes_all || x[j] > best[j];
            best[j] = is_greater ? x[j] : best[j];
            where[j] = is_greater ? s : where[j];
        }
    }
}

/* Zeros behind a row's last word; a repeated output cannot win against itself. */
static void max_end(struct layer *layer, const struct pass *pass)
{
    size_t n = (size_t)layer->out.row;

    for (int r = 0; r < pass->n_rows && layer->in.skipped == SKIPPED_ZEROS; r++) {
        real *best = layer->y + (size_t)r * n;
        int32_t *where = of(layer)->where + (size_t)r * n;
        bool ends_skipped = row_count(pass, r) < layer->in.length &&
                            plans_lead(pass->plans, PLAN_WHOLE, r) == 0;

        for (size_t j = 0; j < n && ends_skipped; j++)
            if (best[j] < 0) {
                best[j] = 0;
                where[j] = NOWHERE;
            }
    }
}

static void max_step_back(struct layer *layer, const struct pass *pass, int n_rows, int s)
{
    size_t n = (size_t)n_rows * (size_t)layer->out.row;
    const int32_t *where = of(layer)->where;

    (void)pass;
    for (size_t j = 0; j < n; j++)
        of(layer)->step[j] = where[j] == s ? layer->dy[j] : 0;
}

static void mean_step(struct layer *layer, const struct pass *pass, int n_rows, int s)
{
    (void)pass;
    (void)s;
    layer->frame->kernels->add((size_t)n_rows * (size_t)layer->out.row, layer->y,
                               of(layer)->step);
}

static void mean_end(struct layer *layer, const struct pass *pass)
{
    size_t n = (size_t)layer->out.row;

    for (int r = 0; r < pass->n_rows; r++) {
        int count = row_count(pass, r);
        for (size_t j = 0; j < n && count > 0; j++)
            layer->y[(size_t)r * n + j] /= (real)count;
    }
}

/* The same at every step: computed with the first that is asked for, the last one, which
 * all rows take. */
static void mean_step_back(struct layer *layer, const struct pass *pass, int n_rows,
                           int s)
{
    size_t n = (size_t)layer->out.row;

    for (int r = 0; r < n_rows && s == layer->in.length - 1; r++)
        layer->frame->kernels->scale(n, 1 / (real)row_count(pass, r),
                                     layer->dy + (size_t)r * n,
                                     of(layer)->step + (size_t)r * n);
}

/* A kind of pooling: what it does before the first step, with each step's vectors of the
 * first n_rows rows, and behind the last; and dL/d(inputs) of a step, the steps coming
 * last to first. */
struct fold {
    void (*begin)(struct layer *layer, const struct pass *pass);
    void (*step)(struct layer *layer, const struct pass *pass, int n_rows, int s);
    void (*end)(struct layer *layer, const struct pass *pass);
    void (*step_back)(struct layer *layer, const struct pass *pass, int n_rows, int s);
    bool sees_skipped;
};

static const struct fold folds[] = {
    [POOLING_MAX] = {max_begin, max_step, max_end, max_step_back, true},
    [POOLING_MEAN] = {zero_rows, mean_step, mean_end, mean_step_back, false},
};
_Static_assert(COUNT_OF(folds) == POOLING_KINDS, "a pooling is not defined");

static const struct fold *fold_of(const struct layer *layer)
{
    return &folds[layer->config->pooling.how];
}

#define POOLING_SNAKE(NAME, stem, class_name, snake) [POOLING_##NAME] = #snake,

static const char *name_of(const struct layer_config *layer)
{
    static const char *const names[] = {POOLING_LIST(POOLING_SNAKE)};

    return names[layer->pooling.how];
}

static struct outline outline(const struct chain_config *chain, int i, struct outline in)
{
    (void)chain;
    (void)i;
    return (struct outline){0, in.width};
}

static int shape(struct layer *layer)
{
    layer->out = layer->in;
    layer->out.length = 0;
    layer->out.alike = false;
    return fold_of(layer)->sees_skipped ? layer_expect_all_positions(layer)
                                        : layer_expect_sequence(layer);
}

static void layout(struct layer *layer, struct space *space)
{
    size_t n = (size_t)layer->frame->rows * (size_t)layer->in.row;

    layer_take_rows(layer, space);
    of(layer)->step = arena_take(&space->lane, n, sizeof(real));
    of(layer)->where = arena_take(&space->lane, n, sizeof(int32_t));
}

static void forward(struct layer *layer, const struct pass *pass)
{
    const struct fold *fold = fold_of(layer);
    const struct steps *steps = &pass->plans->plan[PLAN_WHOLE].steps;
    struct layer *below = layer->below;

    fold->begin(layer, pass);
    for (int s = 0; s < steps->length; s++) {
        if (steps->active[s] == 0)
            continue;
        below->ops->pull(below, pass, steps, s, of(layer)->step, (size_t)layer->in.row);
        fold->step(layer, pass, steps->active[s], s);
    }
    fold->end(layer, pass);
}

static void backward(struct layer *layer, const struct pass *pass)
{
    const struct steps *steps = &pass->plans->plan[PLAN_WHOLE].steps;
    struct layer *below = layer->below;

    if (below->ops->clear)
        below->ops->clear(below, pass);
    for (int s = steps->length - 1; s >= 0; s--) {
        if (steps->active[s] == 0)
            continue;
        fold_of(layer)->step_back(layer, pass, steps->active[s], s);
        below->ops->push(below, pass, steps, s, of(layer)->step, (size_t)layer->in.row);
    }
}

const struct layer_ops pooling_layer = {
    .size = sizeof(struct pooling_layer),
    .name_of = name_of,
    .outline = outline,
    .shape = shape,
    .layout = layout,
    .forward = forward,
    .backward = backward,
};
