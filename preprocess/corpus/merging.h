/* Labels in groups, each of which becomes one class. */
#ifndef RNNTRAIN_PREPROCESS_CORPUS_MERGING_H
#define RNNTRAIN_PREPROCESS_CORPUS_MERGING_H

#include "corpus/examine_private.h"

enum style { STYLE_LOWER, STYLE_UPPER, STYLE_CAPITAL, STYLES }; /* true, TRUE, True */

/* What spellings of one class have in common; the caller's to free. */
typedef char *spelling_key(const char *label);

/* The number of a group is that of its key. There are up to twice as many as labels. */
struct merging {
    const struct examination *examination;
    spelling_key *key;
    struct words keys;          /* a group each */
    int32_t *group;             /* (labels.n) of each label */
    int32_t *n_spelled;         /* (keys.n) labels of the group that documents have */
    int32_t *name;              /* (keys.n) the label whose spelling names it; -1: none */
    int64_t n_of_style[STYLES]; /* documents */
};

/* Groups the labels by their keys; names that the labels file gives stay apart. Release
 * with merging_end. */
void merging_begin(struct merging *merging, const struct examination *examination,
                   spelling_key *key);
void merging_end(struct merging *merging);

/* A group of its own for a label. */
void merging_set_apart(struct merging *merging, int32_t label);

/* Names the groups and counts their spellings. */
void merging_name(struct merging *merging);

/* `"0" (15) and "0.0" (15); ...`: the groups with several spellings; NULL: none; the
 * caller's to free. */
char *merging_show(const struct merging *merging);

/* Gives all documents the names of their labels' groups; false: they have them. */
bool merging_relabel(const struct merging *merging);

/* Whether the labels file has it. */
bool merging_is_named(const struct examination *examination, int32_t label);

#endif
