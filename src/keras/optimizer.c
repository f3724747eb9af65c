/* Keras's optimizer_config, read and written. */
#include "keras/private.h"

#include <string.h>
#include <strings.h>

/* What Keras calls each of ours, and its usual learning rate. */
static const struct {
    const char *class_name;
    double learning_rate;
} optimizers[] = {
    [OPTIM_ADAM] = {"Adam", 1e-3},
    [OPTIM_RMSPROP] = {"RMSprop", 1e-3},
    [OPTIM_SGD] = {"SGD", 1e-2},
};
_Static_assert(COUNT_OF(optimizers) == OPTIM_KINDS, "an optimizer is not Keras's");

/* "Adam", "adam_1" and "Custom>Adam" are Adam; OPTIM_KINDS: rnntrain has none of that
 * name, which may be NULL. */
static enum optim_kind kind_of(const char *name)
{
    const char *plain = name && strrchr(name, '>') ? strrchr(name, '>') + 1 : name;
    enum optim_kind kind = 0;

    for (; plain && kind < OPTIM_KINDS; kind++) {
        size_t n = strlen(optimizer_names[kind]);
        if (!strncasecmp(plain, optimizer_names[kind], n) &&
            (!plain[n] || plain[n] == '_'))
            return kind;
    }
    return OPTIM_KINDS;
}

/* What Keras says of it, as options. */
static void read_settings(const json_t *config, enum optim_kind kind, json_t *record)
{
    static const struct {
        const char *option, *old; /* Keras has the option's name, or had an old one */
    } keys[] = {{"learning_rate", "lr"}, {"beta_1", "beta_1"}, {"beta_2", "beta_2"},
                {"epsilon", "epsilon"},  {"rho", "rho"},       {"momentum", "momentum"}};

    json_object_set_new(record, "optimizer", json_string(optimizer_names[kind]));
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        json_t *value = json_object_get(config, keys[i].option);
        bool is_sgds = !strcmp(keys[i].option, "momentum");
        value = value ? value : json_object_get(config, keys[i].old);
        if (json_is_number(value) && json_number_value(value) > 0 &&
            (!is_sgds || kind == OPTIM_SGD))
            json_object_set(record, keys[i].option, value);
    }
}

void keras_read_optimizer(struct keras_reading *reading)
{
    json_t *training = keras_training_of(reading);
    const json_t *optimizer = json_object_get(training, "optimizer_config");
    optimizer = optimizer ? optimizer : json_object_get(training, "optimizer");
    const json_t *config = json_object_get(optimizer, "config");
    const char *name = json_is_string(optimizer)
                           ? json_string_value(optimizer)
                           : json_string_value(json_object_get(optimizer, "class_name"));
    name = name ? name : reading->file->optimizer_name;
    enum optim_kind kind = kind_of(name);

    reading->optimizer = json_object();
    reading->is_adam =
        kind == OPTIM_ADAM && !json_is_true(json_object_get(config, "amsgrad"));
    if (kind != OPTIM_KINDS)
        read_settings(config, kind, reading->optimizer);
    else if (name)
        keras_note_training(
            reading, "its optimizer, %s, is not here: trained further, it has Adam",
            name);
    json_decref(training);
}

static json_t *settings_of(const struct optim_config *optimizer)
{
    json_t *settings = json_object();

    switch (optimizer->kind) {
    case OPTIM_ADAM:
        json_object_set_new(settings, "beta_1", json_real(optimizer->beta1));
        json_object_set_new(settings, "beta_2", json_real(optimizer->beta2));
        json_object_set_new(settings, "amsgrad", json_false());
        json_object_set_new(settings, "epsilon", json_real(optimizer->epsilon));
        break;
    case OPTIM_RMSPROP:
        json_object_set_new(settings, "rho", json_real(optimizer->rho));
        json_object_set_new(settings, "epsilon", json_real(optimizer->epsilon));
        break;
    case OPTIM_SGD:
        json_object_set_new(settings, "momentum", json_real(optimizer->momentum));
        json_object_set_new(settings, "nesterov", json_false());
        break;
    case OPTIM_KINDS:
        die("an unknown optimizer");
    }
    return settings;
}

/* The rate is left out where it is Keras's default, also as the float that Keras makes of
 * it: old and new Keras name it differently. */
char *keras_optimizer_json(const struct optim_config *optimizer)
{
    double usual = optimizers[optimizer->kind].learning_rate;
    json_t *settings = settings_of(optimizer);

    if ((float)optimizer->learning_rate != (float)usual)
        json_object_set_new(settings, "learning_rate",
                            json_real(optimizer->learning_rate));
    json_t *root = json_pack("{s:s, s:o}", "class_name",
                             optimizers[optimizer->kind].class_name, "config", settings);
    char *text = json_dumps(root, JSON_SORT_KEYS | JSON_COMPACT);
    json_decref(root);
    return text;
}
