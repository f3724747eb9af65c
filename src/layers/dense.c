#include "layers/dense_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "layers/initial.h"

static struct dense_layer *of(struct layer *layer)
{
    return (struct dense_layer *)layer;
}

static struct outline outline(const struct chain_config *chain, int i, struct outline in)
{
    return (struct outline){in.length, chain->layer[i].dense.units};
}

/* The output always has one. */
static bool has_bias(const struct layer_config *layer)
{
    return layer->kind != LAYER_DENSE || !layer->dense.no_bias;
}

void dense_tensors(const struct chain_config *chain, int i, struct params *params)
{
    const char *name = chain->layer[i].name;
    size_t units = (size_t)chain_outline(chain, i).width;

    params_add(params, name, "kernel", (size_t)chain_outline(chain, i - 1).width, units);
    if (has_bias(&chain->layer[i]))
        params_add(params, name, "bias", units, 0);
}

struct work dense_work(const struct chain_config *chain, int i, bool trains)
{
    double n = 6.0 * chain_outline(chain, i - 1).width * chain_outline(chain, i).width;

    (void)trains;
    return chain_outline(chain, i).length > 0 ? (struct work){.position = n}
                                              : (struct work){.row = n};
}

void dense_init(const struct layer *layer, uint64_t seed, real *weights)
{
    int units = layer->out.width;

    init_glorot_uniform(seed, layer->first_tensor, layer->in.blocks * layer->in.width,
                        units, layer_gradient(layer, weights, 0));
    if (has_bias(layer->config))
        memset(layer_gradient(layer, weights, 1), 0, (size_t)units * sizeof(real));
}

static int shape(struct layer *layer)
{
    struct linear *linear = &of(layer)->linear;
    int units = layer->config->dense.units;

    if (units < 1)
        return fail(ERR_USAGE, "layer %s has no units", layer->config->name);
    linear_init(linear, layer->frame->kernels, layer->in.blocks, layer->in.width, 1,
                units);
    linear_take_rows(linear, layer->in.row);
    layer->out = (struct shape){.blocks = 1, .width = units, .row = linear->columns};
    if (layer->in.length > 0)
        dense_shape_sequence(of(layer));
    return OK;
}

static void layout(struct layer *layer, struct space *space)
{
    struct dense_layer *dense = of(layer);
    size_t columns = (size_t)dense->linear.columns, rows = (size_t)layer->frame->rows;
    bool is_curved = layer->config->dense.activation != ACTIVATION_RELU;
    size_t vectors = rows * (size_t)(layer->in.length ? layer->in.length : 1);

    linear_layout(&dense->linear, space);
    dense->b = arena_take(&space->weights, columns, sizeof(real));
    dense->db = arena_take(&space->backward, columns, sizeof(real));
    layer->y = arena_take(&space->lane, vectors * columns, sizeof(real));
    layer->dy = arena_take(&space->backward, vectors * columns, sizeof(real));
    dense->slope =
        arena_take(&space->backward, is_curved ? vectors * columns : 0, sizeof(real));
    dense->dz = arena_take(&space->backward, rows * columns, sizeof(real));
    if (layer->in.length > 0)
        dense_layout_sequence(dense, space);
}

static void pack(struct layer *layer, const real *weights)
{
    linear_pack(&of(layer)->linear, layer_weights(layer, weights, 0));
    if (has_bias(layer->config))
        linear_pack_bias(&of(layer)->linear, layer_weights(layer, weights, 1), false,
                         of(layer)->b);
}

void dense_apply(struct dense_layer *dense, const struct pass *pass, int n_rows,
                 const real *x, size_t at)
{
    const struct kernels *kernels = dense->layer.frame->kernels;
    enum activation how = dense->layer.config->dense.activation;
    size_t columns = (size_t)dense->linear.columns, n = (size_t)n_rows * columns;
    real *y = dense->layer.y + at;
    struct matmul m = {
        .rows = n_rows,
        .vectors = dense->linear.vectors,
        .n_terms = 1,
        .term = {linear_term(&dense->linear, x)},
        .bias = dense->b,
        .c = y,
        .c_row = columns,
        .c_panel = (size_t)linear_panel(&dense->linear),
    };

    kernels->matmul(&m);
    if (how == ACTIVATION_RELU)
        kernels->relu(n, y);
    else
        kernels->activate[how](n, (real)activation_alpha(how, 0), y, y,
                               pass->trains ? dense->slope + at : NULL);
}

