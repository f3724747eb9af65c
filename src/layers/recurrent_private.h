/* What recurrent.c (shapes, packing, forward), recurrent_backward.c and the cells' steps,
 * recurrent_cells.c and recurrent_cells_back.c, share: a step as pointers, and what its
 * products fetch. */
#ifndef RNNTRAIN_LAYERS_RECURRENT_PRIVATE_H
#define RNNTRAIN_LAYERS_RECURRENT_PRIVATE_H

#include "layers/recurrent.h"

static inline bool is_lstm(const struct recurrent *layer)
{
    return layer->cell == CELL_LSTM;
}

static inline bool is_reset_after(const struct recurrent *layer)
{
    return layer->cell == CELL_GRU && layer->reset_after;
}

/* Has an array of r * h. */
static inline bool is_reset_before(const struct recurrent *layer)
{
    return layer->cell == CELL_GRU && !layer->reset_after;
}

/* Whether a step's dh and dx are one product: where both fit one panel, so that one tile
 * does what two narrow ones would. Larger weights are better read once a block than once
 * a step. A GRU's groups come one after the other, and dx adds them in another order;
 * products of bf16 are packed otherwise. */
static inline bool has_joint_back(const struct recurrent *layer)
{
    return layer->cell != CELL_GRU && !layer->kernels->pack_pairs &&
           layer->padded + layer->inputs <= layer->kernels->panel;
}

/* The same of this pass: where it looks up there is no dx. */
static inline bool is_joint_back(const struct recurrent *layer)
{
    return has_joint_back(layer) && !layer->looks_up;
}

static inline int panel_width(const struct recurrent *layer)
{
    return layer->kernels->panel;
}

/* Whether z and dz are matrices of rows, whose gates are not padded. */
static inline bool is_tight(const struct recurrent *layer)
{
    return layer->group[0].input.is_tight;
}

/* Rows from one panel of the block to the next: one more than it has, since panels a
 * power of two apart would share a few sets of the cache. */
static inline int block_stride(const struct recurrent *layer)
{
    return layer->block + 1;
}

static inline int columns_of(const struct gate_group *group)
{
    return group->input.columns;
}

/* Reals of a row of z, and of one of dz. */
static inline int z_width(const struct gate_group *group)
{
    return group->input.is_tight ? group->input.y_row : group->input.columns;
}

static inline int dz_width(const struct gate_group *group)
{
    return group->input.is_tight ? group->input.dy_row : group->input.columns;
}

/* Columns from one gate of z to the next. */
static inline int gate_width(const struct recurrent *layer)
{
    return is_tight(layer) ? layer->units : layer->padded;
}

static inline real *row_at(real *array, size_t row, int width)
{
    return array + row * (size_t)width;
}

/* dL/d(state) of what entered the products: that of a dropped state is apart. */
static inline real *state_gradient(const struct recurrent *layer)
{
    return layer->drops_states ? layer->dhd : layer->dh;
}

/* One step as pointers: what it reads, what it writes. */
struct step {
    int rows;
    size_t panel;       /* reals between panels of this step's panel matrices */
    size_t at;          /* slot of the step: first row in h */
    size_t next;        /* slot it writes */
    bool keeps;         /* for the backward pass */
    size_t kept;        /* slot of all but h: 0 where nothing is kept */
    size_t gates;       /* slot of z: of a simple cell 0 */
    real *state;        /* (rows, padded) what enters the products with U */
    size_t kept_next;   /* slot of c that it writes */
    size_t after;       /* slot that the next step writes */
    const int32_t *ids; /* of its rows, where b + x W is looked up */
    int n_ids_ahead;    /* and of the next step's */
    const int32_t *ids_ahead;
};

static inline struct step step_of(const struct recurrent *layer,
                                  const struct steps *steps, int s, bool keep)
{
    bool looks_ahead = layer->looks_up && s + 1 < steps->length;
    size_t at = layer->in_place ? 0 : steps->slot[s];
    real *states = keep && layer->drops_states ? layer->hd : layer->h;

    return (struct step){.rows = steps->active[s],
                         .panel = is_tight(layer) ? (size_t)panel_width(layer)
                                                  : (size_t)steps->active[s] *
                                                        (size_t)panel_width(layer),
                         .at = at,
                         .next = layer->in_place ? 0 : steps->slot[s + 1],
                         .after = steps->slot[s + 1 < steps->length ? s + 2 : s + 1],
                         .keeps = keep,
                         .kept = keep ? steps->slot[s] : 0,
                         .gates = keep && layer->cell != CELL_SIMPLE ? steps->slot[s] : 0,
                         .state = row_at(states, at, layer->padded),
                         .kept_next = keep ? steps->slot[s + 1] : 0,
                         .ids = layer->looks_up ? layer->ids[s] : NULL,
                         .n_ids_ahead = looks_ahead ? steps->active[s + 1] : 0,
                         .ids_ahead = looks_ahead ? layer->ids[s + 1] : NULL};
}

/* What a product fetches while it computes; what finds no room is not fetched. n is set,
 * the rest is left as it is: a step has no time to clear it. */
struct spans {
    int n;
    struct matmul_span span[24];
};

static inline void spans_add(struct spans *spans, const real *first, size_t n)
{
    if (n > 0 && spans->n < (int)COUNT_OF(spans->span))
        spans->span[spans->n++] = (struct matmul_span){first, n};
}

/* n rows of an array from a slot on. */
static inline void spans_add_rows(struct spans *spans, real *array, size_t row, int n,
                                  int width)
{
    spans_add(spans, row_at(array, row, width), (size_t)n * (size_t)width);
}

static inline void recurrent_multiply(const struct recurrent *layer, struct matmul *m,
                                      const struct spans *spans)
{
    m->ahead = spans->span;
    m->n_ahead = spans->n;
    layer->kernels->matmul(m);
}

/* A block of steps low .. high of the backward pass; its dz rows stand as its slots do,
 * from `origin` on. */
struct block {
    int low, high;
    size_t origin;
    int rows;
    size_t panel; /* reals between panels of the block's panel matrices */
};

/* A step, by cell: its products and its gates; and back, from dh to dz and to the dh of
 * the step before. */
typedef void recurrent_step(const struct recurrent *layer, const struct step *step);
typedef void recurrent_step_back(const struct recurrent *layer, const struct block *block,
                                 const struct step *step);
extern recurrent_step *const recurrent_steps[CELL_KINDS];
extern recurrent_step_back *const recurrent_steps_back[CELL_KINDS];

#endif
