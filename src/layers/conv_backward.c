#include "layers/conv_private.h"

#include <string.h>

#include "layers/positions.h"

/* Up to that share of elements of dL/dz that are not zero the others are skipped: two
 * products of single elements take about three times as long as dense ones do for the
 * same multiplications. */
static const double most_sparse = 0.3;

static struct conv_layer *of(struct layer *layer)
{
    return (struct conv_layer *)layer;
}

/* dL/dz of row r, of all positions, takes the place of dL/dy. */
static void take_dz(struct layer *layer, int r)
{
    const struct kernels *kernels = layer->frame->kernels;
    size_t n = positions_outputs(layer), first = (size_t)r * n;
    real *dy = layer->dy + first;

    if (layer->config->conv.activation == ACTIVATION_RELU)
        kernels->relu_backward(n, layer->y + first, dy);
    else if (conv_needs_slope(layer))
        kernels->multiply(n, dy, of(layer)->slope + first);
}

static const real *dz_in_place(struct conv_layer *conv, int r)
{
    return conv->layer.dy + (size_t)r * positions_outputs(&conv->layer);
}

/* The same at the peaks alone, (n, out.row) of them. */
static const real *take_dz_of_peaks(struct layer *layer, int r)
{
    struct conv_layer *conv = of(layer);
    const struct peaks *peaks = &conv->peaks;
    size_t row = (size_t)layer->out.row, n = (size_t)peaks->n * row;
    size_t first = (size_t)r * n, positions = (size_t)r * positions_outputs(layer);

    memcpy(conv->dz, peaks->dy + first, n * sizeof *conv->dz);
    if (layer->config->conv.activation == ACTIVATION_RELU)
        layer->frame->kernels->relu_backward(n, peaks->y + first, conv->dz);
    else if (conv_needs_slope(layer))
        for (size_t i = 0; i < n; i += row)
            for (size_t j = 0; j < row; j++) {
                size_t t = (size_t)peaks->where[first + i + j];
                conv->dz[i + j] *= conv->slope[positions + t * row + j];
            }
    return conv->dz;
}

/* Reals from one panel of dz to the next. */
static size_t panel_of(const struct conv_layer *conv)
{
    return (size_t)(conv->layer.out.length + 1) * (size_t)linear_panel(&conv->linear);
}

static void to_panels(struct conv_layer *conv, const real *dz)
{
    size_t width = (size_t)linear_panel(&conv->linear), row = (size_t)conv->layer.out.row;

    for (size_t p = 0; p * width < row; p++) {
        size_t some = row - p * width < width ? row - p * width : width;
        for (size_t t = 0; t < (size_t)conv->layer.out.length; t++)
            memcpy(conv->dz + p * panel_of(conv) + t * width, dz + t * row + p * width,
                   some * sizeof *dz);
    }
}

/* dx becomes zero from position `from` of row r on. */
static void clear_dx(struct conv_layer *conv, int r, int from)
{
    size_t row = (size_t)conv->layer.in.row;

    memset(conv_row(conv, conv->dx, r) + (size_t)from * row, 0,
           (size_t)(conv->span - from) * row * sizeof *conv->dx);
}

/* Adds what dL/dz of row r gives by dense products. As many taps as a window is moved by
 * set dx, unless windows leave positions out; the others add to it. */
static void add_row(struct conv_layer *conv, int r, const real *dz)
{
    const struct kernels *kernels = conv->linear.kernels;
    struct windows windows = conv->windows;
    size_t panel = panel_of(conv), row = (size_t)conv->layer.in.row;
    int n = conv->layer.out.length;
    int n_first = windows.strides <= windows.size ? windows.strides : 0;

    to_panels(conv, dz);
    kernels->add_rows(n, conv->linear.vectors, conv->dz, panel, conv->db);
    linear_add_gradient(&conv->linear, n, conv_row(conv, conv->x, r), conv->dz, panel);

    clear_dx(conv, r, n * n_first);
    for (int tap = 0; tap < windows.size; tap++) {
        struct matmul back =
            linear_back_tap(&conv->linear, tap, n, conv->dz, panel,
                            conv_row(conv, conv->dx, r) + (size_t)tap * row);
        back.accumulate = tap >= n_first;
        kernels->matmul(&back);
    }
}

