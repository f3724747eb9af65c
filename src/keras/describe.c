#include "keras/private.h"

#include <stdlib.h>
#include <string.h>

/* A file of weights alone: its layers are told by the shapes of their arrays, in the
 * order in which a classifier has them. */

enum { MOST_GROUPS = 2 * MODEL_MOST_LAYERS };

/* The arrays of a layer. */
struct group {
    const char *name;
    size_t n_name;
    const struct keras_array *first; /* kernel or table */
    const struct keras_array *second, *third;
    int n;      /* arrays */
    int number; /* n of "lstm_n" */
};

/* Keras 3's names are "layers/lstm_1/cell": the layer is the second part. */
static const char *name_of(const struct keras_file *file, const struct keras_array *array,
                           size_t *n)
{
    const char *slash = file->by_class ? strchr(array->layer, '/') : NULL;
    const char *name = slash ? slash + 1 : array->layer;
    *n = slash ? strcspn(name, "/") : strlen(name);
    return name;
}

static int collect(const struct keras_reading *reading, struct group *groups, int *n)
{
    const struct keras_arrays *all = &reading->file->weights;
    for (size_t i = 0; i < all->n; i++) {
        size_t n_name = 0;
        const struct keras_array *array = &all->array[i];
        const char *name = name_of(reading->file, array, &n_name);
        if (array->n_dims > 2)
            return fail(ERR_FORMAT,
                        "%s: %s of layer %s has more than two dimensions, or no numbers: "
                        "such layers are not supported",
                        reading->file->path, array->name, array->layer);
        int g = *n - 1;
        while (g >= 0 &&
               (groups[g].n_name != n_name || strncmp(groups[g].name, name, n_name)))
            g--;
        if (g < 0) {
            if (*n == MOST_GROUPS)
                return fail(ERR_FORMAT, "%s: more than %d layers with weights",
                            reading->file->path, MOST_GROUPS);
            g = (*n)++;
            const char *number = memchr(name, '_', n_name);
            groups[g] = (struct group){.name = name, .n_name = n_name, .first = array};
            groups[g].number = number ? (int)strtol(number + 1, NULL, 10) : 0;
        }
        if (groups[g].n == 1)
            groups[g].second = array;
        if (groups[g].n == 2)
            groups[g].third = array;
        groups[g].n++;
    }
    return OK;
}

/* Keras 1 has three arrays of each gate. */
static bool is_separate(const struct group *group)
{
    const size_t *shape = group->second ? group->second->shape : NULL;
    return shape && group->second->n_dims == 2 && shape[0] == shape[1] && group->n > 3;
}

/* 4: LSTM, 3: GRU, 0: neither. */
static int gates_of(const struct group *group)
{
    const size_t *shape = group->second ? group->second->shape : NULL;
    if (!shape || group->second->n_dims != 2 || shape[0] == 0 || shape[1] % shape[0])
        return 0;
    size_t gates = shape[1] / shape[0];
    if (is_separate(group))
        gates = group->n % 12 ? 3 : 4;
    return gates == 3 || gates == 4 ? (int)gates : 0;
}

/* A kernel and a recurrent kernel alone are a layer without bias. */
static bool has_bias(const struct group *group)
{
    return group->n % 3 == 0;
}

/* 1, 2 where it is Bidirectional, 0: it is not recurrent. */
static int directions_of(const struct group *group)
{
    int gates = gates_of(group);
    int each = is_separate(group) ? 3 * gates : has_bias(group) ? 3 : 2;
    bool is_one = gates && (group->n == each || group->n == 2 * each);
    return is_one ? group->n / each : 0;
}

/* Where a layer of its kind stands. */
static int rank_of(const struct group *group)
{
    return group->n == 1 ? 0 : directions_of(group) ? 1 : 2;
}

static int compare(const void *left, const void *right)
{
    const struct group *a = left, *b = right;
    int by_rank = rank_of(a) - rank_of(b);
    return by_rank ? by_rank : a->number - b->number;
}

static void add(json_t *layers, const char *class_name, json_t *config)
{
    json_array_append_new(
        layers, json_pack("{s:s, s:o}", "class_name", class_name, "config", config));
}

