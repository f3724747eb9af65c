#include "keras/graph.h"

#include <string.h>

enum { MOST_NESTED = 8 };

const char *keras_entry_name(const json_t *entry)
{
    const json_t *name = json_object_get(entry, "name");
    const json_t *own = json_object_get(json_object_get(entry, "config"), "name");

    return json_string_value(name ? name : own);
}

bool keras_is_entry(const json_t *entry, const char *class_name)
{
    const char *found = json_string_value(json_object_get(entry, "class_name"));
    return found && !strcmp(found, class_name);
}

json_t *keras_find_entry(const json_t *list, const char *name, size_t *at)
{
    json_t *entry;
    size_t i;

    json_array_foreach(list, i, entry)
    {
        const char *found = keras_entry_name(entry);
        if (found && name && !strcmp(found, name)) {
            *at = i;
            return entry;
        }
    }
    return NULL;
}

static void add_sources(const json_t *list, const json_t *node, int depth,
                        struct keras_sources *sources)
{
    const json_t *history = json_object_get(node, "keras_history");
    const json_t *named = history ? history : node, *value;
    const char *key, *name = json_string_value(json_array_get(named, 0));
    size_t i, at;

    if (depth > MOST_NESTED)
        return;
    if (name && json_is_integer(json_array_get(named, 1))) {
        if (keras_is_entry(keras_find_entry(list, name, &at), "NotEqual"))
            return;
        json_int_t output = json_integer_value(json_array_get(named, 2));
        if (sources->n++ < KERAS_MOST_SOURCES)
            sources->of[sources->n - 1] = (struct keras_source){
                name, output < 0 || output > KERAS_MOST_SOURCES ? -1 : (int)output};
        return;
    }

    json_array_foreach(node, i, value) add_sources(list, value, depth + 1, sources);
    json_object_foreach((json_t *)(uintptr_t)node, key, value)
        add_sources(list, value, depth + 1, sources);
}

struct keras_sources keras_sources_of(const json_t *list, const json_t *entry)
{
    struct keras_sources sources = {.n = 0};

    add_sources(list, json_object_get(entry, "inbound_nodes"), 0, &sources);
    return sources;
}

void keras_set_source(json_t *entry, const char *name)
{
    json_object_set_new(entry, "inbound_nodes", json_pack("[[[s,i,i,{}]]]", name, 0, 0));
}
