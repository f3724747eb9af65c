#include "keras/private.h"
#include "keras/recurrent.h"

#include <stdlib.h>
#include <string.h>

/* A file of weights alone: its layers are told by the shapes of their arrays, in the
 * order in which a classifier has them. */

enum { MOST_GROUPS = 128 };

/* Keras 3's names are "layers/lstm_1/cell": the layer is the second part. */
const char *keras_array_layer(const struct keras_file *file,
                              const struct keras_array *array, size_t *n)
{
    const char *slash = file->by_class ? strchr(array->layer, '/') : NULL;
    const char *name = slash ? slash + 1 : array->layer;
    *n = slash ? strcspn(name, "/") : strlen(name);
    return name;
}

/* The last group of the array's layer, or a new one behind the `n`; NULL: no room. */
static struct keras_group *group_of(const struct keras_file *file,
                                    const struct keras_array *array,
                                    struct keras_group *groups, int *n)
{
    size_t n_name = 0;
    const char *name = keras_array_layer(file, array, &n_name);
    int g = *n - 1;

    while (g >= 0 &&
           (groups[g].n_name != n_name || strncmp(groups[g].name, name, n_name)))
        g--;
    if (g >= 0)
        return &groups[g];
    if (*n == MOST_GROUPS)
        return NULL;
    const char *number = memchr(name, '_', n_name);
    groups[*n] =
        (struct keras_group){.name = name,
                             .n_name = n_name,
                             .number = number ? (int)strtol(number + 1, NULL, 10) : 0};
    return &groups[(*n)++];
}

static int collect(const struct keras_reading *reading, struct keras_group *groups,
                   int *n)
{
    const struct keras_arrays *all = &reading->file->weights;

    for (size_t i = 0; i < all->n; i++) {
        const struct keras_array *array = &all->array[i];
        if (array->n_dims > 2)
            return fail(ERR_FORMAT,
                        "%s: %s of layer %s has more than two dimensions, or no numbers: "
                        "such layers are not supported",
                        reading->file->path, array->name, array->layer);
        struct keras_group *group = group_of(reading->file, array, groups, n);
        if (!group)
            return fail(ERR_FORMAT, "%s: more than %d layers with weights",
                        reading->file->path, MOST_GROUPS);
        if (group->n < (int)COUNT_OF(group->array))
            group->array[group->n] = array;
        group->n++;
    }
    return OK;
}

/* An Embedding has one array; a Dense may have one too, but stands behind. */
static enum layer_kind kind_of(const struct keras_group *group)
{
    if (group->n == 1)
        return LAYER_EMBEDDING;
    return keras_recurrent_directions(group) ? LAYER_RECURRENT : LAYER_DENSE;
}

/* As a classifier has them. */
static int compare(const void *left, const void *right)
{
    const struct keras_group *a = left, *b = right;
    int by_kind = (int)kind_of(a) - (int)kind_of(b);
    return by_kind ? by_kind : a->number - b->number;
}

/* What stands between the recurrent layers and a kernel of that many rows. */
static enum model_head head_of(const struct keras_hints *hints,
                               const struct keras_told *told,
                               const struct keras_group *recurrent, size_t rows)
{
    size_t width =
        recurrent->array[1]->shape[0] * (size_t)keras_recurrent_directions(recurrent);

    if (hints->head != MODEL_HEADS)
        return hints->head;
    if ((int)told->head < (int)POOLING_KINDS)
        return told->head;
    return rows == width ? MODEL_LAST : MODEL_FLATTEN;
}

static void add_head(json_t *layers, enum model_head head)
{
    const struct keras_class *class =
        head == MODEL_FLATTEN ? keras_flatten.classes : &keras_pooling.classes[head];
    json_array_append_new(layers, keras_object(class->name, keras_named(class->name)));
}

/* Group 0 is the Embedding, n_recurrent follow, the others are Dense. */
static json_t *describe_all(const struct keras_hints *hints, enum model_head head,
                            const struct keras_group *groups, int n, int n_recurrent)
{
    json_t *layers = json_array();

    for (int g = 0; g < n; g++) {
        enum layer_kind kind = g == 0             ? LAYER_EMBEDDING
                               : g <= n_recurrent ? LAYER_RECURRENT
                               : g + 1 < n        ? LAYER_DENSE
                                                  : LAYER_OUTPUT;
        bool sequences = g < n_recurrent || head != MODEL_LAST;
        json_array_append_new(layers,
                              keras_kinds[kind]->describe(&groups[g], hints, sequences));
        if (g == n_recurrent && head != MODEL_LAST)
            add_head(layers, head);
    }
    return layers;
}

/* What neither shapes nor names say. */
static void note_assumed(struct keras_reading *reading, enum model_head head,
                         const struct keras_hints *hints, bool has_two, int n_dense)
{
    const char *gates = hints->gates == MODEL_GATES ? "its version's recurrent activation"
                                                    : model_gates_names[hints->gates];

    keras_note(reading,
               "weights alone: taken for a model with %s, %s, %sthe head %s, %s"
               "sigmoid or softmax at its end; --mask, --recurrent-activation and --head "
               "say otherwise, or --architecture model.json all of it",
               hints->mask ? "a mask" : "no mask", gates,
               has_two ? "directions side by side (concat), " : "",
               model_head_names[head], n_dense > 1 ? "relu in its hidden Dense, " : "");
}

int keras_describe(struct keras_reading *reading, json_t **root)
{
    struct keras_group groups[MOST_GROUPS];
    struct keras_told told;
    int n = 0, n_recurrent = 0, rc = keras_read_names(reading, &told);

    if (!rc)
        rc = collect(reading, groups, &n);
    if (rc)
        return rc;
    if (reading->file->by_class)
        qsort(groups, (size_t)n, sizeof *groups, compare);
    while (n_recurrent + 1 < n && kind_of(&groups[n_recurrent + 1]) == LAYER_RECURRENT)
        n_recurrent++;
    if (n < 3 || kind_of(&groups[0]) != LAYER_EMBEDDING || n_recurrent == 0 ||
        n_recurrent + 1 == n)
        return fail(
            ERR_FORMAT,
            "%s: weights without a configuration, whose shapes are not those of an "
            "Embedding, LSTM or GRU layers and Dense layers, one after the other: "
            "--architecture model.json, of model.to_json(), says what they are of",
            reading->file->path);

    struct keras_hints hints = *reading->hints;
    hints.mask |= told.has_mask;
    const struct keras_group *last = &groups[n_recurrent];
    enum model_head head = head_of(&hints, &told, last, last[1].array[0]->shape[0]);
    bool has_two = false;
    for (int g = 1; g <= n_recurrent; g++)
        has_two |= keras_recurrent_directions(&groups[g]) == 2;

    json_t *layers = describe_all(&hints, head, groups, n, n_recurrent);
    note_assumed(reading, head, &hints, has_two, n - n_recurrent - 1);
    *root = json_pack("{s:s, s:{s:o}}", "class_name", "Sequential", "config", "layers",
                      layers);
    return OK;
}
