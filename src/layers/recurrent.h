/* LSTM, GRU and the simple cell over a lane: one direction of one recurrent layer,
 * forward and backward in time. Two directions are two of these; a stack is several.
 *
 * The equations, in the order of the notebook that this program retells; x is the input
 * and h the state of the step before, s() the recurrent activation (sigmoid or hard
 * sigmoid):
 *
 *   LSTM (Hochreiter & Schmidhuber 1997, forget gate by Gers et al. 2000; Keras gate
 *   order
 *   i, f, c, o in kernel (D, 4H), recurrent_kernel (H, 4H), bias (4H)):
 *     forget     f  = s(x W_f + h U_f + b_f)
 *     input      i  = s(x W_i + h U_i + b_i)
 *     candidate  g  = tanh(x W_c + h U_c + b_c)
 *     output     o  = s(x W_o + h U_o + b_o)
 *     update     c' = f c + i g,  h' = o tanh(c')
 *
 *   Bidirectional (Schuster & Paliwal 1997; Keras merge_mode "concat"): a second set of
 *   weights reads the steps last to first; a step's features are [forward, backward].
 *
 *   GRU (Cho et al. 2014; Keras order z, r, h in kernel (D, 3H), recurrent (H, 3H)):
 *     update     z  = s(x W_z + h U_z + b_z)
 *     reset      r  = s(x W_r + h U_r + b_r)
 *     candidate  hh = tanh(x W_h + (r h) U_h + b_h)                 bias (3H)
 *            or  hh = tanh(x W_h + b_h + r (h U_h + b'_h))          reset_after, (2, 3H)
 *     state      h' = z h + (1 - z) hh
 *
 *   Simple (Elman 1990; Keras SimpleRNN: kernel (D, H), recurrent (H, H), bias (H)):
 *     state      h' = tanh(x W + h U + b)
 *
 * Where tanh stands another activation may. In training dropout (Gal & Ghahramani 2016)
 * may replace x, and h in products with U, by x m and h m': what is dropped of a row is
 * the same at all its steps.
 *
 * Activations are indexed by slots (see steps.h). Nothing here is collective.
 */
#ifndef RNNTRAIN_LAYERS_RECURRENT_H
#define RNNTRAIN_LAYERS_RECURRENT_H

#include "base/base.h"
#include "kernels/kernels.h"
#include "layers/chain.h"
#include "layers/linear.h"
#include "layers/steps.h"

/* Some gates that are computed by one product: all four of an LSTM; z and r of a GRU,
 * then its candidate; the one of a simple cell. `columns` is that of both matrices. */
struct gate_group {
    struct linear input;     /* W: (D, gates * H) */
    struct linear recurrent; /* U: (H, gates * H) */
    real *backs; /* transposes of U and W side by side, where has_joint_back */
    /* What is the same at every step of b + x W + h U, and of dh = dz U^T, or of both dh
     * and dx. */
    struct matmul forward, back, back_to_both;
    real *b, *db;  /* (columns) */
    real *known;   /* (vocabulary, columns) b + x W of an id */
    real *d_known; /* the same: dL/d(known) of a lane, else zero */
    real *z;       /* (slots, columns) values of the gates, a panel matrix a step; of a
                 simple cell those of one step; of gates that are not padded, as an
                 LSTM's may stand (linear_take_tight), a matrix of rows */
    real *dz;      /* (block, columns) the same of a block */
};

struct recurrent {
    const struct kernels *kernels;
    enum recurrent_cell cell;
    enum cell_activation activation;
    bool hard, reset_after; /* of the gates; GRU */
    bool drops_inputs, drops_states;
    int inputs;        /* D, padded */
    int units, padded; /* H, and H padded */
    int rows, length;  /* most rows and steps */
    int n_groups;
    struct gate_group group[2];

    /* Without `trains` there is no backward pass: nothing is kept but h, and of h, where
     * only_last output is asked for, the last; what a step makes is then overwritten by
     * the next one, and `slots` below is the rows of one. */
    bool trains, only_last;
    bool in_place;       /* of the last recurrent_forward: h holds one slot, row r at r */
    size_t room, room_z; /* rows of x; of z */

    real *x; /* (slots, inputs): input of each step, filled by the source */
    real *h; /* (slots, padded): state entering each step = output of the one before */
    real *c; /* (slots, padded), LSTM */
    real *tanh_c; /* (slots, padded), LSTM; whatever the activation is */
    real *rh;     /* (slots, padded), GRU without reset_after: r * h */
    real *rec;    /* (slots, columns of group 1), reset_after: h U_h + b'_h */
    real *b_rec, *db_rec, *drec; /* reset_after: b'_h, its gradient, dL/drec (block) */
    int dh_row;                  /* reals: padded; or dx of the step stands behind dh */
    real *dh;                    /* (rows, dh_row) */
    real *dc, *drh;              /* (rows, padded) */

