#include "keras/find.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "data/facts.h"
#include "files/h5_foreign.h"
#include "files/zip.h"
#include "keras/file.h"

enum { MOST_LAYERS = 4096, MOST_ARRAYS = 4096, MOST_DEPTH = 12, MOST_VISITS = 20000 };
enum { MOST_NAME = 512, MOST_VERSION = 64, MOST_JSON = 64 << 20 }; /* bytes */
#define MOST_NUMBERS ((size_t)1 << 28)
#define MOST_JSON_MEMORY ((size_t)512 << 20)

struct finding {
    struct h5_foreign *h5;
    json_t *root;
    json_t *arrays; /* the list at work; borrowed */
    struct bounded_bytes values;
    size_t most_numbers; /* of all arrays */
    size_t n_visits;     /* of objects in a tree, whose links may lead back */
};

/* Weights do not pack well, so that a model's file has a quarter of its bytes of them, or
 * a few times that. The process holds them, beside what it makes of them. */
size_t keras_find_most(size_t n_bytes)
{
    size_t most = ((size_t)16 << 20) + 4 * n_bytes;
    return most < MOST_NUMBERS ? most : MOST_NUMBERS;
}

/* What jansson takes for a text of JSON, at most about. */
static size_t json_memory(const char *text)
{
    size_t n = 0;
    for (; *text; text++)
        n += *text == '{'                   ? 256
             : *text == '['                 ? 128
             : *text == ':' || *text == ',' ? 64
                                            : 1;
    return n;
}

/* The process reads it, without bounds. */
static int check_json(const char *path, const char *key, const char *text)
{
    if (strlen(text) <= MOST_JSON && json_memory(text) <= MOST_JSON_MEMORY)
        return OK;
    return fail(ERR_FORMAT,
                "%s: its %s has more than %d MiB, or more values than %zu MiB hold", path,
                key, MOST_JSON >> 20, MOST_JSON_MEMORY >> 20);
}

static int check_name(const struct finding *finding, const char *name)
{
    json_t *text = json_string(name); /* NULL where it is not UTF-8 */
    bool is_text = text != NULL;
    json_decref(text);
    if (!is_text)
        return fail(ERR_FORMAT, "%s: a name in it is not UTF-8",
                    h5_foreign_path(finding->h5));
    if (strlen(name) > MOST_NAME)
        return fail(ERR_FORMAT, "%s: a name in it has more than %d bytes",
                    h5_foreign_path(finding->h5), MOST_NAME);
    return OK;
}

static int set_text(struct finding *finding, const char *path, const char *key,
                    size_t most, const char *text)
{
    if (strlen(text) > most)
        return fail(ERR_FORMAT, "%s: its %s has more than %zu bytes", path, key, most);
    int rc = check_json(path, key, text);
    if (rc)
        return rc;
    json_t *value = json_string(text);
    if (!value)
        return fail(ERR_FORMAT, "%s: its %s is not UTF-8", path, key);
    json_object_set_new(finding->root, key, value);
    return OK;
}

static int set_attribute(struct finding *finding, const char *object, const char *name,
                         const char *key, size_t most)
{
    char *text = NULL;
    if (!h5_has_foreign_attribute(finding->h5, object, name))
        return OK;
    int rc = h5_read_foreign_text(finding->h5, object, name, &text);
    if (!rc)
        rc = set_text(finding, h5_foreign_path(finding->h5), key, most, text);
    free(text);
    return rc;
}

static int add_array(struct finding *finding, const char *path, const char *layer,
                     const char *name)
{
    size_t shape[H5_MAX_DIMS] = {0};
    size_t most = finding->most_numbers - finding->values.n / sizeof(float);
    float *values = NULL;
    int n_dims = 0;

    if (json_array_size(finding->arrays) >= MOST_ARRAYS)
        return fail(ERR_FORMAT, "%s: more than %d arrays", h5_foreign_path(finding->h5),
                    MOST_ARRAYS);
    int rc = h5_read_foreign_array(finding->h5, path, most, &n_dims, shape, &values);
    if (rc)
        return rc;

    json_t *array =
        json_pack("{s:s, s:s, s:i, s:[I, I]}", "layer", layer, "name", name, "n_dims",
                  n_dims, "shape", (json_int_t)shape[0], (json_int_t)shape[1]);
    if (array)
        bounded_append(&finding->values, values, shape[0] * shape[1] * sizeof *values);
    free(values);
    if (!array)
        return fail(ERR_FORMAT, "%s: a name in it is not UTF-8",
                    h5_foreign_path(finding->h5));
    json_array_append_new(finding->arrays, array);
    return OK;
}

