/* Labels of a text that may have several, as JSON has them. */
#ifndef RNNTRAIN_INPUT_JSON_LABELS_H
#define RNNTRAIN_INPUT_JSON_LABELS_H

#include <jansson.h>

#include "text/words.h"

/* The text of a label that is a string, a number or a truth; NULL: it is none of these.
 * The caller's to free. */
char *json_label_text(const json_t *value);

/* Whether a value is a list, of none or several, or an object of truths. */
bool json_labels_are_several(json_t *value);

/* Adds the labels of a value: items of a list, keys of an object whose value is true, a
 * text cut at `separator` unless that is NULL, or one. None where there is no value. What
 * is wrong with it, a constant string that reads well behind the field's name; NULL:
 * nothing. */
const char *json_labels_take(json_t *value, const char *separator, struct words *labels);

/* As multi_labels_truth. */
int json_label_truth(const json_t *value);

#endif
