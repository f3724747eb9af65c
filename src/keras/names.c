/* What the names of layers say in a file of weights alone, where Keras gave them: the
 * class in small letters, with underscores since Keras 2, and a number. */
#include "keras/private.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_LETTERS = 48 };

/* Classes of Keras that are not here, which change what a model says. */
static const char *const others[] = {
    "add",
    "additiveattention",
    "attention",
    "average",
    "averagepooling1d",
    "batchnormalization",
    "concatenate",
    "conv1d",
    "conv2d",
    "dot",
    "elu",
    "globalaveragepooling2d",
    "globalmaxpooling2d",
    "lambda",
    "layernormalization",
    "leakyrelu",
    "masking",
    "maximum",
    "maxpooling1d",
    "merge",
    "minimum",
    "multiheadattention",
    "multiply",
    "permute",
    "prelu",
    "repeatvector",
    "reshape",
    "separableconv1d",
    "subtract",
    "timedistributed",
};

/* Those that change nothing in judging, or are told of an activation that a Dense has. */
static const char *const idle[] = {
    "activityregularization",
    "gaussiandropout",
    "gaussiannoise",
    "input",
    "notequal",
    "softmax",
};

static const char *const models[] = {"functional", "model", "sequential"};

static bool is_in(const char *const *list, size_t n, const char *letters)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(list[i], letters))
            return true;
    return false;
}

/* "global_max_pooling1d_2" is globalmaxpooling1d. */
static void letters_of(const char *name, size_t n, char letters[MOST_LETTERS])
{
    size_t end = n, k = 0;

    while (end > 0 && isdigit((unsigned char)name[end - 1]))
        end--;
    if (end == n || end == 0 || name[end - 1] != '_')
        end = n;
    for (size_t i = 0; i < end && k + 1 < MOST_LETTERS; i++)
        if (name[i] != '_')
            letters[k++] = (char)tolower((unsigned char)name[i]);
    letters[k] = '\0';
}

static bool is_class(const struct keras_class *class, const char *letters)
{
    char own[MOST_LETTERS];

    letters_of(class->name, strlen(class->name), own);
    return !strcmp(own, letters);
}

static const struct keras_class *class_of(const char *letters)
{
    for (int kind = 0; kind < LAYER_KINDS; kind++)
        for (int i = 0; i < keras_kinds[kind]->n_classes; i++)
            if (is_class(&keras_kinds[kind]->classes[i], letters))
                return &keras_kinds[kind]->classes[i];
    return NULL;
}

static int refuse(const struct keras_reading *reading, const char *name, size_t n,
                  const char *why)
{
    return fail(ERR_FORMAT,
                "%s: layer \"%.*s\" %s; --architecture model.json, of model.to_json(), "
                "says what model these weights are of",
                reading->file->path, (int)n, name, why);
}

static int not_supported(const struct keras_reading *reading, const char *name, size_t n)
{
    char *known = keras_class_list();
    int rc =
        fail(ERR_FORMAT,
             "%s: layer \"%.*s\" is of a class that is not supported: rnntrain has %s",
             reading->file->path, (int)n, name, known);

    free(known);
    return rc;
}

/* Of a class that is not here. */
static int check_name(const struct keras_reading *reading, const char *name, size_t n)
{
    char letters[MOST_LETTERS];

    letters_of(name, n, letters);
    if (!is_in(others, COUNT_OF(others), letters))
        return OK;
    const struct keras_class *class = class_of(letters);
    if (class && class->kind != LAYER_POOLING)
        return refuse(reading, name, n,
                      "has numbers that a file of weights alone does not tell");
    return not_supported(reading, name, n);
}

/* A head that the name tells; MODEL_HEADS: it tells none. */
static enum model_head head_of(const struct keras_class *class)
{
    if (class && class->kind == LAYER_FLATTEN)
        return MODEL_FLATTEN;
    if (class && class->kind == LAYER_POOLING)
        return (enum model_head)(class - keras_pooling.classes);
    return MODEL_HEADS;
}

/* Whether a layer without weights may stand in the model, whatever it is. */
static bool is_idle(const struct keras_class *class, const char *letters)
{
    static const char input[] = "input";
    size_t n = strlen(letters), n_input = strlen(input);
    bool is_input = n >= n_input && !strcmp(letters + n - n_input, input);

    return class || is_input || is_in(idle, COUNT_OF(idle), letters) ||
           !strcmp(letters, "inputlayer") || !strcmp(letters, "activation") ||
           !strcmp(letters, "relu");
}

/* A pooling stands before a Flatten, which then does nothing. */
static int take_head(const struct keras_reading *reading, const char *name,
                     enum model_head found, struct keras_told *told)
{
    bool is_pooling = (int)found < (int)POOLING_KINDS;
    bool was_pooling = (int)told->head < (int)POOLING_KINDS;

    if (is_pooling && was_pooling)
        return refuse(reading, name, strlen(name), "is a second pooling");
    if (is_pooling || told->head == MODEL_HEADS)
        told->head = found;
    return OK;
}

static bool has_arrays(const struct keras_reading *reading, const char *name)
{
    const struct keras_arrays *all = &reading->file->weights;

    for (size_t i = 0; i < all->n; i++) {
        size_t n = 0;
        const char *layer = keras_array_layer(reading->file, &all->array[i], &n);
        if (strlen(name) == n && !strncmp(layer, name, n))
            return true;
    }
    return false;
}

static int read_name(const struct keras_reading *reading, const char *name,
                     struct keras_told *told)
{
    char letters[MOST_LETTERS];

    letters_of(name, strlen(name), letters);
    const struct keras_class *class = class_of(letters);
    if (is_in(models, COUNT_OF(models), letters))
        return refuse(reading, name, strlen(name), "is a model itself");
    if (has_arrays(reading, name))
        return class || !reading->file->by_class
                   ? OK
                   : not_supported(reading, name, strlen(name));

    told->has_mask |= !strcmp(letters, "notequal");
    enum model_head found = head_of(class);
    if (found != MODEL_HEADS)
        return take_head(reading, name, found, told);
    if (is_idle(class, letters) || reading->hints->head != MODEL_HEADS)
        return OK;
    return refuse(reading, name, strlen(name),
                  "has no weights and a name that does not tell what it does: give "
                  "--head, where it is a pooling or nothing");
}

int keras_read_names(const struct keras_reading *reading, struct keras_told *told)
{
    const struct keras_file *file = reading->file;
    enum model_head wanted = reading->hints->head;
    int rc = OK;

    *told = (struct keras_told){.head = MODEL_HEADS};
    for (size_t i = 0; i < file->n_layers && !rc; i++)
        rc = check_name(reading, file->layers[i], strlen(file->layers[i]));
    for (size_t i = 0; i < file->n_layers && !rc; i++)
        rc = read_name(reading, file->layers[i], told);
    if (rc || told->head == MODEL_HEADS || wanted == MODEL_HEADS ||
        told->head == wanted || told->head == MODEL_FLATTEN)
        return rc;
    return fail(ERR_USAGE, "--head %s, but the layers of %s have the head %s",
                model_head_names[wanted], file->path, model_head_names[told->head]);
}
