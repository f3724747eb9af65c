/* Rows of a table that a lane touches, one behind the other in the order of the table, so
 * that a large vocabulary's gradient is as large as the words that are there. Row r is at
 * before[r / 64] and the number of bits below it in its word of bits. Nothing here is
 * collective.
 */
#ifndef RNNTRAIN_LAYERS_TABLE_ROWS_H
#define RNNTRAIN_LAYERS_TABLE_ROWS_H

#include "base/base.h"

/* Borrowed. */
struct table_rows {
    uint64_t *touched; /* bit r % 64 of word r / 64: row r is there */
    uint32_t *before;  /* rows that are there before those of each word */
    real *rows;        /* (rows that are there, width) */
};

static inline size_t table_rows_place(const struct table_rows *table, size_t row)
{
    uint64_t below = (UINT64_C(1) << row % 64) - 1;
    return table->before[row / 64] +
           (size_t)__builtin_popcountll(table->touched[row / 64] & below);
}

/* From the bits of words 0, step, 2 step, ... from `first` on; returns how many rows are
 * there. */
static inline size_t table_rows_number(const struct table_rows *table, size_t first,
                                       size_t step, size_t words)
{
    uint32_t n = 0;

    for (size_t w = first; w < words; w += step) {
        table->before[w] = n;
        n += (uint32_t)__builtin_popcountll(table->touched[w]);
    }
    return n;
}

#endif
