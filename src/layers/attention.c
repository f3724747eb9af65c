#include "layers/fold.h"

#include <math.h>
#include <string.h>

#include "layers/initial.h"

/* Numbers of its tensors among the layer's. */
enum { KERNEL, BIAS, V };

void attention_tensors(const struct chain_config *chain, int i, struct params *params)
{
    const struct layer_config hidden =
        layer_attention_part(&chain->layer[i], ATTENTION_HIDDEN);
    const struct layer_config score =
        layer_attention_part(&chain->layer[i], ATTENTION_SCORE);
    size_t units = (size_t)chain->layer[i].pooling.units;

    params_add(params, hidden.name, "kernel", (size_t)chain_outline(chain, i - 1).width,
               units);
    params_add(params, hidden.name, "bias", units, 0);
    if (chain_has_mask(chain, i)) /* a query in Keras, which heeds masks */
        params_add(params, score.name, "embeddings", 1, units);
    else
        params_add(params, score.name, "kernel", units, 1);
}

struct work attention_work(const struct chain_config *chain, int i)
{
    double width = chain_outline(chain, i - 1).width;
    double units = chain->layer[i].pooling.units;

    return (struct work){.position = 6 * (width * units + units + width)};
}

int attention_shape(struct attention *attention, const struct layer *layer)
{
    int units = layer->config->pooling.units;

    if (units < 1)
        return fail(ERR_USAGE, "layer %s has no units", layer->config->name);
    linear_init(&attention->linear, layer->frame->kernels, layer->in.blocks,
                layer->in.width, 1, units);
    linear_take_rows(&attention->linear, layer->in.row);
    return OK;
}

void attention_init(const struct layer *layer, uint64_t seed, real *weights)
{
    int units = layer->config->pooling.units, first = layer->first_tensor;

    init_glorot_uniform(seed, first + KERNEL, layer->in.blocks * layer->in.width, units,
                        layer_gradient(layer, weights, KERNEL));
    memset(layer_gradient(layer, weights, BIAS), 0, (size_t)units * sizeof(real));
    init_glorot_uniform(seed, first + V, units, 1, layer_gradient(layer, weights, V));
}

void attention_layout(struct attention *own, const struct layer *layer,
                      struct space *space)
{
    size_t columns = (size_t)own->linear.columns, rows = (size_t)layer->frame->rows;
    size_t length = (size_t)layer->in.length, n = rows * (size_t)layer->in.row;
    size_t kept = layer->frame->trains ? length : 1;

    linear_layout(&own->linear, space);
    own->b = arena_take(&space->weights, columns, sizeof(real));
    own->v = arena_take(&space->weights, columns, sizeof(real));

    own->u = arena_take(&space->lane, kept * rows * columns, sizeof(real));
    own->score = arena_take(&space->lane, length * rows, sizeof(real));
    own->below = arena_take(&space->lane, rows, sizeof(real));
    own->e = arena_take(&space->lane, rows > length ? rows : length, sizeof(double));
    own->most = arena_take(&space->lane, rows, sizeof(real));
    own->sum = arena_take(&space->lane, rows, sizeof(double));

    own->db = arena_take(&space->backward, columns, sizeof(real));
    own->dv = arena_take(&space->backward, columns, sizeof(real));
    own->share = arena_take(&space->backward, length * rows, sizeof(real));
    own->y = arena_take(&space->backward, n, sizeof(real));
    own->common = arena_take(&space->backward, rows, sizeof(real));
    own->x = arena_take(&space->backward, n, sizeof(real));
    own->d_score = arena_take(&space->backward, rows, sizeof(real));
    own->dz = arena_take(&space->backward, rows * columns, sizeof(real));
}

void attention_pack(struct attention *own, const struct layer *layer, const real *weights)
{
    linear_pack(&own->linear, layer_weights(layer, weights, KERNEL));
    linear_pack_bias(&own->linear, layer_weights(layer, weights, BIAS), false, own->b);
    linear_pack_bias(&own->linear, layer_weights(layer, weights, V), false, own->v);
}

/* Of a step, in the arrays that have all of them, or one. */
static size_t place(const struct side *side, int s)
{
    size_t rows = (size_t)side->layer->frame->rows;
    size_t columns = (size_t)side->attention->linear.columns;

    return side->layer->frame->trains ? (size_t)s * rows * columns : 0;
}

static real *row_of(const struct side *side, real *rows, int r)
{
    return rows + (size_t)r * (size_t)side->layer->out.row;
}

void attention_begin(struct side *side, const struct pass *pass)
{
    struct attention *own = side->attention;

    for (int r = 0; r < pass->n_rows; r++) {
        memset(row_of(side, side->y, r), 0, (size_t)side->layer->in.row * sizeof(real));
        own->most[r] = -(real)INFINITY;
        own->sum[r] = 0;
    }
}

/* u = tanh(x W + b) */
static real *look(struct side *side, int n_rows, int s, const real *x)
{
    struct attention *own = side->attention;
    const struct kernels *kernels = side->layer->frame->kernels;
    size_t columns = (size_t)own->linear.columns;
    real *u = own->u + place(side, s);
    struct matmul m = {
        .rows = n_rows,
        .vectors = own->linear.vectors,
        .n_terms = 1,
        .term = {linear_term(&own->linear, x)},
        .bias = own->b,
        .c = u,
        .c_row = columns,
        .c_panel = (size_t)linear_panel(&own->linear),
    };

    kernels->matmul(&m);
    kernels->activate[ACTIVATION_TANH]((size_t)n_rows * columns, 0, u, u, NULL);
    return u;
}

