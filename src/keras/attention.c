#include "keras/graph.h"
#include "keras/private.h"

#include <string.h>

/* Additive attention as a pooling is a graph in Keras, of which each stock layer is a
 * step. It is made one entry, a Dot that says itself of which layers it has the weights:
 *
 *   scores   Dense(units, tanh), Dense(1) of all positions; or Dense(1, tanh) alone. What
 *            a bias of the scores adds to all of them a softmax does not see.
 *   shares   a softmax over positions: Softmax(axis=1), or behind a Flatten or Reshape
 *            one of a vector
 *   sum      Dot(axes=1) of shares and positions, or of their Multiply the sum over
 *            positions; shares may be repeated for it, by RepeatVector and Permute
 *
 * Where pads are masked Keras has one layer that leaves them out of a softmax: Attention,
 * whose query is learnt, an Embedding of the id 0, and whose keys are Dense(units, tanh)
 * of the positions. */

enum { MOST_GONE = 16 };

/* Shapes of scores and shares on their way: (T), (T, 1), and repeated (F, T). */
enum form { FORM_NONE, FORM_VECTOR, FORM_COLUMN, FORM_ROWS };

struct attention {
    json_t *list;
    json_t *hidden, *score, *from; /* score NULL: scores are the hidden layer's output */
    json_t *gone[MOST_GONE];
    int n_gone;
    const char *why; /* it is almost one; NULL */
};

static const json_t *config_of(const json_t *entry)
{
    return json_object_get(entry, "config");
}

/* Of the Dense itself where it is in a TimeDistributed; NULL: it is none. */
static const json_t *dense_of(const json_t *entry)
{
    const json_t *wrapped = json_object_get(config_of(entry), "layer");

    if (keras_is_entry(entry, "Dense"))
        return config_of(entry);
    return keras_is_entry(entry, "TimeDistributed") && keras_is_entry(wrapped, "Dense")
               ? config_of(wrapped)
               : NULL;
}

static const char *activation_of(const json_t *config)
{
    return keras_activation(config, "activation", "activation", "linear");
}

static int units_of(const json_t *dense)
{
    const json_t *units = json_object_get(dense, "units");
    return (int)json_integer_value(units ? units : json_object_get(dense, "output_dim"));
}

/* The only layer that an entry takes, or its source k of n; NULL: it takes others. */
static json_t *source(const struct attention *a, const json_t *entry, int k, int n)
{
    struct keras_sources sources = keras_sources_of(a->list, entry);
    size_t at;

    if (sources.n != n || n > KERAS_MOST_SOURCES || sources.of[k].output != 0)
        return NULL;
    return keras_find_entry(a->list, sources.of[k].layer, &at);
}

static json_t *below(const struct attention *a, const json_t *entry)
{
    return source(a, entry, 0, 1);
}

/* False: it would be one too many, as on a path that leads into itself. */
static bool go(struct attention *a, json_t *entry)
{
    if (!entry || a->n_gone == MOST_GONE)
        return false;
    a->gone[a->n_gone++] = entry;
    return true;
}

static bool is_operation(const json_t *entry, const char *function)
{
    const char *name = json_string_value(json_object_get(config_of(entry), "function"));
    return keras_is_entry(entry, "TFOpLambda") && name && !strcmp(name, function);
}

/* A setting of a layer, or of an operation's call. */
static const json_t *setting(const json_t *entry, const char *key)
{
    const json_t *node = json_array_get(json_object_get(entry, "inbound_nodes"), 0);
    const json_t *value = json_object_get(config_of(entry), key);

    return value ? value : json_object_get(json_array_get(node, 3), key);
}

/* A number, or a list of `n` times the same. */
static bool is_axis(const json_t *value, int axis, int n)
{
    for (int i = 0; i < n && json_is_array(value); i++)
        if (json_integer_value(json_array_get(value, (size_t)i)) != axis)
            return false;
    if (json_is_array(value))
        return json_array_size(value) == (size_t)n;
    return json_is_integer(value) && json_integer_value(value) == axis;
}

/* Flatten and Reshape of one number a position. */
static bool is_reshape(const json_t *entry, enum form *form)
{
    const json_t *shape = json_object_get(config_of(entry), "target_shape");
    size_t n = json_array_size(shape);
    bool is_column = n == 2 && is_axis(json_array_get(shape, 1), 1, 1);

    if (keras_is_entry(entry, "Flatten")) {
        *form = FORM_VECTOR;
        return true;
    }
    *form = n == 1 ? FORM_VECTOR : FORM_COLUMN;
    return keras_is_entry(entry, "Reshape") && (n == 1 || is_column);
}

