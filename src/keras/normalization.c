#include "keras/normalization.h"

/* -1, or the same counted from the front; in a list or not. */
static bool is_last_axis(const struct keras_reading *reading, const json_t *axis)
{
    int last = reading->has_steps ? 2 : 1;

    if (json_is_array(axis) && json_array_size(axis) == 1)
        axis = json_array_get(axis, 0);
    return json_is_integer(axis) &&
           (json_integer_value(axis) == -1 || json_integer_value(axis) == last);
}

int keras_normalization_read(struct keras_reading *reading,
                             const struct keras_layer *layer, enum layer_kind kind)
{
    const json_t *config = layer->config, *epsilon = json_object_get(config, "epsilon"),
                 *axis = json_object_get(config, "axis");
    struct keras_part *part = NULL;

    if (reading->n_parts == 0 ||
        reading->parts[reading->n_parts - 1].config.kind == LAYER_OUTPUT)
        return keras_misplaced(reading, layer);
    /* HDF5 files of Keras 2 do not say whose class it is; its own always has these. */
    if (!axis || !json_is_number(epsilon))
        return keras_refuse(reading, layer,
                            "has no axis or no epsilon, as Keras's own has: it is of a "
                            "class of its author's own, whose formula is not known");
    if (!is_last_axis(reading, axis))
        return keras_refuse(reading, layer,
                            "normalizes another axis than the last one, which is not "
                            "supported");
    if (keras_is_set(config, "rms_scaling") || keras_is_set(config, "renorm") ||
        keras_is_set(config, "mode"))
        return keras_refuse(reading, layer,
                            "has rms_scaling, renorm or a mode, which are not supported");

    int rc = keras_add_part(reading, layer, kind, &part);
    if (rc)
        return rc;
    part->config.normalization.epsilon = json_number_value(epsilon);
    part->config.normalization.no_center =
        json_is_false(json_object_get(config, "center"));
    part->config.normalization.no_scale = json_is_false(json_object_get(config, "scale"));
    if (!(part->config.normalization.epsilon >= 0 &&
          part->config.normalization.epsilon < 1e6))
        return keras_refuse(reading, layer, "has no epsilon from 0 on");
    return OK;
}

json_t *keras_normalization_write(const struct layer_config *layer,
                                  const char *class_name)
{
    json_t *config = keras_named(layer->name);

    json_object_set_new(config, "axis", json_integer(-1));
    json_object_set_new(config, "epsilon", json_real(layer->normalization.epsilon));
    json_object_set_new(config, "center", json_boolean(!layer->normalization.no_center));
    json_object_set_new(config, "scale", json_boolean(!layer->normalization.no_scale));
    return keras_object(class_name, config);
}

static int count(const struct keras_part *part, int more)
{
    return !part->config.normalization.no_scale + !part->config.normalization.no_center +
           more;
}

int keras_normalization_find(struct keras_reading *reading, struct keras_part *part,
                             int more)
{
    int rc = OK;

    for (int k = 0; k < count(part, more) && !rc; k++)
        rc = keras_find_array(reading, part->layer, "", k, &part->array[0][k]);
    return rc;
}

int keras_normalization_copy(struct keras_reading *reading, const struct keras_part *part,
                             const struct tensor *tensors, int more)
{
    int rc = OK;

    for (int k = 0; k < count(part, more) && !rc; k++)
        rc = keras_copy_array(reading, part->layer, part->array[0][k], &tensors[k]);
    return rc;
}
