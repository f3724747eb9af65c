#include "input/decimal.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Powers of ten that a double holds exactly. */
enum { MOST_POWER = 22 };
static const double powers[MOST_POWER + 1] = {
    1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* What stands there: mantissa * 10^exponent, as far as it was needed to be read. */
struct decimal {
    bool is_negative;
    uint64_t mantissa;
    int64_t n_digits;
    int64_t exponent;
    size_t n; /* bytes; 0: no number */
};

static inline bool is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

/* Digits from `at` on; the mantissa overflows behind 19 of them, which are counted. */
static inline const char *read_digits(const char *at, const char *end, uint64_t *mantissa)
{
    uint64_t value = *mantissa;
    for (; at < end && is_digit(*at); at++)
        value = value * 10 + (uint64_t)(*at - '0');
    *mantissa = value;
    return at;
}

/* "e-3"; what is no exponent is left where it is. */
static const char *read_exponent(const char *at, const char *end, int64_t *exponent)
{
    const char *digits = at + 1;
    bool is_negative = digits < end && *digits == '-';
    int64_t value = 0;

    digits += digits < end && (*digits == '-' || *digits == '+');
    if (digits == end || !is_digit(*digits))
        return at;
    for (; digits < end && is_digit(*digits); digits++)
        value = value < 100000 ? value * 10 + (*digits - '0') : value;
    *exponent += is_negative ? -value : value;
    return digits;
}

static inline struct decimal read_number(const char *text, size_t n)
{
    struct decimal decimal = {0};
    const char *at = text, *end = text + n;

    decimal.is_negative = at < end && *at == '-';
    at += at < end && (*at == '-' || *at == '+');
    const char *whole = at;
    at = read_digits(at, end, &decimal.mantissa);
    decimal.n_digits = at - whole;

    if (at < end && *at == '.') {
        const char *point = at++;
        at = read_digits(at, end, &decimal.mantissa);
        decimal.exponent = point + 1 - at;
        decimal.n_digits -= decimal.exponent;
    }
    if (decimal.n_digits == 0)
        return decimal;

    if (at < end && (*at == 'e' || *at == 'E'))
        at = read_exponent(at, end, &decimal.exponent);
    decimal.n = (size_t)(at - text);
    return decimal;
}

/* The nearest double, where mantissa and power are doubles: one rounding (Clinger 1990).
 * The float nearest to it is the one nearest to the number itself, unless the double lies
 * in the middle of two floats: the number may then lie on either side of it. */
static inline bool convert(const struct decimal *decimal, float *value)
{
    int64_t exponent = decimal->exponent;
    uint64_t bits;

    if (decimal->n_digits > 19 || decimal->mantissa >> 53 || exponent > MOST_POWER ||
        exponent < -MOST_POWER)
        return false;
    double nearest = (double)decimal->mantissa;
    nearest = exponent < 0 ? nearest / powers[-exponent] : nearest * powers[exponent];

    memcpy(&bits, &nearest, sizeof bits);
    bool is_between = (bits & ((UINT64_C(1) << 29) - 1)) == UINT64_C(1) << 28;
    bool is_normal = nearest >= (double)FLT_MIN && nearest <= (double)FLT_MAX;
    if (decimal->mantissa && (is_between || !is_normal))
        return false;
    *value = (float)(decimal->is_negative ? -nearest : nearest);
    return true;
}

size_t decimal_read(const char *text, size_t n, float *value)
{
    char copy[DECIMAL_MOST_BYTES + 1];
    struct decimal decimal = read_number(text, n);

    if (decimal.n == 0 || convert(&decimal, value))
        return decimal.n;
    if (decimal.n > DECIMAL_MOST_BYTES)
        return 0;

    memcpy(copy, text, decimal.n);
    copy[decimal.n] = '\0';
    float exact = strtof(copy, NULL);
    if (!isfinite(exact))
        return 0;
    *value = exact;
    return decimal.n;
}
