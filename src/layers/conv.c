#include "layers/conv_private.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "layers/initial.h"
#include "layers/positions.h"
#include "layers/stack.h"

static struct conv_layer *of(struct layer *layer)
{
    return (struct conv_layer *)layer;
}

static struct windows windows_in(const struct layer_config *layer, int length)
{
    return windows_of(length, layer->conv.kernel_size, layer->conv.strides,
                      layer->conv.padding);
}

static struct outline outline(const struct chain_config *chain, int i, struct outline in)
{
    const struct layer_config *layer = &chain->layer[i];

    return (struct outline){windows_in(layer, in.length).n, layer->conv.filters};
}

static void tensors(const struct chain_config *chain, int i, struct params *params)
{
    const struct layer_config *layer = &chain->layer[i];
    size_t filters = (size_t)layer->conv.filters;

    params_add_windows(params, layer->name, "kernel", (size_t)layer->conv.kernel_size,
                       (size_t)chain_outline(chain, i - 1).width, filters);
    if (!layer->conv.no_bias)
        params_add(params, layer->name, "bias", filters, 0);
}

static struct work work(const struct chain_config *chain, int i, bool trains)
{
    const struct layer_config *layer = &chain->layer[i];
    double inputs = (double)layer->conv.kernel_size * chain_outline(chain, i - 1).width;

    (void)trains;
    return (struct work){.row = 6.0 * chain_outline(chain, i).length * inputs *
                                layer->conv.filters};
}

static bool skips_pads(const struct layer_config *layer)
{
    (void)layer;
    return false;
}

static int shape(struct layer *layer)
{
    struct conv_layer *conv = of(layer);
    const struct layer_config *config = layer->config;
    const struct kernels *kernels = layer->frame->kernels;
    struct shape in = layer->in;
    int taps = config->conv.kernel_size, rc = layer_expect_all_positions(layer);

    if (!rc && config->conv.filters < 1)
        rc = fail(ERR_USAGE, "layer %s has no filters", config->name);
    conv->windows = windows_in(config, in.length);
    if (!rc)
        rc = windows_check(config, "kernel_size", in.length, conv->windows);
    if (rc)
        return rc;

    conv->span = windows_span(conv->windows, in.length);
    linear_init(&conv->linear, kernels, taps * in.blocks, in.width, 1,
                config->conv.filters);
    linear_take_rows(&conv->linear, conv->windows.strides * in.row);
    linear_take_taps(&conv->linear, taps);

    layer->out = (struct shape){.length = conv->windows.n,
                                .stage = in.stage + 1,
                                .blocks = 1,
                                .width = config->conv.filters,
                                .row = round_up(config->conv.filters, kernels->width)};
    conv_words_shape(conv);
    return OK;
}

/* Keras's glorot_uniform counts a window's inputs, and its outputs as often. */
static void init(const struct layer *layer, uint64_t seed, real *weights)
{
    const struct layer_config *config = layer->config;
    double taps = config->conv.kernel_size, inputs = layer->in.blocks * layer->in.width;
    double limit = sqrt(6 / (taps * (inputs + config->conv.filters)));
    const struct tensor *kernel = &layer->frame->params->tensors[layer->first_tensor];

    init_uniform(seed, layer->first_tensor, limit, kernel->size,
                 weights + kernel->offset);
    if (!config->conv.no_bias)
        memset(layer_gradient(layer, weights, 1), 0,
               (size_t)config->conv.filters * sizeof(real));
}

bool conv_needs_slope(const struct layer *layer)
{
    enum activation how = layer->config->conv.activation;

    return how != ACTIVATION_RELU && how != ACTIVATION_LINEAR;
}

