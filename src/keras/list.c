#include "keras/private.h"

#include <stdlib.h>
#include <string.h>

/* The model's JSON becomes a list of layers, those of models in models in their place. A
 * functional model must be a chain, whose layers take what the one before them gives. */

enum { MOST_LAYERS = 4096, MOST_NESTED = 8 };

/* What a list of layers stands in. */
struct around {
    const char *prefix; /* of the groups of its arrays */
    int depth;
    bool is_frozen;
};

static int add_models_layers(struct keras_reading *reading, const json_t *model,
                             const struct around *around);

/* Of a layer or of what it wraps. */
static bool is_frozen(const json_t *config)
{
    static const char *const wrapped[] = {"layer", "backward_layer"};

    if (json_is_false(json_object_get(config, "trainable")))
        return true;
    for (size_t i = 0; i < COUNT_OF(wrapped); i++) {
        const json_t *inner = json_object_get(config, wrapped[i]);
        if (json_is_false(json_object_get(json_object_get(inner, "config"), "trainable")))
            return true;
    }
    return false;
}

static int append(struct keras_reading *reading, const struct keras_layer *layer,
                  const char *group)
{
    if (reading->n_layers == MOST_LAYERS)
        return fail(ERR_FORMAT, "%s: more than %d layers", keras_source(reading),
                    MOST_LAYERS);
    if (reading->n_layers == reading->room) {
        reading->room = 2 * reading->room + 16;
        reading->layers = xrealloc(reading->layers, reading->room, sizeof *layer);
    }

    struct keras_layer *last = &reading->layers[reading->n_layers++];
    *last = *layer;
    last->group = xstrdup(group);
    return OK;
}

/* Classes that many models have, and none of ours. */
#define MIXES                                                                            \
    "it makes of each position a mixture of others; of attention there is the sum of "   \
    "positions by Dense(units, tanh), Dense(1), Softmax(axis=1) and Dot(axes=1)"
static const struct {
    const char *class_name, *why;
} others[] = {
    {"Lambda", "what its Python computes the file does not tell"},
    {"Attention", MIXES},
    {"AdditiveAttention", MIXES},
    {"MultiHeadAttention", MIXES},
};
#undef MIXES

static int refuse_class(struct keras_reading *reading, const struct keras_layer *layer)
{
    const char *why = json_string_value(json_object_get(layer->config, KERAS_WHY));

    if (layer->class)
        return keras_refuse(reading, layer,
                            "is of a class of its author's own, which is not supported");
    if (why)
        return keras_refuse(reading, layer, "%s", why);
    for (size_t i = 0; i < COUNT_OF(others); i++)
        if (!strcmp(layer->class_name, others[i].class_name))
            return keras_refuse(reading, layer, "is not supported: %s", others[i].why);
    return keras_refuse(reading, layer, "is not supported");
}

static bool is_of(const char *module, const char *package)
{
    size_t n = strlen(package);
    return !strncmp(module, package, n) && (!module[n] || module[n] == '.');
}

/* Keras 3 says where a class comes from: one of a name that Keras has too may be its
 * author's own. */
static bool is_own(const json_t *entry)
{
    const char *module = json_string_value(json_object_get(entry, "module"));
    const char *name = json_string_value(json_object_get(entry, "registered_name"));

    return (name && strchr(name, '>')) ||
           (module && !is_of(module, "keras") && !is_of(module, "tf_keras") &&
            !is_of(module, "tensorflow"));
}

/* What the layer is, whatever it is connected with. */
static void check_layer(struct keras_reading *reading, const struct keras_layer *layer,
                        const json_t *entry)
{
    int rc = keras_check_numbers(reading, layer);

    if (rc)
        keras_take_obstacle(reading);
    if (layer->class && !is_own(entry))
        return;

    reading->obstacles->is_lost = true;
    reading->obstacles->has_unknown |= !layer->class;
    (void)refuse_class(reading, layer);
    keras_take_obstacle(reading);
}

/* A second input is none of the chain's. */
static bool is_second(struct keras_reading *reading, const struct keras_layer *layer,
                      const struct keras_names *names)
{
    if (!layer->class || layer->class->role != KERAS_ROLE_INPUT || !names->before)
        return false;
    (void)keras_refuse(reading, layer,
                       "is a second input: one is supported, the ids of a text's words");
    keras_take_obstacle(reading);
    return true;
}

