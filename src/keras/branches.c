#include "keras/graph.h"
#include "keras/private.h"

#include <string.h>

/* The one form of branches that a chain has: poolings of one layer's output side by side,
 * which a Concatenate joins. Its list of layers is made a chain: the branches go, and the
 * Concatenate takes that layer's output and says itself what they were.
 *
 *   GlobalMaxPooling1D, GlobalAveragePooling1D, Flatten     of the layer's sequences
 *   output 1 of a recurrent layer with return_state         its last output
 *   outputs of both directions' states, one behind the other     the same
 *   what attention.c has made one layer                     additive attention */

enum { MOST_NESTED = 8 };

/* A Concatenate at work, and what has been found of it. */
struct join {
    json_t *list, *from; /* from: the layer that all branches look at */
    size_t gone[KERAS_MOST_SOURCES * MOST_NESTED]; /* places of entries that go */
    int n_gone;
    json_t *sides;     /* names of poolings */
    json_t *attention; /* of one of them, borrowed; NULL */
    bool takes_states; /* of `from` */
    int next_state;    /* that must come next; 0: none */
};

/* All branches look at one layer. */
static bool take_from(struct join *join, const char *layer)
{
    size_t at;
    json_t *entry = keras_find_entry(join->list, layer, &at);

    if (!join->from)
        join->from = entry;
    return entry && join->from == entry;
}

static bool go(struct join *join, size_t at)
{
    if (join->n_gone == (int)COUNT_OF(join->gone))
        return false;
    join->gone[join->n_gone++] = at;
    return true;
}

/* States of both directions come one behind the other: the second of an LSTM is output 3,
 * behind its cell's, else 2. */
static bool add_state(struct join *join, const struct keras_source *source)
{
    const json_t *config = json_object_get(join->from, "config");
    const json_t *inner = json_object_get(config, "layer");
    bool is_pair = keras_is_entry(join->from, "Bidirectional");
    const json_t *states = is_pair ? json_object_get(inner, "config") : config;
    const char *cell =
        json_string_value(json_object_get(is_pair ? inner : join->from, "class_name"));
    int second = cell && strstr(cell, "LSTM") ? 3 : 2;

    if (!keras_is_set(states, "return_state") ||
        source->output != (join->next_state ? join->next_state : 1))
        return false;
    if (is_pair && !join->next_state) {
        join->next_state = second;
        return true;
    }

    join->next_state = 0;
    join->takes_states = true;
    json_array_append_new(join->sides, json_string("last"));
    return true;
}

static const char *pooling_of(const json_t *entry)
{
#define POOLING_SIDE(NAME, stem, class_name, snake) {#class_name, #stem},
    static const struct {
        const char *class_name, *name;
    } known[] = {POOLING_LIST(POOLING_SIDE){"Flatten", "flatten"}};

    for (size_t i = 0; i < COUNT_OF(known); i++)
        if (keras_is_entry(entry, known[i].class_name))
            return known[i].name;
    return json_object_get(json_object_get(entry, "config"), KERAS_ATTENTION)
               ? "attention"
               : NULL;
}

static bool is_last_axis(const json_t *entry)
{
    const json_t *axis = json_object_get(json_object_get(entry, "config"), "axis");
    json_int_t value = axis ? json_integer_value(axis) : -1;

    return value == -1 || value == 1;
}

static bool add_sides(struct join *join, const json_t *entry, int depth);

static bool add_attention(struct join *join, const json_t *entry)
{
    json_t *attention =
        json_object_get(json_object_get(entry, "config"), KERAS_ATTENTION);
    bool is_second = attention && join->attention;

    if (attention)
        join->attention = attention;
    return !is_second;
}

static bool add_side(struct join *join, const struct keras_source *source, int depth)
{
    size_t at = 0;
    const json_t *entry = keras_find_entry(join->list, source->layer, &at);
    const char *pooling = pooling_of(entry);

    if (!entry || (source->output != 0 && !take_from(join, source->layer)))
        return false;
    if (source->output != 0)
        return add_state(join, source);
    if (join->next_state || !go(join, at))
        return false;
    if (keras_is_entry(entry, "Concatenate"))
        return depth < MOST_NESTED && add_sides(join, entry, depth + 1);
    if (!pooling || !keras_pools_steps(json_object_get(entry, "config")) ||
        !add_attention(join, entry))
        return false;

    struct keras_sources sources = keras_sources_of(join->list, entry);
    json_array_append_new(join->sides, json_string(pooling));
    return sources.n == 1 && sources.of[0].output == 0 &&
           take_from(join, sources.of[0].layer);
}

static bool add_sides(struct join *join, const json_t *entry, int depth)
{
    struct keras_sources sources = keras_sources_of(join->list, entry);

    if (sources.n < 2 || sources.n > KERAS_MOST_SOURCES || !is_last_axis(entry))
        return false;
    for (int i = 0; i < sources.n; i++)
        if (!add_side(join, &sources.of[i], depth))
            return false;
    return true;
}

static void leave_out_states(const json_t *from)
{
    json_t *config = json_object_get(from, "config");
    json_t *inner = json_object_get(json_object_get(config, "layer"), "config");
    json_t *other = json_object_get(json_object_get(config, "backward_layer"), "config");

    json_object_del(config, "return_state");
    json_object_del(inner, "return_state");
    json_object_del(other, "return_state");
}

/* The Concatenate becomes the layer behind `from`. */
static void apply(struct join *join, json_t *entry)
{
    json_t *config = json_object_get(entry, "config");

    json_object_set(config, KERAS_SIDES, join->sides);
    keras_set_source(entry, keras_entry_name(join->from));
    if (join->attention)
        json_object_set(config, KERAS_ATTENTION, join->attention);
    if (join->takes_states)
        leave_out_states(join->from);
}

/* Removes entries from the last to the first. */
static void remove_gone(const struct join *join)
{
    for (size_t i = json_array_size(join->list); i-- > 0;)
        for (int k = 0; k < join->n_gone; k++)
            if (join->gone[k] == i) {
                json_array_remove(join->list, i);
                break;
            }
}

static bool join_branches(json_t *list, json_t *entry)
{
    struct join join = {.list = list, .sides = json_array()};
    bool is_joined = add_sides(&join, entry, 0) && !join.next_state && join.from;

    if (is_joined) {
        apply(&join, entry);
        remove_gone(&join);
    }
    json_decref(join.sides);
    return is_joined;
}

static bool is_open(const json_t *entry)
{
    const json_t *config = json_object_get(entry, "config");

    return keras_is_entry(entry, "Concatenate") && !json_object_get(config, KERAS_SIDES);
}

/* What is not of that form stays as it is, and is refused when it is read. From the end:
 * a Concatenate of others takes these in. */
void keras_join_branches(json_t *list)
{
    json_t *entry;
    size_t i;

    json_array_foreach(list, i, entry)
        json_object_del(json_object_get(entry, "config"), KERAS_SIDES);

    for (i = json_array_size(list); i-- > 0;) {
        entry = json_array_get(list, i);
        if (is_open(entry) && join_branches(list, entry))
            i = json_array_size(list);
    }
}