static void layout(struct layer *layer, struct space *space)
{
    struct conv_layer *conv = of(layer);
    size_t rows = (size_t)layer->frame->rows, columns = (size_t)conv->linear.columns;
    size_t n = rows * (size_t)conv->span * (size_t)layer->in.row;
    size_t n_y = rows * positions_outputs(layer);

    conv->in_place = positions_stand_below(layer) && conv->span == layer->in.length;
    n = conv->in_place ? 0 : n;

    linear_layout(&conv->linear, space);
    conv->b = arena_take(&space->weights, columns, sizeof(real));
    conv->db = arena_take(&space->backward, columns, sizeof(real));
    conv->x = arena_take(&space->lane, n, sizeof(real));
    conv->dx = arena_take(&space->backward, n, sizeof(real));
    if (conv->in_place) {
        conv->x = layer->below->y;
        conv->dx = layer->below->dy;
    }
    conv->step = arena_take(&space->lane, rows * (size_t)layer->in.row, sizeof(real));
    conv->slope =
        arena_take(&space->backward, conv_needs_slope(layer) ? n_y : 0, sizeof(real));

    conv->dz = arena_take(&space->backward, (size_t)(layer->out.length + 1) * columns,
                          sizeof(real));
    conv_sparse_layout(conv, space);
    conv_words_layout(conv, space);

    if (layer->by_rows)
        layer->y = arena_take(&space->lane, positions_outputs(layer), sizeof(real));
    else
        positions_take_outputs(layer, space);
}

static void pack(struct layer *layer, const real *weights)
{
    struct conv_layer *conv = of(layer);

    linear_pack(&conv->linear, layer_weights(layer, weights, 0));
    if (layer->frame->trains)
        conv_sparse_pack(conv, layer_weights(layer, weights, 0));
    if (!layer->config->conv.no_bias)
        linear_pack_bias(&conv->linear, layer_weights(layer, weights, 1), false, conv->b);
}

/* Where the positions of the ids' rows stand between those around them. */
static struct positions positions_in(const struct conv_layer *conv, real *rows)
{
    size_t row = (size_t)conv->layer.in.row;

    return (struct positions){rows + (size_t)conv->windows.left * row,
                              (size_t)conv->span * row, row};
}

real *conv_row(const struct conv_layer *conv, real *rows, int r)
{
    return rows + (size_t)r * (size_t)conv->span * (size_t)conv->layer.in.row;
}

/* The activation of what the product, and a relu with it, has left: y, of row r. */
static void activate(const struct layer *layer, const struct pass *pass, int r, real *y)
{
    const struct conv_layer *conv = (const struct conv_layer *)layer;
    enum activation how = layer->config->conv.activation;
    size_t n = positions_outputs(layer);

    if (conv_needs_slope(layer))
        layer->frame->kernels->activate[how](n, (real)activation_alpha(how, 0), y, y,
                                             pass->trains ? conv->slope + (size_t)r * n
                                                          : NULL);
}

/* What the product of row r + 1 reads and writes. */
static int next_row(const struct conv_layer *conv, int r, const real *y,
                    struct matmul_span *spans)
{
    const struct layer *layer = &conv->layer;
    size_t n = positions_outputs(layer);

    if (r + 1 == layer->frame->rows)
        return 0;
    spans[0] = (struct matmul_span){conv_row(conv, conv->x, r + 1),
                                    (size_t)conv->span * (size_t)layer->in.row};
    spans[1] = (struct matmul_span){y + n, n};
    return layer->by_rows ? 1 : 2;
}

static void multiply_row(struct conv_layer *conv, int r, real *y)
{
    const struct layer *layer = &conv->layer;
    struct matmul_span next[2];
    struct matmul m = {
        .rows = layer->out.length,
        .vectors = conv->linear.vectors,
        .n_terms = 1,
        .term = {linear_term(&conv->linear, conv_row(conv, conv->x, r))},
        .bias = conv->b,
        .relu = layer->config->conv.activation == ACTIVATION_RELU,
        .c = y,
        .c_row = (size_t)layer->out.row,
        .c_panel = (size_t)linear_panel(&conv->linear),
        .ahead = next,
        .n_ahead = next_row(conv, r, y, next),
    };

    layer->frame->kernels->matmul(&m);
}