/* The same, most of dz being zero: n vectors of it. */
static void add_sparse_row(struct conv_layer *conv, int r, int n, const int32_t *where,
                           const real *dz)
{
    size_t row = (size_t)conv->layer.out.row;

    clear_dx(conv, r, 0);
    for (size_t p = 0; p < (size_t)n; p++)
        conv->linear.kernels->add(row, conv->db, dz + p * row);
    conv_sparse_add_row(conv, r, n, where, dz);
}

static void backward_row(struct conv_layer *conv, int r, bool has_dz)
{
    struct layer *layer = &conv->layer;
    const struct kernels *kernels = layer->frame->kernels;
    size_t row = (size_t)layer->out.row;
    int n = layer->by_rows ? conv->peaks.n : layer->out.length;

    if (!layer->by_rows && !has_dz)
        take_dz(layer, r);
    const real *dz = layer->by_rows ? take_dz_of_peaks(layer, r) : dz_in_place(conv, r);

    if (layer->by_rows)
        add_sparse_row(conv, r, n, conv->peaks.where + (size_t)(r * n) * row, dz);
    else if ((double)kernels->count((size_t)n * row, dz) <
             most_sparse * n * layer->out.width)
        add_sparse_row(conv, r, n, NULL, dz);
    else
        add_row(conv, r, dz);
}

/* dL/dz of row r at all positions, those at the peaks being known. */
static const real *spread_peaks(struct conv_layer *conv, int r)
{
    const struct layer *layer = &conv->layer;
    size_t row = (size_t)layer->out.row, n = (size_t)conv->peaks.n * row;
    const int32_t *where = conv->peaks.where + (size_t)r * n;
    const real *dz = take_dz_of_peaks(&conv->layer, r);
    real *all = conv->words.dz;

    memset(all, 0, positions_outputs(layer) * sizeof *dz);
    for (size_t i = 0; i < n; i += row)
        for (size_t j = 0; j < row; j++)
            all[(size_t)where[i + j] * row + j] += dz[i + j];
    return all;
}

/* Elements of the lane's dL/dz that are not zero, or may be. */
static size_t count_elements(const struct conv_layer *conv, const struct pass *pass)
{
    const struct layer *layer = &conv->layer;
    size_t n = (size_t)pass->n_rows * positions_outputs(layer);

    if (layer->by_rows)
        return (size_t)(pass->n_rows * conv->peaks.n) * (size_t)layer->out.row;
    return layer->frame->kernels->count(n, layer->dy);
}

/* Whether products by word take less time than those of single elements. */
static bool pays(const struct conv_layer *conv, const struct pass *pass)
{
    double by_words = (double)pass->plans->n_words * (double)conv->layer.out.row;

    return most_sparse * by_words < (double)count_elements(conv, pass);
}

/* Adds what all rows give. */
static void backward_rows(struct conv_layer *conv, const struct pass *pass)
{
    bool has_dz = conv_words_serve(conv, pass);

    if (has_dz)
        conv_pull(conv, pass);
    for (int r = 0; r < pass->n_rows; r++)
        backward_row(conv, r, has_dz);
}

/* Products by word, where words serve: they are counted by what all rows have. */
static bool try_words(struct conv_layer *conv, const struct pass *pass)
{
    struct layer *layer = &conv->layer;

    if (!conv_words_serve(conv, pass))
        return false;
    for (int r = 0; r < pass->n_rows && !layer->by_rows; r++)
        take_dz(layer, r);
    if (!pays(conv, pass))
        return false;
    conv_words_backward(conv, pass, layer->by_rows ? spread_peaks : dz_in_place);
    return true;
}

bool conv_backward(struct layer *layer, const struct pass *pass)
{
    struct conv_layer *conv = of(layer);
    real *kernel = layer_gradient(layer, pass->gradient, 0);

    linear_zero_gradient(&conv->linear);
    conv_sparse_begin(conv);
    memset(conv->db, 0, (size_t)conv->linear.columns * sizeof *conv->db);

    bool by_words = try_words(conv, pass);
    if (!by_words)
        backward_rows(conv, pass);

    linear_unpack(&conv->linear, kernel);
    conv_sparse_end(conv, kernel);
    if (!layer->config->conv.no_bias)
        linear_unpack_bias(&conv->linear, conv->db,
                           layer_gradient(layer, pass->gradient, 1));
    return by_words;
}
