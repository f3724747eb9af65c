#include "layers/linear.h"

#include <string.h>

void linear_init(struct linear *linear, const struct kernels *kernels, int in_blocks,
                 int in_width, int out_blocks, int out_width)
{
    int width = kernels->width;

    *linear = (struct linear){
        .kernels = kernels,
        .in_blocks = in_blocks,
        .in_width = in_width,
        .inputs = in_blocks * round_up(in_width, width),
        .out_blocks = out_blocks,
        .out_width = out_width,
        .vectors = out_blocks * round_up(out_width, width) / width,
        .source_columns = out_blocks * out_width,
    };
    linear->taps = 1;
    linear->row = linear->inputs;
    linear->columns = round_up(linear->vectors * width, linear_panel(linear));
    linear->y_row = linear->dy_row = linear_panel(linear);
    linear->depth = in_blocks == 1 ? in_width : linear->inputs;
}

enum { CACHE_LINE = 64 / sizeof(real) }; /* reals */

/* Rows of dy have an odd number of cache lines: a panel's part of many rows is read at
 * once, which would share a few sets of the cache. */
void linear_take_tight(struct linear *linear)
{
    int width = linear->kernels->width, columns = linear->out_blocks * linear->out_width;
    int vectors = round_up(columns, width) / width;

    if (linear->kernels->pack_pairs || linear->out_width < width ||
        vectors >= linear->vectors)
        return;
    linear->is_tight = true;
    linear->vectors = vectors;
    linear->columns = round_up(vectors * width, linear_panel(linear));
    linear->y_row = vectors * width;
    linear->dy_row = round_up(columns + 1, CACHE_LINE);
    linear->dy_row += linear->dy_row / CACHE_LINE % 2 ? 0 : CACHE_LINE;
}

void linear_take_columns(struct linear *linear, int first, int source_columns)
{
    linear->source_first = first;
    linear->source_columns = source_columns;
}

void linear_take_rows(struct linear *linear, int row)
{
    linear->row = row;
}

/* Padded inputs of a tap. */
static int tap_inputs(const struct linear *linear)
{
    return linear->inputs / linear->taps;
}

/* Inputs of a tap that are multiplied. */
static int tap_depth(const struct linear *linear)
{
    return linear->depth / linear->taps;
}

void linear_take_taps(struct linear *linear, int taps)
{
    linear->taps = taps;
    if (linear->in_blocks == taps && !linear->kernels->pack_pairs)
        linear->depth = taps * linear->in_width;
}

/* Columns of a tap's transpose. */
static int tap_columns(const struct linear *linear)
{
    return round_up(tap_inputs(linear), linear_panel(linear));
}

/* Columns up to the last whole vector, without what fills the last panel; of tight blocks
 * one behind them: its zero makes a sum of -0 the 0 that it is behind padded ones. */
static int used_columns(const struct linear *linear)
{
    if (linear->is_tight)
        return linear->out_blocks * linear->out_width + 1;
    return linear->vectors * linear->kernels->width;
}

/* Reals of a tap's transpose. */
static size_t tap_size(const struct linear *linear)
{
    int depth = linear->is_tight ? used_columns(linear) : linear->columns;
    return (size_t)tap_columns(linear) * (size_t)depth;
}

/* Words of a tap's transpose as pairs. */
static size_t tap_pairs(const struct linear *linear)
{
    return (size_t)tap_columns(linear) * (size_t)kernels_pairs(used_columns(linear));
}

static void layout_pairs(struct linear *linear, struct space *space)
{
    size_t n = (size_t)kernels_pairs(linear->depth) * (size_t)linear->columns;

    if (!linear->kernels->pack_pairs)
        return;
    linear->pairs = arena_take(&space->weights, n, sizeof *linear->pairs);
    linear->pairs_t =
        arena_take(&space->backward, (size_t)linear->taps * tap_pairs(linear),
                   sizeof *linear->pairs_t);
}

void linear_layout(struct linear *linear, struct space *space)
{
    size_t size = (size_t)linear->depth * (size_t)linear->columns;
    linear->w = arena_take(&space->weights, size, sizeof(real));
    linear->dw = arena_take(&space->backward, size, sizeof(real));
    linear->w_t = arena_take(&space->backward, (size_t)linear->taps * tap_size(linear),
                             sizeof(real));
    layout_pairs(linear, space);
}

/* Element (row, column) of a panel matrix of `depth` rows. */
static size_t packed_at(const struct linear *linear, int depth, int row, int column)
{
    int panel = linear_panel(linear);
    return ((size_t)(column / panel) * (size_t)depth + (size_t)row) * (size_t)panel +
           (size_t)(column % panel);
}

int linear_padded_row(const struct linear *linear, int d)
{
    int block = linear->inputs / linear->in_blocks;
    return d / linear->in_width * block + d % linear->in_width;
}