/* dL/dz, (rows, columns) row by row, as the panel matrix that the products read. */
static void to_panels(const struct dense_layer *dense, int n_rows, const real *dz,
                      size_t panel)
{
    size_t width = (size_t)linear_panel(&dense->linear);
    size_t columns = (size_t)dense->linear.columns;

    for (size_t p = 0; p < columns / width; p++)
        for (size_t r = 0; r < (size_t)n_rows; r++)
            memcpy(dense->dz + p * panel + r * width, dz + r * columns + p * width,
                   width * sizeof(real));
}

/* y is as the pass forward left it, or 0 where Dropout dropped it, which a relu does not
 * mind. */
void dense_apply_back(struct dense_layer *dense, int n_rows, const real *x, size_t at,
                      real *dx)
{
    struct linear *linear = &dense->linear;
    const struct kernels *kernels = dense->layer.frame->kernels;
    size_t n = (size_t)n_rows * (size_t)linear->columns;
    size_t panel = (size_t)dense->layer.frame->rows * (size_t)linear_panel(linear);
    real *dz = dense->layer.dy + at;

    if (dense->layer.config->dense.activation == ACTIVATION_RELU)
        kernels->relu_backward(n, dense->layer.y + at, dz);
    else
        kernels->multiply(n, dz, dense->slope + at);
    to_panels(dense, n_rows, dz, panel);

    linear_add_gradient(linear, n_rows, x, dense->dz, panel);
    kernels->add_rows(n_rows, linear->vectors, dense->dz, panel, dense->db);
    struct matmul back = linear_back(linear, n_rows, dense->dz, panel, dx);
    kernels->matmul(&back);
}

static void forward(struct layer *layer, const struct pass *pass)
{
    if (layer->in.length > 0)
        dense_forward_sequence(of(layer), pass);
    else
        dense_apply(of(layer), pass, pass->n_rows, layer->below->y, 0);
}

static void backward(struct layer *layer, const struct pass *pass)
{
    struct dense_layer *dense = of(layer);
    struct linear *linear = &dense->linear;

    linear_zero_gradient(linear);
    memset(dense->db, 0, (size_t)linear->columns * sizeof *dense->db);
    if (layer->in.length > 0)
        dense_backward_sequence(dense, pass);
    else
        dense_apply_back(dense, pass->n_rows, layer->below->y, 0, layer->below->dy);

    linear_unpack(linear, layer_gradient(layer, pass->gradient, 0));
    if (has_bias(layer->config))
        linear_unpack_bias(linear, dense->db, layer_gradient(layer, pass->gradient, 1));
}

static const char *const words[] = {"dense", NULL};

static const char *const activations[] = {ACTIVATION_LIST(ACTIVATION_NAME) NULL};

static int read_words(struct stack_item *item, struct chain_config *chain,
                      struct layer_config *layer)
{
    int rc = stack_take_count(item, "units", LAYER_MOST_DENSE_UNITS, &layer->dense.units);
    int how = stack_take_name(item, activations);

    (void)chain;
    layer->dense.activation = how < 0 ? ACTIVATION_RELU : (enum activation)how;
    layer->dense.no_bias = stack_take_word(item, "no_bias");
    if (rc)
        return rc;
    char *known = names_join(activations, ", ");
    char *all = xasprintf("its units, no_bias, or one of %s", known);
    rc = stack_end(item, all);
    free(known);
    free(all);
    return rc;
}

static char *write_words(const struct chain_config *chain,
                         const struct layer_config *layer)
{
    (void)chain;
    return xasprintf("dense:%d:%s%s", layer->dense.units,
                     activations[layer->dense.activation],
                     layer->dense.no_bias ? ":no_bias" : "");
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
    .pull = dense_pull,
    .backward = backward,
    .clear = dense_clear,
    .push = dense_push,
};
