#include "keras/private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/model.h"

/* The file's arrays find their parts; the parts' arrays become the chain's weights. */

/* Keras 2's .keras archives had another name for the list of layers. */
static bool is_at(const struct keras_array *array, const char *group, const char *below,
                  int k)
{
    static const char list[] = "layers/", other[] = "_layer_checkpoint_dependencies/";
    const char *at = array->layer;
    char number[16];

    snprintf(number, sizeof number, "%d", k);
    if (!strncmp(at, other, strlen(other)) && !strncmp(group, list, strlen(list))) {
        at += strlen(other);
        group += strlen(list);
    }
    size_t n = strlen(group);
    return !strncmp(at, group, n) && !strcmp(at + n, below) &&
           !strcmp(array->name, number);
}

/* Whether one of the groups in an array's name is `group`, or begins with it. */
static bool is_in(const struct keras_array *array, const char *group, bool is_begin)
{
    size_t n = strlen(group);

    for (const char *at = array->name; *at;) {
        size_t length = strcspn(at, "/");
        if (at[length] && (is_begin ? length >= n : length == n) &&
            !strncmp(at, group, n))
            return true;
        at += length + (at[length] == '/');
    }
    return false;
}

/* How well an array's name fits what is looked for. */
static int fit(const struct keras_array *array, const struct keras_layer *layer,
               const char *below)
{
    const char *direction = !strncmp(below, "/forward", 8)    ? "forward_"
                            : !strncmp(below, "/backward", 9) ? "backward_"
                                                              : NULL;
    return (layer->name && is_in(array, layer->name, false)) +
           (direction && is_in(array, direction, true));
}

/* Arrays stand in the order of the layers, but within a nested model or a Bidirectional
 * Keras lists those that are frozen behind the others: there the names tell. */
static const struct keras_array *take_array(struct keras_reading *reading,
                                            const struct keras_layer *layer,
                                            const char *below)
{
    const struct keras_arrays *all = &reading->file->weights;
    size_t best = 0;

    while (reading->is_taken[best])
        best++;
    const char *group = all->array[best].layer;
    for (size_t i = best + 1; i < all->n && !strcmp(all->array[i].layer, group); i++)
        if (!reading->is_taken[i] &&
            fit(&all->array[i], layer, below) > fit(&all->array[best], layer, below))
            best = i;

    reading->is_taken[best] = true;
    reading->n_taken++;
    return &all->array[best];
}

int keras_find_array(struct keras_reading *reading, const struct keras_layer *layer,
                     const char *below, int k, const struct keras_array **array)
{
    const struct keras_arrays *all = &reading->file->weights;

    if (!reading->file->by_class) {
        if (reading->n_taken == all->n)
            return keras_refuse(reading, layer,
                                "has no weights: the file has %zu arrays only", all->n);
        *array = take_array(reading, layer, below);
        return OK;
    }
    for (size_t i = 0; i < all->n; i++)
        if (is_at(&all->array[i], layer->group, below, k)) {
            *array = &all->array[i];
            reading->is_taken[i] = true;
            return OK;
        }
    return keras_refuse(reading, layer, "has no array /%s%s/vars/%d in the file",
                        layer->group, below, k);
}

static int find_all(struct keras_reading *reading)
{
    for (int i = 0; i < reading->n_parts; i++) {
        struct keras_part *part = &reading->parts[i];
        const struct keras_kind *kind = keras_kinds[part->config.kind];
        int rc = kind->find ? kind->find(reading, part) : OK;
        if (rc)
            return rc;
    }
    return OK;
}

/* An array that stands among those of a layer, but is none of them, as a quantized
 * kernel's scales. */
static int check_left(const struct keras_reading *reading)
{
    const struct keras_arrays *all = &reading->file->weights;

    for (size_t i = 0; i < all->n; i++)
        for (size_t k = 0; k < all->n && !reading->is_taken[i]; k++)
            if (reading->is_taken[k] && !strcmp(all->array[k].layer, all->array[i].layer))
                return fail(ERR_FORMAT,
                            "%s: /%s/vars has an array %s, which is none of that "
                            "layer's: it is quantized, or was made by something else",
                            reading->file->path, all->array[i].layer, all->array[i].name);
    return OK;
}

