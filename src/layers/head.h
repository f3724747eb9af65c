/* The head: from the last recurrent layer's outputs to one row of features.
 *
 *   last     the state after the last step (of each direction)        features  dirs * H
 *   flatten  all outputs, row-major (t, feature)                      T * dirs * H
 *   max      over time, a tie goes to the first step                  dirs * H
 *   mean     over time; with mask over the real steps, 0 if none      dirs * H
 *
 * Under a mask flatten and max see what Keras's layers see: a skipped step repeats the
 * previous output, zeros before the first word; with two directions it is zeros wherever
 * it stands. Source: Keras RNN, whose zero_output_for_mask Bidirectional sets;
 * GlobalMaxPooling1D, GlobalAveragePooling1D, Flatten.
 *
 * Features are padded: (t, direction) blocks of H rounded up to whole vectors.
 */
#ifndef RNNTRAIN_LAYERS_HEAD_H
#define RNNTRAIN_LAYERS_HEAD_H

#include "base/base.h"
#include "layers/recurrent.h"

enum head_kind { HEAD_LAST, HEAD_FLATTEN, HEAD_MAX, HEAD_MEAN };

struct head {
    enum head_kind kind;
    int directions;             /* 1 or 2 */
    bool masked;                /* rows may skip positions */
    struct recurrent *layer[2]; /* the last recurrent layer, borrowed */
    const struct steps *steps[2];
    const int *lead[2]; /* (R) positions in front that a direction skips, borrowed */
    int blocks;         /* of features: T * directions, or directions */
    int features;       /* padded */
    size_t *where;      /* (R, features), max: the row of h that gave each feature */
    real *d_final[2];   /* (R, padded H) dL/d(final states) or NULL */
    real
        *d_slots[2]; /* (slots, padded H) dL/d(outputs), where features are not outputs */
    struct output_gradient d_outputs[2];
};

/* kind, directions, masked, layer, steps and lead are set before. */
void head_init(struct head *head);
void head_layout(struct head *head, struct space *space);
void head_forward(struct head *head, int rows, real *features);
/* Fills d_final or d_outputs, which may point into d_features. */
void head_backward(struct head *head, int rows, const real *d_features);

#endif
