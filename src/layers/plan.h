/* What of a lane is computed: which rows take which steps, the ids that they read there,
 * and which ids these are.
 *
 * Three plans serve all layers: forward without what all rows share, forward, reverse.
 * Rows are right-aligned: a row that skips its pads takes the last steps, whichever side
 * they stand on. Lives in the model's workspace. Nothing here is collective.
 */
#ifndef RNNTRAIN_LAYERS_PLAN_H
#define RNNTRAIN_LAYERS_PLAN_H

#include "base/base.h"
#include "data/rows.h"
#include "layers/chain.h"
#include "layers/steps.h"
#include "layers/table_rows.h"

/* Some rows, at most the model's lane_rows, the longest first. */
struct lane {
    const struct rows *from; /* of the model's length and pad side */
    const int32_t *rows;     /* their numbers in `from` */
    int n_rows;
    const void *ids; /* of the rows, rows_row_bytes each; NULL: they are in `from` */
};

enum plan_kind {
    PLAN_SHORT,   /* forward; with shared pads without those */
    PLAN_WHOLE,   /* forward */
    PLAN_REVERSE, /* the steps of PLAN_WHOLE, last to first */
    PLANS
};

struct plan {
    int *count; /* (R) positions that a row computes, descending */
    struct steps steps;
};

struct plans {
    int length;            /* T */
    bool mask, pad_pre;    /* mask: pads are left out */
    bool has_ids;          /* its positions are those of the ids */
    enum plan_kind widest; /* whose ids are fetched: what the embedding is asked for */
    struct plan plan[PLANS];
    int *n_words_of;  /* (R) words of each row, whatever the plans skip */
    struct steps all; /* the forward plan of `widest` */
    int32_t *ids;     /* (slots of `all`) */
    int32_t *places;  /* (slots of `all`) of the ids' rows in a table_rows */
    int32_t *row_ids; /* (T) of one row, on the way there */
    int32_t *words;   /* (2 slots) the ids among them, each once; then room for some */
    int n_words;
    uint64_t *seen; /* (id_bits_words) bits of ids, between calls zero */
};

void plans_init(struct plans *plans, const struct chain_config *chain, bool mask,
                enum plan_kind widest);
void plans_layout(struct plans *plans, const struct chain_config *chain, int rows,
                  struct arena *arena);

/* Plans of positions that are not those of the ids: `length` of every row. */
void plans_init_behind(struct plans *plans, int length);
void plans_layout_behind(struct plans *plans, int rows, struct arena *arena);
void plans_take_rows(struct plans *plans, int n_rows);

/* Plans, ids and words of a lane; with `shares` PLAN_SHORT leaves out the pads. */
void plans_take_lane(struct plans *plans, const struct lane *lane, bool shares);
/* The same of one row of nothing but pads. */
void plans_take_pads(struct plans *plans);

/* Where the rows of the lane's ids are in a table that has them. */
void plans_find_places(struct plans *plans, const struct table_rows *table);

/* Positions of row r of a lane that a plan computes, without planning it. */
int plans_positions(const struct plans *plans, enum plan_kind kind,
                    const struct lane *lane, int r, bool shares);

/* The ids of step s of a plan, row by row. */
static inline const int32_t *plans_ids(const struct plans *plans,
                                       const struct steps *steps, int s)
{
    return plans->ids + plans->all.slot[steps_time(steps, s)];
}

/* Positions in front of a row that a plan skips. */
static inline int plans_lead(const struct plans *plans, enum plan_kind kind, int r)
{
    return plans->pad_pre ? plans->length - plans->plan[kind].count[r] : 0;
}

/* One bit an id: words of 64 bits for a vocabulary. */
static inline size_t id_bits_words(int vocabulary)
{
    return ((size_t)vocabulary + 63) / 64;
}

static inline bool id_bits_has(const uint64_t *bits, int32_t id)
{
    return bits[id / 64] >> id % 64 & 1;
}

static inline void id_bits_set(uint64_t *bits, int32_t id)
{
    bits[id / 64] |= UINT64_C(1) << id % 64;
}

#endif
