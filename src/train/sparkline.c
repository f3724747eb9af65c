#include "train/sparkline.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEVELS = 8 };

/* Of the values that a column stands for, those that are numbers; NaN: none is. */
static double mean(const double *values, int n)
{
    double sum = 0;
    int counted = 0;

    for (int i = 0; i < n; i++)
        if (isfinite(values[i])) {
            sum += values[i];
            counted++;
        }
    return counted ? sum / counted : (double)NAN;
}

char *sparkline(const double *values, int n, int width, bool is_unicode)
{
    static const char *const blocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static const char *const plain[] = {"_", ".", "-", "~", "=", "+", "*", "#"};
    _Static_assert(COUNT_OF(blocks) == LEVELS && COUNT_OF(plain) == LEVELS,
                   "a level has no sign");
    int columns = n < width ? n : width;
    double least = (double)INFINITY, greatest = -(double)INFINITY;
    char *line = xcalloc((size_t)columns * 4 + 1, 1);

    for (int i = 0; i < n; i++) {
        least = isfinite(values[i]) ? fmin(least, values[i]) : least;
        greatest = isfinite(values[i]) ? fmax(greatest, values[i]) : greatest;
    }
    for (int c = 0; c < columns; c++) {
        int first = (int)((int64_t)c * n / columns);
        int end = (int)((int64_t)(c + 1) * n / columns);
        double value = mean(values + first, end - first);
        double height = greatest > least ? (value - least) / (greatest - least) : 0.5;
        int level = isfinite(value) ? (int)(height * (LEVELS - 1) + 0.5) : -1;
        strcat(line, level < 0 ? " " : (is_unicode ? blocks : plain)[level]);
    }
    return line;
}

bool sparkline_is_unicode(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const char *value = getenv(names[i]);
        if (value && *value)
            return strstr(value, "UTF-8") || strstr(value, "utf8");
    }
    return false;
}
