/* Names in columns of a terminal, and in fields of a table file. Nothing here is
 * collective. */
#ifndef RNNTRAIN_COMMANDS_COLUMNS_H
#define RNNTRAIN_COMMANDS_COLUMNS_H

#include "base/base.h"

/* A name, escaped as say.h says, cut to `most` columns where it has more, with "..." at
 * its end then, and filled up with blanks to `least`, in front of it where that is
 * negative; the caller's. A character of Chinese, Japanese or Korean takes two. */
char *columns_fit(const char *name, int least, int most);

/* A field of CSV: in quotes where it needs them, as RFC 4180 has it; the caller's. */
char *columns_field(const char *text, char separator);

/* A number with as many digits as it has, so that reading gives the same bits; "" where
 * it is not defined. At most 32 bytes. */
void columns_number(double value, char *text);

#endif
