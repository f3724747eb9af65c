/* JSON as Python writes it: with NaN, Infinity, whole numbers of any length and halves of
 * surrogate pairs, none of which is JSON; and bytes that are no UTF-8. */
#ifndef RNNTRAIN_INPUT_JSON_TEXT_H
#define RNNTRAIN_INPUT_JSON_TEXT_H

#include <jansson.h>

#include "base/base.h"

/* Where bytes were no UTF-8, or no characters: U+FFFD in their place. */
struct json_repairs {
    size_t n_bad, first_bad; /* the byte of the first */
};

/* The value, to be released by json_decref; NULL and *error: it is none. NaN and Infinity
 * are null, whole numbers of more than 18 digits strings of them. `is_first`: something
 * may stand behind the value. */
json_t *json_text_load(const char *text, size_t n, bool is_first,
                       struct json_repairs *repairs, json_error_t *error);

#endif