static int add_layer(struct keras_reading *reading, const json_t *entry,
                     const struct around *around, struct keras_names *names)
{
    const json_t *config = json_object_get(entry, "config");
    const char *name = json_string_value(json_object_get(config, "name"));
    const char *outer = json_string_value(json_object_get(entry, "name"));
    const char *class_name = json_string_value(json_object_get(entry, "class_name"));
    struct keras_layer layer = {.class = keras_class_of(class_name),
                                .class_name = class_name,
                                .name = name    ? name
                                        : outer ? outer
                                                : "without name",
                                .config = config,
                                .is_frozen = around->is_frozen || is_frozen(config)};

    if (!class_name)
        return fail(ERR_FORMAT, "%s: a layer of its configuration has no class",
                    keras_source(reading));
    if (!strcmp(class_name, "NotEqual") && names->first && !names->mask &&
        keras_takes(names, entry, names->first)) {
        reading->has_mask = true;
        names->mask = layer.name;
        return OK;
    }
    if (is_second(reading, &layer, names))
        return OK;
    keras_check_call(reading, &layer, entry, names);
    if (keras_is_vectorization(entry) && !is_own(entry)) {
        if (keras_read_vectorization(reading, &layer))
            keras_take_obstacle(reading);
        names->first = names->before = outer ? outer : layer.name;
        return OK;
    }
    check_layer(reading, &layer, entry);

    names->before = outer ? outer : layer.name;
    names->first = names->first ? names->first : names->before;
    const struct around inside = {around->prefix, around->depth + 1, layer.is_frozen};
    if (!layer.class)
        return OK;
    if (layer.class->role == KERAS_ROLE_MODEL)
        return add_models_layers(reading, config, &inside);
    return append(reading, &layer, around->prefix);
}

/* Says of each entry where Keras 3 has its arrays, by how many of its class come before
 * it: before any of them goes. */
static void place_entries(json_t *list)
{
    size_t i, n = json_array_size(list);
    const struct keras_class **classes = xcalloc(n, sizeof(struct keras_class *));
    json_t *entry;

    json_array_foreach(list, i, entry)
    {
        const char *name = json_string_value(json_object_get(entry, "class_name"));
        int before = 0;

        classes[i] = keras_class_of(name);
        for (size_t k = 0; k < i; k++)
            before += classes[k] == classes[i];
        const char *snake = classes[i] ? classes[i]->snake : "";
        char *place = before ? xasprintf("%s_%d", snake, before) : xstrdup(snake);
        json_object_set_new(entry, KERAS_PLACE, json_string(place));
        free(place);
    }
    free(classes);
}

/* The group of an entry; what is in a model stands below it. */
static char *group_of(const char *prefix, const json_t *entry)
{
    const struct keras_class *class =
        keras_class_of(json_string_value(json_object_get(entry, "class_name")));
    const char *place = json_string_value(json_object_get(entry, KERAS_PLACE));
    const char *end = class && class->role == KERAS_ROLE_MODEL ? "/" : "";

    return xasprintf("%slayers/%s%s", prefix, place ? place : "", end);
}

/* `model`: the configuration of a Sequential or functional model, or the bare list that
 * it was up to Keras 2.2.2. */
static int add_models_layers(struct keras_reading *reading, const json_t *model,
                             const struct around *around)
{
    const json_t *list = json_is_array(model) ? model : json_object_get(model, "layers");
    struct keras_names names = {NULL, NULL, NULL};
    json_t *whole = (json_t *)(uintptr_t)list;
    const json_t *entry;
    int rc = OK;
    size_t i;

    if (!json_is_array(list) || around->depth > MOST_NESTED)
        return fail(ERR_FORMAT, "%s: its configuration has no list of layers",
                    keras_source(reading));
    if (json_array_size(list) > MOST_LAYERS)
        return fail(ERR_FORMAT, "%s: more than %d layers", keras_source(reading),
                    MOST_LAYERS);

    place_entries(whole);
    keras_join_attention(whole);
    keras_join_branches(whole);
    json_array_foreach(list, i, entry)
    {
        char *group = group_of(around->prefix, entry);
        const struct around own = {group, around->depth, around->is_frozen};
        rc = add_layer(reading, entry, &own, &names);
        free(group);
        if (rc)
            break;
    }
    if (!rc)
        keras_check_outputs(reading, model, &names);
    return rc;
}

int keras_list_layers(struct keras_reading *reading)
{
    const json_t *config = json_object_get(reading->root, "config");
    const struct around around = {"", 0, is_frozen(config)};

    reading->obstacles = xcalloc(1, sizeof *reading->obstacles);
    int rc = add_models_layers(reading, config, &around);
    if (!rc)
        keras_tell_apart(reading);
    return rc;
}
