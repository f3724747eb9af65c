/* Products of bf16 by AMX: tdpbf16ps on tiles of 16 rows x 16 pairs of A and 16 pairs x
 * 16 columns of B. Four tiles of C are summed at a time, which hides the latency of each:
 * of 16 rows and four vectors, or of 32 rows and two. */
#include "kernels/bf16_blocks.h"

enum { TILE_ROWS = 16, TILE_PAIRS = 16 };
enum { B_BYTES = PANEL * sizeof(uint32_t) }; /* from one pair to the next */

static int pairs_of(int depth)
{
    return kernels_pairs(depth);
}

/* The compiler does not know that tiles are loaded from memory. */
#define MEMORY_IS_WRITTEN() __asm__ volatile("" : : : "memory")

/* All are whole: setting them up takes as long as a short product. */
static void set_up_tiles(void)
{
    struct {
        uint8_t palette, start, reserved[14];
        uint16_t row_bytes[16];
        uint8_t rows[16];
    } shapes __attribute__((aligned(CACHE_LINE))) = {.palette = 1};

    for (int i = 0; i < 8; i++) {
        shapes.row_bytes[i] = TILE_PAIRS * sizeof(uint32_t);
        shapes.rows[i] = TILE_ROWS;
    }
    MEMORY_IS_WRITTEN();
    _tile_loadconfig(&shapes);
    bf16_tiles_ready = true;
}

/* Rows of C, from where they begin and where they go; `bytes` from row to row. */
struct rows {
    const char *from;
    long from_bytes;
    char *to;
    long to_bytes;
};

INLINE struct rows rows_of(const struct block *block, int v0, int r0)
{
    static const real zeros[PANEL];
    real *c = block->c + panel_at(v0, block->c_panel) + (size_t)r0 * block->c_row;
    const real *first = block->bias ? block->bias + v0 * WIDTH : zeros;
    long bytes = (long)(block->c_row * sizeof *c);

    return (struct rows){(const char *)(block->from_c ? c : first),
                         block->from_c ? bytes : 0, (char *)c, bytes};
}

/* The next row of tiles; all columns of a row of C lie within a panel. */
INLINE struct rows rows_below(struct rows rows)
{
    rows.from += TILE_ROWS * rows.from_bytes;
    rows.to += TILE_ROWS * rows.to_bytes;
    return rows;
}

/* So many vectors of C, 16 rows. */
INLINE void multiply_16(const struct block *block, struct rows c, int v0, int r0,
                        int vectors)
{
    enum { VECTOR = VECTOR_BYTES };
    long a_bytes = (long)(block->a_row * sizeof *block->a);

    _tile_loadd(0, c.from, c.from_bytes);
    if (vectors > 1)
        _tile_loadd(1, c.from + VECTOR, c.from_bytes);
    if (vectors > 2)
        _tile_loadd(2, c.from + 2 * VECTOR, c.from_bytes);
    if (vectors > 3)
        _tile_loadd(3, c.from + 3 * VECTOR, c.from_bytes);

    for (int i = 0; i < block->n_pieces; i++) {
        const struct piece *piece = &block->piece[i];
        const uint32_t *a = block->a + (size_t)r0 * block->a_row + piece->first;
        const uint32_t *b = piece->b + panel_at(v0, piece->b_panel);

        for (int k = 0; k < piece->pairs; k += TILE_PAIRS, b += TILE_PAIRS * PANEL) {
            _tile_loadd(4, a + k, a_bytes);
            _tile_loadd(5, b, B_BYTES);
            _tile_dpbf16ps(0, 4, 5);
            if (vectors > 1) {
                _tile_loadd(6, b + WIDTH, B_BYTES);
                _tile_dpbf16ps(1, 4, 6);
            }
            if (vectors > 2) {
                _tile_loadd(7, b + 2 * WIDTH, B_BYTES);
                _tile_dpbf16ps(2, 4, 7);
            }
            if (vectors > 3) {
                _tile_loadd(5, b + 3 * WIDTH, B_BYTES);
                _tile_dpbf16ps(3, 4, 5);
            }
            lines_fetch(block->ahead);
        }
    }

    _tile_stored(0, c.to, c.to_bytes);
    if (vectors > 1)
        _tile_stored(1, c.to + VECTOR, c.to_bytes);
    if (vectors > 2)
        _tile_stored(2, c.to + 2 * VECTOR, c.to_bytes);
    if (vectors > 3)
        _tile_stored(3, c.to + 3 * VECTOR, c.to_bytes);
}

