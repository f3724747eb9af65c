#include "keras/kind.h"

#include <limits.h>

static int read_embedding(struct keras_reading *reading, const struct keras_layer *layer)
{
    struct chain_config *chain = &reading->model->config;
    const json_t *length = json_object_get(layer->config, "input_length");
    struct keras_part *part = NULL;

    int rc = keras_add_part(reading, layer, LAYER_EMBEDDING, &part);
    if (!rc)
        rc = keras_read_count(reading, layer, "input_dim", "input_dim", INT_MAX,
                              &chain->vocabulary);
    if (!rc && chain->vocabulary < 2)
        rc = keras_refuse(reading, layer, "has one row: a pad and no words");
    if (!rc)
        rc = keras_read_count(reading, layer, "output_dim", "output_dim",
                              LAYER_MOST_UNITS, &part->config.embedding.width);
    if (rc)
        return rc;

    chain->mask = keras_is_set(layer->config, "mask_zero");
    reading->has_steps = true;
    if (json_is_integer(length) && json_integer_value(length) > 0 &&
        json_integer_value(length) <= FACTS_MOST_LENGTH)
        chain->length = (int)json_integer_value(length);
    return keras_read_length(reading, layer,
                             json_object_get(layer->config, "batch_input_shape"));
}

static json_t *write_embedding(const struct chain_config *chain,
                               const struct layer_config *layer)
{
    json_t *config = keras_named(layer->name);

    json_object_set_new(config, "dtype", json_string("float32"));
    json_object_set_new(config, "input_dim", json_integer(chain->vocabulary));
    json_object_set_new(config, "output_dim", json_integer(layer->embedding.width));
    json_object_set_new(config, "mask_zero", json_boolean(chain->mask));
    return keras_object("Embedding", config);
}

static json_t *describe_embedding(const struct keras_group *group,
                                  const struct keras_hints *hints, bool sequences)
{
    const size_t *shape = group->array[0]->shape;

    (void)sequences;
    return keras_object("Embedding",
                        json_pack("{s:s%, s:I, s:I, s:b}", "name", group->name,
                                  group->n_name, "input_dim", (json_int_t)shape[0],
                                  "output_dim", (json_int_t)shape[1], "mask_zero",
                                  hints->mask));
}

static int find_embedding(struct keras_reading *reading, struct keras_part *part)
{
    return keras_find_array(reading, part->layer, "", 0, &part->array[0][0]);
}

static int copy_embedding(struct keras_reading *reading, const struct keras_part *part,
                          const struct tensor *tensors)
{
    return keras_copy_array(reading, part->layer, part->array[0][0], &tensors[0]);
}

static const struct keras_class classes[] = {
    {"Embedding", "embedding", KERAS_ROLE_LAYER, LAYER_EMBEDDING}};

const struct keras_kind keras_embedding = {
    .classes = classes,
    .n_classes = (int)COUNT_OF(classes),
    .read = read_embedding,
    .write = write_embedding,
    .describe = describe_embedding,
    .find = find_embedding,
    .copy = copy_embedding,
};
