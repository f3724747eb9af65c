#include "keras/file.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "files/h5.h"
#include "files/zip.h"
#include "keras/find.h"

#define MOST_ANSWER_TEXT ((size_t)256 << 20)

bool keras_file_is_one(const char *bytes, size_t n)
{
    return h5_is_one(bytes, n) || zip_is_one(bytes, n);
}

static char *copy_text(const json_t *root, const char *key)
{
    const char *text = json_string_value(json_object_get(root, key));
    return text ? xstrdup(text) : NULL;
}

static int bad_answer(const char *path)
{
    return fail(ERR_FORMAT, "%s: what was read of it makes no sense: it is damaged",
                path);
}

/* Its numbers begin at *used, and stay the file's. */
static int take_array(const struct keras_file *file, const json_t *item, size_t n_values,
                      size_t *used, struct keras_array *array)
{
    const json_t *shape = json_object_get(item, "shape");
    json_int_t rows = json_integer_value(json_array_get(shape, 0)),
               columns = json_integer_value(json_array_get(shape, 1)),
               n_dims = json_integer_value(json_object_get(item, "n_dims"));
    size_t rest = n_values - *used;

    array->layer = copy_text(item, "layer");
    array->name = copy_text(item, "name");
    if (rows < 0 || columns < 0 || n_dims < 0 || n_dims > 4 ||
        (rows && (size_t)columns > rest / (size_t)rows) || !array->layer || !array->name)
        return bad_answer(file->path);

    array->n_dims = (int)n_dims;
    array->shape[0] = (size_t)rows;
    array->shape[1] = (size_t)columns;
    array->size = (size_t)rows * (size_t)columns;
    array->values = file->values + *used;
    *used += array->size;
    return OK;
}

static int take_arrays(const struct keras_file *file, const json_t *list, size_t n_values,
                       size_t *used, struct keras_arrays *arrays)
{
    size_t n = json_array_size(list);
    int rc = OK;

    arrays->array = xcalloc(n, sizeof *arrays->array);
    for (size_t i = 0; i < n && !rc; i++) {
        rc = take_array(file, json_array_get(list, i), n_values, used, &arrays->array[i]);
        arrays->n = i + 1;
    }
    return rc;
}

/* The strings of a list, which are the caller's. */
static char **take_names(const json_t *list, size_t *n_names)
{
    size_t i;
    const json_t *name;

    char **names = xcalloc(json_array_size(list), sizeof *names);
    json_array_foreach(list, i, name) if (json_is_string(name)) names[(*n_names)++] =
        xstrdup(json_string_value(name));
    return names;
}

/* The answer becomes the file's: its numbers move to the front of it. */
static int take_answer(struct keras_file *file, char *answer, size_t n)
{
    size_t n_text = strnlen(answer, n) + 1, used = 0;
    json_t *root = n_text > n ? NULL : json_loads(answer, 0, NULL);
    file->values = (float *)(void *)answer;
    if (!root)
        return bad_answer(file->path);

    size_t n_values = (n - n_text) / sizeof *file->values;
    file->version = copy_text(root, "version");
    file->config = copy_text(root, "config");
    file->training = copy_text(root, "training");
    file->optimizer_name = copy_text(root, "optimizer_name");
    file->padding = copy_text(root, "padding");
    file->truncating = copy_text(root, "truncating");
    file->vocabulary = copy_text(root, "vocabulary");
    file->is_checkpoint = json_is_true(json_object_get(root, "is_checkpoint"));
    file->by_class = json_is_true(json_object_get(root, "by_class"));
    memmove(answer, answer + n_text, n_values * sizeof *file->values);

    file->layers = take_names(json_object_get(root, "layers"), &file->n_layers);
    file->labels = take_names(json_object_get(root, "labels"), &file->n_labels);
    int rc = take_arrays(file, json_object_get(root, "weights"), n_values, &used,
                         &file->weights);
    if (!rc)
        rc = take_arrays(file, json_object_get(root, "optimizer"), n_values, &used,
                         &file->optimizer);
    json_decref(root);
    return rc;
}

int keras_file_read(const char *path, const char *bytes, size_t n,
                    struct keras_file *file)
{
    struct keras_source source = {path, bytes, n};
    char *answer = NULL;
    size_t n_answer = 0;

    *file = (struct keras_file){.path = xstrdup(path)};
    size_t most = keras_find_most(n) * sizeof(float) + MOST_ANSWER_TEXT;
    int rc = bounded_run(path, n, keras_find, &source, most, &answer, &n_answer);
    if (!rc)
        rc = take_answer(file, answer, n_answer);
    return rc;
}

static void release_arrays(struct keras_arrays *arrays)
{
    for (size_t i = 0; i < arrays->n; i++) {
        free(arrays->array[i].layer);
        free(arrays->array[i].name);
    }
    free(arrays->array);
}

static void release_names(char **names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(names[i]);
    free(names);
}

void keras_file_release(struct keras_file *file)
{
    release_arrays(&file->weights);
    release_arrays(&file->optimizer);
    release_names(file->layers, file->n_layers);
    release_names(file->labels, file->n_labels);
    free(file->vocabulary);
    free(file->padding);
    free(file->truncating);
    free(file->path);
    free(file->version);
    free(file->config);
    free(file->architecture);
    free(file->training);
    free(file->optimizer_name);
    free(file->values);
    *file = (struct keras_file){0};
}
