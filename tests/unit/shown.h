/* What a unit test met, gathered as text, so that one comparison shows all of it. */
#ifndef RNNTRAIN_TESTS_UNIT_SHOWN_H
#define RNNTRAIN_TESTS_UNIT_SHOWN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/base.h"

struct shown {
    char *text; /* NULL: nothing yet */
    size_t n, room;
};

static inline void shown_add(struct shown *shown, const char *text, size_t n)
{
    if (shown->room < shown->n + n + 1) {
        shown->room = 2 * (shown->n + n) + 64;
        shown->text = xrealloc(shown->text, shown->room, 1);
    }
    if (n)
        memcpy(shown->text + shown->n, text, n);
    shown->n += n;
    shown->text[shown->n] = '\0';
}

/* A number and what stands behind it. */
static inline void shown_number(struct shown *shown, long long number, const char *behind)
{
    char *text = xasprintf("%lld%s", number, behind);
    shown_add(shown, text, strlen(text));
    free(text);
}

/* Bytes, control characters as in C. */
static inline void shown_bytes(struct shown *shown, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (bytes[i] == '\n')
            shown_add(shown, "\\n", 2);
        else if (bytes[i] == '\r')
            shown_add(shown, "\\r", 2);
        else if (bytes[i] == '\0')
            shown_add(shown, "\\0", 2);
        else
            shown_add(shown, bytes + i, 1);
}

static inline void shown_release(struct shown *shown)
{
    free(shown->text);
    *shown = (struct shown){0};
}

/* It is all of `expected`; then it is empty again. */
static inline void expect_shown(struct shown *shown, const char *expected)
{
    assert_string_equal(shown->text ? shown->text : "", expected);
    shown_release(shown);
}

/* The last message says `expected`. */
static inline void expect_message(const char *expected)
{
    if (!strstr(fail_message(), expected))
        fail_msg("\"%s\" does not say \"%s\"", fail_message(), expected);
}

#endif
