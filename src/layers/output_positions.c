#include "layers/output_positions.h"

#include <string.h>

#include "layers/dropout.h"

static size_t units_of(const struct output_positions *p)
{
    return (size_t)p->output->out.width;
}

/* Reals of a position, and of those of a row that stand in x. */
static size_t width_of(const struct output_positions *p)
{
    return (size_t)p->below->out.row;
}

static size_t row_of(const struct output_positions *p)
{
    return (size_t)p->some * width_of(p);
}

/* dL/dy of a position t, from `column` on: what each logit's gradient leaves there, and
 * the Dropout of it. */
static void add_gradient(const struct gradient_source *source, int t, int column,
                         int rows, int vectors, real *d, size_t d_row)
{
    const struct output_positions *p = (const struct output_positions *)source;
    size_t first = (size_t)t * width_of(p) + (size_t)column;
    const struct dropped_back back = {
        .rows = rows,
        .vectors = vectors,
        .units = p->output->out.width,
        .dy = p->output->dy,
        .w = p->w,
        .w_row = (size_t)p->output->in.row,
        .first = first,
        .bits = p->bits ? p->bits->bits : NULL,
        .bits_row = p->bits ? p->bits->row : 0,
        .scale = p->bits ? dropout_scale(p->dropout) : 1,
        .dx = d,
        .dx_row = d_row,
    };

    p->output->frame->kernels->add_dropped_back(&back);
}

bool output_positions_init(struct output_positions *p, const struct layer *output)
{
    struct layer *below = output->below, *dropout = NULL;

    if (below->config->kind == LAYER_DROPOUT) {
        dropout = below;
        below = below->below;
    }
    if (below->config->kind != LAYER_FLATTEN || below->in.length == 0 ||
        !below->below->lends)
        return false;

    *p = (struct output_positions){.source = {add_gradient},
                                   .output = output,
                                   .dropout = dropout,
                                   .below = below->below,
                                   .some = 4};
    while (row_of(p) % 32 > 0)
        p->some *= 2;
    below->passes_on = true;
    if (dropout)
        dropout->passes_on = true;
    return true;
}

void output_positions_layout(struct output_positions *p, struct space *space)
{
    size_t rows = (size_t)p->output->frame->rows;
    size_t group = DOT_VECTORS * (size_t)p->output->frame->kernels->width;

    p->x = arena_take(&space->lane, rows * row_of(p), sizeof(real));
    p->sums = arena_take(&space->lane, rows * units_of(p) * group, sizeof(real));
}

/* n positions from t on into x, dropped. */
static void pull_some(const struct output_positions *p, const struct pass *pass, int t,
                      int n)
{
    const struct steps *steps = &pass->plans->plan[PLAN_WHOLE].steps;
    size_t width = width_of(p), row = row_of(p), place = (size_t)t * width / 32;

    for (int i = 0; i < n; i++)
        p->below->ops->pull(p->below, pass, steps, t + i, p->x + (size_t)i * width, row);
    for (size_t r = 0; r < (size_t)pass->n_rows && p->bits; r++)
        p->output->frame->kernels->drop(n * (int)width,
                                        p->bits->bits + r * p->bits->row + place,
                                        dropout_scale(p->dropout), p->x + r * row);
}

static int number_of(const struct output_positions *p, int t)
{
    int left = p->output->in.row / p->below->out.row - t;
    return left < p->some ? left : p->some;
}

void output_positions_forward(struct output_positions *p, const struct pass *pass,
                              const real *w)
{
    const struct kernels *kernels = p->output->frame->kernels;
    size_t inputs = (size_t)p->output->in.row, units = units_of(p), row = row_of(p);
    size_t group = DOT_VECTORS * (size_t)kernels->width;
    size_t logits = (size_t)pass->n_rows * units;

    p->w = w;
    p->bits = p->dropout ? dropout_bits(p->dropout, pass) : NULL;
    memset(p->sums, 0, logits * group * sizeof *p->sums);
    for (int t = 0, n; (n = number_of(p, t)) > 0; t += n) {
        size_t width = (size_t)n * width_of(p), at = (size_t)t * width_of(p);
        pull_some(p, pass, t, n);
        for (size_t i = 0; i < logits; i++)
            kernels->dot_some(width, p->x + i / units * row, w + i % units * inputs + at,
                              p->sums + i * group);
    }
    for (size_t i = 0; i < logits; i++)
        p->output->y[i] = kernels->dot_end(p->sums + i * group);
}

void output_positions_backward(struct output_positions *p, const struct pass *pass,
                               real *dw)
{
    const struct kernels *kernels = p->output->frame->kernels;
    size_t inputs = (size_t)p->output->in.row, units = units_of(p), row = row_of(p);
    size_t logits = (size_t)pass->n_rows * units;

    memset(dw, 0, units * inputs * sizeof *dw);
    for (int t = 0, n; (n = number_of(p, t)) > 0; t += n) {
        size_t width = (size_t)n * width_of(p), at = (size_t)t * width_of(p);
        pull_some(p, pass, t, n);
        for (size_t i = 0; i < logits; i++)
            kernels->axpy(width, p->output->dy[i], p->x + i / units * row,
                          dw + i % units * inputs + at);
    }
    p->below->ops->borrow_source(p->below, &p->source);
}
