/* What a pickle of Python holds, read without Python: dictionaries, lists, strings,
 * numbers and Keras's Tokenizer, which is a dictionary with a name. Protocols 0 to 5.
 *
 * A pickle is a program that builds its value. Of its instructions only those are known
 * here that build such values; nothing is looked up or called, whatever it asks for. */
#ifndef RNNTRAIN_TEXT_PICKLE_H
#define RNNTRAIN_TEXT_PICKLE_H

#include "base/base.h"

#include <jansson.h>

/* Whether the bytes begin as a pickle does, and as no JSON does. */
bool pickle_is_one(const char *bytes, size_t n);

/* The value of n bytes, to be given to json_decref: lists and tuples are arrays, keys
 * that are numbers become strings, and a Tokenizer is what its get_config() is, as
 * Keras's to_json() has it: {"class_name": "Tokenizer", "config": {...}}. ERR_FORMAT
 * names the byte, and the line of Python that makes JSON of it. */
int pickle_read(const char *bytes, size_t n, const char *source,
                json_t **value) NODISCARD;

#endif
