/* A recurrent layer at work: a struct recurrent for each direction, and what becomes of
 * their outputs. Shared by recurrent_layer.c (shapes, weights, passes),
 * recurrent_outputs.c (what directions give together, and its gradient),
 * recurrent_dropout.c and recurrent_words.c (its words in a stack). Nothing here is
 * collective.
 *
 * A vector is [forward, backward], or with another merge mode one block. Source: Keras
 * LSTM, GRU, SimpleRNN and Bidirectional.
 */
#ifndef RNNTRAIN_LAYERS_RECURRENT_LAYER_H
#define RNNTRAIN_LAYERS_RECURRENT_LAYER_H

#include "layers/embedding.h"
#include "layers/recurrent.h"

struct recurrent_layer {
    struct layer layer;
    struct recurrent track[2];
    struct layer *embedding; /* below, perhaps under a Dropout; NULL: another layer is */

    /* dL/d(outputs): of the last ones (R, padded), or of all; then either in slots that
     * are pushed to, (slots, padded), or where the layer above has them. */
    real *d_final[2], *d_slots[2];
    struct output_gradient d_outputs[2];
    uint32_t *bits; /* keep bits of a row, where something is dropped */
};

/* Tensors of a direction: kernel, recurrent kernel and bias. */
enum { RECURRENT_TENSORS = 3 };

static inline struct recurrent_layer *recurrent_of(struct layer *layer)
{
    return (struct recurrent_layer *)layer;
}

static inline const struct steps *recurrent_plan(const struct layer *layer,
                                                 const struct pass *pass, int d)
{
    return &pass->plans->plan[layer->plan[d]].steps;
}

/* Words of a row's keep bits: of its inputs or its states, whichever are more. */
static inline int recurrent_bit_words(const struct recurrent *track)
{
    int n = track->inputs > track->padded ? track->inputs : track->padded;
    return (n + 31) / 32;
}

/* What is dropped of each row in this pass, at all steps the same. */
void recurrent_draw_masks(struct layer *layer, const struct pass *pass, int d);

/* The last outputs of all directions, (n_rows, out.row) into y; and from dL/dy dL/d(last
 * outputs) of direction d. */
void recurrent_take_last(const struct layer *layer, const struct pass *pass);
void recurrent_take_d_final(struct layer *layer, const struct pass *pass, int d);

/* As struct layer_ops has them. */
extern const char *const recurrent_words[];
int recurrent_read_words(struct stack_item *item, struct chain_config *chain,
                         struct layer_config *layer) NODISCARD;
char *recurrent_write_words(const struct chain_config *chain,
                            const struct layer_config *layer);
void recurrent_pull(struct layer *layer, const struct pass *pass,
                    const struct steps *steps, int s, real *x, size_t row);
void recurrent_clear(struct layer *layer, const struct pass *pass);
void recurrent_push(struct layer *layer, const struct pass *pass,
                    const struct steps *steps, int s, const real *dx, size_t row);
void recurrent_borrow(struct layer *layer, const real *first, size_t row, size_t time);
void recurrent_borrow_source(struct layer *layer, const struct gradient_source *source);

#endif