/* One or two vectors of C, 32 rows: each tile of A and B is multiplied twice. */
INLINE void multiply_32(const struct block *block, int v0, int r0, int vectors)
{
    enum { VECTOR = VECTOR_BYTES };
    struct rows c = rows_of(block, v0, r0), below = rows_below(c);
    long a_bytes = (long)(block->a_row * sizeof *block->a);

    _tile_loadd(0, c.from, c.from_bytes);
    _tile_loadd(2, below.from, c.from_bytes);
    if (vectors > 1) {
        _tile_loadd(1, c.from + VECTOR, c.from_bytes);
        _tile_loadd(3, below.from + VECTOR, c.from_bytes);
    }

    for (int i = 0; i < block->n_pieces; i++) {
        const struct piece *piece = &block->piece[i];
        const uint32_t *a = block->a + (size_t)r0 * block->a_row + piece->first;
        const uint32_t *b = piece->b + panel_at(v0, piece->b_panel);

        for (int k = 0; k < piece->pairs; k += TILE_PAIRS, b += TILE_PAIRS * PANEL) {
            _tile_loadd(4, a + k, a_bytes);
            _tile_loadd(6, b, B_BYTES);
            _tile_dpbf16ps(0, 4, 6);
            _tile_loadd(5, a + TILE_ROWS * block->a_row + k, a_bytes);
            _tile_dpbf16ps(2, 5, 6);
            if (vectors > 1) {
                _tile_loadd(7, b + WIDTH, B_BYTES);
                _tile_dpbf16ps(1, 4, 7);
                _tile_dpbf16ps(3, 5, 7);
            }
            lines_fetch(block->ahead);
        }
    }

    _tile_stored(0, c.to, c.to_bytes);
    _tile_stored(2, below.to, c.to_bytes);
    if (vectors > 1) {
        _tile_stored(1, c.to + VECTOR, c.to_bytes);
        _tile_stored(3, below.to + VECTOR, c.to_bytes);
    }
}

/* Fewer than 16 rows: a tile's others are computed in a copy and forgotten. */
INLINE void multiply_few(const struct block *block, int v0, int r0, int vectors)
{
    real copy[TILE_ROWS * PANEL] __attribute__((aligned(CACHE_LINE)));
    struct rows c = rows_of(block, v0, r0);
    real *to = (real *)c.to;
    int rows = block->rows - r0;

    for (int r = 0; r < rows && block->from_c; r++)
        for (int v = 0; v < vectors; v++)
            vec_store(copy + r * PANEL + v * WIDTH,
                      vec_load(to + (size_t)r * block->c_row + v * WIDTH));
    MEMORY_IS_WRITTEN();
    c.to = (char *)copy;
    c.to_bytes = PANEL * sizeof *copy;
    if (block->from_c) {
        c.from = c.to;
        c.from_bytes = c.to_bytes;
    }

    multiply_16(block, c, v0, r0, vectors);
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < vectors; v++)
            vec_store(to + (size_t)r * block->c_row + v * WIDTH,
                      vec_load(copy + r * PANEL + v * WIDTH));
}

static void relu_strip(const struct block *block, int v0, int vectors)
{
    real *c = block->c + panel_at(v0, block->c_panel);

    for (int r = 0; r < block->rows; r++, c += block->c_row)
        for (int v = 0; v < vectors; v++)
            vec_store(c + v * WIDTH, vec_relu(vec_load(c + v * WIDTH)));
}

INLINE void multiply(const struct block *block, int v0, int vectors)
{
    int r = 0;

    if (!bf16_tiles_ready)
        set_up_tiles();
    MEMORY_IS_WRITTEN();

    for (; r + 2 * TILE_ROWS <= block->rows; r += 2 * TILE_ROWS) {
        multiply_32(block, v0, r, vectors < 2 ? vectors : 2);
        if (vectors > 2)
            multiply_32(block, v0 + 2, r, vectors - 2);
    }
    if (r + TILE_ROWS <= block->rows) {
        multiply_16(block, rows_of(block, v0, r), v0, r, vectors);
        r += TILE_ROWS;
    }
    if (r < block->rows)
        multiply_few(block, v0, r, vectors);
    if (block->relu)
        relu_strip(block, v0, vectors);
}

void bf16_tiles_release(void)
{
    _tile_release();
    bf16_tiles_ready = false;
}

extern const struct bf16_products bf16_tiles;
const struct bf16_products bf16_tiles = {.matmul = matmul, .matmul_outer = matmul_outer};
