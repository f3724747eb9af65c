/* A layer at work: a shape in and a shape out, weights, a pass forward and one back.
 *
 * Each kind is one file with its struct, whose first member is struct layer, and one
 * constant struct layer_ops. A chain of them is a model (model.h), which knows none of
 * the kinds by name. Vectors that stand alone, one a row, are handed on in arrays, y and
 * dy; sequences step by step, by pull and push, just before and after they are computed,
 * as a lane's activations fit no near cache.
 *
 * A layer allocates nothing: what it needs is laid out in the model's workspace. Its
 * result depends on weights and lane alone. Nothing here is collective.
 */
#ifndef RNNTRAIN_LAYERS_LAYER_H
#define RNNTRAIN_LAYERS_LAYER_H

#include "base/base.h"
#include "kernels/kernels.h"
#include "layers/chain.h"
#include "layers/params.h"
#include "layers/plan.h"
#include "layers/stack.h"

/* What stands at the positions that a mask skips, for layers that look at all of them.
 * Source: Keras RNN, whose zero_output_for_mask Bidirectional sets. */
enum skipped {
    SKIPPED_PADS,    /* the embedding of the pad */
    SKIPPED_ZEROS,   /* zeros */
    SKIPPED_REPEATS, /* the output before them; zeros in front of the first word */
    SKIPPED_OTHER    /* what a layer makes of one of these, which is not computed */
};

/* What flows from one layer to the next. */
struct shape {
    int length;        /* T: a vector a position; 0: one a row */
    int stage;         /* of the plans: one more behind each layer that changes T */
    int blocks, width; /* a vector is so many blocks of so many numbers */
    int row;           /* reals from one vector to the next: each block padded to whole
                          vectors of the kernels, and perhaps more behind them */
    enum skipped skipped;
    bool alike; /* in evaluation pads in front give the same for every row: they are
                   computed once, by learn_pads */
};

/* What all layers of a model have in common. Borrowed from the model, fixed when it is
 * built. */
struct frame {
    const struct kernels *kernels;
    const struct chain_config *chain;
    const struct params *params;
    int rows;    /* R: most rows of a lane */
    bool trains; /* has a backward pass */
    bool mask;   /* plans leave pads out, see skips_pads */
};

/* Lanes whose gradients a layer can sum by itself, see join. A power of two. */
enum { LAYER_JOINT_LANES = 16 };

/* One lane on its way through the layers. */
struct pass {
    const struct plans *plans;
    int slot; /* of the lane, below LAYER_JOINT_LANES */
    int n_rows;
    const int32_t *rows; /* (n_rows) numbers in the data set: what dropout is drawn for */
    const struct rows *from; /* of the lane */
    bool trains;    /* dropout is drawn, and what the backward pass reads is kept */
    real *gradient; /* the flat array that the backward pass sets */
    /* Where the rows of the embedding's gradient are: NULL: in the flat array, which has
     * no table else. */
    const struct table_rows *table;
    uint64_t seed; /* of the dropouts */
    uint32_t step;
    bool
        shares; /* rows enter behind their pads with what pads leave, where it is alike */
};

/* Multiplications and additions that one position and direction, and one row, cost in a
 * training step; a forward pass costs a third. */
struct work {
    double position, row;
};

/* Adds dL/d(outputs) at position t to `d`, whose rows stand d_row apart: of each row so
 * many vectors of the kernels from `column` on. */
struct gradient_source {
    void (*add)(const struct gradient_source *source, int t, int column, int rows,
                int vectors, real *d, size_t d_row);
};

/* Numbers that are each the largest at some positions of the layer below: of row r, n
 * vectors of out.row of that layer, vector p at (r * n + p) * out.row. */
struct peaks {
    int n;
    const int32_t *where; /* the positions that gave them */
    const real *y, *dy;   /* what they are, and dL/dy */
};

struct layer {
    const struct layer_ops *ops;
    const struct layer_config *config;
    const struct frame *frame;
    struct layer *below; /* what it takes from; NULL: the ids */
    struct shape in, out;
    int first_tensor;
    int n_directions; /* in which it goes through a sequence, each by a plan; or 0 */
    enum plan_kind plan[2];
    bool looks_up;  /* has a table of its products with embeddings, see learn_ids */
    bool lends;     /* dL/d(outputs) is lent by the layer above, see borrow */
    bool borrows;   /* it can take what is lent so */
    bool passes_on; /* the output goes through the positions below it by itself: it has no
                       y and dy, see output_positions.h */
    bool by_rows;   /* the layer above takes maxima of it, see pull_row */
    bool joins;     /* its gradient is of many lanes at once, see join */
    real *y,
        *dy; /* (R, out.row) where out.length is 0, and dL/dy, set by the layer above */
};

/* NULL: nothing is to be done, or it cannot be done, as the comment says. `i` is the
 * layer's place in the chain. */
struct layer_ops {
    size_t size; /* of the kind's struct */

