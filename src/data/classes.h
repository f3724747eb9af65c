/* Classes compared by name: those of a model and those of data may stand in another
 * order, which is mapped; other names are other classes. Nothing here is collective.
 */
#ifndef RNNTRAIN_DATA_CLASSES_H
#define RNNTRAIN_DATA_CLASSES_H

#include "data/facts.h"

/* Where each class of `data` stands in `model`, (data->n_labels) places; false where they
 * have not the same names, or a name twice. Labels of which a text may have several are
 * classes here too. */
bool classes_map(const struct facts *model, const struct facts *data, int32_t *places);

/* Whether each place is its own number: the order is the same. */
bool classes_in_order(const int32_t *places, int n);

/* Whether the names are 0, 1, 2, ...: what classes are called that have no names. */
bool classes_are_numbered(const struct facts *facts);

/* The first names, shortened, and how many more there are: "neg, pos"; the caller's. */
char *classes_shown(const struct facts *facts);

/* Changes labels of rows in memory to the places that a map gives. */
void classes_renumber(struct rows *rows, const int32_t *places);

/* The names that an option gives, in the order of the model: "neg,pos", or a file with
 * one a line. ERR_USAGE unless there are n different ones. `option` is named in messages;
 * the names (n) and the list are the caller's. */
int classes_from_option(const char *option, const char *given, int n,
                        char ***names) NODISCARD;

/* ERR `code`, naming `source`, unless n names differ from each other and are UTF-8. */
int classes_check(const char *source, int code, char *const *names, int n) NODISCARD;

#endif
