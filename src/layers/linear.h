/* A weight matrix packed for the kernels: y = x·W and the two products of its backward
 * pass.
 *
 * Keras's matrix (rows, source_columns) is read at in_blocks x in_width rows and
 * out_blocks x out_width columns from source_first on; each block is padded to whole
 * vectors. The packed matrix w (depth, columns), its transpose w_t (used columns, inputs)
 * and the gradient dw (depth, columns) are panel matrices; what pads a single block of
 * inputs, or of a tap's, is not multiplied. x and dx are row-major (rows, row), the
 * inputs in front. Nothing here is collective.
 *
 * Where blocks of outputs are padded much their columns may stand side by side instead:
 * y and dy are then matrices of rows.
 */
#ifndef RNNTRAIN_LAYERS_LINEAR_H
#define RNNTRAIN_LAYERS_LINEAR_H

#include "base/base.h"
#include "kernels/kernels.h"

struct linear {
    const struct kernels *kernels;
    int in_blocks, in_width, inputs; /* inputs: all blocks, padded */
    int row;   /* reals from one row of x or dx to the next: inputs, or more */
    int depth; /* rows of w: inputs, or without what pads single blocks */
    int out_blocks, out_width;
    int vectors;       /* of all output blocks, padded */
    int columns;       /* vectors * width, rounded up to whole panels */
    bool is_tight;     /* blocks of outputs are not padded, see linear_take_tight */
    int y_row, dy_row; /* reals from one row of y and dy to the next, within a panel */
    int source_first, source_columns;
    int taps;           /* dx is computed in as many parts of the inputs, see take_taps */
    real *w, *w_t, *dw; /* w_t, dw: NULL where nothing trains */
    uint32_t *pairs, *pairs_t; /* w and w_t for products of bf16; NULL: of floats */
};

/* All of `source_columns` = out_blocks * out_width columns; linear_take_columns narrows.
 */
void linear_init(struct linear *linear, const struct kernels *kernels, int in_blocks,
                 int in_width, int out_blocks, int out_width);
/* The matrix is columns `first` .. of a Keras matrix of `source_columns` columns. */
void linear_take_columns(struct linear *linear, int first, int source_columns);
/* Blocks of outputs stand side by side, if that makes fewer vectors: then y and dy are
 * matrices of rows, dy_row and y_row reals long, of which those of dy behind the last
 * block are zero. Bits are those of padded blocks. Not for products of bf16, of taps. */
void linear_take_tight(struct linear *linear);
/* Rows of x and dx are longer than their blocks: `row` reals. */
void linear_take_rows(struct linear *linear, int row);
/* Rows of x that lie over each other, as windows do: inputs are `taps` parts, alike, and
 * linear_back gives dx of one of them. */
void linear_take_taps(struct linear *linear, int taps);
void linear_layout(struct linear *linear, struct space *space);

void linear_pack(struct linear *linear, const real *kernel);
void linear_zero_gradient(struct linear *linear);
/* Sets the elements of Keras's gradient that this matrix covers. */
void linear_unpack(const struct linear *linear, real *kernel);

/* The same for a bias: Keras's (source_columns) and the packed (columns). */
void linear_pack_bias(const struct linear *linear, const real *bias, bool add,
                      real *packed);
void linear_unpack_bias(const struct linear *linear, const real *packed, real *bias);

/* x·W as a term of a product. */
struct matmul_term linear_term(const struct linear *linear, const real *x);

/* The columns of panel p, of linear_panels, of part `tap`'s product alone, not yet
 * computed: of x, (rows, x_row), which is that part of the inputs. */
int linear_panels(const struct linear *linear);
struct matmul linear_tap(const struct linear *linear, int tap, int p, int rows,
                         const real *x, size_t x_row);
/* Adds x^T·dy to that part of dw. */
void linear_add_tap_gradient(const struct linear *linear, int tap, int rows,
                             const real *x, size_t x_row, const real *dy, size_t panel);

/* The product dx (rows, row) = dy·W^T, not yet computed; dy is a panel matrix with
 * panels `panel` apart. linear_back_tap: of part `tap` of the inputs, added to dx. */
struct matmul linear_back_tap(const struct linear *linear, int tap, int rows,
                              const real *dy, size_t panel, real *dx);
struct matmul linear_back(const struct linear *linear, int rows, const real *dy,
                          size_t panel, real *dx);

/* The transposes of two matrices with the same outputs side by side, so that one product
 * gives both dx, the second one's behind the first one's: a panel matrix (used columns,
 * columns) of as many reals as linear_backs_size says. Not of bf16. */
size_t linear_backs_size(const struct linear *first, const struct linear *second);
void linear_pack_backs(const struct linear *first, const struct linear *second,
                       real *backs);

/* dw += x^T·dy */
void linear_add_gradient(struct linear *linear, int rows, const real *x, const real *dy,
                         size_t panel);

/* The same of two matrices, of whose products dy is the gradient. */
void linear_add_gradients(struct linear *linear, const real *x, struct linear *other,
                          const real *other_x, int rows, const real *dy, size_t panel);

/* Rows of Keras's matrix, and where row d of it stands among the padded inputs. */
int linear_source_rows(const struct linear *linear);
int linear_padded_row(const struct linear *linear, int d);

/* Columns of a panel: the unit in which `columns` is rounded. */
static inline int linear_panel(const struct linear *linear)
{
    return linear->kernels->panel;
}

#endif
