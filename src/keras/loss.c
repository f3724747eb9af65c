/* What the loss that a file names says of the numbers that the last layer gives. */
#include "keras/private.h"

#include <ctype.h>
#include <string.h>

/* Losses by the names of functions and classes, and short ones: letters. */
static const struct {
    const char *letters;
    enum keras_loss kind;
} losses[] = {
    {"mse", KERAS_LOSS_OF_NUMBERS},
    {"meansquarederror", KERAS_LOSS_OF_NUMBERS},
    {"mae", KERAS_LOSS_OF_NUMBERS},
    {"meanabsoluteerror", KERAS_LOSS_OF_NUMBERS},
    {"mape", KERAS_LOSS_OF_NUMBERS},
    {"meanabsolutepercentageerror", KERAS_LOSS_OF_NUMBERS},
    {"msle", KERAS_LOSS_OF_NUMBERS},
    {"meansquaredlogarithmicerror", KERAS_LOSS_OF_NUMBERS},
    {"huber", KERAS_LOSS_OF_NUMBERS},
    {"huberloss", KERAS_LOSS_OF_NUMBERS},
    {"logcosh", KERAS_LOSS_OF_NUMBERS},
    {"poisson", KERAS_LOSS_OF_NUMBERS},
    {"cosinesimilarity", KERAS_LOSS_OF_NUMBERS},
    {"cosineproximity", KERAS_LOSS_OF_NUMBERS},
    {"kld", KERAS_LOSS_OF_NUMBERS},
    {"kldivergence", KERAS_LOSS_OF_NUMBERS},
    {"kullbackleiblerdivergence", KERAS_LOSS_OF_NUMBERS},
    {"hinge", KERAS_LOSS_OF_MARGINS},
    {"squaredhinge", KERAS_LOSS_OF_MARGINS},
    {"categoricalhinge", KERAS_LOSS_OF_MARGINS},
};

/* "mean_squared_error" and "MeanSquaredError" have the same letters. */
static void letters_of(const char *name, char *letters, size_t room)
{
    size_t n = 0;

    for (; *name && n + 1 < room; name++)
        if (isalpha((unsigned char)*name))
            letters[n++] = (char)tolower((unsigned char)*name);
    letters[n] = '\0';
}

/* A loss stands there as a name, as an object of a class or of a function, alone, in a
 * list or under the name of its output. */
static const json_t *alone(const json_t *loss)
{
    const json_t *first = loss;

    if (json_is_array(loss) && json_array_size(loss) == 1)
        first = json_array_get(loss, 0);
    else if (json_object_size(loss) == 1 && !json_object_get(loss, "class_name"))
        first = json_object_iter_value(json_object_iter((json_t *)(uintptr_t)loss));
    return first;
}

static const char *name_of(const json_t *loss)
{
    const char *class = json_string_value(json_object_get(loss, "class_name"));
    const json_t *config = json_object_get(loss, "config");
    const char *function = json_string_value(config);
    const char *inner = json_string_value(json_object_get(config, "fn"));

    if (json_is_string(loss))
        return json_string_value(loss);
    return function ? function : inner ? inner : class;
}

static enum keras_loss kind_of(const json_t *loss, const char *name)
{
    char letters[64];

    if (!name)
        return KERAS_LOSS_UNKNOWN;
    letters_of(name, letters, sizeof letters);
    for (size_t i = 0; i < COUNT_OF(losses); i++)
        if (!strcmp(letters, losses[i].letters))
            return losses[i].kind;
    if (keras_is_set(json_object_get(loss, "config"), "from_logits") ||
        strstr(letters, "logits"))
        return KERAS_LOSS_OF_LOGITS;
    return strstr(letters, "crossentropy") || !strcmp(letters, "bce")
               ? KERAS_LOSS_OF_PROBABILITIES
               : KERAS_LOSS_UNKNOWN;
}

json_t *keras_training_of(const struct keras_reading *reading)
{
    return reading->file->training
               ? json_loads(reading->file->training, 0, NULL)
               : json_incref(json_object_get(reading->root, "compile_config"));
}

/* "binary_crossentropy", "BinaryFocalCrossentropy", "bce" and with logits. */
bool keras_loss_is_binary(const char *name)
{
    char letters[64] = "";

    if (name)
        letters_of(name, letters, sizeof letters);
    return strstr(letters, "binary") != NULL || !strncmp(letters, "bce", 3);
}

enum keras_loss keras_read_loss(const struct keras_reading *reading, char **name)
{
    json_t *training = keras_training_of(reading);
    const json_t *loss = alone(json_object_get(training, "loss"));
    const char *found = name_of(loss);
    enum keras_loss kind = kind_of(loss, found);

    *name = found ? xstrdup(found) : NULL;
    json_decref(training);
    return kind;
}