/* Keras writes the list of layers first. */
static int is_cut(const struct finding *finding, const char *layer)
{
    return fail(ERR_FORMAT,
                "%s: layer \"%s\" is listed, but has no place in it: the file was cut "
                "while it was saved, as by Keras 3.0 to 3.2 where both directions of a "
                "Bidirectional have arrays of equal names; save the model as .keras, or "
                "by a newer Keras",
                h5_foreign_path(finding->h5), layer);
}

static bool is_keras_3(const struct finding *finding)
{
    const char *version = json_string_value(json_object_get(finding->root, "version"));
    return version && !strncmp(version, "3.", 2);
}

/* Whether the name stands in the list before its place. */
static bool is_listed(char *const *names, size_t place)
{
    for (size_t i = 0; i < place; i++)
        if (!strcmp(names[i], names[place]))
            return true;
    return false;
}

/* The arrays that a group's weight_names lists. */
static int add_listed(struct finding *finding, const char *group, const char *layer)
{
    size_t n = 0;
    char **names = NULL;
    int rc = h5_read_foreign_texts(finding->h5, group, "weight_names", MOST_ARRAYS, &n,
                                   &names);

    for (size_t i = 0; i < n && !rc; i++) {
        char *path = xasprintf("%s/%s", group, names[i]);
        rc = check_name(finding, names[i]);
        if (!rc && is_keras_3(finding) && is_listed(names, i))
            rc = is_cut(finding, layer);
        if (!rc)
            rc = add_array(finding, path, layer, names[i]);
        free(path);
    }

    h5_free_texts(n, names);
    return rc;
}

static json_t *new_list(struct finding *finding, const char *key)
{
    json_object_set_new(finding->root, key, json_array());
    return json_object_get(finding->root, key);
}

/* Layers of Keras 2's layout, in the order of layer_names. `root`: "" or
 * "/model_weights". */
static int add_layers(struct finding *finding, const char *root)
{
    size_t n = 0;
    char **names = NULL;
    const char *group = *root ? root : "/";
    json_t *layers = new_list(finding, "layers");
    int rc =
        h5_read_foreign_texts(finding->h5, group, "layer_names", MOST_LAYERS, &n, &names);

    for (size_t i = 0; i < n && !rc; i++) {
        char *path = xasprintf("%s/%s", root, names[i]);
        rc = check_name(finding, names[i]);
        if (!rc)
            json_array_append_new(layers, json_string(names[i]));
        if (!rc && !strchr(names[i], '/') && !h5_reaches(finding->h5, path))
            rc = is_cut(finding, names[i]);
        if (!rc)
            rc = add_listed(finding, path, names[i]);
        free(path);
    }

    h5_free_texts(n, names);
    return rc;
}

static int add_tree(struct finding *finding, const char *group, int depth);

/* What stands at `path`, which is `name` in the group. */
static int add_node(struct finding *finding, const char *group, const char *name,
                    const char *path, int depth)
{
    bool is_side = depth == 0 && (!strcmp(name, "optimizer") || !strcmp(name, "metrics"));
    const char *vars = strrchr(group, '/');

    if (is_side || !h5_reaches(finding->h5, path))
        return OK;
    if (!h5_is_array(finding->h5, path))
        return add_tree(finding, path, depth + 1);
    if (!vars || strcmp(vars, "/vars"))
        return OK;

    char *layer = xstrndup(group + 1, vars > group ? (size_t)(vars - group - 1) : 0);
    int rc = add_array(finding, path, layer, name);
    free(layer);
    return rc;
}

/* Keras 3's layout: every array under a group, which is "" for the root. */
static int add_tree(struct finding *finding, const char *group, int depth)
{
    size_t n = 0;
    char **names = NULL;
    int rc = h5_list(finding->h5, *group ? group : "/", MOST_ARRAYS, &n, &names);

    finding->n_visits += 1 + n;
    if (!rc && (depth > MOST_DEPTH || finding->n_visits > MOST_VISITS))
        rc = fail(ERR_FORMAT, "%s: groups in groups without end: no model has so many",
                  h5_foreign_path(finding->h5));
    for (size_t i = 0; i < n && !rc; i++) {
        char *path = xasprintf("%s/%s", group, names[i]);
        rc = add_node(finding, group, names[i], path, depth);
        free(path);
    }

    h5_free_texts(n, names);
    return rc;
}