static void forward_row(struct layer *layer, const struct pass *pass, int r, real *y)
{
    struct conv_layer *conv = of(layer);

    if (conv_words_serve(conv, pass))
        conv_words_forward(conv, r, y);
    else
        multiply_row(conv, r, y);
    activate(layer, pass, r, y);
}

void conv_pull(struct conv_layer *conv, const struct pass *pass)
{
    if (!conv->in_place)
        positions_pull(&conv->layer, pass, positions_in(conv, conv->x), conv->step);
}

static void forward(struct layer *layer, const struct pass *pass)
{
    struct conv_layer *conv = of(layer);

    if (conv_words_serve(conv, pass))
        conv_words_begin(conv, pass);
    else
        conv_pull(conv, pass);
    for (int r = 0; r < pass->n_rows && !layer->by_rows; r++)
        forward_row(layer, pass, r, layer->y + (size_t)r * positions_outputs(layer));
}

static const real *pull_row(struct layer *layer, const struct pass *pass, int r)
{
    forward_row(layer, pass, r, layer->y);
    return layer->y;
}

static void borrow_peaks(struct layer *layer, const struct peaks *peaks)
{
    of(layer)->peaks = *peaks;
}

static void backward(struct layer *layer, const struct pass *pass)
{
    struct conv_layer *conv = of(layer);

    if (!conv_backward(layer, pass) && !conv->in_place)
        positions_push(layer, pass, positions_in(conv, conv->dx), conv->step);
}

static const char *const words[] = {"conv", NULL};
static const char *const activations[] = {ACTIVATION_LIST(ACTIVATION_NAME) NULL};

static int read_words(struct stack_item *item, struct chain_config *chain,
                      struct layer_config *layer)
{
    double strides = 1;
    int rc = stack_take_count(item, "filters", LAYER_MOST_UNITS, &layer->conv.filters);

    (void)chain;
    if (!rc)
        rc = stack_take_count(item, "kernel_size", WINDOW_MOST_SIZE,
                              &layer->conv.kernel_size);
    if (!rc)
        rc = stack_take_value(item, "strides", WINDOW_MOST_SIZE, &strides);
    if (rc)
        return rc;

    int how = stack_take_name(item, activations);
    int padding = stack_take_name(item, window_padding_names);
    layer->conv.activation = how < 0 ? ACTIVATION_RELU : (enum activation)how;
    layer->conv.padding = padding < 0 ? PADDING_VALID : (enum window_padding)padding;
    layer->conv.no_bias = stack_take_word(item, "no_bias");
    layer->conv.strides = strides < 1 ? 1 : (int)strides;
    return stack_end(item, "filters, kernel_size, an activation, same or causal, "
                           "no_bias, strides=");
}

static char *write_words(const struct chain_config *chain,
                         const struct layer_config *layer)
{
    enum window_padding padding = layer->conv.padding;
    char strides[32] = "";

    (void)chain;
    if (layer->conv.strides > 1)
        snprintf(strides, sizeof strides, ":strides=%d", layer->conv.strides);
    return xasprintf("conv:%d:%d:%s%s%s%s%s", layer->conv.filters,
                     layer->conv.kernel_size, activations[layer->conv.activation],
                     padding ? ":" : "", padding ? window_padding_names[padding] : "",
                     layer->conv.no_bias ? ":no_bias" : "", strides);
}

const struct layer_ops conv_layer = {
    .size = sizeof(struct conv_layer),
    .name = "conv1d",
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
    .pull = positions_pull_outputs,
    .backward = backward,
    .clear = positions_clear_outputs,
    .push = positions_push_outputs,
    .pull_row = pull_row,
    .borrow_peaks = borrow_peaks,
};
