#include "keras/private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MOST_LAYERS = 4096, MOST_NESTED = 8 };

static const char known_layers[] =
    "Embedding, Dropout, SpatialDropout1D, LSTM, GRU, CuDNNLSTM, CuDNNGRU, "
    "Bidirectional, "
    "Flatten, GlobalMaxPooling1D, GlobalAveragePooling1D, Dense, Activation";

/* Messages. */

static const char *version_of(const struct keras_file *file)
{
    return file->version ? file->version : "of unknown version";
}

int keras_refuse(const struct keras_reading *reading, const struct keras_layer *layer,
                 const char *format, ...)
{
    char why[512];
    va_list args;
    va_start(args, format);
    vsnprintf(why, sizeof why, format, args);
    va_end(args);
    return fail(ERR_FORMAT, "%s: layer \"%.64s\" (%.64s, Keras %.32s) %s",
                reading->file->path, layer->name, layer->class_name,
                version_of(reading->file), why);
}

void keras_note(struct keras_reading *reading, const char *format, ...)
{
    char line[512], *before = reading->model->notes;
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    clean_line(line);
    reading->model->notes = xasprintf("%s%s\n", before ? before : "", line);
    free(before);
}

/* Layers, those of models in models in their place. */

static const struct {
    const char *name, *snake; /* Keras 3 names arrays by class in snake case */
    enum keras_class class;
} classes[] = {
    {"InputLayer", "input_layer", KERAS_INPUT},
    {"Embedding", "embedding", KERAS_EMBEDDING},
    {"Dropout", "dropout", KERAS_DROPOUT},
    {"SpatialDropout1D", "spatial_dropout1d", KERAS_CHANNEL_DROPOUT},
    {"LSTM", "lstm", KERAS_LSTM},
    {"GRU", "gru", KERAS_GRU},
    {"CuDNNLSTM", "cu_dnnlstm", KERAS_CUDNN_LSTM},
    {"CuDNNGRU", "cu_dnngru", KERAS_CUDNN_GRU},
    {"Bidirectional", "bidirectional", KERAS_BIDIRECTIONAL},
    {"Flatten", "flatten", KERAS_FLATTEN},
    {"GlobalMaxPooling1D", "global_max_pooling1d", KERAS_MAX},
    {"GlobalAveragePooling1D", "global_average_pooling1d", KERAS_MEAN},
    {"Dense", "dense", KERAS_DENSE},
    {"Activation", "activation", KERAS_ACTIVATION},
    {"Sequential", "sequential", KERAS_MODEL},
    {"Functional", "functional", KERAS_MODEL},
    {"Model", "functional", KERAS_MODEL},
};

static int class_index(const char *name)
{
    for (int i = 0; name && i < (int)COUNT_OF(classes); i++)
        if (!strcmp(name, classes[i].name))
            return i;
    return -1;
}

enum keras_class keras_class_of(const char *name)
{
    int at = class_index(name);
    return at < 0 ? KERAS_N_CLASSES : classes[at].class;
}

/* Names within a functional model. */
struct chain {
    const char *first, *before; /* the layer that it begins with, and the last one */
    const char *mask; /* NotEqual(ids, 0), which Keras 3 hands to every layer; or NULL */
};

/* The layers from which a layer of the functional API takes its inputs, the mask left
 * out: their number, and the name of the last. Keras 2: [[["embedding", 0, 0, {}]]];
 * Keras 3: {"args": [{"config": {"keras_history": ["embedding", 0, 0]}}], ...}. */
static int count_inputs(const struct chain *chain, const json_t *node, int depth,
                        const char **name)
{
    const json_t *history = json_object_get(node, "keras_history");
    const json_t *list = history ? history : node;
    const char *key, *first = json_string_value(json_array_get(list, 0));
    const json_t *value;
    size_t i;
    int n = 0;
    if (depth > 8)
        return 2;
    if (first && json_is_integer(json_array_get(list, 1))) {
        if (chain->mask && !strcmp(first, chain->mask))
            return 0;
        *name = first;
        return 1;
    }
    json_array_foreach(node, i, value) n += count_inputs(chain, value, depth + 1, name);
    json_object_foreach((json_t *)(uintptr_t)node, key, value) n +=
        count_inputs(chain, value, depth + 1, name);
    return n;
}

/* A layer must take what the layer `from` gives, and may take the mask. */
static int check_inputs(const struct keras_reading *reading,
                        const struct keras_layer *layer, const json_t *entry,
                        const struct chain *chain, const char *from)
{
    const char *name = NULL;
    const json_t *nodes = json_object_get(entry, "inbound_nodes");
    if (!nodes)
        return OK;
    int n = count_inputs(chain, nodes, 0, &name);
    if (n == (from ? 1 : 0) && (!from || !strcmp(from, name)))
        return OK;
    return keras_refuse(reading, layer,
                        "takes other inputs than the output of the layer before it: only "
                        "models whose layers form a chain are supported");
}

static int add_models_layers(struct keras_reading *reading, const json_t *model,
                             const char *prefix, int depth);

