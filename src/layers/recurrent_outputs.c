#include "layers/recurrent_layer.h"

#include <string.h>

/* What the directions of a recurrent layer give together, f forward and b backward, and
 * what of its gradient dy is each direction's:
 *
 *   concat   [f, b]      df = first half, db = second half
 *   sum      f + b       df = db = dy
 *   ave      (f + b)/2   df = db = dy/2
 *   mul      f b         df = dy b, db = dy f
 */

static bool is_one_block(const struct layer *layer)
{
    return layer->n_directions > layer->out.blocks;
}

/* Where direction d stands in a vector. */
static size_t block_at(const struct layer *layer, int d)
{
    size_t width = (size_t)((const struct recurrent_layer *)layer)->track[d].padded;
    return is_one_block(layer) ? 0 : (size_t)d * width;
}

/* Merges the second direction's n numbers into the first one's. */
static void merge(const struct layer *layer, size_t n, real *y, const real *other)
{
    const struct kernels *kernels = layer->frame->kernels;
    enum merge_mode mode = layer->config->recurrent.merge;

    if (mode == MERGE_MUL)
        kernels->product(n, y, other, y);
    else
        kernels->add(n, y, other);
    if (mode == MERGE_AVE)
        kernels->scale(n, (real)0.5, y, y);
}

/* Adds a direction's part of dy; `other` is what the other direction gave. */
static void split(const struct layer *layer, size_t n, const real *dy, const real *other,
                  real *d_output)
{
    const struct kernels *kernels = layer->frame->kernels;

    if (is_one_block(layer) && layer->config->recurrent.merge == MERGE_MUL)
        kernels->multiply_add(n, dy, other, d_output);
    else if (is_one_block(layer) && layer->config->recurrent.merge == MERGE_AVE)
        kernels->axpy(n, (real)0.5, dy, d_output);
    else
        kernels->add(n, d_output, dy);
}

/* The last output of a direction. */
static const real *last_of(const struct layer *layer, const struct steps *steps, int d,
                           int r)
{
    const struct recurrent *track = &((const struct recurrent_layer *)layer)->track[d];
    size_t at = track->in_place ? (size_t)r : steps_final(steps, r);

    return track->h + at * (size_t)track->padded;
}

void recurrent_take_last(const struct layer *layer, const struct pass *pass)
{
    for (int d = 0; d < layer->n_directions; d++) {
        const struct recurrent *track =
            &((const struct recurrent_layer *)layer)->track[d];
        const struct steps *steps = recurrent_plan(layer, pass, d);
        size_t width = (size_t)track->padded;
        real *y = layer->y + block_at(layer, d);

        for (int r = 0; r < pass->n_rows; r++, y += layer->out.row)
            if (d > 0 && is_one_block(layer))
                merge(layer, width, y, last_of(layer, steps, d, r));
            else
                memcpy(y, last_of(layer, steps, d, r), width * sizeof *y);
    }
}

void recurrent_take_d_final(struct layer *layer, const struct pass *pass, int d)
{
    size_t width = (size_t)recurrent_of(layer)->track[d].padded;
    int other = is_one_block(layer) ? 1 - d : d;
    const struct steps *steps = recurrent_plan(layer, pass, other);
    const real *dy = layer->dy + block_at(layer, d);
    real *d_final = recurrent_of(layer)->d_final[d];

    memset(d_final, 0, (size_t)pass->n_rows * width * sizeof *d_final);
    for (int r = 0; r < pass->n_rows; r++, dy += layer->out.row, d_final += width)
        split(layer, width, dy, last_of(layer, steps, other, r), d_final);
}

/* The step of a direction that gives position t. */
static int step_at(const struct layer *layer, const struct steps *steps, int t)
{
    int at = layer->config->recurrent.backwards ? layer->in.length - 1 - t : t;
    return steps_time(steps, at);
}

/* What a direction gives at position t of row r. A row whose step stands among the pads
 * that all rows share has what those leave. */
static const real *output_at(const struct recurrent *track, const struct steps *steps,
                             int step, int r, int t)
{
    if (r < steps->active[step])
        return recurrent_output(track, steps, step, r);
    return track->pad_h + ((size_t)t + 1) * (size_t)track->padded;
}

void recurrent_pull(struct layer *layer, const struct pass *pass,
                    const struct steps *steps, int s, real *x, size_t row)
{
    int t = steps_time(steps, s);

    for (int d = 0; d < layer->n_directions; d++) {
        const struct recurrent *track = &recurrent_of(layer)->track[d];
        const struct steps *mine = recurrent_plan(layer, pass, d);
        size_t width = (size_t)track->padded;
        int from = step_at(layer, mine, t);
        real *to = x + block_at(layer, d);
        bool merges = d > 0 && is_one_block(layer);
        int rows = steps->active[s], r = 0;

        if (!merges && mine->active[from] > 0) { /* those stand row by row */
            r = mine->active[from] < rows ? mine->active[from] : rows;
            layer->frame->kernels->copy_each(
                r, track->padded / layer->frame->kernels->width, to, row,
                recurrent_output(track, mine, from, 0), width);
        }
        for (; r < rows; r++) {
            const real *one = output_at(track, mine, from, r, t);
            if (merges)
                merge(layer, width, to + (size_t)r * row, one);
            else
                memcpy(to + (size_t)r * row, one, width * sizeof *to);
        }
    }
}

void recurrent_clear(struct layer *layer, const struct pass *pass)
{
    struct recurrent_layer *recurrent = recurrent_of(layer);

    for (int d = 0; d < layer->n_directions; d++) {
        const struct steps *steps = recurrent_plan(layer, pass, d);
        size_t width = (size_t)recurrent->track[d].padded;

        memset(recurrent->d_slots[d], 0,
               steps->slot[steps->length + 1] * width * sizeof(real));
        recurrent->d_outputs[d] =
            (struct output_gradient){.first = recurrent->d_slots[d]};
    }
}

void recurrent_push(struct layer *layer, const struct pass *pass,
                    const struct steps *steps, int s, const real *dx, size_t row)
{
    struct recurrent_layer *recurrent = recurrent_of(layer);
    int t = steps_time(steps, s);

    for (int d = 0; d < layer->n_directions; d++) {
        int other = is_one_block(layer) ? 1 - d : d;
        const struct steps *mine = recurrent_plan(layer, pass, d);
        const struct steps *its = recurrent_plan(layer, pass, other);
        size_t width = (size_t)recurrent->track[d].padded;
        int to = step_at(layer, mine, t), its_step = step_at(layer, its, t);
        real *d_outputs = recurrent->d_slots[d] + mine->slot[to + 1] * width;

        for (int r = 0; r < steps->active[s]; r++, d_outputs += width)
            split(layer, width, dx + (size_t)r * row + block_at(layer, d),
                  recurrent_output(&recurrent->track[other], its, its_step, r),
                  d_outputs);
    }
}

void recurrent_borrow(struct layer *layer, const real *first, size_t row, size_t time)
{
    struct recurrent_layer *recurrent = recurrent_of(layer);

    for (int d = 0; d < layer->n_directions; d++)
        recurrent->d_outputs[d] =
            (struct output_gradient){first + block_at(layer, d), row, time, NULL, 0};
}

void recurrent_borrow_source(struct layer *layer, const struct gradient_source *source)
{
    struct recurrent_layer *recurrent = recurrent_of(layer);

    for (int d = 0; d < layer->n_directions; d++)
        recurrent->d_outputs[d] =
            (struct output_gradient){.source = source, .column = (int)block_at(layer, d)};
}
