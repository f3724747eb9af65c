#include "layers/dense.h"

#include <string.h>

#include "layers/initial.h"
#include "layers/linear.h"

/* Dense(D, relu): y = max(x W + b, 0). Source: Keras Dense, kernel (F, D), bias (D). */
struct dense_layer {
    struct layer layer;
    struct linear linear;
    real *b, *db; /* (columns) */
    real *dz;     /* (R, columns) as a panel matrix */
};

static struct dense_layer *of(struct layer *layer)
{
    return (struct dense_layer *)layer;
}

static struct outline outline(const struct chain_config *chain, int i, struct outline in)
{
    (void)in;
    return (struct outline){0, chain->layer[i].dense.units};
}

void dense_tensors(const struct chain_config *chain, int i, struct params *params)
{
    const char *name = chain->layer[i].name;
    size_t units = (size_t)chain_outline(chain, i).width;

    params_add(params, name, "kernel", (size_t)chain_outline(chain, i - 1).width, units);
    params_add(params, name, "bias", units, 0);
}

struct work dense_work(const struct chain_config *chain, int i, bool trains)
{
    double inputs = chain_outline(chain, i - 1).width;

    (void)trains;
    return (struct work){.row = 6.0 * inputs * chain_outline(chain, i).width};
}

void dense_init(const struct layer *layer, uint64_t seed, real *weights)
{
    int units = layer->out.width;

    init_glorot_uniform(seed, layer->first_tensor, layer->in.blocks * layer->in.width,
                        units, layer_gradient(layer, weights, 0));
    memset(layer_gradient(layer, weights, 1), 0, (size_t)units * sizeof(real));
}

static int shape(struct layer *layer)
{
    struct linear *linear = &of(layer)->linear;
    int units = layer->config->dense.units, rc = layer_expect_vector(layer);

    if (rc || units < 1)
        return rc ? rc : fail(ERR_USAGE, "layer %s has no units", layer->config->name);

    linear_init(linear, layer->frame->kernels, layer->in.blocks, layer->in.width, 1,
                units);
    linear_take_rows(linear, layer->in.row);
    layer->out = (struct shape){.blocks = 1, .width = units, .row = linear->columns};
    return OK;
}

static void layout(struct layer *layer, struct space *space)
{
    struct dense_layer *dense = of(layer);
    size_t columns = (size_t)dense->linear.columns;

    linear_layout(&dense->linear, space);
    dense->b = arena_take(&space->weights, columns, sizeof(real));
    dense->db = arena_take(&space->backward, columns, sizeof(real));
    layer_take_rows(layer, space);
    dense->dz =
        arena_take(&space->backward, (size_t)layer->frame->rows * columns, sizeof(real));
}

static void pack(struct layer *layer, const real *weights)
{
    linear_pack(&of(layer)->linear, layer_weights(layer, weights, 0));
    linear_pack_bias(&of(layer)->linear, layer_weights(layer, weights, 1), false,
                     of(layer)->b);
}

static void forward(struct layer *layer, const struct pass *pass)
{
    const struct dense_layer *dense = of(layer);
    const struct kernels *kernels = layer->frame->kernels;
    size_t columns = (size_t)dense->linear.columns;
    struct matmul m = {
        .rows = pass->n_rows,
        .vectors = dense->linear.vectors,
        .n_terms = 1,
        .term = {linear_term(&dense->linear, layer->below->y)},
        .bias = dense->b,
        .c = layer->y,
        .c_row = columns,
        .c_panel = (size_t)linear_panel(&dense->linear),
    };

    kernels->matmul(&m);
    kernels->relu((size_t)pass->n_rows * columns, layer->y);
}

/* dL/dz, (rows, columns) row by row, as the panel matrix that the products read. */
static void to_panels(const struct dense_layer *dense, int n_rows, size_t panel)
{
    size_t width = (size_t)linear_panel(&dense->linear);
    size_t columns = (size_t)dense->linear.columns;

    for (size_t p = 0; p < columns / width; p++)
        for (size_t r = 0; r < (size_t)n_rows; r++)
            memcpy(dense->dz + p * panel + r * width,
                   dense->layer.dy + r * columns + p * width, width * sizeof(real));
}

/* y is as the pass forward left it, or 0 where Dropout dropped it. */
static void backward(struct layer *layer, const struct pass *pass)
{
    struct dense_layer *dense = of(layer);
    struct linear *linear = &dense->linear;
    const struct kernels *kernels = layer->frame->kernels;
    size_t columns = (size_t)linear->columns;
    size_t panel = (size_t)layer->frame->rows * (size_t)linear_panel(linear);

    kernels->relu_backward((size_t)pass->n_rows * columns, layer->y, layer->dy);
    to_panels(dense, pass->n_rows, panel);

    linear_zero_gradient(linear);
    memset(dense->db, 0, columns * sizeof *dense->db);
    linear_add_gradient(linear, pass->n_rows, layer->below->y, dense->dz, panel);
    kernels->add_rows(pass->n_rows, linear->vectors, dense->dz, panel, dense->db);
    linear_unpack(linear, layer_gradient(layer, pass->gradient, 0));
    linear_unpack_bias(linear, dense->db, layer_gradient(layer, pass->gradient, 1));

    struct matmul back =
        linear_back(linear, pass->n_rows, dense->dz, panel, layer->below->dy);
    kernels->matmul(&back);
}

static const char *const words[] = {"dense", NULL};

static int read_words(struct stack_item *item, struct chain_config *chain,
                      struct layer_config *layer)
{
    int rc = stack_take_count(item, "units", LAYER_MOST_DENSE_UNITS, &layer->dense.units);

    (void)chain;
    stack_take_word(item, "relu"); /* the only activation, and the usual one */
    return rc ? rc : stack_end(item, "its units, relu");
}

static char *write_words(const struct chain_config *chain,
                         const struct layer_config *layer)
{
    (void)chain;
    return xasprintf("dense:%d:relu", layer->dense.units);
}

const struct layer_ops dense_layer = {
    .size = sizeof(struct dense_layer),
    .name = "dense",
    .words = words,
    .read_words = read_words,
    .write_words = write_words,
    .outline = outline,
    .tensors = dense_tensors,
    .work = dense_work,
    .shape = shape,
    .init = dense_init,
    .layout = layout,
    .pack = pack,
    .forward = forward,
    .backward = backward,
};
