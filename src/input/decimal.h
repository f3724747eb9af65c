/* Decimal numbers as floats, exactly as strtof reads them in the C locale, several times
 * as fast where they have at most 19 digits. */
#ifndef RNNTRAIN_INPUT_DECIMAL_H
#define RNNTRAIN_INPUT_DECIMAL_H

#include "base/base.h"

enum { DECIMAL_MOST_BYTES = 400 }; /* of a number */

/* The number at the beginning of n bytes, "-0.25", "+1e-3", ".5": sets *value and returns
 * how many bytes it takes; 0: there is none, or it is not finite as a float, as "nan",
 * "inf" and "1e99" are not. */
size_t decimal_read(const char *text, size_t n, float *value);

#endif
