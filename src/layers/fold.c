#include "layers/fold.h"

#include <string.h>

#include "layers/positions.h"

/* The maximum is the zero of a skipped position, whose gradient ends there. */
enum { NOWHERE = -1 };

static size_t width_of(const struct side *side)
{
    return (size_t)side->layer->in.row;
}

static real *row_of(const struct side *side, real *rows, int r)
{
    return rows + (size_t)r * (size_t)side->layer->out.row;
}

static int row_count(const struct pass *pass, int r)
{
    return pass->plans->plan[PLAN_WHOLE].count[r];
}

static void zero_rows(struct side *side, const struct pass *pass)
{
    for (int r = 0; r < pass->n_rows; r++)
        memset(row_of(side, side->y, r), 0, width_of(side) * sizeof(real));
}

/* Rows that begin with a skipped position begin with its zero; the others with their
 * first step whatever it is, so that what is not a number stays. */
static bool begins_skipped(const struct pass *pass, int r)
{
    return row_count(pass, r) == 0 || plans_lead(pass->plans, PLAN_WHOLE, r) > 0;
}

static void max_begin(struct side *side, const struct pass *pass)
{
    size_t n = (size_t)pass->n_rows * width_of(side);

    zero_rows(side, pass);
    for (size_t j = 0; j < n; j++)
        side->where[j] = NOWHERE;
}

static void max_step(struct side *side, const struct pass *pass, int n_rows, int s,
                     const real *x)
{
    size_t n = width_of(side);

    for (int r = 0; r < n_rows; r++, x += n) {
        real *best = row_of(side, side->y, r);
        int32_t *where = side->where + (size_t)r * n;
        bool is_first = s == side->layer->in.length - row_count(pass, r);
        bool takes_all = is_first && !begins_skipped(pass, r);

        for (size_t j = 0; j < n; j++) {
            bool is_greater = takes_all || x[j] > best[j];
            best[j] = is_greater ? x[j] : best[j];
            where[j] = is_greater ? s : where[j];
        }
    }
}

/* Zeros behind a row's last word; a repeated output cannot win against itself. */
static void max_end(struct side *side, const struct pass *pass)
{
    size_t n = width_of(side);
    bool has_zeros = side->layer->in.skipped == SKIPPED_ZEROS;

    for (int r = 0; r < pass->n_rows && has_zeros; r++) {
        real *best = row_of(side, side->y, r);
        int32_t *where = side->where + (size_t)r * n;
        bool ends_skipped = row_count(pass, r) < side->layer->in.length &&
                            plans_lead(pass->plans, PLAN_WHOLE, r) == 0;

        for (size_t j = 0; j < n && ends_skipped; j++)
            if (best[j] < 0) {
                best[j] = 0;
                where[j] = NOWHERE;
            }
    }
}

static void max_step_back(struct side *side, const struct pass *pass, int n_rows, int s,
                          real *dx)
{
    size_t n = width_of(side);

    (void)pass;
    for (int r = 0; r < n_rows; r++, dx += n) {
        const int32_t *where = side->where + (size_t)r * n;
        const real *dy = row_of(side, side->dy, r);
        for (size_t j = 0; j < n; j++)
            dx[j] += where[j] == s ? dy[j] : 0;
    }
}

/* Whether pads are left out that the plans have: a masked embedding's, at which
 * another fold beside it looks. */
static bool leaves_out(const struct side *side, const struct pass *pass)
{
    return side->layer->frame->chain->mask && !side->layer->frame->mask &&
           pass->plans->has_ids;
}

int fold_rows(const struct side *side, const struct pass *pass, int n_rows, int s)
{
    const struct plans *plans = pass->plans;
    int needed = plans->pad_pre ? plans->length - s : s + 1;

    if (leaves_out(side, pass))
        while (n_rows > 0 && plans->n_words_of[n_rows - 1] < needed)
            n_rows--;
    return n_rows;
}

int fold_count(const struct side *side, const struct pass *pass, int r)
{
    return leaves_out(side, pass) ? pass->plans->n_words_of[r] : row_count(pass, r);
}

int fold_first(const struct side *side, const struct pass *pass, int r)
{
    bool from_start = leaves_out(side, pass) && !pass->plans->pad_pre;

    return from_start ? 0 : side->layer->in.length - fold_count(side, pass, r);
}

static void mean_step(struct side *side, const struct pass *pass, int n_rows, int s,
                      const real *x)
{
    const struct kernels *kernels = side->layer->frame->kernels;
    size_t n = width_of(side);

    n_rows = fold_rows(side, pass, n_rows, s);
    if (side->layer->out.row == side->layer->in.row)
        kernels->add((size_t)n_rows * n, side->y, x);
    else
        for (int r = 0; r < n_rows; r++)
            kernels->add(n, row_of(side, side->y, r), x + (size_t)r * n);
}

