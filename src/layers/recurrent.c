#include "layers/recurrent_private.h"

#include <string.h>

/* The backward pass gathers dz of a block of steps, at most this many rows, so that it
 * stays in L2 until the weights' gradients have read it. */
enum { BACKWARD_BLOCK = 128 };

void recurrent_init(struct recurrent *layer, const struct kernels *kernels, int in_blocks,
                    int in_width, int units, int rows, int length)
{
    /* A GRU's candidate waits for its gate r, so it has a product of its own. */
    static const int gates[CELL_KINDS][2] = {
        [CELL_LSTM] = {4, 0}, [CELL_GRU] = {2, 1}, [CELL_SIMPLE] = {1, 0}};
    int all = cell_kinds[layer->cell].gates, first = 0;

    layer->kernels = kernels;
    layer->inputs = in_blocks * round_up(in_width, kernels->width);
    layer->units = units;
    layer->padded = round_up(units, kernels->width);
    layer->dh_row = layer->padded + (has_joint_back(layer) ? layer->inputs : 0);
    layer->rows = rows;
    layer->length = length;

    layer->block = rows > BACKWARD_BLOCK ? rows : BACKWARD_BLOCK;
    layer->room =
        layer->trains ? ((size_t)length + 1) * (size_t)rows : (size_t)layer->block;

    layer->room_z = layer->cell == CELL_SIMPLE ? (size_t)layer->block : layer->room;

    layer->n_groups = layer->cell == CELL_GRU ? 2 : 1;
    for (int i = 0; i < layer->n_groups; i++) {
        struct gate_group *group = &layer->group[i];
        int n = gates[layer->cell][i];
        linear_init(&group->input, kernels, in_blocks, in_width, n, units);
        linear_take_columns(&group->input, first * units, all * units);
        linear_init(&group->recurrent, kernels, 1, units, n, units);
        linear_take_columns(&group->recurrent, first * units, all * units);
        if (is_lstm(layer)) {
            linear_take_tight(&group->input);
            linear_take_tight(&group->recurrent);
        }
        first += n;
    }
}

/* One group; `slots` of its gates' values. Where these are not padded a sweep reads and
 * writes whole vectors up to a panel behind the last one. */
static void layout_group(const struct recurrent *layer, struct gate_group *group,
                         size_t slots, struct space *space)
{
    size_t columns = (size_t)columns_of(group),
           table = (size_t)layer->vocabulary * columns,
           room = is_tight(layer) ? (size_t)panel_width(layer) : 0;

    linear_layout(&group->input, space);
    linear_layout(&group->recurrent, space);
    if (has_joint_back(layer))
        group->backs =
            arena_take(&space->backward,
                       linear_backs_size(&group->recurrent, &group->input), sizeof(real));
    group->b = arena_take(&space->weights, columns, sizeof(real));
    group->db = arena_take(&space->backward, columns + room, sizeof(real));
    group->known = arena_take(&space->weights, table, sizeof(real));
    group->d_known = arena_take(&space->backward, table, sizeof(real));
    group->z = arena_take(&space->lane, slots * columns + room, sizeof(real));
    group->dz =
        arena_take(&space->backward,
                   (size_t)block_stride(layer) * (size_t)dz_width(group), sizeof(real));
}

static void layout_states(struct recurrent *layer, struct arena *arena)
{
    size_t rows = (size_t)layer->rows, all = ((size_t)layer->length + 1) * rows;
    size_t kept = layer->trains ? all : rows, width = (size_t)layer->padded;
    size_t h = layer->trains || !layer->only_last ? all : rows;
    size_t columns = (size_t)columns_of(&layer->group[layer->n_groups - 1]);
    bool after = is_reset_after(layer), before = is_reset_before(layer);
    size_t carried = is_lstm(layer) ? kept * width : 0;

    layer->ids = arena_take(arena, layer->vocabulary ? (size_t)layer->length : 0,
                            sizeof *layer->ids);
    layer->x = arena_take(arena, layer->room * (size_t)layer->inputs, sizeof(real));
    layer->h = arena_take(arena, h * width, sizeof(real));
    layer->c = arena_take(arena, carried, sizeof(real));
    layer->tanh_c = arena_take(arena, carried, sizeof(real));
    layer->rh = arena_take(arena, before ? kept * width : 0, sizeof(real));
    layer->rec = arena_take(arena, after ? kept * columns : 0, sizeof(real));
}

