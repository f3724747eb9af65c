/* Which fields of JSON objects hold the texts and the labels. */
#ifndef RNNTRAIN_INPUT_JSON_FIELDS_H
#define RNNTRAIN_INPUT_JSON_FIELDS_H

#include <jansson.h>

#include "input/format.h"

/* Fills the layout's fields by options and by the objects of the beginning, of which this
 * is the first. */
int json_fields_find(const struct beginning *beginning, json_t *first,
                     struct layout *layout) NODISCARD;

/* A value as a column's; "" for what is no string, number or truth. The caller's to
 * free. */
char *json_field_text(const json_t *value);

#endif
