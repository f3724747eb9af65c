#include "layers/layer.h"
#include "layers/recurrent_private.h"

#include <string.h>

/* Reals between panels of the block's panel matrices. */
static size_t block_panel(const struct recurrent *layer)
{
    if (is_tight(layer))
        return (size_t)panel_width(layer);
    return (size_t)block_stride(layer) * (size_t)panel_width(layer);
}

static struct block block_ending_at(const struct recurrent *layer,
                                    const struct steps *steps, int high)
{
    int low = high;
    size_t end = steps->slot[high + 1];
    while (low > 0 && steps->active[low - 1] > 0 &&
           end - steps->slot[low - 1] <= (size_t)layer->block)
        low--;
    return (struct block){low, high, steps->slot[low], (int)(end - steps->slot[low]),
                          block_panel(layer)};
}

/* Rows from .. to - 1 of a matrix in the block become zero. */
static void zero_rows(const struct block *block, real *matrix, const struct linear *shape,
                      size_t from, size_t to)
{
    size_t row = (size_t)shape->dy_row, panel = (size_t)linear_panel(shape);
    size_t n_panels = shape->is_tight ? 1 : (size_t)shape->columns / panel;

    for (size_t p = 0; p < n_panels && from < to; p++)
        memset(matrix + p * block->panel + from * row, 0,
               (to - from) * row * sizeof *matrix);
}

/* dL/dh of the rows that take step s: what later steps left in dh, the row's final
 * gradient if this is its last step, and the gradient of this step's output. */
static void gather_dh(const struct recurrent *layer, const struct steps *steps, int s,
                      int *live, const real *d_final, struct output_gradient d_outputs)
{
    size_t width = (size_t)layer->padded, n_bytes = width * sizeof(real);
    size_t dh_row = (size_t)layer->dh_row;
    int rows = steps->active[s], vectors = layer->padded / layer->kernels->width;

    for (int r = *live; r < rows; r++) {
        if (d_final)
            memcpy(row_at(layer->dh, (size_t)r, layer->dh_row),
                   d_final + (size_t)r * width, n_bytes);
        else
            memset(row_at(layer->dh, (size_t)r, layer->dh_row), 0, n_bytes);
        memset(row_at(layer->dc, (size_t)r, layer->padded), 0, n_bytes);
    }
    *live = rows > *live ? rows : *live;

    if (d_outputs.first && d_outputs.row == 0)
        layer->kernels->add_each(rows, vectors, layer->dh, dh_row,
                                 d_outputs.first + steps->slot[s + 1] * width, width);

    if (d_outputs.row > 0)
        layer->kernels->add_each(rows, vectors, layer->dh, dh_row,
                                 d_outputs.first +
                                     (size_t)steps_time(steps, s) * d_outputs.time,
                                 d_outputs.row);

    if (d_outputs.source)
        d_outputs.source->add(d_outputs.source, steps_time(steps, s), d_outputs.column,
                              rows, vectors, layer->dh, dh_row);
}

/* What the recurrent matrix of group i multiplies: h, perhaps dropped, or r * h of a
 * GRU's candidate. */
static real *state_of(const struct recurrent *layer, int i)
{
    if (i == 1 && !layer->reset_after)
        return layer->rh;
    return layer->drops_states ? layer->hd : layer->h;
}

/* The gradient of W from `rows` rows of dz in the block. */
static void add_input_gradient(struct recurrent *layer, int rows, const real *x)
{
    for (int i = 0; i < layer->n_groups; i++)
        linear_add_gradient(&layer->group[i].input, rows, x, layer->group[i].dz,
                            block_panel(layer));
}

/* dx of `rows` rows of dz in the block: of both groups by one product. */
static void back_to_inputs(const struct recurrent *layer, int rows,
                           const struct spans *spans)
{
    struct matmul back = {.n_terms = 0};

    for (int i = layer->n_groups - 1; i >= 0; i--) {
        const struct gate_group *group = &layer->group[i];
        struct matmul m =
            linear_back(&group->input, rows, group->dz, block_panel(layer), layer->dx);
        m.term[1] = back.term[0];
        m.n_terms += back.n_terms;
        back = m;
    }
    recurrent_multiply(layer, &back, spans);
}

