/* Which spellings of a label are one class. */
#ifndef RNNTRAIN_PREPROCESS_CORPUS_SPELLING_H
#define RNNTRAIN_PREPROCESS_CORPUS_SPELLING_H

#include "base/base.h"

/* What --merge-labels says, each rule with those before it; blanks around a label never
 * count. */
enum spelling_rule {
    SPELLING_AUTO,   /* NFC, and what is certain: see examine_spellings.c */
    SPELLING_NONE,   /* every spelling is a class */
    SPELLING_NFC,    /* equal in Unicode's normal form C */
    SPELLING_NUMBER, /* numbers of one value: 1, 1.0, 01 */
    SPELLING_CASE, /* equal but for case, width, quotes around them, - or _ for a blank */
    SPELLING_RULES
};
extern const char *const spelling_rule_names[SPELLING_RULES + 1]; /* NULL at the end */

/* What all spellings of one class have in common, by rule; the caller's to free. */
char *spelling_trimmed(const char *label);
char *spelling_composed(const char *label);
char *spelling_number(const char *label); /* of what is no number: its NFC */
/* Of whole numbers without leading zeros or a plus, which say that digits are meant: 1,
 * 1.0, 1e0 are one, 01 is itself. */
char *spelling_whole_number(const char *label);
char *spelling_folded(const char *label);

/* Decimal digits, with a sign, a point and an exponent or without. */
bool spelling_is_number(const char *label);
/* "true" or "false", and other such words, in any case. */
bool spelling_is_boolean(const char *label);

#endif