/* The row of w and dw that has row d of Keras's matrix. */
static int packed_row(const struct linear *linear, int d)
{
    return linear->depth < linear->inputs ? d : linear_padded_row(linear, d);
}

/* First padded column of output block b. */
static int padded_column(const struct linear *linear, int b)
{
    if (linear->is_tight)
        return b * linear->out_width;
    return b * (used_columns(linear) / linear->out_blocks);
}

/* Index in Keras's matrix of the first element of output block b in row d. */
static size_t source_at(const struct linear *linear, int d, int b)
{
    return (size_t)d * (size_t)linear->source_columns +
           (size_t)(linear->source_first + b * linear->out_width);
}

int linear_source_rows(const struct linear *linear)
{
    return linear->in_blocks * linear->in_width;
}

static void pack_pairs(struct linear *linear)
{
    const struct kernels *kernels = linear->kernels;

    if (linear->pairs)
        kernels->pack_pairs(linear->depth, linear->columns, linear->w, linear->pairs);
    for (int tap = 0; tap < linear->taps && linear->pairs_t; tap++)
        kernels->pack_pairs(used_columns(linear), tap_columns(linear),
                            linear->w_t + (size_t)tap * tap_size(linear),
                            linear->pairs_t + (size_t)tap * tap_pairs(linear));
}

void linear_pack(struct linear *linear, const real *kernel)
{
    for (int d = 0; d < linear_source_rows(linear); d++) {
        int row = linear_padded_row(linear, d), inputs = tap_inputs(linear);
        real *w_t =
            linear->w_t ? linear->w_t + (size_t)(row / inputs) * tap_size(linear) : NULL;
        for (int b = 0; b < linear->out_blocks; b++) {
            const real *from = kernel + source_at(linear, d, b);
            int first = padded_column(linear, b);
            for (int u = 0; u < linear->out_width; u++)
                linear->w[packed_at(linear, linear->depth, packed_row(linear, d),
                                    first + u)] = from[u];
            for (int u = 0; u < linear->out_width && w_t; u++)
                w_t[packed_at(linear, used_columns(linear), first + u, row % inputs)] =
                    from[u];
        }
    }
    pack_pairs(linear);
}

void linear_zero_gradient(struct linear *linear)
{
    memset(linear->dw, 0,
           (size_t)linear->depth * (size_t)linear->columns * sizeof *linear->dw);
}

/* How many of the next `left` columns lie side by side in a panel. */
static int run_length(const struct linear *linear, int column, int left)
{
    int rest = linear_panel(linear) - column % linear_panel(linear);
    return rest < left ? rest : left;
}

void linear_unpack(const struct linear *linear, real *kernel)
{
    for (int b = 0; b < linear->out_blocks; b++)
        for (int u = 0, n; u < linear->out_width; u += n) {
            int column = padded_column(linear, b) + u;
            n = run_length(linear, column, linear->out_width - u);
            for (int d = 0; d < linear_source_rows(linear); d++)
                memcpy(kernel + source_at(linear, d, b) + u,
                       linear->dw + packed_at(linear, linear->depth,
                                              packed_row(linear, d), column),
                       (size_t)n * sizeof *kernel);
        }
}

void linear_pack_bias(const struct linear *linear, const real *bias, bool add,
                      real *packed)
{
    for (int b = 0; b < linear->out_blocks; b++)
        for (int u = 0; u < linear->out_width; u++) {
            real *to = &packed[padded_column(linear, b) + u];
            *to = bias[source_at(linear, 0, b) + (size_t)u] + (add ? *to : 0);
        }
}

void linear_unpack_bias(const struct linear *linear, const real *packed, real *bias)
{
    for (int b = 0; b < linear->out_blocks; b++)
        memcpy(bias + source_at(linear, 0, b), packed + padded_column(linear, b),
               (size_t)linear->out_width * sizeof *bias);
}

struct matmul_term linear_term(const struct linear *linear, const real *x)
{
    bool is_cut = linear->taps > 1 && linear->depth < linear->inputs;

    return (struct matmul_term){
        .a = x,
        .row = (size_t)linear->row,
        .chunk_stride = (size_t)tap_inputs(linear),
        .chunk = is_cut ? tap_depth(linear) : linear->depth,
        .depth = linear->depth,
        .b = linear->w,
        .pairs = linear->pairs,
    };
}

/* Offset in w and dw of the rows of part `tap` in panel p. */
static size_t tap_at(const struct linear *linear, int tap, int p)
{
    return ((size_t)p * (size_t)linear->depth + (size_t)(tap * tap_depth(linear))) *
           (size_t)linear_panel(linear);
}