/* The weights' gradients of a finished block, of W where nothing is looked up. */
static void finish_weights(struct recurrent *layer, const struct block *block)
{
    const real *x = row_at(layer->x, block->origin, layer->inputs);

    for (int i = 0; i < layer->n_groups; i++) {
        struct gate_group *group = &layer->group[i];
        bool after = i == 1 && layer->reset_after;
        const real *state = row_at(state_of(layer, i), block->origin, layer->padded);

        if (!layer->looks_up && !after) {
            linear_add_gradients(&group->input, x, &group->recurrent, state, block->rows,
                                 group->dz, block->panel);
            continue;
        }
        if (!layer->looks_up)
            linear_add_gradient(&group->input, block->rows, x, group->dz, block->panel);
        linear_add_gradient(&group->recurrent, block->rows, state,
                            after ? layer->drec : group->dz, block->panel);
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
        spans_add(spans, d_outputs->first + (size_t)r * d_outputs->row + at,
                  (size_t)(n - 1) * d_outputs->time + width);
}

/* Hands a step's dx on, (rows, inputs) with rows `row` reals apart. */
static void hand_on(const struct recurrent *layer, const struct steps *steps, int s,
                    real *dx, int row, recurrent_sink *sink, void *context)
{
    size_t n = (size_t)layer->inputs;

    for (size_t r = 0; r < (size_t)steps->active[s] && layer->drops_inputs; r++)
        layer->kernels->product(n, dx + r * (size_t)row, layer->x_mask + r * n,
                                dx + r * (size_t)row);
    sink(context, steps, s, dx, (size_t)row);
}

/* The inputs' gradient of a finished block, handed on step by step, last to first. */
static void finish_inputs(struct recurrent *layer, const struct block *block,
                          const struct steps *steps,
                          const struct output_gradient *d_outputs, recurrent_sink *sink,
                          void *context)
{
    struct spans spans;

    spans.n = 0;
    spans_add_rows(&spans, layer->x, block->origin, block->rows, layer->inputs);
    for (int i = 0; i < layer->n_groups; i++)
        spans_add_rows(&spans, state_of(layer, i), block->origin, block->rows,
                       layer->padded);
    add_outputs_before(&spans, block, steps, d_outputs, (size_t)layer->padded);
    back_to_inputs(layer, block->rows, &spans);
    for (int s = block->high; s >= block->low; s--)
        hand_on(layer, steps, s,
                row_at(layer->dx, steps->slot[s] - block->origin, layer->inputs),
                layer->inputs, sink, context);
}

/* dL/d(known) of a finished block. */
static void finish_words(const struct recurrent *layer, const struct block *block,
                         const struct steps *steps)
{
    for (int i = 0; i < layer->n_groups; i++) {
        const struct gate_group *group = &layer->group[i];
        for (int s = block->high; s >= block->low; s--)
            layer->kernels->scatter(
                steps->active[s], layer->ids[s],
                row_at(group->dz, steps->slot[s] - block->origin, group->input.dy_row),
                (size_t)group->input.dy_row, block->panel, group->input.vectors,
                group->d_known, (size_t)columns_of(group));
    }
}

const real *recurrent_words_backward(struct recurrent *layer, const int32_t *ids, int n)
{
    struct spans spans;

    spans.n = 0;
    for (int i = 0; i < layer->n_groups; i++) {
        const struct gate_group *group = &layer->group[i];
        int columns = columns_of(group);
        layer->kernels->gather(n, ids, group->d_known, (size_t)columns,
                               group->input.vectors, group->dz,
                               (size_t)group->input.dy_row, block_panel(layer));
        for (int r = 0; r < n; r++)
            memset(row_at(group->d_known, (size_t)ids[r], columns), 0,
                   (size_t)columns * sizeof(real));
    }
    add_input_gradient(layer, n, layer->x);
    back_to_inputs(layer, n, &spans);
    return layer->dx;
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
        zero_rows(block, layer->group[i].dz, &layer->group[i].input, from, to);
    if (is_reset_after(layer))
        zero_rows(block, layer->drec, &layer->group[1].input, from, to);
}

/* dh gets what the products with the dropped state leave. */
static void undrop(const struct recurrent *layer, int rows)
{
    size_t n = (size_t)layer->padded;

    for (size_t r = 0; r < (size_t)rows; r++) {
        const real *dhd = row_at(layer->dhd, r, layer->dh_row);
        const real *mask = row_at(layer->h_mask, r, layer->padded);
        real *dh = row_at(layer->dh, r, layer->dh_row);

        if (layer->cell == CELL_GRU)
            layer->kernels->multiply_add(n, dhd, mask, dh);
        else
            layer->kernels->product(n, dhd, mask, dh);
    }
}

void recurrent_backward(struct recurrent *layer, const struct steps *steps,
                        const real *d_final, struct output_gradient d_outputs,
                        recurrent_sink *sink, void *context)
{
    recurrent_step_back *step_back = recurrent_steps_back[layer->cell];
    int live = 0, s = steps->length - 1;

    zero_gradients(layer);

    /* The rows of a reverse plan may all have left before its last steps. */
    while (s >= 0 && steps->active[s] == 0)
        s--;

    while (s >= 0 && steps->active[s] > 0) {
        struct block block = block_ending_at(layer, steps, s);
        for (; s >= block.low; s--) {
            struct step step = step_of(layer, steps, s, true);
            gather_dh(layer, steps, s, &live, d_final, d_outputs);
            zero_idle(layer, &block, steps, s);
            step_back(layer, &block, &step);
            if (layer->drops_states)
                undrop(layer, step.rows);
            if (is_joint_back(layer))
                hand_on(layer, steps, s, state_gradient(layer) + layer->padded,
                        layer->dh_row, sink, context);
        }

        /* The block's dz are in the cache: all that reads them is done now. */
        if (layer->looks_up)
            finish_words(layer, &block, steps);
        else if (!is_joint_back(layer))
            finish_inputs(layer, &block, steps, &d_outputs, sink, context);
        finish_weights(layer, &block);
    }
}
