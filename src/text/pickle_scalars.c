/* Instructions that put constants, numbers and strings on the stack. */
#include "text/pickle_private.h"

#include <stdlib.h>
#include <string.h>

int pickle_run_constant(struct pickle *pickle, const struct pickle_argument *given)
{
    enum { NONE = 'N', TRUE = 0x88 };
    struct pickle_value *value =
        pickle_new(pickle, given->opcode == NONE ? PICKLE_NONE : PICKLE_BOOL);
    if (value)
        value->number = given->opcode == TRUE;
    return pickle_push(pickle, value);
}

static int push_number(struct pickle *pickle, int64_t number)
{
    struct pickle_value *value = pickle_new(pickle, PICKLE_INT);
    if (value)
        value->number = number;
    return pickle_push(pickle, value);
}

int pickle_run_int(struct pickle *pickle, const struct pickle_argument *given)
{
    bool is_signed = given->opcode == 'J';
    return push_number(pickle,
                       is_signed ? (int32_t)given->number : (int64_t)given->number);
}

int pickle_read_number(const struct pickle *pickle, const struct pickle_argument *given,
                       int64_t *number)
{
    char digits[24] = "", *end = digits;
    if (given->n < sizeof digits)
        memcpy(digits, given->text, given->n);

    *number = strtoll(digits, &end, 10);
    end += *end == 'L';
    return *digits && *end == '\0' ? OK : pickle_refuse(pickle, "a line is no number");
}

int pickle_run_int_line(struct pickle *pickle, const struct pickle_argument *given)
{
    int64_t number = 0;
    int rc = pickle_read_number(pickle, given, &number);
    if (!rc)
        rc = push_number(pickle, number);
    if (!rc && given->n == 2 && given->text[0] == '0') /* 00 and 01 */
        pickle->stack[pickle->n_stack - 1]->kind = PICKLE_BOOL;
    return rc;
}

/* Two's complement, as many bytes as it needs. */
int pickle_run_long(struct pickle *pickle, const struct pickle_argument *given)
{
    uint64_t number = 0;
    if (given->n > sizeof number)
        return pickle_refuse(pickle, "a number of more than 64 bits");

    bool is_negative = given->n && (unsigned char)given->text[given->n - 1] >= 0x80;
    for (size_t i = 0; i < sizeof number; i++) {
        uint64_t byte = i < given->n  ? (unsigned char)given->text[i]
                        : is_negative ? 0xff
                                      : 0;
        number |= byte << 8 * i;
    }
    return push_number(pickle, (int64_t)number);
}

int pickle_run_float(struct pickle *pickle, const struct pickle_argument *given)
{
    struct pickle_value *value = pickle_new(pickle, PICKLE_FLOAT);
    uint64_t bits = __builtin_bswap64(given->number);
    char digits[64] = "";

    if (value && given->opcode == 'G') /* the bytes come the other way round */
        memcpy(&value->real, &bits, sizeof bits);
    else if (value) {
        memcpy(digits, given->text, given->n < 63 ? given->n : 63);
        value->real = strtod(digits, NULL);
    }
    return pickle_push(pickle, value);
}

int pickle_run_text(struct pickle *pickle, const struct pickle_argument *given)
{
    struct pickle_value *value = pickle_new(pickle, PICKLE_STRING);
    if (value) {
        value->text = given->text;
        value->n = given->n;
    }
    return pickle_push(pickle, value);
}

int pickle_run_text_line(struct pickle *pickle, const struct pickle_argument *given)
{
    struct pickle_value *value = pickle_new(pickle, PICKLE_STRING);
    bool is_set =
        value && (given->opcode == 'V' ? pickle_set_escaped(value, given->text, given->n)
                                       : pickle_set_quoted(value, given->text, given->n));
    return value && !is_set ? pickle_refuse(pickle, "a line is no text")
                            : pickle_push(pickle, value);
}
