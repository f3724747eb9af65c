#include "export/c/packed.h"

#include <string.h>

enum { BASE = 92, MOST_DIGITS = 5, NUMBERS_A_LINE = 15 };
_Static_assert(C_PACKED *MOST_DIGITS < 4096, "a row is longer than strings may be");

static int digits_of(uint32_t most)
{
    int n = 1;
    for (; most >= BASE; most /= BASE)
        n++;
    return n;
}

static void write_type(FILE *out, const char *name, size_t n, uint32_t most)
{
    fprintf(out, "static const char %s_digits[%zu][%d]", name,
            (n + C_PACKED - 1) / C_PACKED, C_PACKED * digits_of(most) + 1);
}

void c_declare_packed(FILE *out, const char *name, size_t n, uint32_t most)
{
    write_type(out, name, n, most);
    fprintf(out, ";\nstatic const struct packed %s = {%s_digits[0], %d};\n", name, name,
            digits_of(most));
}

/* '#' to '~', the greatest first. */
static void write_number(FILE *out, uint32_t number, int n_digits)
{
    char digits[MOST_DIGITS];
    for (int i = n_digits; i-- > 0; number /= BASE)
        digits[i] = (char)('#' + number % BASE);

    for (int i = 0; i < n_digits; i++) {
        if (digits[i] == '?' || digits[i] == '\\') /* ?? may begin a trigraph */
            fputc('\\', out);
        fputc(digits[i], out);
    }
}

void c_write_packed(FILE *out, const char *name, size_t n, uint32_t most,
                    uint32_t (*number)(const void *table, size_t i), const void *table)
{
    int n_digits = digits_of(most);
    write_type(out, name, n, most);
    fputs(" = {", out);

    for (size_t i = 0; i < n; i++) {
        if (i % C_PACKED % NUMBERS_A_LINE == 0)
            fputs(i % C_PACKED ? "\"\n    \"" : i ? "\",\n    \"" : "\n    \"", out);
        write_number(out, number(table, i), n_digits);
    }
    fputs("\",\n};\n", out);
}

uint32_t c_packed_integer(const void *table, size_t i)
{
    return ((const uint32_t *)table)[i];
}

uint32_t c_packed_float(const void *table, size_t i)
{
    uint32_t bits;
    memcpy(&bits, (const float *)table + i, sizeof bits);
    return bits;
}