static int add_layer(struct keras_reading *reading, const json_t *entry,
                     const char *group, struct chain *chain, int depth)
{
    struct keras_layer layer = {
        .class_name = json_string_value(json_object_get(entry, "class_name")),
        .config = json_object_get(entry, "config")};
    int at = class_index(layer.class_name);
    const char *name = json_string_value(json_object_get(layer.config, "name"));
    const char *outer = json_string_value(json_object_get(entry, "name"));
    layer.name = name ? name : outer ? outer : "without name";
    if (!layer.class_name)
        return fail(ERR_FORMAT, "%s: a layer of its configuration has no class",
                    reading->file->path);
    if (!strcmp(layer.class_name, "NotEqual") && chain->first && !chain->mask) {
        reading->has_mask = true;
        chain->mask = layer.name;
        return check_inputs(reading, &layer, entry, chain, chain->first);
    }
    if (at < 0)
        return keras_refuse(reading, &layer, "is not supported: rnntrain has %s",
                            known_layers);
    layer.class = classes[at].class;
    int rc = check_inputs(reading, &layer, entry, chain, chain->before);
    chain->before = outer ? outer : layer.name;
    chain->first = chain->first ? chain->first : chain->before;
    if (rc || layer.class == KERAS_MODEL)
        return rc ? rc : add_models_layers(reading, layer.config, group, depth + 1);
    if (reading->n_layers == MOST_LAYERS)
        return fail(ERR_FORMAT, "%s: more than %d layers", reading->file->path,
                    MOST_LAYERS);
    if (reading->n_layers == reading->room) {
        reading->room = 2 * reading->room + 16;
        reading->layers = xrealloc(reading->layers, reading->room, sizeof layer);
    }
    layer.group = xstrdup(group);
    reading->layers[reading->n_layers++] = layer;
    return OK;
}

/* `model`: the configuration of a Sequential or functional model, or the bare list that
 * it was up to Keras 2.2.2. */
static int add_models_layers(struct keras_reading *reading, const json_t *model,
                             const char *prefix, int depth)
{
    const json_t *list = json_is_array(model) ? model : json_object_get(model, "layers");
    struct chain chain = {NULL, NULL, NULL};
    int count[COUNT_OF(classes)] = {0}, rc = OK;
    const json_t *entry;
    size_t i;
    if (!json_is_array(list) || depth > MOST_NESTED)
        return fail(ERR_FORMAT, "%s: its configuration has no list of layers",
                    reading->file->path);
    json_array_foreach(list, i, entry)
    {
        int at = class_index(json_string_value(json_object_get(entry, "class_name")));
        const char *snake = at < 0 ? "" : classes[at].snake;
        int n = at < 0 ? 0 : count[at]++;
        char *group = n ? xasprintf("%slayers/%s_%d%s", prefix, snake, n, "")
                        : xasprintf("%slayers/%s", prefix, snake);
        char *inner = xasprintf("%s/", group);
        bool is_model = at >= 0 && classes[at].class == KERAS_MODEL;
        rc = add_layer(reading, entry, is_model ? inner : group, &chain, depth);
        free(inner);
        free(group);
        if (rc)
            break;
    }
    return rc;
}

/* The rest. */

static void read_version(struct keras_reading *reading)
{
    const char *version = reading->file->version;
    reading->major = 1; /* Keras 1 did not say */
    if (version && sscanf(version, "%d.%d", &reading->major, &reading->minor) < 1)
        reading->major = 2;
    reading->is_tf = reading->file->by_class || /* that layout came with Keras 2.12 */
                     (version && (strstr(version, "-tf") || reading->minor >= 4));
}

static int apply_hints(struct keras_reading *reading)
{
    struct model_config *config = &reading->model->config;
    int given = reading->hints->maxlen;
    if (given && config->maxlen && given != config->maxlen &&
        config->head == HEAD_FLATTEN)
        return fail(ERR_FORMAT,
                    "%s: its Flatten has rows of %d ids, not of %d: the length cannot be "
                    "another one",
                    reading->file->path, config->maxlen, given);
    if (given && config->head != HEAD_FLATTEN)
        config->maxlen = given;
    return OK;
}

static bool is_true(const json_t *config, const char *key)
{
    return json_is_true(json_object_get(config, key));
}

/* "Adam", "adam_1" and "Custom>Adam" are adam; NULL: rnntrain has none of that name. */
static const char *our_optimizer(const char *name)
{
    static const char *const names[] = {"adam", "rmsprop", "sgd"};
    const char *plain = name && strrchr(name, '>') ? strrchr(name, '>') + 1 : name;
    for (size_t i = 0; plain && i < COUNT_OF(names); i++) {
        size_t n = strlen(names[i]);
        if (!strncasecmp(plain, names[i], n) && (!plain[n] || plain[n] == '_'))
            return names[i];
    }
    return NULL;
}

/* What training_config says of the optimizer, as options; an empty object where rnntrain
 * has none of that name. */
