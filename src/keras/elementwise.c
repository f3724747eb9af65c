#include "keras/elementwise.h"

#include <stdlib.h>
#include <string.h>

enum { ACTIVATION, RELU, LEAKY_RELU, ELU, SOFTMAX };

static const struct keras_class classes[] = {
    [ACTIVATION] = {"Activation", "activation", KERAS_ROLE_ACTIVATION, LAYER_ACTIVATION},
    [RELU] = {"ReLU", "re_lu", KERAS_ROLE_ACTIVATION, LAYER_ACTIVATION},
    [LEAKY_RELU] = {"LeakyReLU", "leaky_re_lu", KERAS_ROLE_ACTIVATION, LAYER_ACTIVATION},
    [ELU] = {"ELU", "elu", KERAS_ROLE_ACTIVATION, LAYER_ACTIVATION},
    [SOFTMAX] = {"Softmax", "softmax", KERAS_ROLE_ACTIVATION, LAYER_ACTIVATION},
};

static const char *const names[] = {ACTIVATION_LIST(ACTIVATION_NAME)};
_Static_assert(COUNT_OF(names) == ACTIVATION_KINDS, "an activation has no name");

/* Other names of the same. Keras has none for the approximate gelu: this is that of
 * KerasHub. */
static const struct {
    const char *name;
    enum activation how;
} aliases[] = {
    {"silu", ACTIVATION_SWISH},
    {"gelu_approximate", ACTIVATION_GELU_TANH},
};

bool keras_find_activation(const char *name, enum activation *how)
{
    for (int i = 0; i < ACTIVATION_KINDS; i++)
        if (!strcmp(name, names[i])) {
            *how = (enum activation)i;
            return true;
        }
    for (size_t i = 0; i < COUNT_OF(aliases); i++)
        if (!strcmp(name, aliases[i].name)) {
            *how = aliases[i].how;
            return true;
        }
    return false;
}

const char *keras_activation_name(enum activation how)
{
    return names[how];
}

char *keras_activation_list(void)
{
    char *list = xstrdup(names[0]);

    for (int i = 1; i < ACTIVATION_KINDS; i++) {
        char *longer = xasprintf("%s, %s", list, names[i]);
        free(list);
        list = longer;
    }
    return list;
}

/* Of a Softmax: of the units of one vector, not of positions or rows. */
static bool is_of_units(const struct keras_layer *layer)
{
    const json_t *axis = json_object_get(layer->config, "axis");

    if (json_is_array(axis) && json_array_size(axis) == 1)
        axis = json_array_get(axis, 0);
    return !axis || (json_is_integer(axis) &&
                     (json_integer_value(axis) == -1 || json_integer_value(axis) == 1));
}

const char *keras_layer_activation(const struct keras_layer *layer)
{
    if (layer->class == &classes[SOFTMAX])
        return is_of_units(layer) ? "softmax" : "softmax over another axis";
    return layer->class == &classes[ACTIVATION]
               ? keras_activation(layer->config, "activation", "activation", "linear")
               : NULL;
}

/* A number that Keras 2 may have written as an array; `otherwise` where none is given. */
static double number_of(const json_t *config, const char *key, const char *old_key,
                        double otherwise)
{
    const json_t *value = json_object_get(config, key);

    if (!value)
        value = json_object_get(config, old_key);
    if (json_is_object(value))
        value = json_object_get(value, "value");
    return json_is_number(value) ? json_number_value(value) : otherwise;
}

/* An activation and its number. */
struct curve {
    enum activation how;
    double alpha;
};

static bool read_relu(const json_t *config, struct curve *curve)
{
    double slope = number_of(config, "negative_slope", "negative_slope", 0);
    const json_t *most = json_object_get(config, "max_value");

    *curve = (struct curve){slope > 0 ? ACTIVATION_LEAKY_RELU : ACTIVATION_RELU, slope};
    return slope >= 0 && number_of(config, "threshold", "threshold", 0) == 0 &&
           (!most || json_is_null(most));
}

