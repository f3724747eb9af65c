/* What sources are made of: literals, lists, constants. */
#include "export/c/private.h"

#include <string.h>

enum { COLUMNS = 90 };

void c_write_literal(FILE *out, const char *text)
{
    fputc('"', out);

    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '\t' || c == '\n')
            fputs(c == '\t' ? "\\t" : "\\n", out);
        else if (c < ' ' || c > '~')
            fprintf(out, "\\%03o", c);
        else if (strchr("\"\\?", c)) /* ?? may begin a trigraph */
            fprintf(out, "\\%c", c);
        else
            fputc(c, out);
    }

    fputc('"', out);
}

void c_write_item(FILE *out, int *column, const char *item)
{
    int n = (int)strlen(item);
    if (*column == 0 || *column + 2 + n > COLUMNS) {
        fputs(*column ? "\n    " : "    ", out);
        *column = 4;
    } else {
        fputc(' ', out);
        ++*column;
    }
    fprintf(out, "%s,", item);
    *column += n + 1;
}

void c_write_constant(FILE *out, const char *name, size_t value, const char *comment)
{
    int n = fprintf(out, "    %s = %zu,", name, value);
    if (*comment)
        fprintf(out, "%*s/* %s */", n < 32 ? 32 - n : 1, "", comment);
    fputc('\n', out);
}
