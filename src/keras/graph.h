/* A functional model's JSON as a graph: entries of its list of layers, and which outputs
 * each takes. What is one of the forms that a chain has becomes one entry (branches.c,
 * attention.c) before the list is read. */
#ifndef RNNTRAIN_KERAS_GRAPH_H
#define RNNTRAIN_KERAS_GRAPH_H

#include "base/base.h"

#include <jansson.h>

enum { KERAS_MOST_SOURCES = 16 };

/* An output of a layer, as nodes name it. */
struct keras_source {
    const char *layer; /* borrowed from the JSON */
    int output;
};

struct keras_sources {
    struct keras_source of[KERAS_MOST_SOURCES];
    int n; /* more than KERAS_MOST_SOURCES: they are too many */
};

/* By which others name it; NULL: it has none. */
const char *keras_entry_name(const json_t *entry);
/* Whether it is of that class; entry may be NULL. */
bool keras_is_entry(const json_t *entry, const char *class_name);

/* The entry of that name; NULL: there is none. */
json_t *keras_find_entry(const json_t *list, const char *name, size_t *at);

/* Outputs that an entry takes, in order, but for Keras 3's mask. */
struct keras_sources keras_sources_of(const json_t *list, const json_t *entry);

/* The entry takes output 0 of the layer of that name, and nothing else. */
void keras_set_source(json_t *entry, const char *name);

#endif
