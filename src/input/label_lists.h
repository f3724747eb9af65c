/* Labels of texts that may have several, in a program: lists of numbers of labels, of
 * which each different one is kept once, as a word of an int32_t a label. */
#ifndef RNNTRAIN_INPUT_LABEL_LISTS_H
#define RNNTRAIN_INPUT_LABEL_LISTS_H

#include <string.h>

#include "text/words.h"

/* The number of a list of n labels, which is added if it is new. The labels are sorted,
 * and count once. */
int32_t label_lists_add(struct words *lists, int32_t *labels, int32_t n);

/* The same of the names of labels, n strings one behind the other, as a document of a
 * block has them; new ones are added to `labels`. */
int32_t label_lists_add_names(struct words *lists, struct words *labels,
                              const char *names, int n);

/* How many labels a list has, and one of them. */
static inline int32_t label_lists_count(const struct words *lists, int32_t list)
{
    return (int32_t)(words_length(lists, list) / sizeof list);
}

static inline int32_t label_lists_at(const struct words *lists, int32_t list, int32_t i)
{
    int32_t label;
    memcpy(&label, words_text(lists, list) + (size_t)i * sizeof label, sizeof label);
    return label;
}

#endif