/* The layer with tanh in which scores begin; an activation may be a layer of its own. */
static bool take_hidden(struct attention *a, json_t *entry)
{
    bool is_apart = keras_is_entry(entry, "Activation");
    const char *how = is_apart ? activation_of(config_of(entry)) : NULL;

    if (is_apart && !go(a, entry))
        return false;
    if (is_apart)
        entry = below(a, entry);
    const json_t *dense = dense_of(entry);
    if (!dense || !go(a, entry))
        return false;

    const char *own = activation_of(dense);
    bool is_tanh = !strcmp(own, "tanh") && (!how || !strcmp(how, "linear"));
    bool is_tanh_apart = how && !strcmp(how, "tanh") && !strcmp(own, "linear");
    a->hidden = entry;
    a->from = below(a, entry);
    return (is_tanh || is_tanh_apart) && a->from;
}

static enum form take_scores(struct attention *a, json_t *entry)
{
    enum form form, inner;

    if (is_reshape(entry, &form)) {
        if (!go(a, entry))
            return FORM_NONE;
        inner = take_scores(a, below(a, entry));
        return inner == FORM_NONE ? FORM_NONE : form;
    }

    const json_t *dense = dense_of(entry);
    bool is_score =
        dense && units_of(dense) == 1 && !strcmp(activation_of(dense), "linear");
    if (!is_score)
        return take_hidden(a, entry) && units_of(dense_of(a->hidden)) == 1 ? FORM_COLUMN
                                                                           : FORM_NONE;
    a->score = entry;
    if (go(a, entry) && take_hidden(a, below(a, entry)))
        return FORM_COLUMN;
    a->why = "weighs positions by scores that are not v . tanh(W h + b): expected "
             "Dense(units, activation=\"tanh\") and Dense(1) before its softmax";
    return FORM_NONE;
}

static bool is_softmax(const json_t *entry)
{
    return keras_is_entry(entry, "Softmax") || is_operation(entry, "nn.softmax") ||
           (keras_is_entry(entry, "Activation") &&
            !strcmp(activation_of(config_of(entry)), "softmax"));
}

/* Over the last axis where none is said. */
static bool is_over_positions(const json_t *softmax, enum form form)
{
    const json_t *axis = setting(softmax, "axis");
    bool is_last = !axis || json_is_null(axis) || is_axis(axis, -1, 1);

    if (form == FORM_VECTOR)
        return is_last || is_axis(axis, 1, 1);
    return !is_last && (is_axis(axis, 1, 1) || is_axis(axis, -2, 1));
}

static enum form take_softmax(struct attention *a, json_t *entry)
{
    enum form form = go(a, entry) ? take_scores(a, below(a, entry)) : FORM_NONE;

    if (form == FORM_NONE || is_over_positions(entry, form))
        return form;
    a->why = "weighs positions by a softmax over one number, which is always 1: expected "
             "Softmax(axis=1)";
    return FORM_NONE;
}

static enum form take_shares(struct attention *a, json_t *entry)
{
    const json_t *dims = json_object_get(config_of(entry), "dims");
    bool is_turned = keras_is_entry(entry, "Permute") && json_array_size(dims) == 2 &&
                     is_axis(json_array_get(dims, 0), 2, 1);
    enum form form = FORM_NONE;

    if (is_softmax(entry))
        return take_softmax(a, entry);
    if (!is_reshape(entry, &form) && !keras_is_entry(entry, "RepeatVector") && !is_turned)
        return FORM_NONE;
    enum form inner = go(a, entry) ? take_shares(a, below(a, entry)) : FORM_NONE;

    if (is_turned) /* (F, T) becomes what a column does to all numbers of a position */
        return inner == FORM_ROWS ? FORM_COLUMN : FORM_NONE;
    if (keras_is_entry(entry, "RepeatVector"))
        return inner == FORM_VECTOR ? FORM_ROWS : FORM_NONE;
    return inner == FORM_VECTOR || inner == FORM_COLUMN ? form : FORM_NONE;
}

/* Of two entries one has the shares, and they are of the other, in any order. */
static enum form take_pair(struct attention *a, json_t *first, json_t *second)
{
    const struct attention before = *a;
    enum form form = first ? take_shares(a, first) : FORM_NONE;

    if (form != FORM_NONE && a->from == second)
        return form;
    const char *why = a->why;
    *a = before;
    form = second ? take_shares(a, second) : FORM_NONE;
    a->why = a->why ? a->why : why;
    return form != FORM_NONE && a->from == first ? form : FORM_NONE;
}

/* Dot(axes=1): FORM_VECTOR, or with a dimension of 1 FORM_COLUMN. */
static enum form take_dot(struct attention *a, json_t *entry)
{
    const json_t *axes = json_object_get(config_of(entry), "axes");

    if (!is_axis(axes, 1, 2) || keras_is_set(config_of(entry), "normalize"))
        return FORM_NONE;
    return go(a, entry) ? take_pair(a, source(a, entry, 0, 2), source(a, entry, 1, 2))
                        : FORM_NONE;
}

/* An operation names its second factor in its call. */
static json_t *second_factor(const struct attention *a, const json_t *entry)
{
    size_t at;

    if (!keras_is_entry(entry, "TFOpLambda"))
        return source(a, entry, 1, 2);
    return keras_find_entry(
        a->list, json_string_value(json_array_get(setting(entry, "y"), 0)), &at);
}