static void layout_backward(struct recurrent *layer, struct arena *arena)
{
    size_t row_state = (size_t)layer->rows * (size_t)layer->padded;
    size_t row_back = (size_t)layer->rows * (size_t)layer->dh_row;
    size_t block = (size_t)block_stride(layer);
    size_t columns = (size_t)columns_of(&layer->group[layer->n_groups - 1]);
    size_t all = ((size_t)layer->length + 1) * (size_t)layer->rows;
    bool after = is_reset_after(layer), drops = layer->drops_states;

    layer->db_rec = arena_take(arena, after ? columns : 0, sizeof(real));
    layer->drec = arena_take(arena, after ? block * columns : 0, sizeof(real));
    layer->dh = arena_take(arena, row_back, sizeof(real));
    layer->dc = arena_take(arena, row_state, sizeof(real));
    layer->drh = arena_take(arena, row_state, sizeof(real));
    layer->dx = arena_take(arena, block * (size_t)layer->inputs, sizeof(real));

    size_t row_inputs = (size_t)layer->rows * (size_t)layer->inputs;
    layer->x_mask = arena_take(arena, layer->drops_inputs ? row_inputs : 0, sizeof(real));
    layer->h_mask = arena_take(arena, drops ? row_state : 0, sizeof(real));
    layer->dhd = arena_take(arena, drops ? row_back : 0, sizeof(real));
    layer->hd = arena_take(arena, drops ? all * (size_t)layer->padded : 0, sizeof(real));
}

/* Once the arrays are there: a step then fills in what is its own. */
static void prepare_products(const struct recurrent *layer, struct gate_group *group)
{
    group->forward = (struct matmul){
        .vectors = group->input.vectors,
        .n_terms = 2,
        .term = {linear_term(&group->input, NULL), linear_term(&group->recurrent, NULL)},
        .bias = group->b,
        .c_row = (size_t)group->input.y_row,
    };
    group->back = linear_back(&group->recurrent, 0, NULL, 0, NULL);
    group->back.c_row = (size_t)layer->dh_row;
    group->back_to_both = group->back;
    group->back_to_both.vectors = layer->dh_row / layer->kernels->width;
    group->back_to_both.term[0].b = group->backs;
}

void recurrent_layout(struct recurrent *layer, struct space *space)
{
    struct arena *weights = &space->weights;
    size_t columns = (size_t)columns_of(&layer->group[layer->n_groups - 1]);
    size_t after_pads =
        layer->can_share_pads ? ((size_t)layer->length + 1) * (size_t)layer->padded : 0;

    for (int i = 0; i < layer->n_groups; i++)
        layout_group(layer, &layer->group[i], layer->room_z, space);
    layer->b_rec = arena_take(weights, is_reset_after(layer) ? columns : 0, sizeof(real));
    layer->pad_h = arena_take(weights, after_pads, sizeof(real));
    layer->pad_c = arena_take(weights, is_lstm(layer) ? after_pads : 0, sizeof(real));
    layout_states(layer, &space->lane);
    layout_backward(layer, &space->backward);
    for (int i = 0; i < layer->n_groups; i++)
        prepare_products(layer, &layer->group[i]);
}

/* reset_after: the gates z and r add both halves of the bias, the candidate keeps them
 * apart. */
void recurrent_pack(struct recurrent *layer, const real *kernel, const real *recurrent,
                    const real *bias)
{
    const real *second = bias + 3 * layer->units;

    for (int i = 0; i < layer->n_groups; i++) {
        struct gate_group *group = &layer->group[i];
        linear_pack(&group->input, kernel);
        linear_pack(&group->recurrent, recurrent);
        if (group->backs)
            linear_pack_backs(&group->recurrent, &group->input, group->backs);
        linear_pack_bias(&group->input, bias, false, group->b);
        if (is_reset_after(layer))
            linear_pack_bias(&group->input, second, i == 0,
                             i == 0 ? group->b : layer->b_rec);
    }
}