int keras_find_arrays(struct keras_reading *reading)
{
    const struct keras_file *file = reading->file;

    reading->is_taken = xcalloc(file->weights.n + 1, sizeof *reading->is_taken);
    int rc = find_all(reading);
    if (!rc && file->by_class)
        rc = check_left(reading);
    free(reading->is_taken);
    reading->is_taken = NULL;

    if (!rc && !file->by_class && reading->n_taken != file->weights.n)
        return fail(
            ERR_FORMAT,
            "%s: %zu arrays, but its layers have %zu: it is damaged, or was made by "
            "something else",
            file->path, file->weights.n, reading->n_taken);
    return rc;
}

int keras_check_array(const struct keras_reading *reading,
                      const struct keras_layer *layer, const char *what,
                      const struct keras_array *array, int n_dims, size_t rows,
                      size_t columns)
{
    columns = n_dims >= 2 ? columns : 1;
    if (array->n_dims > 3 || (array->n_dims == 3 && n_dims < 3))
        return keras_refuse(reading, layer,
                            "has a %s that is no array of numbers in %d dimensions", what,
                            n_dims);
    if (array->n_dims != n_dims || array->shape[0] != rows || array->shape[1] != columns)
        return keras_refuse(reading, layer,
                            "has a %s of shape (%zu, %zu) in %d dimensions, expected "
                            "(%zu, %zu) in %d",
                            what, array->shape[0], array->shape[1], array->n_dims, rows,
                            columns, n_dims);

    for (size_t i = 0; i < array->size; i++)
        if (!isfinite(array->values[i]))
            return keras_refuse(reading, layer,
                                "has a %s whose element %zu is not a finite number", what,
                                i);
    return OK;
}

int keras_copy_array(const struct keras_reading *reading, const struct keras_layer *layer,
                     const struct keras_array *array, const struct tensor *tensor)
{
    float *to = reading->model->weights + tensor->offset;
    int rc = keras_check_array(reading, layer, tensor->name, array, tensor->n_dims,
                               tensor->shape[0], tensor->size / tensor->shape[0]);

    if (!rc)
        memcpy(to, array->values, tensor->size * sizeof *to);
    return rc;
}

/* The first tensor of a layer; NULL: it has none. */
static const struct tensor *tensors_of(const struct params *params, int place)
{
    for (int t = 0; t < params->n_tensors; t++)
        if (params->tensors[t].place == place)
            return &params->tensors[t];
    return NULL;
}

static int copy_all(struct keras_reading *reading)
{
    const struct keras_model *model = reading->model;

    for (int i = 0; i < reading->n_parts; i++) {
        const struct keras_part *part = &reading->parts[i];
        const struct keras_kind *kind = keras_kinds[part->config.kind];
        if (!kind->copy)
            continue;
        int rc = kind->copy(reading, part, tensors_of(&model->params, i));
        if (rc)
            return rc;
    }
    return OK;
}

/* Before they are allocated. */
static int check_size(const struct keras_reading *reading)
{
    const struct keras_arrays *all = &reading->file->weights;
    size_t n = 0, wanted = reading->model->params.size;

    for (size_t i = 0; i < all->n; i++)
        n += all->array[i].size;
    if (wanted <= 2 * n + ((size_t)1 << 20))
        return OK;
    return fail(ERR_FORMAT, "%s: its layers need %zu numbers, the file has %zu",
                reading->file->path, wanted, n);
}

/* Finite numbers may have sums that are not. */
static int check_sums(const struct keras_reading *reading)
{
    const struct keras_model *model = reading->model;
    size_t bad = params_first_nonfinite(&model->params, model->weights);

    if (bad == model->params.size)
        return OK;
    const struct tensor *tensor = params_find(&model->params, bad);
    return fail(ERR_FORMAT, "%s: %s/%s becomes too large a number here, at element %zu",
                reading->file->path, tensor->layer, tensor->name, bad - tensor->offset);
}

int keras_take_weights(struct keras_reading *reading)
{
    struct keras_model *model = reading->model;

    model_tensors(&model->config, &model->params);
    int rc = check_size(reading);
    if (rc)
        return rc;

    model->weights = xcalloc(model->params.size, sizeof *model->weights);
    rc = copy_all(reading);
    if (!rc)
        rc = check_sums(reading);
    if (!rc && reading->is_plain && reading->is_adam)
        keras_take_moments(reading);
    return rc;
}
