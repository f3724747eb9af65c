#include "layers/recurrent_private.h"

#include <string.h>

/* The backward pass gathers dz of a block of steps, at most this many rows, so that it
 * stays in L2 until the weights' gradients have read it. */
enum { BACKWARD_BLOCK = 128 };

void recurrent_init(struct recurrent *layer, const struct kernels *kernels, int in_blocks,
                    int in_width, int units, int rows, int length)
{
    int all = layer->lstm ? 4 : 3, first = 0;

    layer->kernels = kernels;
    layer->inputs = in_blocks * round_up(in_width, kernels->width);
    layer->units = units;
    layer->padded = round_up(units, kernels->width);
    layer->rows = rows;
    layer->length = length;

    layer->block = rows > BACKWARD_BLOCK ? rows : BACKWARD_BLOCK;
    layer->room =
        layer->trains ? ((size_t)length + 1) * (size_t)rows : (size_t)layer->block;

    /* A GRU's candidate waits for its gate r, so it has a product of its own. */
    layer->n_groups = layer->lstm ? 1 : 2;
    for (int i = 0; i < layer->n_groups; i++) {
        struct gate_group *group = &layer->group[i];
        int gates = layer->lstm ? 4 : 2 - i;
        linear_init(&group->input, kernels, in_blocks, in_width, gates, units);
        linear_take_columns(&group->input, first * units, all * units);
        linear_init(&group->recurrent, kernels, 1, units, gates, units);
        linear_take_columns(&group->recurrent, first * units, all * units);
        first += gates;
    }
}

/* One group; `slots` of its gates' values. */
static void layout_group(const struct recurrent *layer, struct gate_group *group,
                         size_t slots, struct space *space)
{
    size_t columns = (size_t)columns_of(group),
           table = (size_t)layer->vocabulary * columns;

    linear_layout(&group->input, space);
    linear_layout(&group->recurrent, space);
    group->b = arena_take(&space->weights, columns, sizeof(real));
    group->db = arena_take(&space->backward, columns, sizeof(real));
    group->known = arena_take(&space->weights, table, sizeof(real));
    group->d_known = arena_take(&space->backward, table, sizeof(real));
    group->z = arena_take(&space->lane, slots * columns, sizeof(real));
    group->dz =
        arena_take(&space->backward, (size_t)block_stride(layer) * columns, sizeof(real));
}

static void layout_states(struct recurrent *layer, struct arena *arena)
{
    size_t rows = (size_t)layer->rows, all = ((size_t)layer->length + 1) * rows;
    size_t kept = layer->trains ? all : rows, width = (size_t)layer->padded;
    size_t h = layer->trains || !layer->only_last ? all : rows;
    size_t columns = (size_t)columns_of(&layer->group[layer->n_groups - 1]);
    bool after = is_reset_after(layer);

    layer->ids = arena_take(arena, layer->vocabulary ? (size_t)layer->length : 0,
                            sizeof *layer->ids);
    layer->x = arena_take(arena, layer->room * (size_t)layer->inputs, sizeof(real));
    layer->h = arena_take(arena, h * width, sizeof(real));
    layer->c = arena_take(arena, layer->lstm ? kept * width : 0, sizeof(real));
    layer->tanh_c = arena_take(arena, layer->lstm ? kept * width : 0, sizeof(real));
    layer->rh = arena_take(arena, layer->lstm || after ? 0 : kept * width, sizeof(real));
    layer->rec = arena_take(arena, after ? kept * columns : 0, sizeof(real));
}

static void layout_backward(struct recurrent *layer, struct arena *arena)
{
    size_t row_state = (size_t)layer->rows * (size_t)layer->padded;
    size_t block = (size_t)block_stride(layer);
    size_t columns = (size_t)columns_of(&layer->group[layer->n_groups - 1]);
    bool after = is_reset_after(layer);

    layer->db_rec = arena_take(arena, after ? columns : 0, sizeof(real));
    layer->drec = arena_take(arena, after ? block * columns : 0, sizeof(real));
    layer->dh = arena_take(arena, row_state, sizeof(real));
    layer->dc = arena_take(arena, row_state, sizeof(real));
    layer->drh = arena_take(arena, row_state, sizeof(real));
    layer->dx = arena_take(arena, block * (size_t)layer->inputs, sizeof(real));
}

