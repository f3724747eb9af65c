#include "layers/plan.h"

#include <string.h>

void plans_init(struct plans *plans, const struct chain_config *chain, bool mask,
                enum plan_kind widest)
{
    *plans = (struct plans){
        .length = chain->length,
        .mask = mask,
        .pad_pre = chain->pad_pre,
        .has_ids = true,
        .widest = widest,
    };
}

void plans_layout(struct plans *plans, const struct chain_config *chain, int rows,
                  struct arena *arena)
{
    size_t length = (size_t)chain->length, slots = (length + 1) * (size_t)rows;

    for (int i = 0; i < PLANS; i++) {
        plans->plan[i].count = arena_take(arena, (size_t)rows, sizeof(int));
        steps_layout(&plans->plan[i].steps, arena, rows, chain->length);
    }
    plans->n_words_of = arena_take(arena, (size_t)rows, sizeof(int));
    steps_layout(&plans->all, arena, rows, chain->length);

    plans->ids = arena_take(arena, slots, sizeof *plans->ids);
    plans->places = arena_take(arena, slots, sizeof *plans->places);
    plans->row_ids = arena_take(arena, length, sizeof *plans->row_ids);
    plans->words = arena_take(arena, 2 * slots, sizeof *plans->words);
    plans->seen = arena_take(arena, id_bits_words(chain->vocabulary), sizeof(uint64_t));
}

void plans_init_behind(struct plans *plans, int length)
{
    *plans = (struct plans){.length = length, .widest = PLAN_WHOLE};
}

void plans_layout_behind(struct plans *plans, int rows, struct arena *arena)
{
    for (int i = 0; i < PLANS; i++) {
        plans->plan[i].count = arena_take(arena, (size_t)rows, sizeof(int));
        steps_layout(&plans->plan[i].steps, arena, rows, plans->length);
    }
    steps_layout(&plans->all, arena, rows, plans->length);
}

static const void *lane_ids(const struct lane *lane, int r)
{
    size_t row_bytes = rows_row_bytes(lane->from);
    return lane->ids ? (const char *)lane->ids + (size_t)r * row_bytes
                     : rows_at(lane->from, lane->rows[r]);
}

int plans_positions(const struct plans *plans, enum plan_kind kind,
                    const struct lane *lane, int r, bool shares)
{
    bool skips = plans->mask || (shares && kind == PLAN_SHORT);
    return skips ? lane->from->length[lane->rows[r]] : plans->length;
}

/* From the plans' counts. */
static void plan_steps(struct plans *plans, int n_rows)
{
    for (int i = 0; i < PLANS; i++)
        steps_plan(&plans->plan[i].steps, n_rows, plans->plan[i].count,
                   i == PLAN_REVERSE);
    steps_plan(&plans->all, n_rows, plans->plan[plans->widest].count, false);
}

/* The planned ids, each once, in the order in which they come. */
static void collect_words(struct plans *plans)
{
    size_t n = plans->all.slot[plans->length + 1];

    plans->n_words = 0;
    for (size_t i = 0; i < n; i++) {
        int32_t id = plans->ids[i];
        plans->words[plans->n_words] = id; /* no branch: none foresees a text's words */
        plans->n_words += !id_bits_has(plans->seen, id);
        id_bits_set(plans->seen, id);
    }

    for (int i = 0; i < plans->n_words; i++)
        plans->seen[plans->words[i] / 64] = 0;
}

void plans_take_lane(struct plans *plans, const struct lane *lane, bool shares)
{
    for (int i = 0; i < PLANS; i++)
        for (int r = 0; r < lane->n_rows; r++)
            plans->plan[i].count[r] =
                plans_positions(plans, (enum plan_kind)i, lane, r, shares);
    plan_steps(plans, lane->n_rows);

    for (int r = 0; r < lane->n_rows; r++) {
        plans->n_words_of[r] = lane->from->length[lane->rows[r]];
        int count = plans->all.count[r], first = plans->length - count;
        int lead = plans_lead(plans, plans->widest, r);

        rows_ids(lane->from, lane_ids(lane, r), lead, count, plans->row_ids);
        for (int i = 0; i < count; i++)
            plans->ids[plans->all.slot[first + i] + (size_t)r] = plans->row_ids[i];
    }
    collect_words(plans);
}

void plans_find_places(struct plans *plans, const struct table_rows *table)
{
    size_t n = plans->all.slot[plans->length + 1];

    for (size_t i = 0; i < n; i++)
        plans->places[i] = (int32_t)table_rows_place(table, (size_t)plans->ids[i]);
}

void plans_take_rows(struct plans *plans, int n_rows)
{
    for (int i = 0; i < PLANS; i++)
        for (int r = 0; r < n_rows; r++)
            plans->plan[i].count[r] = plans->length;
    plan_steps(plans, n_rows);
}

void plans_take_pads(struct plans *plans)
{
    for (int i = 0; i < PLANS; i++)
        plans->plan[i].count[0] = plans->length;
    plan_steps(plans, 1);

    memset(plans->ids, 0, (size_t)plans->length * sizeof *plans->ids);
    collect_words(plans);
}
