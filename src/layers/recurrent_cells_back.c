/* A step back of each cell: the sweep over the gates, from dh to dz; then the products
 * with the recurrent weights, to the dh of the step before. */
#include "layers/recurrent_private.h"

#include <string.h>

/* Rows of the step before, in an array that goes by slots: the backward pass reads them
 * next, and since the forward pass they may lie in a far cache. */
static void add_before(struct spans *spans, const struct step *step, real *array,
                       int width)
{
    int n = step->at < (size_t)step->rows ? (int)step->at : step->rows;
    spans_add_rows(spans, array, step->at - (size_t)n, n, width);
}

/* dh of the step before, which it may add to, and dx of this one where one product gives
 * both. */
static void multiply_back(const struct recurrent *layer, const struct gate_group *group,
                          int rows, const real *dz, size_t panel, real *dh, bool adds,
                          const struct spans *spans)
{
    const struct matmul *of_all =
        is_joint_back(layer) ? &group->back_to_both : &group->back;
    struct matmul m = *of_all;

    m.rows = rows;
    m.term[0].a = dz;
    m.term[0].chunk_stride = panel;
    m.c = dh;
    m.accumulate = adds;
    recurrent_multiply(layer, &m, spans);
}

static void lstm_step_back(const struct recurrent *layer, const struct block *block,
                           const struct step *step)
{
    const struct gate_group *group = &layer->group[0];
    int n = layer->padded;
    real *dz = row_at(group->dz, step->at - block->origin, group->input.dy_row);
    struct lstm_backward cell = {
        .rows = step->rows,
        .vectors = n / layer->kernels->width,
        .gate = gate_width(layer),
        .hard = layer->hard,
        .activation = layer->activation,
        .gates = row_at(group->z, step->at, z_width(group)),
        .gates_row = (size_t)group->input.y_row,
        .gates_panel = step->panel,
        .c_prev = row_at(layer->c, step->at, n),
        .tanh_c = row_at(layer->tanh_c, step->at, n),
        .dh = layer->dh,
        .dh_row = (size_t)layer->dh_row,
        .dc = layer->dc,
        .dz = dz,
        .dz_row = (size_t)group->input.dy_row,
        .dz_panel = block->panel,
        .db = group->db,
    };
    struct spans spans;

    spans.n = 0;
    /* A tile fetches of one array, and there are few: with the short ones first it is an
     * end of the longest that finds no room. */
    add_before(&spans, step, layer->c, n);
    add_before(&spans, step, layer->tanh_c, n);
    add_before(&spans, step, group->z, z_width(group));

    layer->kernels->lstm_backward(&cell);
    multiply_back(layer, group, step->rows, dz, block->panel, state_gradient(layer),
                  false, &spans);
}

/* The second sweep: of the state that entered the products, perhaps a dropped one. */
static void gates_back(const struct recurrent *layer, const struct step *step,
                       struct gru_backward cell)
{
    cell.h_prev = step->state;
    cell.dh = state_gradient(layer);
    if (layer->drops_states)
        memset(cell.dh, 0, (size_t)step->rows * (size_t)layer->padded * sizeof(real));
    layer->kernels->gru_backward_gates(&cell);
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
        .activation = layer->activation,
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

    /* Two products a step: the arrays of the step before are shared out over both. */
    spans.n = more.n = 0;
    add_before(&spans, step, candidate->z, columns_of(candidate));
    if (after)
        add_before(&spans, step, layer->rec, columns_of(candidate));
    add_before(&more, step, gates->z, columns_of(gates));
    add_before(&more, step, layer->h, n);

    layer->kernels->gru_backward_output(&cell);
    multiply_back(layer, candidate, step->rows, after ? cell.drec : cell.dhh,
                  block->panel, after ? state_gradient(layer) : layer->drh,
                  after && !layer->drops_states, &spans);

    /* Without reset_after dr needs d(r h), which the first product gives. */
    if (!after)
        gates_back(layer, step, cell);
    multiply_back(layer, gates, step->rows, cell.dzr, block->panel, state_gradient(layer),
                  true, &more);
}

static void simple_step_back(const struct recurrent *layer, const struct block *block,
                             const struct step *step)
{
    const struct gate_group *group = &layer->group[0];
    int n = layer->padded;
    real *dz = group->dz + (step->at - block->origin) * (size_t)panel_width(layer);
    struct simple_backward cell = {
        .rows = step->rows,
        .vectors = n / layer->kernels->width,
        .activation = layer->activation,
        .h = row_at(layer->h, step->next, n),
        .dh = layer->dh,
        .dh_row = (size_t)layer->dh_row,
        .dz = dz,
        .dz_panel = block->panel,
        .db = group->db,
    };
    struct spans spans;

    spans.n = 0;
    add_before(&spans, step, layer->h, n);
    layer->kernels->simple_backward(&cell);
    multiply_back(layer, group, step->rows, dz, block->panel, state_gradient(layer),
                  false, &spans);
}

recurrent_step_back *const recurrent_steps_back[] = {
    [CELL_LSTM] = lstm_step_back,
    [CELL_GRU] = gru_step_back,
    [CELL_SIMPLE] = simple_step_back,
};
_Static_assert(COUNT_OF(recurrent_steps_back) == CELL_KINDS, "a cell has no way back");
