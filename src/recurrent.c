#include "rnntrain/recurrent.h"

#include <string.h>

/* The backward pass gathers dz of a block of steps, at most this many rows, so that it
 * stays in L2 until the weights' gradients have read it. */
enum { BACKWARD_BLOCK = 128 };

/* Shapes, packing. */

static bool is_reset_after(const struct recurrent *layer)
{
    return !layer->lstm && layer->reset_after;
}

static int panel_width(const struct recurrent *layer)
{
    return layer->kernels->panel;
}

/* Rows from one panel of the block to the next: one more than it has, since panels a power of
 * two apart would share a few sets of the cache. */
static int block_stride(const struct recurrent *layer)
{
    return layer->block + 1;
}

static int columns_of(const struct gate_group *group)
{
    return group->input.columns;
}

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

void recurrent_layout(struct recurrent *layer, struct arena *arena)
{
    size_t slots = ((size_t)layer->length + 1) * (size_t)layer->rows;
    size_t state = slots * (size_t)layer->padded;
    size_t row_state = (size_t)layer->rows * (size_t)layer->padded;
    size_t block = (size_t)block_stride(layer), columns = 0;
    bool after = is_reset_after(layer);
    for (int i = 0; i < layer->n_groups; i++) {
        struct gate_group *group = &layer->group[i];
        columns = (size_t)columns_of(group);
        linear_layout(&group->input, arena);
        linear_layout(&group->recurrent, arena);
        group->b = arena_take(arena, columns, sizeof(real));
        group->db = arena_take(arena, columns, sizeof(real));
        group->known =
            arena_take(arena, (size_t)layer->vocabulary * columns, sizeof(real));
        group->z = arena_take(arena, slots * columns, sizeof(real));
        group->dz = arena_take(arena, block * columns, sizeof(real));
    }
    layer->ids = arena_take(arena, layer->vocabulary ? (size_t)layer->length : 0,
                            sizeof *layer->ids);
    layer->x = arena_take(arena, slots * (size_t)layer->inputs, sizeof(real));
    layer->h = arena_take(arena, state, sizeof(real));
    layer->c = arena_take(arena, layer->lstm ? state : 0, sizeof(real));
    layer->tanh_c = arena_take(arena, layer->lstm ? state : 0, sizeof(real));
    layer->rh = arena_take(arena, layer->lstm || after ? 0 : state, sizeof(real));
    layer->rec = arena_take(arena, after ? slots * columns : 0, sizeof(real));
    layer->b_rec = arena_take(arena, after ? columns : 0, sizeof(real));
    layer->db_rec = arena_take(arena, after ? columns : 0, sizeof(real));
    layer->drec = arena_take(arena, after ? block * columns : 0, sizeof(real));
    size_t after_pads =
        layer->can_share_pads ? ((size_t)layer->length + 1) * (size_t)layer->padded : 0;
    layer->pad_h = arena_take(arena, after_pads, sizeof(real));
    layer->pad_c = arena_take(arena, layer->lstm ? after_pads : 0, sizeof(real));
    layer->dh = arena_take(arena, row_state, sizeof(real));
    layer->dc = arena_take(arena, row_state, sizeof(real));
    layer->drh = arena_take(arena, row_state, sizeof(real));
    layer->dx = arena_take(arena, block * (size_t)layer->inputs, sizeof(real));
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

/* Forward. */

static real *row_at(real *array, size_t row, int width)
{
    return array + row * (size_t)width;
}

/* Rows that stand in slot s but did not take step s - 1 start from zeros, or from the
 * state after s pads. */
static void enter_rows(const struct recurrent *layer, const struct steps *steps, int s,
                       real *state, const real *after_pads)
{
    size_t width = (size_t)layer->padded, n_bytes = width * sizeof *state;
    int from = steps_zero_from(steps, s), to = steps_slot_rows(steps, s);
    real *first = state + (steps->slot[s] + (size_t)from) * width;
    if (from < to && !layer->shares_pads)
        memset(first, 0, (size_t)(to - from) * n_bytes);
    for (int r = from; r < to && layer->shares_pads; r++, first += width)
        memcpy(first, after_pads + (size_t)s * width, n_bytes);
}

void recurrent_learn_words(struct recurrent *layer, int first, int n)
{
    for (int i = 0; i < layer->n_groups; i++) {
        const struct gate_group *group = &layer->group[i];
        struct matmul m = {
            .rows = n,
            .vectors = group->input.vectors,
            .n_terms = 1,
            .term = {linear_term(&group->input, layer->x)},
            .bias = group->b,
            .c = row_at(group->known, (size_t)first, columns_of(group)),
            .c_row = (size_t)columns_of(group),
            .c_panel = (size_t)panel_width(layer),
        };
        layer->kernels->matmul(&m);
    }
}

void recurrent_learn_pads(struct recurrent *layer)
{
    size_t n = ((size_t)layer->length + 1) * (size_t)layer->padded;
    memcpy(layer->pad_h, layer->h, n * sizeof(real));
    if (layer->lstm)
        memcpy(layer->pad_c, layer->c, n * sizeof(real));
}

/* One step as pointers: what it reads, what it writes. */
struct step {
    int rows;
    size_t panel;       /* reals between panels of this step's panel matrices */
    size_t at;          /* slot of the step: first row in x, h, c, rh */
    size_t next;        /* slot it writes */
    bool keeps;         /* for the backward pass */
    size_t kept;        /* slot of z, tanh_c and rec: 0 where nothing is kept */
    size_t after;       /* slot that the next step writes */
    const int32_t *ids; /* of its rows, where b + x W is looked up */
};

static struct step step_of(const struct recurrent *layer, const struct steps *steps,
                           int s, bool keep)
{
    return (struct step){.rows = steps->active[s],
                         .panel = (size_t)steps->active[s] * (size_t)panel_width(layer),
                         .at = steps->slot[s],
                         .next = steps->slot[s + 1],
                         .after = steps->slot[s + 1 < steps->length ? s + 2 : s + 1],
                         .keeps = keep,
                         .kept = keep ? steps->slot[s] : 0,
                         .ids = layer->looks_up ? layer->ids[s] : NULL};
}

/* What a product fetches while it computes; what finds no room is not fetched. n is set, the
 * rest is left as it is: a step has no time to clear it. */
struct spans {
    int n;
    struct matmul_span span[24];
};

static void add_span(struct spans *spans, const real *first, size_t n)
{
    if (n > 0 && spans->n < (int)COUNT_OF(spans->span))
        spans->span[spans->n++] = (struct matmul_span){first, n};
}

/* n rows of an array from a slot on. */
static void add_rows(struct spans *spans, real *array, size_t row, int n, int width)
{
    add_span(spans, row_at(array, row, width), (size_t)n * (size_t)width);
}

static void multiply(const struct recurrent *layer, struct matmul m,
                     const struct spans *spans)
{
    m.ahead = spans->span;
    m.n_ahead = spans->n;
    layer->kernels->matmul(&m);
}

/* What the next step writes: a line that is not in a near cache is read before it is written,
 * and the store would wait for it. */
static void add_next_step(const struct recurrent *layer, const struct gate_group *group,
                          const struct step *step, struct spans *spans)
{
    int n = step->rows, width = layer->padded;
    bool last = group == &layer->group[layer->n_groups - 1];
    add_rows(spans, group->z, step->next, n, columns_of(group));
    if (group == &layer->group[0])
        add_rows(spans, layer->x, step->next, n, layer->inputs);
    if (last)
        add_rows(spans, layer->h, step->after, n, width);
    if (layer->lstm) {
        add_rows(spans, layer->c, step->after, n, width);
        add_rows(spans, layer->tanh_c, step->next, n, width);
    } else if (last) {
        real *array = layer->reset_after ? layer->rec : layer->rh;
        add_rows(spans, array, step->next, n, width);
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
            linear_term(&group->input, row_at(layer->x, step->at, layer->inputs));
    if (h)
        m.term[m.n_terms++] = linear_term(&group->recurrent, h);
    struct spans spans;
    spans.n = 0;
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
        .c_prev = row_at(layer->c, step->at, n),
        .c = row_at(layer->c, step->next, n),
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
        rh = row_at(layer->rh, step->at, n);
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

void recurrent_forward(struct recurrent *layer, const struct steps *steps, bool keep,
                       recurrent_source *source, void *context)
{
    for (int s = 0; s <= steps->length; s++) {
        enter_rows(layer, steps, s, layer->h, layer->pad_h);
        if (layer->lstm)
            enter_rows(layer, steps, s, layer->c, layer->pad_c);
        if (s == steps->length || steps->active[s] == 0)
            continue;
        struct step step = step_of(layer, steps, s, keep);
        if (!layer->looks_up)
            source(context, steps, s, row_at(layer->x, step.at, layer->inputs));
        if (layer->lstm)
            lstm_step(layer, &step);
        else
            gru_step(layer, &step);
    }
}

/* Backward. */

/* A block of steps low .. high; its dz rows stand as its slots do, from `origin` on. */
struct block {
    int low, high;
    size_t origin;
    int rows;
    size_t panel; /* reals between panels of the block's panel matrices */
};

static struct block block_ending_at(const struct recurrent *layer,
                                    const struct steps *steps, int high)
{
    int low = high;
    size_t end = steps->slot[high + 1];
    while (low > 0 && steps->active[low - 1] > 0 &&
           end - steps->slot[low - 1] <= (size_t)layer->block)
        low--;
    return (struct block){low, high, steps->slot[low], (int)(end - steps->slot[low]),
                          (size_t)block_stride(layer) * (size_t)panel_width(layer)};
}

/* Rows from .. to - 1 of a panel matrix in the block become zero. */
static void zero_panel_rows(const struct block *block, real *matrix,
                            const struct linear *shape, size_t from, size_t to)
{
    size_t panel = (size_t)linear_panel(shape), n_panels = (size_t)shape->columns / panel;
    for (size_t p = 0; p < n_panels && from < to; p++)
        memset(matrix + p * block->panel + from * panel, 0,
               (to - from) * panel * sizeof *matrix);
}

/* Rows of the step before, in an array that goes by slots: the backward pass reads them next,
 * and since the forward pass they may lie in a far cache. */
static void add_before(struct spans *spans, const struct step *step, real *array,
                       int width)
{
    int n = step->at < (size_t)step->rows ? (int)step->at : step->rows;
    add_rows(spans, array, step->at - (size_t)n, n, width);
}

static void lstm_step_back(const struct recurrent *layer, const struct block *block,
                           const struct step *step)
{
    const struct gate_group *group = &layer->group[0];
    int n = layer->padded;
    real *dz = group->dz + (step->at - block->origin) * (size_t)panel_width(layer);
    struct lstm_backward cell = {
        .rows = step->rows,
        .vectors = n / layer->kernels->width,
        .hard = layer->hard,
        .gates = row_at(group->z, step->at, columns_of(group)),
        .gates_panel = step->panel,
        .c_prev = row_at(layer->c, step->at, n),
        .tanh_c = row_at(layer->tanh_c, step->at, n),
        .dh = layer->dh,
        .dc = layer->dc,
        .dz = dz,
        .dz_panel = block->panel,
        .db = group->db,
    };
    struct spans spans;
    spans.n = 0;
    add_before(&spans, step, group->z, columns_of(group));
    add_before(&spans, step, layer->c, n);
    add_before(&spans, step, layer->tanh_c, n);
    layer->kernels->lstm_backward(&cell);
    multiply(layer,
             linear_back(&group->recurrent, step->rows, dz, block->panel, layer->dh),
             &spans);
}

static void gru_step_back(const struct recurrent *layer, const struct block *block,
                          const struct step *step)
{
    const struct gate_group *gates = &layer->group[0], *candidate = &layer->group[1];
    int n = layer->padded;
    size_t first = (step->at - block->origin) * (size_t)panel_width(layer);
    bool after = layer->reset_after;
    struct gru_backward cell = {
        .rows = step->rows,
        .vectors = n / layer->kernels->width,
        .hard = layer->hard,
        .zr = row_at(gates->z, step->at, columns_of(gates)),
        .hh = row_at(candidate->z, step->at, columns_of(candidate)),
        .rec = after ? row_at(layer->rec, step->at, columns_of(candidate)) : NULL,
        .zr_panel = step->panel,
        .hh_panel = step->panel,
        .h_prev = row_at(layer->h, step->at, n),
        .dh = layer->dh,
        .drh = layer->drh,
        .dzr = gates->dz + first,
        .dhh = candidate->dz + first,
        .drec = after ? layer->drec + first : NULL,
        .dzr_panel = block->panel,
        .dhh_panel = block->panel,
        .dbzr = gates->db,
        .dbhh = candidate->db,
        .dbrec = layer->db_rec,
    };
    struct spans spans, more;
    spans.n = more.n = 0;
    add_before(&spans, step, candidate->z, columns_of(candidate));
    if (after)
        add_before(&spans, step, layer->rec, columns_of(candidate));
    add_before(&more, step, gates->z, columns_of(gates));
    add_before(&more, step, layer->h, n);
    layer->kernels->gru_backward_output(&cell);
    struct matmul first_back =
        linear_back(&candidate->recurrent, step->rows, after ? cell.drec : cell.dhh,
                    block->panel, after ? layer->dh : layer->drh);
    first_back.accumulate = after;
    multiply(layer, first_back, &spans);
    if (!after)
        layer->kernels->gru_backward_gates(&cell);
    struct matmul then_back =
        linear_back(&gates->recurrent, step->rows, cell.dzr, block->panel, layer->dh);
    then_back.accumulate = true;
    multiply(layer, then_back, &more);
}

/* dL/dh of the rows that take step s: what later steps left in dh, the row's final
 * gradient if this is its last step, and the gradient of this step's output. */
static void gather_dh(const struct recurrent *layer, const struct steps *steps, int s,
                      int *live, const real *d_final, struct output_gradient d_outputs)
{
    size_t width = (size_t)layer->padded, n_bytes = width * sizeof(real);
    int rows = steps->active[s];
    for (int r = *live; r < rows; r++) {
        if (d_final)
            memcpy(row_at(layer->dh, (size_t)r, layer->padded),
                   d_final + (size_t)r * width, n_bytes);
        else
            memset(row_at(layer->dh, (size_t)r, layer->padded), 0, n_bytes);
        memset(row_at(layer->dc, (size_t)r, layer->padded), 0, n_bytes);
    }
    *live = rows > *live ? rows : *live;
    if (d_outputs.first && d_outputs.row == 0)
        layer->kernels->add((size_t)rows * width, layer->dh,
                            d_outputs.first + steps->slot[s + 1] * width);
    size_t time = (size_t)steps_time(steps, s) * d_outputs.time;
    for (int r = 0; r < rows && d_outputs.row > 0; r++)
        layer->kernels->add(width, row_at(layer->dh, (size_t)r, layer->padded),
                            d_outputs.first + (size_t)r * d_outputs.row + time);
}

/* What the recurrent matrix of group i multiplies: h, or r * h of a GRU's candidate. */
static real *state_of(const struct recurrent *layer, int i)
{
    return i == 1 && !layer->reset_after ? layer->rh : layer->h;
}

/* The weights' gradients of a finished block. */
static void finish_weights(struct recurrent *layer, const struct block *block)
{
    const real *x = row_at(layer->x, block->origin, layer->inputs);
    for (int i = 0; i < layer->n_groups; i++) {
        struct gate_group *group = &layer->group[i];
        bool after = i == 1 && layer->reset_after;
        const real *state = row_at(state_of(layer, i), block->origin, layer->padded);
        const real *d_state = after ? layer->drec : group->dz;
        linear_add_gradient(&group->input, block->rows, x, group->dz, block->panel);
        linear_add_gradient(&group->recurrent, block->rows, state, d_state, block->panel);
    }
}

/* dL/d(outputs) of as many steps before a block as it has, which stand row by row. */
static void add_outputs_before(struct spans *spans, const struct block *block,
                               const struct steps *steps,
                               const struct output_gradient *d_outputs, size_t width)
{
    int n = block->high - block->low + 1 < block->low ? block->high - block->low + 1
                                                      : block->low;
    if (!d_outputs->first || d_outputs->row == 0 || n == 0)
        return;
    int one = steps_time(steps, block->low - 1),
        other = steps_time(steps, block->low - n);
    size_t at = (size_t)(one < other ? one : other) * d_outputs->time;
    for (int r = 0; r < steps->active[block->low - 1]; r++)
        add_span(spans, d_outputs->first + (size_t)r * d_outputs->row + at,
                 (size_t)(n - 1) * d_outputs->time + width);
}

/* The inputs' gradients of a finished block, handed on step by step, last to first. */
static void finish_inputs(const struct recurrent *layer, const struct block *block,
                          const struct steps *steps,
                          const struct output_gradient *d_outputs, recurrent_sink *sink,
                          void *context)
{
    const struct gate_group *group = layer->group;
    struct matmul back =
        linear_back(&group->input, block->rows, group->dz, block->panel, layer->dx);
    struct spans spans;
    spans.n = 0;
    add_rows(&spans, layer->x, block->origin, block->rows, layer->inputs);
    for (int i = 0; i < layer->n_groups; i++)
        add_rows(&spans, state_of(layer, i), block->origin, block->rows, layer->padded);
    add_outputs_before(&spans, block, steps, d_outputs, (size_t)layer->padded);
    if (layer->n_groups == 2) {
        group = &layer->group[1];
        back.term[back.n_terms++] =
            linear_back(&group->input, block->rows, group->dz, block->panel, layer->dx)
                .term[0];
    }
    multiply(layer, back, &spans);
    for (int s = block->high; s >= block->low; s--)
        sink(context, steps, s,
             row_at(layer->dx, steps->slot[s] - block->origin, layer->inputs));
}

static void zero_gradients(struct recurrent *layer)
{
    for (int i = 0; i < layer->n_groups; i++) {
        struct gate_group *group = &layer->group[i];
        linear_zero_gradient(&group->input);
        linear_zero_gradient(&group->recurrent);
        memset(group->db, 0, (size_t)columns_of(group) * sizeof(real));
    }
    if (is_reset_after(layer))
        memset(layer->db_rec, 0, (size_t)columns_of(&layer->group[1]) * sizeof(real));
}

/* Rows of slot s that do not take step s have no gradient. */
static void zero_idle(const struct recurrent *layer, const struct block *block,
                      const struct steps *steps, int s)
{
    size_t from = steps->slot[s] - block->origin + (size_t)steps->active[s];
    size_t to = steps->slot[s + 1] - block->origin;
    for (int i = 0; i < layer->n_groups; i++)
        zero_panel_rows(block, layer->group[i].dz, &layer->group[i].input, from, to);
    if (is_reset_after(layer))
        zero_panel_rows(block, layer->drec, &layer->group[1].input, from, to);
}

void recurrent_backward(struct recurrent *layer, const struct steps *steps,
                        const real *d_final, struct output_gradient d_outputs,
                        recurrent_sink *sink, void *context)
{
    int live = 0, s = steps->length - 1;
    zero_gradients(layer);
    while (s >= 0 &&
           steps->active[s] == 0) /* a reverse plan whose rows all left before */
        s--;
    while (s >= 0 && steps->active[s] > 0) {
        struct block block = block_ending_at(layer, steps, s);
        for (; s >= block.low; s--) {
            struct step step = step_of(layer, steps, s, true);
            gather_dh(layer, steps, s, &live, d_final, d_outputs);
            zero_idle(layer, &block, steps, s);
            if (layer->lstm)
                lstm_step_back(layer, &block, &step);
            else
                gru_step_back(layer, &block, &step);
        }
        finish_inputs(layer, &block, steps, &d_outputs, sink, context);
        finish_weights(layer, &block);
    }
}
