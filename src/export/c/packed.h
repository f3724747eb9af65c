/* Long tables of numbers in written sources: digits in strings, which a compiler takes in
 * a tenth of the time and memory of lists of numbers. */
#ifndef RNNTRAIN_EXPORT_C_PACKED_H
#define RNNTRAIN_EXPORT_C_PACKED_H

#include "export/c/private.h"

/* Numbers in a row of a table: strings of C11 have 4,095 characters at most. */
enum { C_PACKED = 800 };

/* "static const char NAME_digits[R][C];" and the struct packed NAME that reads it, for a
 * table of n numbers, `most` at most. */
void c_declare_packed(FILE *out, const char *name, size_t n, uint32_t most);
/* The digits; `number` gives number i of a table. */
void c_write_packed(FILE *out, const char *name, size_t n, uint32_t most,
                    uint32_t (*number)(const void *table, size_t i), const void *table);

/* `number` of tables of uint32_t, and of floats, which become their bits: at most
 * UINT32_MAX. */
uint32_t c_packed_integer(const void *table, size_t i);
uint32_t c_packed_float(const void *table, size_t i);

#endif
