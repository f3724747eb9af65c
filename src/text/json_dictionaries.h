/* The dictionaries of a tokenizer in JSON, each JSON of its own in a string of it, as
 * Keras writes them. Where a vocabulary is large they are nearly all of the text. */
#ifndef RNNTRAIN_TEXT_JSON_DICTIONARIES_H
#define RNNTRAIN_TEXT_JSON_DICTIONARIES_H

#include "base/base.h"

enum { JSON_LONG = 1 << 16 }; /* bytes of one that is worth more than a tree of values */

/* In the order in which they are read: an index first, then what belongs to its words. */
enum json_dictionary {
    JSON_WORD_INDEX,
    JSON_WORD_COUNTS,
    JSON_WORD_DOCS,
    JSON_INDEX_DOCS,
    JSON_INDEX_WORD,
    JSON_DICTIONARIES
};
extern const char *const json_dictionary_keys[JSON_DICTIONARIES];

/* Bytes of a text. */
struct json_span {
    const char *at;
    size_t n;
};

/* Finds the long dictionaries of "config" in n bytes, what stands between their string's
 * quotes; at NULL: there is none that is long. False: it is not one JSON text as this
 * goes over it. */
bool json_dictionaries_find(const char *json, size_t n,
                            struct json_span found[JSON_DICTIONARIES]);

/* The JSON without those that were found; the caller's to free. */
char *json_dictionaries_without(const char *json, size_t n,
                                const struct json_span found[JSON_DICTIONARIES]);

#endif
