#include "layers/logits.h"

#include <string.h>

/* A tile of the gradient: of each lane the products of a few inputs with a block of
 * columns, all lanes' tiles being added before they leave a near cache. A lane's dy is
 * kept block by block: [block][row][column]. */
enum { TILE_INPUTS = 16, BLOCK = 64, TILE = TILE_INPUTS * BLOCK };

/* Reals of a block of a lane, and of its slot. */
static size_t block_size(const struct logits *logits)
{
    return (size_t)logits->rows * BLOCK;
}

static size_t slot_size(const struct logits *logits)
{
    return (size_t)round_up(logits->units, BLOCK) / BLOCK * block_size(logits);
}

void logits_layout_slots(struct logits *logits, struct arena *arena)
{
    size_t x = (size_t)logits->rows * (size_t)logits->inputs;

    logits->slot_x = arena_take(arena, LAYER_JOINT_LANES * x, sizeof(real));
    logits->slot_dy =
        arena_take(arena, LAYER_JOINT_LANES * slot_size(logits), sizeof(real));
    logits->tiles = arena_take(arena, LAYER_JOINT_LANES * TILE, sizeof(real));
}

/* Columns of the block that begins with column c. */
static int columns_of(const struct logits *logits, int c)
{
    return logits->units - c < BLOCK ? logits->units - c : BLOCK;
}

void logits_keep(struct logits *logits, int slot, int n_rows, const real *x,
                 const real *dy)
{
    size_t inputs = (size_t)logits->inputs, rows = (size_t)n_rows;
    real *to_x = logits->slot_x + (size_t)slot * (size_t)logits->rows * inputs;
    real *to = logits->slot_dy + (size_t)slot * slot_size(logits);

    logits->slot_rows[slot] = n_rows;
    memcpy(to_x, x, rows * inputs * sizeof *x);
    for (int c = 0; c < logits->units; c += BLOCK, to += block_size(logits)) {
        size_t n = (size_t)columns_of(logits, c);
        for (size_t r = 0; r < rows; r++)
            memcpy(to + r * BLOCK, dy + r * (size_t)logits->columns + c, n * sizeof *to);
    }
}

/* The lanes that are summed, and where the gradient of a few rows of the matrix goes, a
 * block of columns from `column` on. */
struct part {
    int first, n;
    int column, columns;
    int rows;
    real *to;
};

/* A line of what is written next, which lies far away, is fetched meanwhile. */
static void fetch_row(const struct logits *logits, const struct part *part, int row)
{
    const real *to = part->to + (size_t)row * (size_t)logits->units;

    for (int c = 0; c < part->columns; c += 64 / (int)sizeof *to)
        __builtin_prefetch(to + c, 1, 3);
}

/* Each lane's products of its dy with elements of its rows of a, those of a slot a_slot
 * after those of the one before. */
static void find_tiles(const struct logits *logits, const struct part *part,
                       const real *a, size_t a_slot, size_t a_row)
{
    uint64_t mode = kernels_begin();

    for (int i = 0; i < part->n; i++) {
        size_t slot = (size_t)(part->first + i);
        const struct outer outer = {
            .positions = logits->slot_rows[slot],
            .rows = part->rows,
            .columns = part->columns,
            .a = a + slot * a_slot,
            .b = logits->slot_dy + slot * slot_size(logits) +
                 (size_t)(part->column / BLOCK) * block_size(logits),
            .a_row = a_row,
            .b_row = BLOCK,
            .c = logits->tiles + i * TILE,
            .c_row = BLOCK,
        };
        if (i < part->rows)
            fetch_row(logits, part, i);
        logits->kernels->outer(&outer);
    }
    kernels_end(mode);
}

/* As whole lanes are added (comm.h), where subnormal numbers do not count as zero. */
static void add_tiles(const struct logits *logits, const struct part *part)
{
    for (int step = 1; step < part->n; step *= 2)
        for (int i = 0; i + step < part->n; i += 2 * step)
            logits->kernels->add((size_t)part->rows * BLOCK, logits->tiles + i * TILE,
                                 logits->tiles + (i + step) * TILE);
}

static void store_tile(const struct logits *logits, const struct part *part)
{
    for (int r = 0; r < part->rows; r++)
        memcpy(part->to + (size_t)r * (size_t)logits->units, logits->tiles + r * BLOCK,
               (size_t)part->columns * sizeof *part->to);
}

static void sum_part(const struct logits *logits, const struct part *part, const real *a,
                     size_t a_slot, size_t a_row)
{
    find_tiles(logits, part, a, a_slot, a_row);
    add_tiles(logits, part);
    store_tile(logits, part);
}

static void sum_kernel(const struct logits *logits, struct part part, real *d_kernel)
{
    size_t row = (size_t)logits->inputs, slot = (size_t)logits->rows * row;

    for (int b = 0; b < logits->in_blocks; b++)
        for (int k = 0; k < logits->in_width; k += TILE_INPUTS) {
            int left = logits->in_width - k, first = b * logits->in_width + k;

            part.rows = left < TILE_INPUTS ? left : TILE_INPUTS;
            part.to = d_kernel + (size_t)first * (size_t)logits->units + part.column;
            sum_part(logits, &part, logits->slot_x + b * logits->block + k, slot, row);
        }
}

/* As if an input were always 1. */
static void sum_bias(const struct logits *logits, struct part part, real *d_bias)
{
    const real one = 1;

    part.rows = 1;
    part.to = d_bias + part.column;
    sum_part(logits, &part, &one, 0, 0);
}

void logits_gradient(const struct logits *logits, int first, int n, real *d_kernel,
                     real *d_bias)
{
    for (int c = 0; c < logits->units; c += BLOCK) {
        const struct part part = {
            .first = first, .n = n, .column = c, .columns = columns_of(logits, c)};

        sum_kernel(logits, part, d_kernel);
        sum_bias(logits, part, d_bias);
    }
}