void recurrent_layout(struct recurrent *layer, struct space *space)
{
    struct arena *weights = &space->weights;
    size_t columns = (size_t)columns_of(&layer->group[layer->n_groups - 1]);
    size_t after_pads =
        layer->can_share_pads ? ((size_t)layer->length + 1) * (size_t)layer->padded : 0;

    for (int i = 0; i < layer->n_groups; i++)
        layout_group(layer, &layer->group[i], layer->room, space);
    layer->b_rec = arena_take(weights, is_reset_after(layer) ? columns : 0, sizeof(real));
    layer->pad_h = arena_take(weights, after_pads, sizeof(real));
    layer->pad_c = arena_take(weights, layer->lstm ? after_pads : 0, sizeof(real));
    layout_states(layer, &space->lane);
    layout_backward(layer, &space->backward);
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

/* What the next step writes: a line that is not in a near cache is read before it is
 * written, and the store would wait for it. */
static void add_next_step(const struct recurrent *layer, const struct gate_group *group,
                          const struct step *step, struct spans *spans)
{
    int n = step->rows, width = layer->padded;
    bool last = group == &layer->group[layer->n_groups - 1];

    spans_add_rows(spans, group->z, step->next, n, columns_of(group));
    if (group == &layer->group[0] && !layer->looks_up)
        spans_add_rows(spans, layer->x, step->next, n, layer->inputs);

    if (last)
        spans_add_rows(spans, layer->h, step->after, n, width);
    if (layer->lstm) {
        spans_add_rows(spans, layer->c, step->after, n, width);
        spans_add_rows(spans, layer->tanh_c, step->next, n, width);
    } else if (last) {
        real *array = layer->reset_after ? layer->rec : layer->rh;
        spans_add_rows(spans, array, step->next, n, width);
    }
}

/* z = b + x W + h U of a group; `h` NULL leaves the second product out. Looked up or not,
 * the terms of a sum are the same in the same order. */
static void project(const struct recurrent *layer, const struct gate_group *group,
                    const struct step *step, const real *h)
{
    struct matmul m = {
        .rows = step->rows,
        .vectors = group->input.vectors,
        .bias = group->b,
        .accumulate = step->ids != NULL,
        .c = row_at(group->z, step->kept, columns_of(group)),
        .c_row = (size_t)panel_width(layer),
        .c_panel = step->panel,
    };

    if (step->ids)
        layer->kernels->gather(step->rows, step->ids, group->known,
                               (size_t)columns_of(group), m.vectors, m.c, m.c_panel);
    else
        m.term[m.n_terms++] =
            linear_term(&group->input, row_at(layer->x, step->kept, layer->inputs));
    if (h)
        m.term[m.n_terms++] = linear_term(&group->recurrent, h);

    struct spans spans;
    spans.n = 0;
    for (int r = 0; r < step->n_ids_ahead; r++)
        spans_add_rows(&spans, group->known, (size_t)step->ids_ahead[r], 1,
                       columns_of(group));
    if (step->keeps)
        add_next_step(layer, group, step, &spans);

    if (m.n_terms > 0)
        multiply(layer, m, &spans);
}

static void lstm_step(const struct recurrent *layer, const struct step *step)
{
    const struct gate_group *group = &layer->group[0];
    int n = layer->padded;

    project(layer, group, step, row_at(layer->h, step->at, n));
    struct lstm_forward cell = {
        .rows = step->rows,
        .vectors = n / layer->kernels->width,
        .hard = layer->hard,
        .z = row_at(group->z, step->kept, columns_of(group)),
        .z_panel = step->panel,
        .c_prev = row_at(layer->c, step->kept, n),
        .c = row_at(layer->c, step->kept_next, n),
        .tanh_c = row_at(layer->tanh_c, step->kept, n),
        .h = row_at(layer->h, step->next, n),
    };
    layer->kernels->lstm_forward(&cell);
}

/* rec = b' + h U_h of reset_after. */
static void project_recurrent(const struct recurrent *layer, const struct step *step)
{
    const struct gate_group *group = &layer->group[1];
    struct matmul m = {
        .rows = step->rows,
        .vectors = group->input.vectors,
        .n_terms = 1,
        .term = {linear_term(&group->recurrent,
                             row_at(layer->h, step->at, layer->padded))},
        .bias = layer->b_rec,
        .c = row_at(layer->rec, step->kept, columns_of(group)),
        .c_row = (size_t)panel_width(layer),
        .c_panel = step->panel,
    };
    layer->kernels->matmul(&m);
}

static void gru_step(const struct recurrent *layer, const struct step *step)
{
    const struct gate_group *gates = &layer->group[0], *candidate = &layer->group[1];
    int n = layer->padded;
    real *h = row_at(layer->h, step->at, n), *rh = NULL, *rec = NULL;

    if (layer->reset_after)
        rec = row_at(layer->rec, step->kept, columns_of(candidate));
    else
        rh = row_at(layer->rh, step->kept, n);

    struct gru_forward cell = {
        .rows = step->rows,
        .vectors = n / layer->kernels->width,
        .hard = layer->hard,
        .zr = row_at(gates->z, step->kept, columns_of(gates)),
        .hh = row_at(candidate->z, step->kept, columns_of(candidate)),
        .rec = rec,
        .zr_panel = step->panel,
        .hh_panel = step->panel,
        .h_prev = h,
        .rh = rh,
        .h = row_at(layer->h, step->next, n),
    };

    project(layer, gates, step, h);
    layer->kernels->gru_gates(&cell);
    project(layer, candidate, step, rh);
    if (layer->reset_after)
        project_recurrent(layer, step);
    layer->kernels->gru_output(&cell);
}

/* The state after a step of one row of pads, for all rows. */
static void learn_pads(const struct recurrent *layer, const struct step *step, int s)
{
    int n = layer->padded;
    size_t n_bytes = (size_t)n * sizeof(real);

    memcpy(row_at(layer->pad_h, (size_t)s + 1, n), row_at(layer->h, step->next, n),
           n_bytes);
    if (layer->lstm)
        memcpy(row_at(layer->pad_c, (size_t)s + 1, n),
               row_at(layer->c, step->kept_next, n), n_bytes);
}

void recurrent_forward(struct recurrent *layer, const struct steps *steps, bool keep,
                       recurrent_source *source, void *context)
{
    layer->in_place = !keep && layer->only_last;

    /* One round more than there are steps: in the last one rows without any step get the
     * zeros, or what pads leave, that stand for their output. */
    for (int s = 0; s <= steps->length; s++) {
        size_t slot = steps->slot[s];
        enter_rows(layer, steps, s, layer->h, layer->in_place ? 0 : slot, layer->pad_h);
        if (layer->lstm)
            enter_rows(layer, steps, s, layer->c, keep ? slot : 0, layer->pad_c);

        if (s == steps->length || steps->active[s] == 0)
            continue;

        struct step step = step_of(layer, steps, s, keep);
        if (!layer->looks_up)
            source(context, steps, s, row_at(layer->x, step.kept, layer->inputs));
        if (layer->lstm)
            lstm_step(layer, &step);
        else
            gru_step(layer, &step);
        if (layer->learns_pads)
            learn_pads(layer, &step, s);
    }
}
