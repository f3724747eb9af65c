#include "train/optim_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    SQUARES_BLOCK = 1024, /* as kernels' sum_squares has them */
    MOST_STEPS = 4096     /* that are kept: then all rows see them */
};

static size_t table_size(const struct optim *optim)
{
    return optim->table.rows * optim->table.width;
}

/* The table trains, as the first part does, or stays as it is. */
static bool trains(const struct optim *optim)
{
    return optim->parts[0].first == 0;
}

void optim_watch_table(struct optim *optim, size_t rows, size_t width, int rank, int size)
{
    struct optim_table *table = &optim->table;
    size_t blocks = (optim->n + SQUARES_BLOCK - 1) / SQUARES_BLOCK;

    *table = (struct optim_table){
        .rows = rows, .width = width, .rank = (size_t)rank, .size = (size_t)size};
    table->seen = xcalloc(rows, sizeof *table->seen);
    table->block_squares = xcalloc(blocks, sizeof *table->block_squares);
    table->is_eager = optim->average || !(optim->config.epsilon > 0);
}

void optim_start_table(struct optim *optim, bool no_moments)
{
    struct optim_table *table = &optim->table;

    table->steps = 0;
    for (size_t r = 0; r < table->rows; r++)
        table->seen[r] = no_moments && !table->is_eager ? OPTIM_IDLE : 0;
}

/* A row's moments, and what they change. */
struct row {
    real *slot[UPDATE_MOST_SLOTS], *w;
};

static struct row row_of(const struct optim *optim, size_t r, real *weights)
{
    size_t at = r * optim->table.width;
    struct row row = {.w = weights + at};

    for (int k = 0; k < optim->n_slots; k++)
        row.slot[k] = optim->slot[k] + at;
    return row;
}

static bool is_zero(const struct optim *optim, const struct row *row)
{
    for (int k = 0; k < optim->n_slots; k++)
        for (size_t j = 0; j < optim->table.width; j++)
            if (row->slot[k][j] != 0)
                return false;
    return true;
}

static void catch_row_up(struct optim *optim, size_t r, real *weights)
{
    struct optim_table *table = &optim->table;
    size_t seen = table->seen[r];
    if (seen == OPTIM_IDLE || seen == table->steps)
        return;

    const struct row row = row_of(optim, r, weights);
    table->seen[r] = (uint32_t)table->steps;
    if (table->is_eager || !is_zero(optim, &row))
        optim->kernels->idle[optim->config.kind](table->width, table->updates + seen,
                                                 table->steps - seen, row.slot, row.w);
    else
        table->seen[r] = OPTIM_IDLE;
}

/* All rows have seen all steps, which are kept no more. */
static void forget_steps(struct optim_table *table)
{
    size_t words = (table->rows + 63) / 64;

    for (size_t w = table->rank; w < words; w += table->size)
        for (size_t r = w * 64; r < table->rows && r < w * 64 + 64; r++)
            table->seen[r] = table->seen[r] == OPTIM_IDLE ? OPTIM_IDLE : 0;
    table->steps = 0;
}

void optim_catch_up(struct optim *optim, const uint64_t *bits, real *weights)
{
    struct optim_table *table = &optim->table;
    size_t words = (table->rows + 63) / 64;
    uint64_t mode = kernels_begin();

    for (size_t w = table->rank; w < words && table->steps > 0; w += table->size) {
        size_t rest = table->rows - w * 64;
        uint64_t all = rest < 64 ? (UINT64_C(1) << rest) - 1 : UINT64_MAX;
        for (uint64_t left = bits ? bits[w] : all; left; left &= left - 1)
            catch_row_up(optim, w * 64 + (size_t)__builtin_ctzll(left), weights);
    }
    kernels_end(mode);
    if (!bits)
        forget_steps(table);
}

/* n elements of the flat array from `first` on. */
static void add_squares(double *blocks, size_t first, size_t n, const real *a)
{
    for (size_t i = 0; i < n;) {
        size_t block = (first + i) / SQUARES_BLOCK;
        size_t end = (block + 1) * SQUARES_BLOCK - first;
        double sum = blocks[block];

        for (end = end < n ? end : n; i < end; i++)
            sum += (double)a[i] * (double)a[i];
        blocks[block] = sum;
    }
}

/* Blocks' sums added pairwise, as kernels' sum_squares adds them. */
static double add_blocks(const double *blocks, size_t n)
{
    double pending[64] = {0}, total = 0;

    for (size_t i = 0; i < n; i++) {
        double sum = blocks[i];
        int level = 0;
        for (size_t bits = i; bits & 1; bits >>= 1)
            sum = pending[level++] + sum;
        pending[level] = sum;
    }
    for (int level = 0; level < 64; level++)
        if (n >> level & 1)
            total = pending[level] + total;
    return total;
}

/* Of the first part, which has the table: rows that are not there are zeros, which add
 * nothing. */
