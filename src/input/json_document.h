/* One JSON document with many records, as an object a line: an array of objects or lists,
 * or an object with such an array for each part of the corpus,
 *
 *   [{"text": t, "label": l}, ...]     {"train": [[t, l], ...], "test": [...]}
 * or one of the forms of json_form.h, by itself or for each part.
 */
#ifndef RNNTRAIN_INPUT_JSON_DOCUMENT_H
#define RNNTRAIN_INPUT_JSON_DOCUMENT_H

#include "base/base.h"

enum { JSON_DOCUMENT_MOST = 256 << 20 }; /* bytes */

struct json_document {
    char *lines; /* n bytes, an object a line; lists have fields "1", "2", ... */
    size_t n, room;
    struct json_part {
        char *key;     /* "train" */
        int64_t first; /* its first line, from 1 */
    } * parts;         /* none: it is one array */
    int n_parts;
    int64_t n_records;
};

/* Whether a file that begins so is one. */
bool json_document_is_one(const char *text, size_t n, bool whole);

/* Cuts it up; released in any case. */
int json_document_read(const char *name, const char *text, size_t n,
                       struct json_document *document) NODISCARD;
void json_document_release(struct json_document *document);

/* The key in whose array a line stands; NULL: there are none. */
const char *json_document_part(const struct json_document *document, int64_t line);

#endif
