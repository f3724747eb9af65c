/* When two names are one: Unicode's ways of writing the same. Names that are not valid
 * UTF-8 stay as they are. Results are the caller's to free. */
#ifndef RNNTRAIN_TEXT_FOLD_H
#define RNNTRAIN_TEXT_FOLD_H

#include "base/base.h"

/* Without what cannot be seen at either end: Unicode's white space (also U+00A0), byte
 * order marks, characters of no width and marks of direction. */
char *text_trimmed(const char *text);

/* In normal form C: an accent behind its letter becomes one character with it. */
char *text_composed(const char *text);

/* What upper and lower case, wide and narrow, composed and other forms have in common:
 * Unicode's NFKC_Casefold. For comparison, not for people. */
char *text_folded(const char *text);

/* Whether a control character stands in it: a tab, a line end. */
bool text_has_control(const char *text);

#endif