    /* Of the configuration alone. */
    const char *name; /* Keras's, without number; NULL: it follows from the layer */
    const char *(*name_of)(const struct layer_config *layer);
    struct outline (*outline)(const struct chain_config *chain, int i, struct outline in);
    void (*tensors)(const struct chain_config *chain, int i, struct params *params);
    /* The words that an item of --stack begins with, NULL-terminated; what an item says
     * of the layer, and of the chain below it, and the text of such an item, the caller's
     * (layers/stack.h). NULL: no stack has it. */
    const char *const *words;
    int (*read_words)(struct stack_item *item, struct chain_config *chain,
                      struct layer_config *layer);
    char *(*write_words)(const struct chain_config *chain,
                         const struct layer_config *layer);
    bool takes_sequence; /* and nothing else */
    /* Multiplications and additions of a training step, see model_flops. */
    struct work (*work)(const struct chain_config *chain, int i, bool trains);

    /* Whether what an embedding that is masked gives at pads is left out; NULL: the layer
     * hands the mask on. Where the first layer that is asked looks at pads too, the mask
     * has no effect on plans: all positions are computed. */
    bool (*skips_pads)(const struct layer_config *layer);

    /* Sets out, and what else follows from `in`. ERR_USAGE: it cannot stand there. */
    int (*shape)(struct layer *layer);
    void (*init)(const struct layer *layer, uint64_t seed, real *weights);
    void (*layout)(struct layer *layer,
                   struct space *space); /* twice, see struct arena */
    void (*pack)(struct layer *layer, const real *weights);
    /* What pack leaves outside of the workspace, where another model has packed. */
    void (*share)(struct layer *layer, const real *weights);

    void (*forward)(struct layer *layer, const struct pass *pass);
    /* Inputs of step s of a plan for the layer above: (steps->active[s], out.row) into x,
     * whose rows stand `row` reals apart. NULL: it gives y. */
    void (*pull)(struct layer *layer, const struct pass *pass, const struct steps *steps,
                 int s, real *x, size_t row);

    /* Sets the gradients of its tensors, unless it `joins`, and hands that of its inputs
     * to the layer below. */
    void (*backward)(struct layer *layer, const struct pass *pass);
    /* Of a layer that `joins`: a large matrix, of which a gradient a lane, written, added
     * and read again, would cost more than finding it. Backward keeps what a lane's
     * gradient is made of in the lane's slot; this sets the gradients of its tensors to
     * their sum over the lanes in the slots first .. first + n - 1, n a power of two,
     * added in a binary tree. */
    void (*join)(struct layer *layer, int first, int n, real *gradient);
    /* dL/d(outputs) becomes zero, before it is pushed to. NULL: it need not. */
    void (*clear)(struct layer *layer, const struct pass *pass);
    /* Adds dL/d(outputs) of a step, laid out as pull has x. */
    void (*push)(struct layer *layer, const struct pass *pass, const struct steps *steps,
                 int s, const real *dx, size_t row);
    /* Instead of all that is pushed: dL/d(outputs) of row r at time t stands at
     * first + r * row + t * time, borrowed for the pass. NULL: it must be pushed. */
    void (*borrow)(struct layer *layer, const real *first, size_t row, size_t time);
    /* The same, where no array has it. Of all that have `borrow`. */
    void (*borrow_source)(struct layer *layer, const struct gradient_source *source);

    /* Of a layer that computes all positions of a row at once, for one above that takes
     * maxima of them: row r's outputs, (T, out.row), borrowed until the next row's are
     * asked for, so that a row is looked at while it lies in a near cache; and instead of
     * all that is pushed dL/d(outputs) at those maxima, the rest being zero, borrowed for
     * the pass. NULL: by steps only. */
    const real *(*pull_row)(struct layer *layer, const struct pass *pass, int r);
    void (*borrow_peaks)(struct layer *layer, const struct peaks *peaks);

    /* The layer's products with the embeddings of n ids, once for all positions; only of
     * a layer that `looks_up`. Whether it does so in such a pass. */
    void (*learn_ids)(struct layer *layer, const int32_t *ids, int n);
    bool (*looks_up)(const struct layer *layer, const struct pass *pass);
    /* What leading pads leave, of a layer whose input is alike, from a lane of one row of
     * nothing but pads. */
    void (*learn_pads)(struct layer *layer, const struct pass *pass);
};

extern const struct layer_ops *const layer_kinds[LAYER_KINDS]; /* by kind */

/* Weights of a layer's tensor k in the flat array, and the same of a gradient. */
static inline const real *layer_weights(const struct layer *layer, const real *weights,
                                        int k)
{
    return weights + layer->frame->params->tensors[layer->first_tensor + k].offset;
}

static inline real *layer_gradient(const struct layer *layer, real *gradient, int k)
{
    return gradient + layer->frame->params->tensors[layer->first_tensor + k].offset;
}

/* The layer's vectors, one a row, and their gradients. */
static inline void layer_take_rows(struct layer *layer, struct space *space)
{
    size_t n = (size_t)layer->frame->rows * (size_t)layer->out.row;

    layer->y = arena_take(&space->lane, n, sizeof(real));
    layer->dy = arena_take(&space->backward, n, sizeof(real));
}

/* The layer takes maxima of the one below: row by row, where that is possible. */
void layer_take_maxima(struct layer *layer);

/* ERR_USAGE unless the layer below gives what the layer can take. One that looks at all
 * positions cannot stand on what another layer makes of those that a mask skips. */
int layer_expect_all_positions(const struct layer *layer) NODISCARD;
int layer_expect_sequence(const struct layer *layer) NODISCARD;
int layer_expect_vector(const struct layer *layer) NODISCARD;

#endif
