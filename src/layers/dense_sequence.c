/* A Dense whose inputs are a vector a position: computed once for all positions, as those
 * above may ask in any order and more than once. Backward the inputs are pulled again,
 * which costs a copy. Source: Keras Dense and TimeDistributed. */
#include "layers/dense_private.h"

#include <string.h>

static const struct steps *steps_of(const struct pass *pass)
{
    return &pass->plans->plan[PLAN_WHOLE].steps;
}

/* Where the vectors of step s of any plan begin. */
static size_t place(const struct dense_layer *dense, const struct pass *pass,
                    const struct steps *steps, int s)
{
    return steps_of(pass)->slot[steps_time(steps, s)] * (size_t)dense->linear.columns;
}

void dense_shape_sequence(struct dense_layer *dense)
{
    struct layer *layer = &dense->layer;

    layer->out.length = layer->in.length;
    layer->out.row = dense->linear.vectors * layer->frame->kernels->width;
    layer->out.skipped = SKIPPED_OTHER;
    layer->n_directions = 1;
    layer->plan[0] = PLAN_WHOLE;
}

void dense_layout_sequence(struct dense_layer *dense, struct space *space)
{
    size_t n = (size_t)dense->layer.frame->rows * (size_t)dense->layer.in.row;

    dense->x = arena_take(&space->lane, n, sizeof(real));
    dense->dx = arena_take(&space->backward, n, sizeof(real));
}

static void pull_inputs(struct dense_layer *dense, const struct pass *pass, int s)
{
    struct layer *below = dense->layer.below;

    below->ops->pull(below, pass, steps_of(pass), s, dense->x,
                     (size_t)dense->layer.in.row);
}

void dense_forward_sequence(struct dense_layer *dense, const struct pass *pass)
{
    const struct steps *steps = steps_of(pass);

    for (int s = 0; s < steps->length; s++) {
        if (steps->active[s] == 0)
            continue;
        pull_inputs(dense, pass, s);
        dense_apply(dense, pass, steps->active[s], dense->x,
                    place(dense, pass, steps, s));
    }
}

void dense_backward_sequence(struct dense_layer *dense, const struct pass *pass)
{
    const struct steps *steps = steps_of(pass);
    struct layer *below = dense->layer.below;

    if (below->ops->clear)
        below->ops->clear(below, pass);
    for (int s = steps->length - 1; s >= 0; s--) {
        if (steps->active[s] == 0)
            continue;
        pull_inputs(dense, pass, s);
        dense_apply_back(dense, steps->active[s], dense->x, place(dense, pass, steps, s),
                         dense->dx);
        below->ops->push(below, pass, steps, s, dense->dx, (size_t)dense->layer.in.row);
    }
}

void dense_pull(struct layer *layer, const struct pass *pass, const struct steps *steps,
                int s, real *x, size_t row)
{
    const struct dense_layer *dense = (const struct dense_layer *)layer;
    const real *from = layer->y + place(dense, pass, steps, s);

    for (size_t r = 0; r < (size_t)steps->active[s]; r++)
        memcpy(x + r * row, from + r * (size_t)dense->linear.columns,
               (size_t)layer->out.row * sizeof *x);
}

void dense_clear(struct layer *layer, const struct pass *pass)
{
    const struct dense_layer *dense = (const struct dense_layer *)layer;
    const struct steps *steps = steps_of(pass);

    memset(layer->dy, 0,
           steps->slot[steps->length] * (size_t)dense->linear.columns * sizeof(real));
}

void dense_push(struct layer *layer, const struct pass *pass, const struct steps *steps,
                int s, const real *dx, size_t row)
{
    const struct dense_layer *dense = (const struct dense_layer *)layer;
    real *to = layer->dy + place(dense, pass, steps, s);

    for (size_t r = 0; r < (size_t)steps->active[s]; r++)
        layer->frame->kernels->add((size_t)layer->out.row,
                                   to + r * (size_t)dense->linear.columns, dx + r * row);
}
