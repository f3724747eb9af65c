/* What columns and fields are called that hold texts and labels. */
#ifndef RNNTRAIN_INPUT_COLUMN_NAMES_H
#define RNNTRAIN_INPUT_COLUMN_NAMES_H

#include "base/base.h"

/* NULL behind the last, the surest first. */
extern const char *const column_text_names[], *const column_label_names[];

/* How well a name fits known ones, 0 the best: whole names by their order, then names
 * whose last word is known ("review_text", "OriginalTweet"), then names that hold a known
 * word; -1: it does not. Case does not count, nor an s at a word's end. */
int column_name_rank(const char *name, const char *const *known);
enum { COLUMN_WHOLE_NAMES = 1000 }; /* ranks of whole names are below */

/* A number or a key of rows: "id", "tweet_id", "Unnamed: 0", "". */
bool column_name_is_key(const char *name);

/* Whether a name could be one: a few words without a sentence's marks. */
bool column_name_is_likely(const char *name);

/* Whether a line of n bytes is a row of names, that of a column of texts among them. */
bool column_names_are(const char *line, size_t n);

#endif
