#include "layers/head.h"

#include <stdint.h>
#include <string.h>

#define NO_OUTPUT SIZE_MAX /* zeros stand there */

void head_init(struct head *head)
{
    const struct recurrent *layer = head->layer[0];
    head->blocks = head->directions * (head->kind == HEAD_FLATTEN ? layer->length : 1);
    head->features = head->blocks * layer->padded;
}

/* Each output of a direction is one block of features. */
static bool is_flat(const struct head *head)
{
    return head->kind == HEAD_FLATTEN && !head->masked;
}

void head_layout(struct head *head, struct space *space)
{
    const struct recurrent *layer = head->layer[0];
    size_t rows = (size_t)layer->rows, slots = ((size_t)layer->length + 1) * rows;
    size_t padded = (size_t)layer->padded;
    struct arena *backward = &space->backward;
    bool last = head->kind == HEAD_LAST, max = head->kind == HEAD_MAX;
    for (int d = 0; d < head->directions; d++) {
        head->d_final[d] =
            last ? arena_take(backward, rows * padded, sizeof(real)) : NULL;
        head->d_slots[d] = last || is_flat(head)
                               ? NULL
                               : arena_take(backward, slots * padded, sizeof(real));
    }
    head->where =
        arena_take(&space->lane, max ? rows * (size_t)head->features : 0, sizeof(size_t));
}

/* The row of h that holds what a direction gives for position t of a row, or NO_OUTPUT.
 */
static size_t output_row(const struct head *head, int d, int r, int t)
{
    const struct steps *steps = head->steps[d];
    int count = steps->count[r], step = t - head->lead[d][r];
    if (count == 0 || step < 0 || (step >= count && head->directions == 2))
        return NO_OUTPUT;
    step = step >= count ? count - 1 : step;
    int s = steps_time(steps, steps->length - count + step);
    return steps->slot[s + 1] + (size_t)r;
}

/* What a direction gives for position t of a row; NULL: zeros. */
static const real *output_of(const struct head *head, int d, int r, int t)
{
    const struct recurrent *layer = head->layer[d];
    size_t width = (size_t)layer->padded;
    if (layer->shares_pads && t < head->lead[d][r])
        return layer->pad_h + ((size_t)t + 1) * width;
    size_t row = output_row(head, d, r, t);
    return row == NO_OUTPUT ? NULL : layer->h + row * width;
}

static real *block_of(const struct head *head, real *features, int r, int block)
{
    return features + (size_t)r * (size_t)head->features +
           (size_t)block * (size_t)head->layer[0]->padded;
}

/* Forward. */

static void last_forward(const struct head *head, int d, int r, real *to)
{
    const struct recurrent *layer = head->layer[d];
    size_t width = (size_t)layer->padded;
    size_t row = layer->in_place ? (size_t)r : steps_final(head->steps[d], r);
    memcpy(to, layer->h + row * width, width * sizeof *to);
}

/* Every output of a direction is a block of features: step by step, as they stand. */
static void flat_forward(const struct head *head, int d, int rows, real *features)
{
    const struct recurrent *layer = head->layer[d];
    const struct steps *steps = head->steps[d];
    size_t width = (size_t)layer->padded;
    for (int s = 0; s < layer->length; s++) {
        const real *from = recurrent_output(layer, steps, s, 0);
        int block = steps_time(steps, s) * head->directions + d;
        for (int r = 0; r < rows; r++, from += width)
            memcpy(block_of(head, features, r, block), from, width * sizeof *from);
    }
}

/* Where rows skip positions or enter with the state that pads leave. */
static void flatten_forward(const struct head *head, int d, int r, real *features)
{
    const struct recurrent *layer = head->layer[d];
    size_t width = (size_t)layer->padded;
    for (int t = 0; t < layer->length; t++) {
        const real *from = output_of(head, d, r, t);
        real *to = block_of(head, features, r, t * head->directions + d);
        if (from)
            memcpy(to, from, width * sizeof *to);
        else
            memset(to, 0, width * sizeof *to);
    }
}

static void max_forward(const struct head *head, int d, int r, real *best)
{
    const struct recurrent *layer = head->layer[d];
    int width = layer->padded;
    size_t *where =
        head->where + (size_t)r * (size_t)head->features + (size_t)(d * width);
    const real *before = NULL;
    for (int t = 0; t < layer->length; t++) {
        const real *from = output_of(head, d, r, t);
        size_t row = output_row(head, d, r, t);
        if (t > 0 && from == before)
            continue; /* a repeated output cannot win against itself */
        for (int j = 0; j < width; j++) {
            real value = from ? from[j] : 0;
            if (t == 0 || value > best[j]) {
                best[j] = value;
                where[j] = row;
            }
        }
        before = from;
    }
}

