#include "layers/positions.h"

#include <string.h>

static real *at(struct positions positions, int r, int t)
{
    return positions.first + (size_t)r * positions.row + (size_t)t * positions.time;
}

static const struct steps *steps_of(const struct pass *pass)
{
    return &pass->plans->plan[PLAN_WHOLE].steps;
}

int positions_time(const struct pass *pass, int r, int s)
{
    const struct plans *plans = pass->plans;
    int first = plans->length - plans->plan[PLAN_WHOLE].count[r];

    return plans_lead(plans, PLAN_WHOLE, r) + s - first;
}

void positions_put_step(const struct layer *layer, const struct pass *pass, int s,
                        const real *step, struct positions to)
{
    size_t row = (size_t)layer->in.row;

    for (int r = 0; r < steps_of(pass)->active[s]; r++)
        memcpy(at(to, r, positions_time(pass, r, s)), step + (size_t)r * row,
               row * sizeof *step);
}

/* Zeros in front of a row's words, behind them zeros or the last. */
static void fill_row(const struct layer *layer, const struct pass *pass, int r,
                     struct positions to)
{
    size_t n_bytes = (size_t)layer->in.row * sizeof(real);
    int count = pass->plans->plan[PLAN_WHOLE].count[r];
    int lead = plans_lead(pass->plans, PLAN_WHOLE, r), end = lead + count;
    bool repeats = count > 0 && layer->in.skipped == SKIPPED_REPEATS;

    for (int t = 0; t < lead; t++)
        memset(at(to, r, t), 0, n_bytes);
    for (int t = end; t < layer->in.length; t++)
        if (repeats)
            memcpy(at(to, r, t), at(to, r, end - 1), n_bytes);
        else
            memset(at(to, r, t), 0, n_bytes);
}

void positions_fill_skipped(const struct layer *layer, const struct pass *pass,
                            struct positions to)
{
    for (int r = 0; r < pass->n_rows && pass->plans->mask; r++)
        fill_row(layer, pass, r, to);
}

/* Where nothing is skipped steps are positions, pulled to where they stay. */
void positions_pull(const struct layer *layer, const struct pass *pass,
                    struct positions to, real *step)
{
    const struct steps *steps = steps_of(pass);
    struct layer *below = layer->below;

    for (int s = 0; s < steps->length; s++) {
        if (!pass->plans->mask) {
            below->ops->pull(below, pass, steps, s, at(to, 0, s), to.row);
        } else if (steps->active[s] > 0) {
            below->ops->pull(below, pass, steps, s, step, (size_t)layer->in.row);
            positions_put_step(layer, pass, s, step, to);
        }
    }
    positions_fill_skipped(layer, pass, to);
}

void positions_add_gradient(const struct layer *layer, const struct pass *pass, int s,
                            struct positions from, real *step)
{
    const struct kernels *kernels = layer->frame->kernels;
    size_t row = (size_t)layer->in.row;
    int length = layer->in.length;
    bool repeats = pass->plans->mask && !pass->plans->pad_pre && s == length - 1 &&
                   layer->in.skipped == SKIPPED_REPEATS;

    for (int r = 0; r < steps_of(pass)->active[s]; r++) {
        int t = positions_time(pass, r, s), end = repeats ? length : t + 1;
        for (; t < end; t++)
            kernels->add(row, step + (size_t)r * row, at(from, r, t));
    }
}

void positions_push(const struct layer *layer, const struct pass *pass,
                    struct positions from, real *step)
{
    const struct steps *steps = steps_of(pass);
    struct layer *below = layer->below;
    size_t row = (size_t)layer->in.row;

    if (below->ops->clear)
        below->ops->clear(below, pass);
    for (int s = steps->length - 1; s >= 0; s--) {
        if (!pass->plans->mask) {
            below->ops->push(below, pass, steps, s, at(from, 0, s), from.row);
        } else if (steps->active[s] > 0) {
            memset(step, 0, (size_t)steps->active[s] * row * sizeof *step);
            positions_add_gradient(layer, pass, s, from, step);
            below->ops->push(below, pass, steps, s, step, row);
        }
    }
}

size_t positions_outputs(const struct layer *layer)
{
    return (size_t)layer->out.length * (size_t)layer->out.row;
}

void positions_take_outputs(struct layer *layer, struct space *space)
{
    size_t n = (size_t)layer->frame->rows * positions_outputs(layer);

    layer->y = arena_take(&space->lane, n, sizeof(real));
    layer->dy = arena_take(&space->backward, n, sizeof(real));
}

bool positions_stand_below(const struct layer *layer)
{
    return layer->below->ops->pull == positions_pull_outputs && !layer->below->by_rows;
}

/* Position t of row r stands at (r * T' + t) * out.row. */
void positions_pull_outputs(struct layer *layer, const struct pass *pass,
                            const struct steps *steps, int s, real *x, size_t row)
{
    size_t width = (size_t)layer->out.row;
    const real *from = layer->y + (size_t)steps_time(steps, s) * width;

    (void)pass;
    for (int r = 0; r < steps->active[s]; r++)
        memcpy(x + (size_t)r * row, from + (size_t)r * positions_outputs(layer),
               width * sizeof *x);
}

void positions_clear_outputs(struct layer *layer, const struct pass *pass)
{
    memset(layer->dy, 0,
           (size_t)pass->n_rows * positions_outputs(layer) * sizeof *layer->dy);
}

void positions_push_outputs(struct layer *layer, const struct pass *pass,
                            const struct steps *steps, int s, const real *dx, size_t row)
{
    size_t width = (size_t)layer->out.row;
    real *to = layer->dy + (size_t)steps_time(steps, s) * width;

    (void)pass;
    for (int r = 0; r < steps->active[s]; r++)
        layer->frame->kernels->add(width, to + (size_t)r * positions_outputs(layer),
                                   dx + (size_t)r * row);
}
