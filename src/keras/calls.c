#include "keras/private.h"

#include <stdlib.h>
#include <string.h>

/* What the nodes of a functional model say: what each layer takes, what it is called
 * with, and whose outputs are the model's. */

enum { MOST_NESTED = 8, MOST_NAMED = 4 };

/* The layers whose outputs stand in `node`, the mask left out: their number, and the name
 * of the last. Keras 2: [[["embedding", 0, 0, {}]]]; Keras 3: {"args": [{"config":
 * {"keras_history": ["embedding", 0, 0]}}], ...}. */
static int count_sources(const struct keras_names *names, const json_t *node, int depth,
                         const char **name)
{
    const json_t *history = json_object_get(node, "keras_history");
    const json_t *list = history ? history : node;
    const char *key, *first = json_string_value(json_array_get(list, 0));
    const json_t *value;
    size_t i;
    int n = 0;

    if (depth > MOST_NESTED)
        return 2;
    if (first && json_is_integer(json_array_get(list, 1))) {
        if (names->mask && !strcmp(first, names->mask))
            return 0;
        *name = first;
        return 1;
    }

    json_array_foreach(node, i, value) n += count_sources(names, value, depth + 1, name);
    json_object_foreach((json_t *)(uintptr_t)node, key, value) n +=
        count_sources(names, value, depth + 1, name);
    return n;
}

/* Dropout(0.5)(x, training=True): whether a call has that argument. */
static bool is_called_with(const json_t *node, const char *argument, int depth)
{
    const json_t *value;
    const char *key;
    size_t i;

    if (depth > MOST_NESTED)
        return false;
    if (json_is_object(node) && keras_is_set(node, argument))
        return true;
    json_array_foreach(node, i,
                       value) if (is_called_with(value, argument, depth + 1)) return true;
    json_object_foreach(
        (json_t *)(uintptr_t)node, key,
        value) if (is_called_with(value, argument, depth + 1)) return true;
    return false;
}

/* Those that are no part of the chain are told together. */
static void set_apart(struct keras_reading *reading, const struct keras_layer *layer)
{
    struct keras_obstacles *obstacles = reading->obstacles;
    char *before = obstacles->apart;

    obstacles->is_lost = true;
    if (obstacles->n_apart++ >= MOST_NAMED)
        return;
    obstacles->apart = xasprintf("%s%s\"%.64s\" (%.64s)", before ? before : "",
                                 before ? ", " : "", layer->name, layer->class_name);
    free(before);
}

void keras_tell_apart(struct keras_reading *reading)
{
    const struct keras_obstacles *obstacles = reading->obstacles;
    bool is_one = obstacles->n_apart == 1;
    if (obstacles->n_apart == 0)
        return;

    char *more = obstacles->n_apart > MOST_NAMED
                     ? xasprintf(" and %d more", obstacles->n_apart - MOST_NAMED)
                     : xstrdup("");
    (void)fail(ERR_FORMAT,
               "%s: layer%s %s%s take%s other inputs than the output of the layer before "
               "%s: only models whose layers form a chain are supported, and poolings of "
               "one layer's output side by side",
               keras_source(reading), is_one ? "" : "s", obstacles->apart, more,
               is_one ? "s" : "", is_one ? "it" : "them");
    free(more);
    keras_take_obstacle(reading);
}

bool keras_takes(const struct keras_names *names, const json_t *entry, const char *from)
{
    const char *name = NULL;
    const json_t *nodes = json_object_get(entry, "inbound_nodes");
    int n = nodes ? count_sources(names, nodes, 0, &name) : 0;

    return !nodes || (n == (from ? 1 : 0) && (!from || !strcmp(from, name)));
}

void keras_check_call(struct keras_reading *reading, const struct keras_layer *layer,
                      const json_t *entry, const struct keras_names *names)
{
    if (!keras_takes(names, entry, names->before))
        set_apart(reading, layer);
    if (!is_called_with(json_object_get(entry, "inbound_nodes"), "training", 0))
        return;
    (void)keras_refuse(reading, layer,
                       "is called with training=True: it drops, or normalizes by the "
                       "rows at hand, when it judges too, which is not supported");
    keras_take_obstacle(reading);
}

void keras_check_outputs(struct keras_reading *reading, const json_t *model,
                         const struct keras_names *names)
{
    const struct keras_names no_mask = {NULL, NULL, NULL};
    const char *name = NULL, *own = json_string_value(json_object_get(model, "name"));
    const struct keras_layer layer = {.name = own ? own : "model",
                                      .class_name = "Functional"};
    int n = count_sources(&no_mask, json_object_get(model, "output_layers"), 0, &name);

    if (n == 0 || (n == 1 && names->before && !strcmp(name, names->before)))
        return;
    (void)(n > 1 ? keras_refuse(reading, &layer,
                                "has %d outputs: one is supported, the probabilities of "
                                "the classes",
                                n)
                 : keras_refuse(reading, &layer,
                                "has the output of \"%.64s\", which is not its last "
                                "layer",
                                name));
    keras_take_obstacle(reading);
}