static bool take_product(struct attention *a, json_t *entry)
{
    bool is_operation_of = is_operation(entry, "math.multiply");

    if (!entry || (!is_operation_of && !keras_is_entry(entry, "Multiply")))
        return false;
    return go(a, entry) && take_pair(a, source(a, entry, 0, is_operation_of ? 1 : 2),
                                     second_factor(a, entry)) == FORM_COLUMN;
}

static bool is_sum(const json_t *entry)
{
    const json_t *axis = setting(entry, "axis"), *kept = setting(entry, "keepdims");

    return (keras_is_entry(entry, "Sum") || is_operation(entry, "math.reduce_sum")) &&
           (is_axis(axis, 1, 1) || is_axis(axis, -2, 1)) && !json_is_true(kept);
}

/* (1, 1) of a layer's greatest numbers less themselves, times themselves: the id 0. */
static bool take_zero(struct attention *a, json_t *entry)
{
    json_t *zeros = source(a, entry, 0, 2), *most = source(a, zeros, 0, 2);

    return keras_is_entry(entry, "Dot") && keras_is_entry(zeros, "Subtract") &&
           keras_is_entry(most, "GlobalMaxPooling1D") &&
           zeros == source(a, entry, 1, 2) && most == source(a, zeros, 1, 2) &&
           go(a, entry) && go(a, zeros) && go(a, most) && below(a, most) == a->from;
}

static bool take_query(struct attention *a, json_t *entry)
{
    const json_t *config = config_of(entry);
    json_t *query = source(a, entry, 0, 3), *key = source(a, entry, 2, 3);
    const char *mode = json_string_value(json_object_get(config, "score_mode"));
    bool is_plain = !keras_is_set(config, "use_scale") &&
                    (!mode || !strcmp(mode, "dot")) && !keras_is_set(config, "causal");

    if (!keras_is_entry(query, "Embedding") || !is_plain)
        return false;
    a->score = query;
    return go(a, query) && go(a, entry) && take_hidden(a, key) &&
           a->from == source(a, entry, 1, 3) && take_zero(a, below(a, query));
}

/* A vector of one dimension more, or not. */
static bool take_vector(struct attention *a, json_t *end)
{
    enum form form = FORM_NONE;

    if (keras_is_entry(end, "Dot"))
        return take_dot(a, end) == FORM_VECTOR;
    if (is_sum(end))
        return take_product(a, below(a, end));
    if (!is_reshape(end, &form) || form != FORM_VECTOR)
        return false;

    json_t *inner = below(a, end);
    if (keras_is_entry(inner, "Dot"))
        return take_dot(a, inner) == FORM_COLUMN;
    return keras_is_entry(inner, "Attention") && take_query(a, inner);
}

static bool is_frozen(const json_t *entry)
{
    return json_is_false(json_object_get(config_of(entry), "trainable"));
}

/* The entry becomes the Dot that stands on `from`. */
static void apply(const struct attention *a, json_t *end)
{
    json_t *config = json_object_get(end, "config"), *of = json_object();

    json_object_set(of, "hidden", a->hidden);
    if (a->score)
        json_object_set(of, "score", a->score);
    json_object_set_new(config, KERAS_ATTENTION, of);
    json_object_set_new(end, "class_name", json_string("Dot"));
    if (is_frozen(a->hidden) && (!a->score || is_frozen(a->score)))
        json_object_set_new(config, "trainable", json_false());
    keras_set_source(end, keras_entry_name(a->from));
}

static void remove_gone(const struct attention *a, const json_t *end)
{
    for (size_t i = json_array_size(a->list); i-- > 0;)
        for (int k = 0; k < a->n_gone; k++)
            if (a->gone[k] != end && json_array_get(a->list, i) == a->gone[k]) {
                json_array_remove(a->list, i);
                break;
            }
}

/* What is almost attention says where it is refused why it is none. */
static bool join(json_t *list, json_t *end)
{
    struct attention a = {.list = list};
    bool is_one = take_vector(&a, end);

    if (is_one) {
        apply(&a, end);
        remove_gone(&a, end);
    } else if (a.why && !json_object_get(config_of(end), KERAS_WHY)) {
        json_object_set_new(json_object_get(end, "config"), KERAS_WHY,
                            json_string(a.why));
    }
    return is_one;
}

void keras_join_attention(json_t *list)
{
    json_t *entry;
    size_t i;

    json_array_foreach(list, i, entry)
    {
        json_object_del(json_object_get(entry, "config"), KERAS_ATTENTION);
        json_object_del(json_object_get(entry, "config"), KERAS_WHY);
    }

    for (i = json_array_size(list); i-- > 0;)
        if (join(list, json_array_get(list, i)) && i > json_array_size(list))
            i = json_array_size(list);
}