/* Vectors that panel p has. */
static int panel_vectors(const struct linear *linear, int p)
{
    int most = linear_panel(linear) / linear->kernels->width,
        left = linear->vectors - p * most;
    return left < most ? left : most;
}

int linear_panels(const struct linear *linear)
{
    return linear->columns / linear_panel(linear);
}

struct matmul linear_tap(const struct linear *linear, int tap, int p, int rows,
                         const real *x, size_t x_row)
{
    int depth = tap_depth(linear);

    return (struct matmul){
        .rows = rows,
        .vectors = panel_vectors(linear, p),
        .n_terms = 1,
        .term = {{x, x_row, 0, depth, depth, linear->w + tap_at(linear, tap, p), NULL}},
        .c_panel = (size_t)linear_panel(linear),
    };
}

struct matmul linear_back(const struct linear *linear, int rows, const real *dy,
                          size_t panel, real *dx)
{
    int width = linear_panel(linear), depth = used_columns(linear);
    int chunk = linear->is_tight ? depth : width;

    return (struct matmul){
        .rows = rows,
        .vectors = linear->inputs / linear->kernels->width,
        .n_terms = 1,
        .term = {{dy, (size_t)linear->dy_row, panel, chunk, depth, linear->w_t,
                  linear->pairs_t}},
        .c = dx,
        .c_row = (size_t)linear->row,
        .c_panel = (size_t)width,
    };
}

struct matmul linear_back_tap(const struct linear *linear, int tap, int rows,
                              const real *dy, size_t panel, real *dx)
{
    struct matmul m = linear_back(linear, rows, dy, panel, dx);

    m.vectors /= linear->taps;
    m.term[0].b += (size_t)tap * tap_size(linear);
    if (m.term[0].pairs)
        m.term[0].pairs += (size_t)tap * tap_pairs(linear);
    m.accumulate = true;
    return m;
}

size_t linear_backs_size(const struct linear *first, const struct linear *second)
{
    int columns = round_up(first->inputs + second->inputs, linear_panel(first));
    return (size_t)used_columns(first) * (size_t)columns;
}

void linear_pack_backs(const struct linear *first, const struct linear *second,
                       real *backs)
{
    size_t n_bytes = (size_t)first->kernels->width * sizeof *backs;
    int depth = used_columns(first), width = first->kernels->width;

    for (int at = 0; at < first->inputs + second->inputs; at += width) {
        const struct linear *of = at < first->inputs ? first : second;
        int column = of == first ? at : at - first->inputs;
        for (int d = 0; d < depth; d++)
            memcpy(backs + packed_at(first, depth, d, at),
                   of->w_t + packed_at(of, depth, d, column), n_bytes);
    }
}

static struct matmul_outer outer_of(const struct linear *linear, int rows, const real *x,
                                    const real *dy, size_t panel)
{
    return (struct matmul_outer){.positions = rows,
                                 .rows = linear->depth,
                                 .vectors = linear->vectors,
                                 .a = x,
                                 .a_row = (size_t)linear->row,
                                 .b = dy,
                                 .b_row = (size_t)linear->dy_row,
                                 .b_panel = panel,
                                 .c = linear->dw};
}

void linear_add_tap_gradient(const struct linear *linear, int tap, int rows,
                             const real *x, size_t x_row, const real *dy, size_t panel)
{
    for (int p = 0; p < linear_panels(linear); p++) {
        const struct matmul_outer m = {.positions = rows,
                                       .rows = tap_depth(linear),
                                       .vectors = panel_vectors(linear, p),
                                       .a = x,
                                       .a_row = x_row,
                                       .b = dy + (size_t)p * panel,
                                       .b_row = (size_t)linear->dy_row,
                                       .b_panel = panel,
                                       .c = linear->dw + tap_at(linear, tap, p)};
        linear->kernels->matmul_outer(&m);
    }
}

void linear_add_gradient(struct linear *linear, int rows, const real *x, const real *dy,
                         size_t panel)
{
    if (linear->taps > 1 && linear->depth < linear->inputs) {
        for (int tap = 0; tap < linear->taps; tap++)
            linear_add_tap_gradient(linear, tap, rows, x + tap * tap_inputs(linear),
                                    (size_t)linear->row, dy, panel);
        return;
    }

    struct matmul_outer m = outer_of(linear, rows, x, dy, panel);
    linear->kernels->matmul_outer(&m);
}

void linear_add_gradients(struct linear *linear, const real *x, struct linear *other,
                          const real *other_x, int rows, const real *dy, size_t panel)
{
    struct matmul_outer m = outer_of(linear, rows, x, dy, panel);
    struct matmul_outer also = outer_of(other, rows, other_x, dy, panel);

    if (linear->kernels->pack_pairs)
        m.also = &also;
    else
        linear->kernels->matmul_outer(&also);
    linear->kernels->matmul_outer(&m);
}
