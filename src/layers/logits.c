#include "layers/logits.h"

#include <string.h>

/* Classes whose weights a product with W^T takes at once, so that they stay in a near
 * cache. */
enum { BACK_CLASSES = 256 };

void logits_init(struct logits *logits, const struct kernels *kernels, int in_blocks,
                 int in_width, int inputs, int units, int rows)
{
    *logits = (struct logits){
        .kernels = kernels,
        .in_blocks = in_blocks,
        .in_width = in_width,
        .block = round_up(in_width, kernels->width),
        .inputs = inputs,
        .units = units,
        .columns = round_up(units, kernels->width),
        .rows = rows,
    };
}

/* Reals of the transpose of so many classes. */
static size_t back_size(const struct logits *logits, int classes)
{
    return (size_t)classes * (size_t)round_up(logits->inputs, logits->kernels->panel);
}

void logits_layout(struct logits *logits, struct space *space)
{
    const struct kernels *kernels = logits->kernels;
    size_t inputs = (size_t)logits->inputs;
    size_t columns = (size_t)round_up(logits->columns, kernels->panel);

    logits->order = arena_take(&space->weights, inputs, sizeof *logits->order);
    logits->ends =
        arena_take(&space->weights, 4 * (size_t)kernels->width, sizeof *logits->ends);
    logits->w = arena_take(&space->weights, inputs * columns, sizeof(real));
    logits->b = arena_take(&space->weights, columns, sizeof(real));
    logits->w_t =
        arena_take(&space->backward, back_size(logits, logits->units), sizeof(real));
    logits->x = arena_take(&space->lane, (size_t)logits->rows * inputs, sizeof(real));
    logits_layout_slots(logits, &space->backward);
}

/* Keras's row of element k of the inputs; NULL for what pads a block. */
static const real *source_row(const struct logits *logits, const real *kernel, int k)
{
    int block = k / logits->block, d = k % logits->block;

    if (block >= logits->in_blocks || d >= logits->in_width)
        return NULL;
    return kernel + (size_t)(block * logits->in_width + d) * (size_t)logits->units;
}

static void pack_forward(struct logits *logits, const real *kernel)
{
    size_t panel = (size_t)logits->kernels->panel, units = (size_t)logits->units;
    size_t inputs = (size_t)logits->inputs;

    for (size_t v = 0; v < inputs; v++) {
        const real *from = source_row(logits, kernel, logits->order[v]);
        for (size_t c = 0; c < units && from; c += panel) {
            size_t n = units - c < panel ? units - c : panel;
            memcpy(logits->w + c * inputs + v * panel, from + c, n * sizeof *from);
        }
    }
}

/* Classes first .. of a panel of inputs from k on, few enough for a near cache. */
static void pack_corner(const struct logits *logits, const real *kernel, int first, int n,
                        int k, real *to)
{
    int panel = logits->kernels->panel;

    for (int i = 0; i < panel && k + i < logits->inputs; i++) {
        const real *from = source_row(logits, kernel, k + i);
        for (int c = 0; c < n && from; c++)
            to[c * panel + i] = from[first + c];
    }
}

static void pack_backward(struct logits *logits, const real *kernel)
{
    enum { CORNER = 16 };
    int panel = logits->kernels->panel, units = logits->units;

    for (int first = 0; first < units; first += BACK_CLASSES) {
        int n = units - first < BACK_CLASSES ? units - first : BACK_CLASSES;
        real *block = logits->w_t + back_size(logits, first);
        for (int k = 0; k < logits->inputs; k += panel, block += n * panel)
            for (int c = 0; c < n; c += CORNER)
                pack_corner(logits, kernel, first + c, n - c < CORNER ? n - c : CORNER, k,
                            block + c * panel);
    }
}

void logits_pack(struct logits *logits, const real *kernel, const real *bias)
{
    kernels_dot_order(logits->kernels->width, logits->inputs, logits->order,
                      logits->ends);
    pack_forward(logits, kernel);
    memcpy(logits->b, bias, (size_t)logits->units * sizeof *bias);
    if (logits->w_t)
        pack_backward(logits, kernel);
}

void logits_forward(struct logits *logits, int n_rows, const real *x, real *y)
{
    size_t inputs = (size_t)logits->inputs;
    struct dots dots = {
        .rows = n_rows,
        .vectors = logits->columns / logits->kernels->width,
        .depth = logits->inputs,
        .ends = logits->ends,
        .x = logits->x,
        .row = inputs,
        .w = logits->w,
        .bias = logits->b,
        .y = y,
        .y_row = (size_t)logits->columns,
    };

    for (size_t r = 0; r < (size_t)n_rows; r++)
        for (size_t v = 0; v < inputs; v++)
            logits->x[r * inputs + v] = x[r * inputs + (size_t)logits->order[v]];
    logits->kernels->dots(&dots);
}

/* Sums over classes in their order, block by block. */
static void find_dx(const struct logits *logits, int n_rows, const real *dy, real *dx)
{
    const struct kernels *kernels = logits->kernels;
    int units = logits->units;

    for (int first = 0; first < units; first += BACK_CLASSES) {
        int n = units - first < BACK_CLASSES ? units - first : BACK_CLASSES;
        int next = first + n, n_next = units - next < n ? units - next : n;
        const struct matmul_span ahead = {logits->w_t + back_size(logits, next),
                                          back_size(logits, n_next)};
        struct matmul m = {
            .rows = n_rows,
            .vectors = logits->inputs / kernels->width,
            .n_terms = 1,
            .term = {{dy + first, (size_t)logits->columns, 0, n, n,
                      logits->w_t + back_size(logits, first), NULL}},
            .accumulate = first > 0,
            .c = dx,
            .c_row = (size_t)logits->inputs,
            .c_panel = (size_t)kernels->panel,
            .ahead = &ahead,
            .n_ahead = n_next > 0,
        };
        kernels->matmul(&m);
    }
}

void logits_backward(struct logits *logits, int slot, int n_rows, const real *x,
                     const real *dy, real *dx)
{
    logits_keep(logits, slot, n_rows, x, dy);
    find_dx(logits, n_rows, dy, dx);
}
