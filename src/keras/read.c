#include "keras/private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/say.h"

const struct keras_hints keras_no_hints = {.head = MODEL_HEADS, .gates = MODEL_GATES};

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
                keras_source(reading), layer->name, layer->class_name,
                version_of(reading->file), why);
}

int keras_misplaced(const struct keras_reading *reading, const struct keras_layer *layer)
{
    reading->obstacles->is_of_place = true;
    return keras_refuse(
        reading, layer,
        "stands at a place that is not supported: expected Embedding, layers that take a "
        "sequence, one that makes a vector of it, hidden layers, and a Dense that gives "
        "the classes");
}

int keras_check_steps(const struct keras_reading *reading,
                      const struct keras_layer *layer)
{
    const json_t *format = json_object_get(layer->config, "data_format");
    const char *name = json_string_value(format);

    if (name && strcmp(name, "channels_last") != 0)
        return keras_refuse(reading, layer,
                            "has the data_format %.32s: expected channels_last", name);
    if (keras_is_set(layer->config, "keepdims"))
        return keras_refuse(reading, layer, "has keepdims, which is not supported");
    return reading->has_steps ? OK : keras_misplaced(reading, layer);
}

static void add_note(char **notes, const char *format, va_list args)
{
    char line[512], escaped[512], *before = *notes;

    vsnprintf(line, sizeof line, format, args);
    say_escape(line, escaped, sizeof escaped);
    *notes = xasprintf("%s%s\n", before ? before : "", escaped);
    free(before);
}

void keras_note(struct keras_reading *reading, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    add_note(&reading->model->notes, format, args);
    va_end(args);
}

void keras_note_training(struct keras_reading *reading, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    add_note(&reading->model->training_notes, format, args);
    va_end(args);
}

void keras_note_left_out(struct keras_reading *reading, const struct keras_layer *layer,
                         const char *what)
{
    keras_note_training(reading,
                        "layer \"%s\": %s is left out when the model is trained further",
                        layer->name, what);
}

static void read_version(struct keras_reading *reading)
{
    const char *version = reading->file->version;

    reading->major = 1; /* Keras 1 did not say */
    if (version && sscanf(version, "%d.%d", &reading->major, &reading->minor) < 1)
        reading->major = 2;
    reading->is_tf = reading->file->by_class || /* that layout came with Keras 2.12 */
                     (version && (strstr(version, "-tf") || reading->minor >= 4));
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
                keras_source(reading), error.line, error.column, error.text);
}

static bool has_flatten(const struct keras_reading *reading)
{
    for (int i = 0; i < reading->n_parts; i++)
        if (reading->parts[i].config.kind == LAYER_FLATTEN)
            return true;
    return false;
}

/* The kernel behind a Flatten has a row for each number of it. */
static int apply_hints(struct keras_reading *reading)
{
    struct chain_config *chain = &reading->model->config;
    int given = reading->hints->maxlen;

    if (!given)
        return OK;
    if (!has_flatten(reading))
        chain->length = given;
    else if (chain->length && given != chain->length)
        return fail(ERR_FORMAT,
                    "%s: its Flatten has rows of %d ids, not of %d: the length cannot be "
                    "another one",
                    reading->file->path, chain->length, given);
    return OK;
}

static int read_model(struct keras_reading *reading)
{
    int rc = load_root(reading);

    if (!rc)
        rc = keras_list_layers(reading);
    if (!rc)
        rc = keras_read_layers(reading);
    if (!rc)
        rc = apply_hints(reading);
    if (rc)
        return rc;

    keras_read_optimizer(reading);
    reading->reads_arrays = true;
    rc = keras_find_arrays(reading);
    if (!rc)
        rc = keras_make_chain(reading);
    if (!rc)
        rc = keras_take_weights(reading);
    return rc;
}

void keras_reading_release(struct keras_reading *reading)
{
    for (size_t i = 0; i < reading->n_layers; i++)
        free(reading->layers[i].group);
    free(reading->layers);
    free(reading->parts);
    if (reading->obstacles) {
        free(reading->obstacles->text);
        free(reading->obstacles->apart);
    }
    free(reading->obstacles);
    json_decref(reading->root);
    json_decref(reading->optimizer);
}

int keras_model_from(const struct keras_file *file, const struct keras_hints *hints,
                     struct keras_model *model)
{
    *model = (struct keras_model){.version = xasprintf("%.32s", version_of(file))};
    model->config.lookup_bytes = CHAIN_LOOKUP_BYTES;

    struct keras_reading reading = {
        .file = file, .hints = hints, .model = model, .is_plain = true};
    read_version(&reading);
    int rc = read_model(&reading);
    if (!model->notes)
        model->notes = xstrdup("");
    if (!model->training_notes)
        model->training_notes = xstrdup("");

    keras_reading_release(&reading);
    return rc;
}

void keras_model_release(struct keras_model *model)
{
    params_release(&model->params);
    free(model->weights);
    free(model->slots[0]);
    free(model->slots[1]);
    free(model->tokenizer);
    free(model->record);
    free(model->version);
    free(model->notes);
    free(model->training_notes);
    *model = (struct keras_model){.weights = NULL};
}