void recurrent_unpack(const struct recurrent *layer, real *kernel, real *recurrent,
                      real *bias)
{
    real *second = bias + 3 * layer->units;
    for (int i = 0; i < layer->n_groups; i++) {
        const struct gate_group *group = &layer->group[i];
        linear_unpack(&group->input, kernel);
        linear_unpack(&group->recurrent, recurrent);
        linear_unpack_bias(&group->input, group->db, bias);
        if (is_reset_after(layer))
            linear_unpack_bias(&group->input, i == 0 ? group->db : layer->db_rec, second);
    }
}

/* Rows that stand in slot s but did not take step s - 1 start from zeros, or from the
 * state after s pads. `slot`: where the state of their slot begins. */
static void enter_rows(const struct recurrent *layer, const struct steps *steps, int s,
                       real *state, size_t slot, const real *after_pads)
{
    size_t width = (size_t)layer->padded, n_bytes = width * sizeof *state;
    int from = steps_zero_from(steps, s), to = steps_slot_rows(steps, s);
    real *first = state + (slot + (size_t)from) * width;
    if (from < to && !layer->shares_pads)
        memset(first, 0, (size_t)(to - from) * n_bytes);
    for (int r = from; r < to && layer->shares_pads; r++, first += width)
        memcpy(first, after_pads + (size_t)s * width, n_bytes);
}

void recurrent_learn_words(struct recurrent *layer, const int32_t *ids, int n)
{
    for (int i = 0; i < layer->n_groups; i++) {
        const struct gate_group *group = &layer->group[i];
        int columns = columns_of(group);
        struct matmul m = {
            .rows = n,
            .vectors = group->input.vectors,
            .n_terms = 1,
            .term = {linear_term(&group->input, layer->x)},
            .bias = group->b,
            .c = group->z,
            .c_row = (size_t)columns,
            .c_panel = (size_t)panel_width(layer),
        };

        layer->kernels->matmul(&m);
        for (int r = 0; r < n; r++)
            memcpy(row_at(group->known, (size_t)ids[r], columns),
                   row_at(group->z, (size_t)r, columns), (size_t)columns * sizeof(real));
    }
}

/* The state after a step of one row of pads, for all rows. */
static void learn_pads(const struct recurrent *layer, const struct step *step, int s)
{
    int n = layer->padded;
    size_t n_bytes = (size_t)n * sizeof(real);

    memcpy(row_at(layer->pad_h, (size_t)s + 1, n), row_at(layer->h, step->next, n),
           n_bytes);
    if (is_lstm(layer))
        memcpy(row_at(layer->pad_c, (size_t)s + 1, n),
               row_at(layer->c, step->kept_next, n), n_bytes);
}

/* Drops what a step takes: its inputs where they stand, its state in a copy. */
static void drop(const struct recurrent *layer, const struct step *step)
{
    size_t rows = (size_t)step->rows;
    real *x = row_at(layer->x, step->kept, layer->inputs);

    if (layer->drops_inputs)
        layer->kernels->product(rows * (size_t)layer->inputs, x, layer->x_mask, x);
    if (layer->drops_states)
        layer->kernels->product(rows * (size_t)layer->padded,
                                row_at(layer->h, step->at, layer->padded), layer->h_mask,
                                step->state);
}

void recurrent_forward(struct recurrent *layer, const struct steps *steps, bool keep,
                       recurrent_source *source, void *context)
{
    recurrent_step *take_step = recurrent_steps[layer->cell];

    layer->in_place = !keep && layer->only_last;
    layer->is_dropped = keep && (layer->drops_inputs || layer->drops_states);

    /* One round more than there are steps: in the last one rows without any step get the
     * zeros, or what pads leave, that stand for their output. */
    for (int s = 0; s <= steps->length; s++) {
        size_t slot = steps->slot[s];
        enter_rows(layer, steps, s, layer->h, layer->in_place ? 0 : slot, layer->pad_h);
        if (is_lstm(layer))
            enter_rows(layer, steps, s, layer->c, keep ? slot : 0, layer->pad_c);

        if (s == steps->length || steps->active[s] == 0)
            continue;

        struct step step = step_of(layer, steps, s, keep);
        if (!layer->looks_up)
            source(context, steps, s, row_at(layer->x, step.kept, layer->inputs));
        if (layer->is_dropped)
            drop(layer, &step);
        take_step(layer, &step);
        if (layer->learns_pads)
            learn_pads(layer, &step, s);
    }
}