static void mean_end(struct side *side, const struct pass *pass)
{
    size_t n = width_of(side);

    for (int r = 0; r < pass->n_rows; r++) {
        int count = fold_count(side, pass, r);
        for (size_t j = 0; j < n && count > 0; j++)
            row_of(side, side->y, r)[j] /= (real)count;
    }
}

static void mean_begin_back(struct side *side, const struct pass *pass)
{
    for (int r = 0; r < pass->n_rows; r++) {
        int count = fold_count(side, pass, r);
        real *dy = row_of(side, side->dy, r);
        if (count > 0)
            side->layer->frame->kernels->scale(width_of(side), 1 / (real)count, dy, dy);
    }
}

static void mean_step_back(struct side *side, const struct pass *pass, int n_rows, int s,
                           real *dx)
{
    size_t n = width_of(side);

    n_rows = fold_rows(side, pass, n_rows, s);
    for (int r = 0; r < n_rows; r++)
        side->layer->frame->kernels->add(n, dx + (size_t)r * n,
                                         row_of(side, side->dy, r));
}

static struct positions positions_in(const struct side *side, real *rows)
{
    return (struct positions){rows, (size_t)side->layer->out.row, width_of(side)};
}

static void flatten_step(struct side *side, const struct pass *pass, int n_rows, int s,
                         const real *x)
{
    (void)n_rows;
    positions_put_step(side->layer, pass, s, x, positions_in(side, side->y));
}

static void flatten_end(struct side *side, const struct pass *pass)
{
    positions_fill_skipped(side->layer, pass, positions_in(side, side->y));
}

static void flatten_step_back(struct side *side, const struct pass *pass, int n_rows,
                              int s, real *dx)
{
    (void)n_rows;
    positions_add_gradient(side->layer, pass, s, positions_in(side, side->dy), dx);
}

/* The blocks of row r whose last output is that of step s, from *first on: a reverse
 * direction ends at the row's first step. */
static int last_blocks(const struct side *side, const struct pass *pass, int r, int s,
                       int *first)
{
    const struct layer *below = side->layer->below;
    int length = side->layer->in.length, blocks = side->layer->in.blocks;
    int forward = below->n_directions == 2 ? blocks / 2 : blocks;
    bool ends = s == length - 1, ends_reverse = s == length - row_count(pass, r);

    *first = ends ? 0 : forward;
    return (ends_reverse ? blocks : forward) - *first;
}

static void last_step(struct side *side, const struct pass *pass, int n_rows, int s,
                      const real *x)
{
    size_t n = width_of(side), width = n / (size_t)side->layer->in.blocks;

    for (int r = 0; r < n_rows; r++, x += n) {
        int first = 0, blocks = last_blocks(side, pass, r, s, &first);
        if (blocks > 0)
            memcpy(row_of(side, side->y, r) + (size_t)first * width,
                   x + (size_t)first * width, (size_t)blocks * width * sizeof *x);
    }
}

static void last_step_back(struct side *side, const struct pass *pass, int n_rows, int s,
                           real *dx)
{
    size_t n = width_of(side), width = n / (size_t)side->layer->in.blocks;

    for (int r = 0; r < n_rows; r++, dx += n) {
        int first = 0, blocks = last_blocks(side, pass, r, s, &first);
        if (blocks > 0)
            side->layer->frame->kernels->add(
                (size_t)blocks * width, dx + (size_t)first * width,
                row_of(side, side->dy, r) + (size_t)first * width);
    }
}

const struct fold folds[] = {
    [POOLING_MAX] = {.begin = max_begin,
                     .step = max_step,
                     .end = max_end,
                     .step_back = max_step_back},
    [POOLING_MEAN] = {.begin = zero_rows,
                      .step = mean_step,
                      .end = mean_end,
                      .begin_back = mean_begin_back,
                      .step_back = mean_step_back,
                      .same_back = true,
                      .skips_pads = true},
    [POOLING_FLATTEN] = {.step = flatten_step,
                         .end = flatten_end,
                         .step_back = flatten_step_back},
    [POOLING_LAST] = {.begin = zero_rows,
                      .step = last_step,
                      .step_back = last_step_back,
                      .skips_pads = true},
    [POOLING_ATTENTION] = {.begin = attention_begin,
                           .step = attention_step,
                           .end = attention_end,
                           .begin_back = attention_begin_back,
                           .step_back = attention_step_back,
                           .end_back = attention_end_back,
                           .skips_pads = true},
};
_Static_assert(COUNT_OF(folds) == POOLING_WAYS, "a pooling is not defined");