/* A score above the greatest so far makes all that was summed smaller. */
static void take_score(struct side *side, int r, int s, real score)
{
    struct attention *own = side->attention;
    int rows = side->layer->frame->rows;

    if (!(score <= own->most[r])) { /* or not a number, which stays one */
        double factor = kernels_exp((double)own->most[r] - (double)score);
        real *y = row_of(side, side->y, r);
        side->layer->frame->kernels->scale((size_t)side->layer->in.row, (real)factor, y,
                                           y);
        own->sum[r] *= factor;
        own->most[r] = score;
    }
    own->score[s * rows + r] = score;
    own->below[r] = score - own->most[r];
}

void attention_step(struct side *side, const struct pass *pass, int n_rows, int s,
                    const real *x)
{
    struct attention *own = side->attention;
    const struct kernels *kernels = side->layer->frame->kernels;
    size_t columns = (size_t)own->linear.columns, width = (size_t)side->layer->in.row;

    n_rows = fold_rows(side, pass, n_rows, s);
    if (n_rows == 0)
        return;

    const real *u = look(side, n_rows, s, x);
    for (int r = 0; r < n_rows; r++)
        take_score(side, r, s, kernels->dot(columns, u + (size_t)r * columns, own->v));

    kernels->exp_sum((size_t)n_rows, own->below, 0, own->e);
    for (int r = 0; r < n_rows; r++) {
        own->sum[r] += own->e[r];
        kernels->axpy(width, (real)own->e[r], x + (size_t)r * width,
                      row_of(side, side->y, r));
    }
}

/* A row's shares by row, for the pass back. */
static void find_shares(struct side *side, const struct pass *pass, int r)
{
    struct attention *own = side->attention;
    const struct kernels *kernels = side->layer->frame->kernels;
    size_t first = (size_t)fold_first(side, pass, r),
           n = (size_t)fold_count(side, pass, r);
    size_t rows = (size_t)side->layer->frame->rows;
    real *share = own->share + (size_t)r * (size_t)side->layer->in.length + first;

    for (size_t k = 0; k < n; k++)
        share[k] = own->score[(first + k) * rows + (size_t)r];
    double sum = kernels->exp_sum(n, share, (double)own->most[r], own->e);
    kernels->divide(n, own->e, sum, share);
}

void attention_end(struct side *side, const struct pass *pass)
{
    struct attention *own = side->attention;
    size_t width = (size_t)side->layer->in.row;

    for (int r = 0; r < pass->n_rows; r++) {
        real *y = row_of(side, side->y, r);
        if (fold_count(side, pass, r) == 0)
            continue;
        side->layer->frame->kernels->scale(width, (real)(1 / own->sum[r]), y, y);
        if (!pass->trains)
            continue;
        memcpy(own->y + (size_t)r * width, y, width * sizeof *y);
        find_shares(side, pass, r);
    }
}

void attention_begin_back(struct side *side, const struct pass *pass)
{
    struct attention *own = side->attention;
    size_t columns = (size_t)own->linear.columns, width = (size_t)side->layer->in.row;

    linear_zero_gradient(&own->linear);
    memset(own->db, 0, columns * sizeof *own->db);
    memset(own->dv, 0, columns * sizeof *own->dv);
    for (int r = 0; r < pass->n_rows; r++)
        if (fold_count(side, pass, r) > 0)
            own->common[r] = side->layer->frame->kernels->dot(
                width, row_of(side, side->dy, r), own->y + (size_t)r * width);
}

/* dL/ds of a row, and a dy. */
static void step_row_back(struct side *side, int r, int s, const real *x, real *dx)
{
    struct attention *own = side->attention;
    const struct kernels *kernels = side->layer->frame->kernels;
    size_t width = (size_t)side->layer->in.row;
    const real *dy = row_of(side, side->dy, r);
    real share = own->share[(size_t)r * (size_t)side->layer->in.length + (size_t)s];

    own->d_score[r] = share * (kernels->dot(width, dy, x) - own->common[r]);
    kernels->axpy(width, share, dy, dx);
}

void attention_step_back(struct side *side, const struct pass *pass, int n_rows, int s,
                         real *dx)
{
    struct attention *own = side->attention;
    struct layer *below = side->layer->below;
    const struct kernels *kernels = side->layer->frame->kernels;
    size_t width = (size_t)side->layer->in.row;
    size_t panel = (size_t)side->layer->frame->rows * (size_t)linear_panel(&own->linear);

    n_rows = fold_rows(side, pass, n_rows, s);
    if (n_rows == 0)
        return;
    below->ops->pull(below, pass, &pass->plans->plan[PLAN_WHOLE].steps, s, own->x, width);
    for (int r = 0; r < n_rows; r++)
        step_row_back(side, r, s, own->x + (size_t)r * width, dx + (size_t)r * width);

    struct attention_backward hidden = {
        .rows = n_rows,
        .vectors = own->linear.columns / kernels->width,
        .u = own->u + place(side, s),
        .v = own->v,
        .d_score = own->d_score,
        .dz = own->dz,
        .dz_panel = panel,
        .dv = own->dv,
        .db = own->db,
    };
    kernels->attention_backward(&hidden);
    linear_add_gradient(&own->linear, n_rows, own->x, own->dz, panel);
    struct matmul back = linear_back(&own->linear, n_rows, own->dz, panel, dx);
    back.accumulate = true;
    kernels->matmul(&back);
}

void attention_end_back(struct side *side, const struct pass *pass)
{
    struct attention *own = side->attention;
    const struct layer *layer = side->layer;
    real *gradient = pass->gradient;

    linear_unpack(&own->linear, layer_gradient(layer, gradient, KERNEL));
    linear_unpack_bias(&own->linear, own->db, layer_gradient(layer, gradient, BIAS));
    linear_unpack_bias(&own->linear, own->dv, layer_gradient(layer, gradient, V));
}
