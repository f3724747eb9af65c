/* What is said to people, and lines that programs read: one line stays one line and no
 * terminal obeys it, whatever names, labels, words and paths hold. Every text of a file
 * or an argument that is printed goes through here; JSON has escapes of its own.
 */
#ifndef RNNTRAIN_BASE_SAY_H
#define RNNTRAIN_BASE_SAY_H

#include <stdio.h>

#include "base/base.h"

/* Writes `text` with what is not to be printed as C writes it: \t, \n, \r, \x1b for
 * other control characters and for bytes that are no UTF-8, \u202e for those beyond ASCII
 * and for what turns the direction of a line or ends it: valid JSON stays so. At most
 * `room` bytes, NUL included, and no escape or character is cut. Returns how many bytes
 * all of it takes, without the NUL. */
size_t say_escape(const char *text, char *escaped, size_t room);

/* As printf, escaped as a whole: `say` a piece of a line, `say_line` one with its end.
 * Return the bytes of it, the end not counted. */
int say(FILE *out, const char *format, ...) PRINTF_LIKE(2, 3);
int say_line(FILE *out, const char *format, ...) PRINTF_LIKE(2, 3);
int say_line_with(FILE *out, const char *format, va_list args) PRINTF_LIKE(2, 0);

/* "s", behind a noun that n counts; "" where n is 1. */
const char *plural(int64_t n);

/* The first bytes of a text, at most `most` and no character cut: "%.*s%s" with
 * SAY_SHORT(text, most) writes them, and "..." where there are more. */
int say_fit(const char *text, int most);
#define SAY_SHORT(text, most)                                                            \
    say_fit(text, most), text, (text)[say_fit(text, most)] ? "..." : ""

#endif