    /* Dropout, in passes that keep: what is multiplied with, filled by the caller before
     * the pass; the state entering each step after that; dL/d(that). */
    real *x_mask;    /* (rows, inputs), drops_inputs */
    real *h_mask;    /* (rows, padded), drops_states, as are the next two */
    real *hd;        /* (slots, padded) */
    real *dhd;       /* (rows, dh_row) */
    real *dx;        /* (block, inputs) */
    int block;       /* rows of the backward block */
    bool is_dropped; /* of the last recurrent_forward: it dropped what it may */

    /* A layer whose inputs are embeddings without dropout: with looks_up, b + x W is not
     * computed for each position but looked up in `known` for the ids of a step's rows,
     * ids[s]: the same bits. Its gradient is gathered by ids too. */
    int vocabulary; /* 0: never */
    bool looks_up;
    const int32_t **ids; /* (length), filled by the caller */

    /* Evaluation: with shares_pads a row enters with the state that as many pads as stand
     * in front of it leave, instead of zeros. */
    bool can_share_pads, shares_pads;
    bool learns_pads; /* the next recurrent_forward, of one row of T pads, sets them: */
    real *pad_h, *pad_c; /* (T + 1, padded) states after 0 .. T pads */
};

/* Fixes the shapes (cell, activation, hard, reset_after, drops_inputs, drops_states,
 * vocabulary, can_share_pads, trains and only_last are set before; the input has
 * in_blocks blocks of in_width elements, each padded to whole vectors); then lays out the
 * workspace (twice, see struct arena). */
void recurrent_init(struct recurrent *layer, const struct kernels *kernels, int in_blocks,
                    int in_width, int units, int rows, int length);
void recurrent_layout(struct recurrent *layer, struct space *space);

/* Packs Keras's kernel (D, GH), recurrent kernel (H, GH) and bias (GH) or (2, GH). */
void recurrent_pack(struct recurrent *layer, const real *kernel, const real *recurrent,
                    const real *bias);

/* Computes `known` of n ids, at most `room_z`, whose embeddings stand in x. Overwrites
 * what the last recurrent_forward kept. */
void recurrent_learn_words(struct recurrent *layer, const int32_t *ids, int n);

/* Fills x of one step, (rows, inputs), just before the step is computed; first to
 * last. */
typedef void recurrent_source(void *context, const struct steps *steps, int s, real *x);

/* Runs all steps on what the source gives (looks_up: on the ids, the source is not
 * asked). Without `keep` nothing is kept but h, and that not with only_last. */
void recurrent_forward(struct recurrent *layer, const struct steps *steps, bool keep,
                       recurrent_source *source, void *context);

/* Output of row r at step s; (padded) reals. */
static inline real *recurrent_output(const struct recurrent *layer,
                                     const struct steps *steps, int s, int r)
{
    return layer->h + (steps->slot[s + 1] + (size_t)r) * (size_t)layer->padded;
}

/* Receives dL/dx of one step, (rows, inputs), rows `row` reals apart; steps come last to
 * first. */
typedef void recurrent_sink(void *context, const struct steps *steps, int s,
                            const real *dx, size_t row);

/* dL/d(outputs): `padded` reals a row and step. With `row` 0 they are indexed as h is,
 * else those of row r at time t stand at first + r * row + t * time. */
struct output_gradient {
    const real *first; /* NULL: none, or of `source` */
    size_t row, time;
    const struct gradient_source *source; /* of those from `column` on; NULL: none */
    int column;
};

/* Gradients of the whole lane from dL/d(final outputs) (R, padded) or NULL and from
 * dL/d(outputs); the weights' go to dw, du, db, which are set, not added to. With
 * looks_up the sink is not called, recurrent_words_backward does the rest. */
void recurrent_backward(struct recurrent *layer, const struct steps *steps,
                        const real *d_final, struct output_gradient d_outputs,
                        recurrent_sink *sink, void *context);

/* Of a layer that looked up, after recurrent_backward, for all ids of the lane, each
 * once, at most `block` at a time, whose embeddings stand in x: adds their part of the
 * gradient of W and returns dL/d(embeddings) (n, inputs), valid until the next call. */
const real *recurrent_words_backward(struct recurrent *layer, const int32_t *ids, int n);

/* Writes the packed gradients to Keras's shapes (every element is set). */
void recurrent_unpack(const struct recurrent *layer, real *kernel, real *recurrent,
                      real *bias);

#endif
