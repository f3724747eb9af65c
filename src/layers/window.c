#include <stdio.h>
#include <string.h>

#include "layers/positions.h"
#include "layers/stack.h"
#include "layers/windows.h"

/* The largest or the mean of a few positions each: y[p] over the positions that window p
 * has of the row, those around it being none. Of equal ones the first gives the maximum.
 * A mask ends here, as with a convolution. Source: Keras MaxPooling1D,
 * AveragePooling1D. */
struct window_layer {
    struct layer layer;
    struct windows windows;
    bool in_place;  /* x and dx are those of the layer below */
    real *x, *dx;   /* (R, T, row), unless the layer below is taken row by row */
    int32_t *where; /* (R, T', row) max: the position that gave y */
    real *step;     /* (R, row) where positions are skipped */
};

static struct window_layer *of(struct layer *layer)
{
    return (struct window_layer *)layer;
}

static struct windows windows_in(const struct layer_config *layer, int length)
{
    return windows_of(length, layer->window.size, layer->window.strides,
                      layer->window.padding);
}

static const char *name_of(const struct layer_config *layer)
{
    return layer->window.mean ? "average_pooling1d" : "max_pooling1d";
}

static struct outline outline(const struct chain_config *chain, int i, struct outline in)
{
    return (struct outline){windows_in(&chain->layer[i], in.length).n, in.width};
}

static bool skips_pads(const struct layer_config *layer)
{
    (void)layer;
    return false;
}

static int shape(struct layer *layer)
{
    struct window_layer *window = of(layer);
    int rc = layer_expect_all_positions(layer);

    if (!layer->config->window.mean)
        layer_take_maxima(layer);
    window->windows = windows_in(layer->config, layer->in.length);
    if (!rc)
        rc = windows_check(layer->config, "pool_size", layer->in.length, window->windows);

    layer->out = layer->in;
    layer->out.length = window->windows.n;
    layer->out.stage = layer->in.stage + 1;
    layer->out.skipped = SKIPPED_PADS;
    layer->out.alike = false;
    return rc;
}

static void layout(struct layer *layer, struct space *space)
{
    struct window_layer *window = of(layer);
    size_t rows = (size_t)layer->frame->rows, row = (size_t)layer->in.row;
    size_t n = rows * (size_t)layer->in.length * row,
           n_y = rows * positions_outputs(layer);
    bool is_max = !layer->config->window.mean;

    window->in_place = positions_stand_below(layer);
    n = layer->below->by_rows || window->in_place ? 0 : n;
    window->x = arena_take(&space->lane, n, sizeof(real));
    window->dx = arena_take(&space->backward, n, sizeof(real));
    if (window->in_place) {
        window->x = layer->below->y;
        window->dx = layer->below->dy;
    }
    window->where = arena_take(&space->lane, is_max ? n_y : 0, sizeof(int32_t));
    window->step = arena_take(&space->lane, rows * row, sizeof(real));
    positions_take_outputs(layer, space);
}

static struct positions positions_in(const struct layer *layer, real *rows)
{
    size_t row = (size_t)layer->in.row;

    return (struct positions){rows, (size_t)layer->in.length * row, row};
}

/* The positions of window p that the row has: from *first on; returns how many. */
static int clip(const struct layer *layer, const struct windows *windows, int p,
                int *first)
{
    int begin = p * windows->strides - windows->left, end = begin + windows->size;

    *first = begin > 0 ? begin : 0;
    end = end < layer->in.length ? end : layer->in.length;
    return end - *first;
}

static void take_mean(const struct kernels *kernels, const real *x, size_t row, int first,
                      int n, real *y)
{
    memcpy(y, x + (size_t)first * row, row * sizeof *y);
    for (int t = first + 1; t < first + n; t++)
        kernels->add(row, y, x + (size_t)t * row);
    kernels->scale(row, 1 / (real)n, y, y);
}

