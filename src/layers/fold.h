/* What a pooling layer makes of a row's positions: one fold, or several side by side, fed
 * step by step. Over time, a tie of the maximum going to the first position:
 *
 *   max      y = max over t of x_t             dL/dx_t = dL/dy where x_t gave y
 *   mean     y = sum over t of x_t / n         dL/dx_t = dL/dy / n
 *   flatten  all of them side by side          dL/dx_t = dL/dy_t
 *   last     a recurrent layer's last output   dL/dx of that step = dL/dy
 *   attention                                  attention.h
 *
 * Under a mask the mean is over the n real positions, 0 if there are none, and so is
 * attention; last is the last real one, zeros if there is none; the others see what
 * Keras's layers see at skipped positions (enum skipped). Nothing here is collective.
 *
 * Source: Keras GlobalMaxPooling1D, GlobalAveragePooling1D, Flatten; RNN(return_state).
 */
#ifndef RNNTRAIN_LAYERS_FOLD_H
#define RNNTRAIN_LAYERS_FOLD_H

#include "layers/attention.h"
#include "layers/layer.h"

/* One of a layer's poolings at work. */
struct side {
    const struct fold *fold;
    const struct layer *layer;
    int vectors;                 /* of in.row reals, that it gives a row */
    real *y, *dy;                /* row r at y + r * out.row of the layer */
    int32_t *where;              /* (R, in.row) max: the step that gave y */
    struct attention *attention; /* of attention alone */
};

/* What it does before the first step, with each step's vectors of the first n_rows rows,
 * (n_rows, in.row), and behind the last; and, when dy is known, before the last step,
 * adding to dL/d(inputs) of each step, last to first, and behind the first. NULL:
 * nothing. */
struct fold {
    void (*begin)(struct side *side, const struct pass *pass);
    void (*step)(struct side *side, const struct pass *pass, int n_rows, int s,
                 const real *x);
    void (*end)(struct side *side, const struct pass *pass);
    void (*begin_back)(struct side *side, const struct pass *pass);
    void (*step_back)(struct side *side, const struct pass *pass, int n_rows, int s,
                      real *dx);
    void (*end_back)(struct side *side, const struct pass *pass);
    bool same_back;  /* dL/d(inputs) is dy at every step */
    bool skips_pads; /* pads of a masked embedding are left out */
};

extern const struct fold folds[POOLING_WAYS];

/* For those that leave pads out. Positions of row r that count; and how many of the first
 * n_rows rows have one of them at step s: the first ones, as the longest rows come first.
 */
int fold_count(const struct side *side, const struct pass *pass, int r);
int fold_rows(const struct side *side, const struct pass *pass, int n_rows, int s);
/* The first step of row r that counts; all up to its count follow. */
int fold_first(const struct side *side, const struct pass *pass, int r);

#endif