static double squares_with_table(const struct optim *optim, const real *gradient,
                                 const struct table_rows *rows)
{
    const struct optim_table *table = &optim->table;
    size_t n = optim->parts[0].n, size = table_size(optim), width = table->width;
    size_t blocks = (n + SQUARES_BLOCK - 1) / SQUARES_BLOCK;
    size_t words = (table->rows + 63) / 64;
    const real *row = rows->rows;

    memset(table->block_squares, 0, blocks * sizeof *table->block_squares);
    for (size_t w = 0; w < words; w++)
        for (uint64_t bits = rows->touched[w]; bits; bits &= bits - 1, row += width) {
            size_t r = w * 64 + (size_t)__builtin_ctzll(bits);
            add_squares(table->block_squares, r * width, width, row);
        }
    add_squares(table->block_squares, size, n - size, gradient + size);
    return add_blocks(table->block_squares, blocks);
}

static double norm_of(const struct optim *optim, const real *gradient,
                      const struct table_rows *rows)
{
    double sum = 0;

    for (int i = 0; i < optim->n_parts; i++) {
        const struct optim_part *part = &optim->parts[i];
        sum += part->first == 0
                   ? squares_with_table(optim, gradient, rows)
                   : optim->kernels->sum_squares(part->n, gradient + part->first);
    }
    return sqrt(sum);
}

/* Rows that were touched have seen all steps before. */
static void update_rows(struct optim *optim, const struct update *update,
                        const struct table_rows *rows, real *weights)
{
    struct optim_table *table = &optim->table;
    size_t words = (table->rows + 63) / 64;

    for (size_t w = table->rank; w < words; w += table->size) {
        const real *gradient = rows->rows + rows->before[w] * table->width;
        for (uint64_t bits = rows->touched[w]; bits; bits &= bits - 1) {
            size_t r = w * 64 + (size_t)__builtin_ctzll(bits);
            const struct row row = row_of(optim, r, weights);
            optim->kernels->update[optim->config.kind](table->width, update, gradient,
                                                       row.slot, row.w);
            table->seen[r] = (uint32_t)table->steps;
            gradient += table->width;
        }
    }
}

/* The slice of [first, end) that is this share's. */
static void update_rest(struct optim *optim, const struct update *update, size_t first,
                        size_t end, const real *gradient, real *weights)
{
    const struct optim_table *table = &optim->table;
    size_t n = end - first, from = first + n * table->rank / table->size;
    size_t count = first + n * (table->rank + 1) / table->size - from;
    real *slot[UPDATE_MOST_SLOTS] = {NULL};

    for (int k = 0; k < optim->n_slots; k++)
        slot[k] = optim->slot[k] + from;
    optim->kernels->update[optim->config.kind](count, update, gradient + from, slot,
                                               weights + from);
}

static void average_share(struct optim *optim, real share, size_t first, size_t n,
                          const real *weights)
{
    optim->kernels->average(n, share, weights + first, optim->average + first);
}

static void take_average(struct optim *optim, int64_t t, const real *weights)
{
    const struct optim_table *table = &optim->table;
    const real share = t == 0 ? 1 : (real)(1 - optim->config.ema);
    size_t words = (table->rows + 63) / 64, size = table_size(optim);

    for (size_t w = table->rank; w < words && trains(optim); w += table->size) {
        size_t first = w * 64 * table->width, n = 64 * table->width;
        average_share(optim, share, first, first + n > size ? size - first : n, weights);
    }
    for (int i = 0; i < optim->n_parts; i++) {
        const struct optim_part *part = &optim->parts[i];
        size_t first = part->first == 0 ? size : part->first;
        size_t n = part->first + part->n - first;
        size_t from = first + n * table->rank / table->size;
        average_share(optim, share, from,
                      first + n * (table->rank + 1) / table->size - from, weights);
    }
}

/* The step is kept for the rows that it does not touch. */
static void keep_step(struct optim_table *table, const struct update *update)
{
    if (table->steps == table->room) {
        table->room = table->room ? 2 * table->room : 64;
        table->updates = xrealloc(table->updates, table->room, sizeof *table->updates);
    }
    table->updates[table->steps++] = *update;
}

static void apply(struct optim *optim, const struct update *update, const real *gradient,
                  const struct table_rows *rows, real *weights)
{
    size_t size = table_size(optim);

    if (trains(optim)) {
        keep_step(&optim->table, update);
        update_rows(optim, update, rows, weights);
    }
    for (int i = 0; i < optim->n_parts; i++) {
        const struct optim_part *part = &optim->parts[i];
        update_rest(optim, update, part->first == 0 ? size : part->first,
                    part->first + part->n, gradient, weights);
    }
    if (optim->table.is_eager || optim->table.steps >= MOST_STEPS)
        optim_catch_up(optim, NULL, weights);
}

double optim_apply_touched(struct optim *optim, int64_t t, const real *gradient,
                           const struct table_rows *table, int rows, real *weights)
{
    double scale = 1.0 / rows, most = optim->config.clip_norm;
    double norm = norm_of(optim, gradient, table) * scale;
    if (!isfinite(norm))
        return norm;
    if (most > 0 && norm > most)
        scale *= most / norm;

    const struct update update = optim_update(optim, t, scale);
    uint64_t mode = kernels_begin();
    apply(optim, &update, gradient, table, weights);
    if (optim->average)
        take_average(optim, t, weights);
    kernels_end(mode);
    return norm;
}