/* Row r from its positions x. */
static void forward_row(struct layer *layer, const real *x, int r)
{
    struct window_layer *window = of(layer);
    const struct kernels *kernels = layer->frame->kernels;
    size_t row = (size_t)layer->in.row, at = (size_t)r * positions_outputs(layer);

    for (int p = 0; p < layer->out.length; p++, at += row) {
        int first = 0, n = clip(layer, &window->windows, p, &first);

        if (layer->config->window.mean)
            take_mean(kernels, x, row, first, n, layer->y + at);
        else
            kernels->maxima(n, x + (size_t)first * row, row,
                            layer->in.row / kernels->width, first, layer->y + at,
                            window->where + at);
    }
}

static void forward(struct layer *layer, const struct pass *pass)
{
    struct window_layer *window = of(layer);
    struct layer *below = layer->below;
    size_t n = (size_t)layer->in.length * (size_t)layer->in.row;

    if (!below->by_rows && !window->in_place)
        positions_pull(layer, pass, positions_in(layer, window->x), window->step);
    for (int r = 0; r < pass->n_rows; r++)
        forward_row(layer,
                    below->by_rows ? below->ops->pull_row(below, pass, r)
                                   : window->x + (size_t)r * n,
                    r);
}

/* Adds the gradient of window p of row r to its positions. */
static void backward_window(struct layer *layer, int r, int p)
{
    struct window_layer *window = of(layer);
    size_t row = (size_t)layer->in.row;
    size_t at = (size_t)r * positions_outputs(layer) + (size_t)p * row;
    real *dx = window->dx + (size_t)r * (size_t)layer->in.length * row;
    const real *dy = layer->dy + at;
    int first = 0, n = clip(layer, &window->windows, p, &first);

    if (layer->config->window.mean)
        for (int t = first; t < first + n; t++)
            layer->frame->kernels->axpy(row, 1 / (real)n, dy, dx + (size_t)t * row);
    else
        for (size_t j = 0; j < row; j++)
            dx[(size_t)window->where[at + j] * row + j] += dy[j];
}

static void backward(struct layer *layer, const struct pass *pass)
{
    struct window_layer *window = of(layer);
    size_t n = (size_t)layer->in.length * (size_t)layer->in.row;

    if (layer->below->by_rows) {
        const struct peaks peaks = {layer->out.length, window->where, layer->y,
                                    layer->dy};
        layer->below->ops->borrow_peaks(layer->below, &peaks);
        return;
    }
    memset(window->dx, 0, (size_t)pass->n_rows * n * sizeof *window->dx);
    for (int r = 0; r < pass->n_rows; r++)
        for (int p = 0; p < layer->out.length; p++)
            backward_window(layer, r, p);
    if (!window->in_place)
        positions_push(layer, pass, positions_in(layer, window->dx), window->step);
}

static const char *const words[] = {"max-pooling", "average-pooling", NULL};

static int read_words(struct stack_item *item, struct chain_config *chain,
                      struct layer_config *layer)
{
    int rc = stack_take_count(item, "pool_size", WINDOW_MOST_SIZE, &layer->window.size);
    double strides = layer->window.size;

    (void)chain;
    if (!rc)
        rc = stack_take_value(item, "strides", WINDOW_MOST_SIZE, &strides);
    if (rc)
        return rc;

    layer->window.mean = !strcmp(item->word, words[1]);
    layer->window.padding = stack_take_word(item, "same") ? PADDING_SAME : PADDING_VALID;
    layer->window.strides = strides < 1 ? 1 : (int)strides;
    return stack_end(item, "pool_size, same, strides=");
}

static char *write_words(const struct chain_config *chain,
                         const struct layer_config *layer)
{
    char strides[32] = "";

    (void)chain;
    if (layer->window.strides != layer->window.size)
        snprintf(strides, sizeof strides, ":strides=%d", layer->window.strides);
    return xasprintf("%s:%d%s%s", words[layer->window.mean], layer->window.size,
                     layer->window.padding ? ":same" : "", strides);
}

const struct layer_ops window_layer = {
    .size = sizeof(struct window_layer),
    .name_of = name_of,
    .words = words,
    .read_words = read_words,
    .write_words = write_words,
    .takes_sequence = true,
    .outline = outline,
    .skips_pads = skips_pads,
    .shape = shape,
    .layout = layout,
    .forward = forward,
    .pull = positions_pull_outputs,
    .backward = backward,
    .clear = positions_clear_outputs,
    .push = positions_push_outputs,
};