static void mean_forward(const struct head *head, int d, int r, real *mean)
{
    const struct recurrent *layer = head->layer[d];
    size_t width = (size_t)layer->padded;
    int first = layer->shares_pads ? 0 : head->lead[d][r];
    int count = layer->shares_pads ? layer->length : head->steps[d]->count[r];
    memset(mean, 0, width * sizeof *mean);
    for (int t = first; t < first + count; t++)
        layer->kernels->add(width, mean, output_of(head, d, r, t));
    for (size_t j = 0; j < width && count > 0; j++)
        mean[j] /= (real)count;
}

static void row_forward(const struct head *head, int d, int r, real *features)
{
    real *to = block_of(head, features, r, d);
    switch (head->kind) {
    case HEAD_LAST:
        last_forward(head, d, r, to);
        break;
    case HEAD_FLATTEN:
        flatten_forward(head, d, r, features);
        break;
    case HEAD_MAX:
        max_forward(head, d, r, to);
        break;
    case HEAD_MEAN:
        mean_forward(head, d, r, to);
        break;
    }
}

void head_forward(struct head *head, int rows, real *features)
{
    for (int d = 0; d < head->directions; d++)
        if (is_flat(head) && !head->layer[d]->shares_pads)
            flat_forward(head, d, rows, features);
        else
            for (int r = 0; r < rows; r++)
                row_forward(head, d, r, features);
}

/* Backward. */

static real *d_output(const struct head *head, int d, size_t row)
{
    return head->d_slots[d] + row * (size_t)head->layer[d]->padded;
}

static void flatten_backward(const struct head *head, int d, int r,
                             const real *d_features)
{
    const struct recurrent *layer = head->layer[d];
    size_t width = (size_t)layer->padded;
    const real *from =
        d_features + (size_t)r * (size_t)head->features + (size_t)d * width;
    for (int t = 0; t < layer->length; t++, from += (size_t)head->directions * width) {
        size_t row = output_row(head, d, r, t);
        if (row != NO_OUTPUT)
            layer->kernels->add(width, d_output(head, d, row), from);
    }
}

static void max_backward(const struct head *head, int d, int r, const real *from)
{
    size_t width = (size_t)head->layer[d]->padded;
    const size_t *where =
        head->where + (size_t)r * (size_t)head->features + (size_t)d * width;
    for (size_t j = 0; j < width; j++)
        if (where[j] != NO_OUTPUT)
            d_output(head, d, where[j])[j] += from[j];
}

static void mean_backward(const struct head *head, int d, int r, const real *from)
{
    const struct recurrent *layer = head->layer[d];
    int count = head->steps[d]->count[r];
    for (int step = 0; step < count; step++)
        layer->kernels->axpy(
            (size_t)layer->padded, 1 / (real)count, from,
            d_output(head, d, output_row(head, d, r, head->lead[d][r] + step)));
}

static void row_backward(const struct head *head, int d, int r, const real *d_features)
{
    size_t width = (size_t)head->layer[d]->padded;
    const real *from =
        d_features + (size_t)r * (size_t)head->features + (size_t)d * width;
    switch (head->kind) {
    case HEAD_LAST:
        memcpy(head->d_final[d] + (size_t)r * width, from, width * sizeof *from);
        break;
    case HEAD_FLATTEN:
        flatten_backward(head, d, r, d_features);
        break;
    case HEAD_MAX:
        max_backward(head, d, r, from);
        break;
    case HEAD_MEAN:
        mean_backward(head, d, r, from);
        break;
    }
}

void head_backward(struct head *head, int rows, const real *d_features)
{
    for (int d = 0; d < head->directions; d++) {
        const struct steps *steps = head->steps[d];
        size_t width = (size_t)head->layer[d]->padded;
        if (is_flat(head)) {
            head->d_outputs[d] = (struct output_gradient){
                d_features + (size_t)d * width, (size_t)head->features,
                (size_t)head->directions * width};
            continue;
        }
        head->d_outputs[d] = (struct output_gradient){head->d_slots[d], 0, 0};
        if (head->kind != HEAD_LAST)
            memset(d_output(head, d, 0), 0,
                   steps->slot[steps->length + 1] * width * sizeof(real));
        for (int r = 0; r < rows; r++)
            row_backward(head, d, r, d_features);
    }
}
