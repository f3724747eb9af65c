/* A step forward of each cell: the products, then the sweep over the gates. */
#include "layers/recurrent_private.h"

/* What the next step writes: a line that is not in a near cache is read before it is
 * written, and the store would wait for it. Short arrays come first, see
 * fetch_begin. */
static void add_next_step(const struct recurrent *layer, const struct gate_group *group,
                          const struct step *step, struct spans *spans)
{
    int n = step->rows, width = layer->padded;
    bool last = group == &layer->group[layer->n_groups - 1];

    if (last)
        spans_add_rows(spans, layer->h, step->after, n, width);
    if (is_lstm(layer)) {
        spans_add_rows(spans, layer->c, step->after, n, width);
        spans_add_rows(spans, layer->tanh_c, step->next, n, width);
    } else if (last && layer->cell == CELL_GRU) {
        real *array = layer->reset_after ? layer->rec : layer->rh;
        spans_add_rows(spans, array, step->next, n, width);
    }

    if (group == &layer->group[0] && !layer->looks_up)
        spans_add_rows(spans, layer->x, step->next, n, layer->inputs);
    if (layer->cell != CELL_SIMPLE)
        spans_add_rows(spans, group->z, step->next, n, z_width(group));
}

/* z = b + x W + h U of a group; `h` NULL leaves the second product out. Looked up or not,
 * the terms of a sum are the same in the same order. */
static void project(const struct recurrent *layer, const struct gate_group *group,
                    const struct step *step, const real *h)
{
    struct matmul m = group->forward;

    m.rows = step->rows;
    m.c = row_at(group->z, step->gates, z_width(group));
    m.c_panel = step->panel;
    m.term[0].a = row_at(layer->x, step->kept, layer->inputs);
    m.term[1].a = h;
    m.n_terms = h ? 2 : 1;

    if (step->ids) {
        layer->kernels->gather(step->rows, step->ids, group->known,
                               (size_t)columns_of(group), m.vectors, m.c, m.c_row,
                               m.c_panel);
        m.accumulate = true;
        m.term[0] = m.term[1];
        m.n_terms--;
    }

    struct spans spans;
    spans.n = 0;
    for (int r = 0; r < step->n_ids_ahead; r++)
        spans_add_rows(&spans, group->known, (size_t)step->ids_ahead[r], 1,
                       columns_of(group));
    if (step->keeps)
        add_next_step(layer, group, step, &spans);

    if (m.n_terms > 0)
        recurrent_multiply(layer, &m, &spans);
}

static void lstm_step(const struct recurrent *layer, const struct step *step)
{
    const struct gate_group *group = &layer->group[0];
    int n = layer->padded;

    project(layer, group, step, step->state);
    struct lstm_forward cell = {
        .rows = step->rows,
        .vectors = n / layer->kernels->width,
        .gate = gate_width(layer),
        .hard = layer->hard,
        .activation = layer->activation,
        .z = row_at(group->z, step->kept, z_width(group)),
        .z_row = (size_t)group->input.y_row,
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
        .term = {linear_term(&group->recurrent, step->state)},
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
    real *rh = NULL, *rec = NULL;

    if (layer->reset_after)
        rec = row_at(layer->rec, step->kept, columns_of(candidate));
    else
        rh = row_at(layer->rh, step->kept, n);

    struct gru_forward cell = {
        .rows = step->rows,
        .vectors = n / layer->kernels->width,
        .hard = layer->hard,
        .activation = layer->activation,
        .zr = row_at(gates->z, step->kept, columns_of(gates)),
        .hh = row_at(candidate->z, step->kept, columns_of(candidate)),
        .rec = rec,
        .zr_panel = step->panel,
        .hh_panel = step->panel,
        .h_prev = step->state,
        .rh = rh,
        .h = row_at(layer->h, step->next, n),
    };

    project(layer, gates, step, step->state);
    layer->kernels->gru_gates(&cell);
    project(layer, candidate, step, rh);
    if (layer->reset_after)
        project_recurrent(layer, step);
    cell.h_prev = row_at(layer->h, step->at, n); /* nothing of it is dropped here */
    layer->kernels->gru_output(&cell);
}

static void simple_step(const struct recurrent *layer, const struct step *step)
{
    const struct gate_group *group = &layer->group[0];
    int n = layer->padded;

    project(layer, group, step, step->state);
    struct simple_forward cell = {
        .rows = step->rows,
        .vectors = n / layer->kernels->width,
        .activation = layer->activation,
        .z = group->z,
        .z_panel = step->panel,
        .h = row_at(layer->h, step->next, n),
    };
    layer->kernels->simple_forward(&cell);
}

recurrent_step *const recurrent_steps[] = {
    [CELL_LSTM] = lstm_step,
    [CELL_GRU] = gru_step,
    [CELL_SIMPLE] = simple_step,
};
_Static_assert(COUNT_OF(recurrent_steps) == CELL_KINDS, "a cell has no step");
