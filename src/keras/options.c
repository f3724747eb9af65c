/* Parts -> a chain -> the options that say it, as records have them. */
#include "keras/private.h"

#include <stdlib.h>

static int check_ends(const struct keras_reading *reading)
{
    const struct keras_part *last = &reading->parts[reading->n_parts - 1];

    if (reading->n_parts < 2 || reading->parts[0].config.kind != LAYER_EMBEDDING)
        return keras_no_classifier(reading);
    if (last->config.kind != LAYER_OUTPUT)
        return keras_refuse(reading, last->layer,
                            "stands behind the last Dense: expected the classes' "
                            "probabilities at the end");
    return OK;
}

/* Of poolings only attention has weights. */
static struct layer_config frozen_or_not(const struct keras_part *part)
{
    struct layer_config config = part->config;
    bool has_weights = config.kind == LAYER_POOLING
                           ? layer_attends(&config)
                           : keras_kinds[config.kind]->find != NULL;

    config.frozen = part->layer->is_frozen && has_weights;
    return config;
}

/* The options as a record has them; the caller's. */
static char *record_of(const struct keras_reading *reading,
                       const struct model_options *options)
{
    char *model = options_to_json(&model_options_table, options);
    json_t *record = json_loads(model, 0, NULL);
    free(model);
    if (!*options->stack)
        json_object_del(record, "stack");
    if (!*options->freeze)
        json_object_del(record, "freeze");
    json_object_set_new(record, "recipe", json_string("none"));
    json_object_update(record, reading->optimizer);
    char *text = json_dumps(record, JSON_SORT_KEYS | JSON_COMPACT);
    if (!text)
        die("a model's options do not fit JSON");
    json_decref(record);
    return text;
}

int keras_make_chain(struct keras_reading *reading)
{
    struct chain_config *chain = &reading->model->config;
    struct model_options options;
    int rc = check_ends(reading);

    if (rc)
        return rc;
    for (int i = 0; i < reading->n_parts; i++)
        chain->layer[i] = frozen_or_not(&reading->parts[i]);
    chain->n_layers = reading->n_parts;
    chain_complete(chain);

    if (model_options_of(chain, &options))
        return fail(ERR_FORMAT, "%s: %s", keras_source(reading), fail_message());
    reading->model->record = record_of(reading, &options);
    return OK;
}
