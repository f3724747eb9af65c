/* Values within a JSON object, by a path: "meta.labels". */
#ifndef RNNTRAIN_INPUT_JSON_PATH_H
#define RNNTRAIN_INPUT_JSON_PATH_H

#include <jansson.h>

/* The value that a path names: that of a key that is called so, or else of keys of any
 * depth with points between them. In a list a number is a place, from 0, and a key that
 * of each of its objects, which gives a list. The caller's to release; NULL: there is
 * none. */
json_t *json_path_get(json_t *value, const char *path);

#endif