/* The optimizer's state; what cannot be read of it is left out. */
static void add_optimizer(struct finding *finding)
{
    size_t n_before = finding->values.n;
    int rc = OK;

    if (h5_has_foreign_attribute(finding->h5, "/optimizer_weights", "weight_names")) {
        rc = add_listed(finding, "/optimizer_weights", "optimizer");
    } else {
        char path[48];
        for (int k = 0; !rc; k++) {
            snprintf(path, sizeof path, "/optimizer/vars/%d", k);
            if (!h5_is_array(finding->h5, path))
                break;
            rc = add_array(finding, path, "optimizer", strrchr(path, '/') + 1);
        }
    }

    if (rc) {
        json_array_clear(finding->arrays);
        finding->values.n = n_before;
    }
}

/* The layers of Keras 3's layout have a group each, named by their class. */
static int list_groups(struct finding *finding)
{
    static const char *const groups[] = {"/layers", "/_layer_checkpoint_dependencies"};
    json_t *layers = new_list(finding, "layers");
    int rc = OK;

    for (size_t g = 0; g < COUNT_OF(groups) && !rc; g++) {
        size_t n = 0;
        char **names = NULL;
        if (!h5_reaches(finding->h5, groups[g]))
            continue;
        rc = h5_list(finding->h5, groups[g], MOST_LAYERS, &n, &names);
        for (size_t i = 0; i < n && !rc; i++) {
            rc = check_name(finding, names[i]);
            if (!rc)
                json_array_append_new(layers, json_string(names[i]));
        }
        h5_free_texts(n, names);
    }
    return rc;
}

/* Keras makes a model's weights when it is built. */
static int has_no_weights(const struct finding *finding)
{
    return fail(ERR_FORMAT,
                "%s: no weights in it: expected a model of Keras (.h5, .keras or "
                ".weights.h5) or a checkpoint of rnntrain; a model that was saved before "
                "it was built has none: build it, by fit or model.build((None, length)), "
                "and save it again",
                h5_foreign_path(finding->h5));
}

/* The arrays of Keras 2's layout below a group. */
static int find_listed(struct finding *finding, const char *root)
{
    int rc = add_layers(finding, root);
    return !rc && json_array_size(finding->arrays) == 0 ? has_no_weights(finding) : rc;
}

static int find_weights(struct finding *finding)
{
    struct h5_foreign *h5 = finding->h5;

    finding->arrays = new_list(finding, "weights");
    if (h5_has_foreign_attribute(h5, "/", "layer_names") ||
        h5_has_foreign_attribute(h5, "/", "layer_names0"))
        return find_listed(finding, "");
    if (h5_reaches(h5, "/model_weights"))
        return find_listed(finding, "/model_weights");

    json_object_set_new(finding->root, "by_class", json_true());
    if (!json_object_get(finding->root, "version")) /* Keras 3 names what it saves */
        json_object_set_new(
            finding->root, "version",
            json_string(h5_has_foreign_attribute(h5, "/vars", "name") ? "3" : "2"));
    int rc = add_tree(finding, "", 0);
    if (!rc)
        rc = list_groups(finding);
    return !rc && json_array_size(finding->arrays) == 0 ? has_no_weights(finding) : rc;
}

static int find_in_h5(struct finding *finding, const char *path, const char *bytes,
                      size_t n)
{
    int rc = h5_open_foreign(path, bytes, n, &finding->h5);

    if (!rc && h5_reaches(finding->h5, "/rnntrain")) {
        json_object_set_new(finding->root, "is_checkpoint", json_true());
        h5_close_foreign(finding->h5);
        return OK;
    }

    if (!rc)
        rc = set_attribute(finding, "/", "keras_version", "version", MOST_VERSION);
    if (!rc)
        rc = set_attribute(finding, "/", "model_config", "config", MOST_JSON);
    if (!rc)
        rc = set_attribute(finding, "/", "training_config", "training", MOST_JSON);
    if (!rc)
        rc = set_attribute(finding, "/optimizer/vars", "name", "optimizer_name",
                           MOST_NAME);
    if (!rc)
        rc = find_weights(finding);

    finding->arrays = new_list(finding, "optimizer");
    if (!rc)
        add_optimizer(finding);
    h5_close_foreign(finding->h5);
    return rc;
}