/* What CuDNN made has two biases in a row. */
static const char *class_of(const struct group *group)
{
    bool is_lstm = gates_of(group) == 4;
    const struct keras_array *bias = has_bias(group) ? group->third : NULL;
    if (!is_separate(group) && bias && bias->n_dims == 1 &&
        bias->shape[0] == 2 * group->second->shape[1])
        return is_lstm ? "CuDNNLSTM" : "CuDNNGRU";
    return is_lstm ? "LSTM" : "GRU";
}

/* `gate`: NULL leaves the activation to the version of Keras. */
static void add_recurrent(json_t *layers, const struct group *group, bool sequences,
                          const char *gate)
{
    const char *class_name = class_of(group);
    bool both_ways = directions_of(group) == 2;
    json_t *config =
        json_pack("{s:s%, s:I, s:b, s:b}", "name", group->name, group->n_name, "units",
                  (json_int_t)group->second->shape[0], "return_sequences", sequences,
                  "use_bias", has_bias(group));
    if (gate)
        json_object_set_new(config, "recurrent_activation", json_string(gate));
    if (both_ways) {
        json_t *inner =
            json_pack("{s:s, s:o}", "class_name", class_name, "config", config);
        config = json_pack("{s:s%, s:s, s:o}", "name", group->name, group->n_name,
                           "merge_mode", "concat", "layer", inner);
    }
    add(layers, both_ways ? "Bidirectional" : class_name, config);
}

/* What stands between the recurrent layers and a kernel of that many rows. */
static enum head_kind head_of(const struct keras_reading *reading,
                              const struct group *recurrent, size_t rows)
{
    size_t width = recurrent->second->shape[0] * (size_t)directions_of(recurrent);
    if (reading->hints->head >= 0)
        return (enum head_kind)reading->hints->head;
    return rows == width ? HEAD_LAST : HEAD_FLATTEN;
}

static void add_dense(json_t *layers, const struct group *group, bool is_last)
{
    size_t units = group->first->shape[1];
    const char *activation = !is_last ? "relu" : units == 1 ? "sigmoid" : "softmax";
    add(layers, "Dense",
        json_pack("{s:s%, s:I, s:s, s:b}", "name", group->name, group->n_name, "units",
                  (json_int_t)units, "activation", activation, "use_bias",
                  group->second != NULL));
}

static json_t *layers_of(const struct keras_reading *reading, const struct group *groups,
                         int n, int n_recurrent)
{
    static const char *const heads[] = {NULL, "Flatten", "GlobalMaxPooling1D",
                                        "GlobalAveragePooling1D"};
    static const char *const gates[] = {NULL, "sigmoid", "hard_sigmoid"};
    json_t *layers = json_array();
    const struct group *last = &groups[n_recurrent];
    enum head_kind head = head_of(reading, last, last[1].first->shape[0]);
    add(layers, "Embedding",
        json_pack("{s:s%, s:I, s:I, s:b}", "name", groups[0].name, groups[0].n_name,
                  "input_dim", (json_int_t)groups[0].first->shape[0], "output_dim",
                  (json_int_t)groups[0].first->shape[1], "mask_zero",
                  reading->hints->mask));
    for (int g = 1; g <= n_recurrent; g++)
        add_recurrent(layers, &groups[g], g < n_recurrent || head != HEAD_LAST,
                      gates[reading->hints->gates + 1]);
    if (heads[head])
        add(layers, heads[head], json_pack("{s:s}", "name", heads[head]));
    for (int g = n_recurrent + 1; g < n; g++)
        add_dense(layers, &groups[g], g + 1 == n);
    return layers;
}

int keras_describe(const struct keras_reading *reading, json_t **root)
{
    struct group groups[MOST_GROUPS];
    int n = 0, n_recurrent = 0, rc = collect(reading, groups, &n);
    if (rc)
        return rc;
    if (reading->file->by_class)
        qsort(groups, (size_t)n, sizeof *groups, compare);
    while (n_recurrent + 1 < n && rank_of(&groups[n_recurrent + 1]) == 1)
        n_recurrent++;
    if (n < 3 || rank_of(&groups[0]) != 0 || n_recurrent == 0 || n_recurrent + 1 == n)
        return fail(
            ERR_FORMAT,
            "%s: weights without a configuration, whose shapes are not those of an "
            "Embedding, LSTM or GRU layers and Dense layers",
            reading->file->path);
    json_t *layers = layers_of(reading, groups, n, n_recurrent);
    *root = json_pack("{s:s, s:{s:o}}", "class_name", "Sequential", "config", "layers",
                      layers);
    return OK;
}