/* Below 0 a LeakyReLU of 0 is a relu, as is an ELU. */
static bool read_sloped(enum activation how, double alpha, struct curve *curve)
{
    *curve = (struct curve){alpha > 0 ? how : ACTIVATION_RELU, alpha};
    return alpha >= 0;
}

static bool read_curve(const struct keras_class *class, const json_t *config,
                       const char *name, struct curve *curve)
{
    switch (class - classes) {
    case RELU:
        return read_relu(config, curve);
    case LEAKY_RELU:
        return read_sloped(ACTIVATION_LEAKY_RELU,
                           number_of(config, "negative_slope", "alpha", 0.3), curve);
    case ELU:
        return read_sloped(ACTIVATION_ELU, number_of(config, "alpha", "alpha", 1), curve);
    default:
        *curve = (struct curve){.alpha = 0};
        return name && keras_find_activation(name, &curve->how);
    }
}

static int add_curve(struct keras_reading *reading, const struct keras_layer *layer,
                     const struct curve *curve)
{
    struct keras_part *part = NULL;
    int rc = OK;

    if (curve->how == ACTIVATION_LINEAR)
        return OK;
    rc = keras_add_part(reading, layer, LAYER_ACTIVATION, &part);
    if (!rc) {
        part->config.activation.how = curve->how;
        part->config.activation.alpha = curve->alpha;
    }
    return rc;
}

static int refuse(const struct keras_reading *reading, const struct keras_layer *layer,
                  const char *name)
{
    char *known = keras_activation_list();
    int rc = name ? keras_refuse(reading, layer, "has the activation %s: expected %s",
                                 name, known)
                  : keras_refuse(reading, layer,
                                 "has a slope, a threshold or a limit that is not "
                                 "supported");

    free(known);
    return rc;
}

static int read_elementwise(struct keras_reading *reading,
                            const struct keras_layer *layer)
{
    const char *name = keras_layer_activation(layer);
    struct curve curve;

    if (reading->n_parts == 0)
        return keras_misplaced(reading, layer);
    if (!read_curve(layer->class, layer->config, name, &curve))
        return refuse(reading, layer, name);
    return add_curve(reading, layer, &curve);
}

int keras_read_inner_activation(struct keras_reading *reading,
                                const struct keras_layer *layer, const json_t *value,
                                bool *is_one)
{
    const struct keras_class *class =
        keras_class_of(json_string_value(json_object_get(value, "class_name")));
    struct curve curve;

    *is_one = class && class->kind == LAYER_ACTIVATION &&
              class->role == KERAS_ROLE_ACTIVATION && class != &classes[ACTIVATION];
    if (!*is_one)
        return OK;
    if (!read_curve(class, json_object_get(value, "config"), NULL, &curve))
        return refuse(reading, layer, class == &classes[SOFTMAX] ? "softmax" : NULL);
    return add_curve(reading, layer, &curve);
}

static json_t *write_elementwise(const struct chain_config *chain,
                                 const struct layer_config *layer)
{
    enum activation how = layer->activation.how;
    json_t *config = keras_named(layer->name);

    (void)chain;
    if (how == ACTIVATION_LEAKY_RELU || how == ACTIVATION_ELU) {
        double alpha = activation_alpha(how, layer->activation.alpha);
        json_object_set_new(config, "alpha", json_real(alpha));
        return keras_object(classes[how == ACTIVATION_ELU ? ELU : LEAKY_RELU].name,
                            config);
    }
    json_object_set_new(config, "activation", json_string(names[how]));
    return keras_object(classes[ACTIVATION].name, config);
}

const struct keras_kind keras_elementwise = {
    .classes = classes,
    .n_classes = (int)COUNT_OF(classes),
    .read = read_elementwise,
    .write = write_elementwise,
};