/* What exports have and Keras does not look at; what is not that is nobody's concern. The
 * names of classes in their order. */
static void set_labels(struct finding *finding, json_t *labels)
{
    size_t i;
    const json_t *name;

    if (!json_is_array(labels) || json_array_size(labels) > FACTS_MOST_LABELS)
        return;
    json_array_foreach(labels, i, name) if (!json_string_length(name)) return;
    json_object_set(finding->root, "labels", labels);
}

static void set_side(struct finding *finding, json_t *metadata, const char *key)
{
    json_t *side = json_object_get(metadata, key);
    const char *text = json_string_value(side);
    if (text && (!strcmp(text, "pre") || !strcmp(text, "post")))
        json_object_set(finding->root, key, side);
}

/* The words of a TextVectorization, a line each, where the model has one. */
static int find_vocabulary(struct finding *finding, const struct keras_source *source)
{
    char *name = zip_find(source->bytes, source->n, "assets/", "/vocabulary.txt");
    char *text = NULL;
    size_t n = 0;
    if (!name)
        return OK;

    int rc = zip_read(source->path, source->bytes, source->n, name, MOST_JSON, &text, &n);
    json_t *words = rc ? NULL : json_stringn(text, n);
    if (!rc && (!words || strlen(text) != n))
        rc = fail(ERR_FORMAT, "%s: %s in it is not UTF-8, or has a NUL", source->path,
                  name);
    if (!rc)
        json_object_set(finding->root, "vocabulary", words);
    json_decref(words);
    free(text);
    free(name);
    return rc;
}

static int find_in_zip(struct finding *finding, const struct keras_source *source)
{
    static const char *const names[] = {"metadata.json", "config.json",
                                        "model.weights.h5"};
    const size_t most[] = {MOST_JSON, MOST_JSON,
                           MOST_JSON + keras_find_most(source->n) * sizeof(float)};
    char *entry[COUNT_OF(names)] = {NULL};
    size_t size[COUNT_OF(names)] = {0};
    int rc = OK;

    for (size_t i = 0; i < COUNT_OF(names) && !rc; i++)
        rc = zip_read(source->path, source->bytes, source->n, names[i], most[i],
                      &entry[i], &size[i]);

    json_t *metadata = rc ? NULL : json_loads(entry[0], 0, NULL);
    const char *version = json_string_value(json_object_get(metadata, "keras_version"));
    if (!rc && version)
        rc = set_text(finding, source->path, "version", MOST_VERSION, version);
    if (!rc) {
        set_labels(finding, json_object_get(metadata, "labels"));
        set_side(finding, metadata, "padding");
        set_side(finding, metadata, "truncating");
    }
    if (!rc)
        rc = set_text(finding, source->path, "config", MOST_JSON, entry[1]);
    if (!rc)
        rc = find_vocabulary(finding, source);
    if (!rc && !h5_is_one(entry[2], size[2]))
        rc = fail(ERR_FORMAT, "%s: %s in it is not HDF5", source->path, names[2]);
    if (!rc)
        rc = find_in_h5(finding, source->path, entry[2], size[2]);

    json_decref(metadata);
    for (size_t i = 0; i < COUNT_OF(names); i++)
        free(entry[i]);
    return rc;
}

static int is_no_model(const char *path)
{
    return fail(ERR_FORMAT,
                "%s: not a model: neither HDF5 nor a .keras archive, its first bytes say "
                "so; where a command takes more files, MODEL comes first",
                path);
}

int keras_find(const void *context, struct bounded_bytes *result)
{
    const struct keras_source *source = context;
    if (!keras_file_is_one(source->bytes, source->n))
        return is_no_model(source->path);

    struct finding finding = {.root = json_object(),
                              .most_numbers = keras_find_most(source->n)};
    int rc = zip_is_one(source->bytes, source->n)
                 ? find_in_zip(&finding, source)
                 : find_in_h5(&finding, source->path, source->bytes, source->n);

    char *text = json_dumps(finding.root, JSON_COMPACT);
    if (!rc && !text)
        rc = fail(ERR_FORMAT, "%s: a text in it is not UTF-8", source->path);
    if (!rc) {
        bounded_append(result, text, strlen(text) + 1);
        bounded_append(result, finding.values.bytes, finding.values.n);
    }
    free(text);
    json_decref(finding.root);
    free(finding.values.bytes);
    return rc;
}
