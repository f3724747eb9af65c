/* An output of few units on all positions of a sequence, that is behind a Flatten, with
 * or without a Dropout between: position by position, as a lane's vectors side by side
 * are its largest array and fit no near cache. The numbers are those of one dot product a
 * logit. Nothing here is collective.
 */
#ifndef RNNTRAIN_LAYERS_OUTPUT_POSITIONS_H
#define RNNTRAIN_LAYERS_OUTPUT_POSITIONS_H

#include "layers/layer.h"

struct output_positions {
    struct gradient_source source;        /* lent to the layer below the Flatten */
    const struct layer *output, *dropout; /* dropout NULL: none */
    struct layer *below;                  /* the Flatten's: gives the positions */
    int some;      /* positions at a time: their bits are whole words, and of the vectors
                   that a dot product adds side by side there are whole groups */
    real *x;       /* (R, some, below->out.row) */
    real *sums;    /* (R, units, vectors of a group): dot products under way */
    const real *w; /* (units, in.row), borrowed for the pass */
    const struct position_bits *bits; /* of the pass; NULL: nothing is dropped */
};

/* Whether `output`, whose in is set, stands so; then the layers below it up to the
 * Flatten have no y and dy. */
bool output_positions_init(struct output_positions *p, const struct layer *output);
void output_positions_layout(struct output_positions *p, struct space *space);

/* Logits but for their biases. w (units, in.row) as the output has it. */
void output_positions_forward(struct output_positions *p, const struct pass *pass,
                              const real *w);
/* dL/dw (units, in.row), which is set, from the output's dy; lends dL/d(outputs) to the
 * layer below the Flatten until the next pass. */
void output_positions_backward(struct output_positions *p, const struct pass *pass,
                               real *dw);

#endif