static void read_optimizer(struct keras_reading *reading)
{
    static const char *const keys[][3] = {{"learning_rate", "learning_rate", "lr"},
                                          {"beta_1", "beta_1", "beta_1"},
                                          {"beta_2", "beta_2", "beta_2"},
                                          {"epsilon", "epsilon", "epsilon"},
                                          {"rho", "rho", "rho"},
                                          {"momentum", "momentum", "momentum"}};
    json_t *training =
        reading->file->training
            ? json_loads(reading->file->training, 0, NULL)
            : json_incref(json_object_get(reading->root, "compile_config"));
    const json_t *optimizer = json_object_get(training, "optimizer_config");
    optimizer = optimizer ? optimizer : json_object_get(training, "optimizer");
    const json_t *config = json_object_get(optimizer, "config");
    const char *name = json_is_string(optimizer)
                           ? json_string_value(optimizer)
                           : json_string_value(json_object_get(optimizer, "class_name"));
    name = name ? name : reading->file->optimizer_name;
    const char *ours = our_optimizer(name);
    json_t *record = reading->optimizer = json_object();
    reading->is_adam = ours && !strcmp(ours, "adam") && !is_true(config, "amsgrad");
    if (ours)
        json_object_set_new(record, "optimizer", json_string(ours));
    else if (name)
        keras_note(reading,
                   "its optimizer, %s, is not here: trained further, it has Adam", name);
    for (size_t i = 0; i < COUNT_OF(keys) && ours; i++) {
        json_t *value = json_object_get(config, keys[i][1]);
        value = value ? value : json_object_get(config, keys[i][2]);
        bool is_sgd = !strcmp(keys[i][0], "momentum") && strcmp(ours, "sgd");
        if (json_is_number(value) && json_number_value(value) > 0 && !is_sgd)
            json_object_set(record, keys[i][0], value);
    }
    json_decref(training);
}

/* The options that make such a model, as in a checkpoint of rnntrain. */
static char *record_of(const struct keras_reading *reading)
{
    static const char *const heads[] = {"last", "flatten", "max", "mean"};
    static const char *const models[] = {"lstm", "gru", "bilstm", "bigru"};
    const struct model_config *config = &reading->model->config;
    char *units = xasprintf("%d", config->units[0]);
    for (int i = 1; i < config->layers; i++) {
        char *longer = xasprintf("%s,%d", units, config->units[i]);
        free(units);
        units = longer;
    }
    json_t *record = json_pack(
        "{s:s, s:s, s:s, s:i, s:i, s:i, s:s, s:b, s:s, s:b, s:f, s:f, s:f}", "recipe",
        "none", "model", models[(int)config->cell + 2 * config->bidirectional], "units",
        units, "layers", config->layers, "embedding", config->embedding, "dense",
        config->dense, "head", heads[config->head], "mask", config->mask,
        "recurrent_activation", config->hard_sigmoid ? "hard_sigmoid" : "sigmoid",
        "reset_after", config->reset_after, "embedding_dropout",
        config->embedding_dropout, "rnn_dropout", config->rnn_dropout, "dense_dropout",
        config->dense_dropout);
    json_object_update(record, reading->optimizer);
    char *text = json_dumps(record, JSON_SORT_KEYS | JSON_COMPACT);
    if (!text)
        die("a model's options do not fit JSON");
    json_decref(record);
    free(units);
    return text;
}

static int load_root(struct keras_reading *reading)
{
    json_error_t error;
    if (!reading->file->config)
        return keras_describe(reading, &reading->root);
    if (reading->hints->asked)
        return fail(ERR_USAGE,
                    "--head, --mask and --recurrent-activation are for files of weights "
                    "alone: %s says itself what model it is",
                    reading->file->path);
    reading->root = json_loads(reading->file->config, 0, &error);
    if (reading->root)
        return OK;
    return fail(ERR_FORMAT, "%s: its configuration is no JSON: line %d, column %d: %s",
                reading->file->path, error.line, error.column, error.text);
}

static int read_model(struct keras_reading *reading)
{
    int rc = load_root(reading);
    if (!rc)
        rc = add_models_layers(reading, json_object_get(reading->root, "config"), "", 0);
    if (!rc)
        rc = keras_read_layers(reading);
    if (!rc)
        rc = apply_hints(reading);
    if (rc)
        return rc;
    read_optimizer(reading);
    return keras_take_weights(reading);
}

int keras_model_from(const struct keras_file *file, const struct keras_hints *hints,
                     struct keras_model *model)
{
    *model = (struct keras_model){.version = xasprintf("%.32s", version_of(file))};
    clean_line(model->version);
    model->config.lookup_bytes = MODEL_LOOKUP_BYTES;
    struct keras_reading reading = {.file = file, .hints = hints, .model = model};
    read_version(&reading);
    int rc = read_model(&reading);
    if (!rc)
        model->record = record_of(&reading);
    if (!model->notes)
        model->notes = xstrdup("");
    for (size_t i = 0; i < reading.n_layers; i++)
        free(reading.layers[i].group);
    free(reading.layers);
    json_decref(reading.root);
    json_decref(reading.optimizer);
    return rc;
}

void keras_model_release(struct keras_model *model)
{
    params_release(&model->params);
    free(model->weights);
    free(model->slots[0]);
    free(model->slots[1]);
    free(model->record);
    free(model->version);
    free(model->notes);
    *model = (struct keras_model){.weights = NULL};
}
