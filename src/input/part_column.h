/* A column, or a field, whose values say which part of the corpus a row is: "split" with
 * train and test, "is_valid" with True and False. */
#ifndef RNNTRAIN_INPUT_PART_COLUMN_H
#define RNNTRAIN_INPUT_PART_COLUMN_H

#include "input/sample.h"

/* Whether a column is called so, and holds nothing else. */
bool part_column_is(const struct sample *sample, int column);

/* The first such column that holds neither texts nor labels; -1. */
int part_column_find(const struct sample *sample, int text, int label);

/* The part that a value of the column says, one of dataset_part_names; NULL: none. */
const char *part_column_part(const char *column, const char *value, size_t n);

#endif
