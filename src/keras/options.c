/* Whether a chain fits what rnntrain's options can say (model/options.h): recurrent
 * layers of one kind, one head, at most one hidden Dense, a dropout at each of three
 * places. Nothing else asks this: the kinds read and copy any chain. What is asked here
 * of parts, so that messages can name Keras's layers, is what model_options_of asks of
 * chains. */
#include "keras/private.h"

#include <stdlib.h>

/* Notes what becomes of the dropout below a layer that is no dropout; false: it goes. A
 * Flatten hands on what is dropped as it is. */
static bool keep_dropout(struct keras_reading *reading, const struct keras_part *part)
{
    if (part->config.kind == LAYER_RECURRENT) {
        keras_note_left_out(reading, part->layer, "the dropout below it");
        return false;
    }

    if (part->config.kind == LAYER_POOLING)
        keras_note_training(
            reading, "layer \"%s\": dropout stands before it; here it comes after it",
            part->layer->name);
    return true;
}

static bool is_head(enum layer_kind kind)
{
    return kind == LAYER_POOLING || kind == LAYER_FLATTEN;
}

/* One dropout a place is kept. That of the recurrent layers waits until what stands on
 * them is known, as its place is behind the head. */
static void settle_dropouts(struct keras_reading *reading)
{
    struct keras_part *parts = reading->parts, waiting = {.layer = NULL};
    int n = 0;

    for (int i = 0; i < reading->n_parts; i++) {
        const struct keras_part part = parts[i];
        enum layer_kind kind = part.config.kind;

        if (kind == LAYER_DROPOUT) {
            if (waiting.layer || parts[n - 1].config.kind == LAYER_DROPOUT)
                keras_note_left_out(reading, part.layer,
                                    "a second dropout in the same place");
            else if (part.config.dropout.purpose == RNG_DROPOUT_RNN)
                waiting = part;
            else
                parts[n++] = part;
            continue;
        }

        if (waiting.layer && !keep_dropout(reading, &part))
            waiting.layer = NULL;
        if (waiting.layer && !is_head(kind)) {
            parts[n++] = waiting;
            waiting.layer = NULL;
        }
        parts[n++] = part;
    }
    reading->n_parts = n;
}

static bool are_alike(const struct layer_config *a, const struct layer_config *b)
{
    return a->recurrent.cell == b->recurrent.cell &&
           a->recurrent.bidirectional == b->recurrent.bidirectional &&
           a->recurrent.hard_sigmoid == b->recurrent.hard_sigmoid &&
           a->recurrent.reset_after == b->recurrent.reset_after;
}

/* What the walk has come by. */
struct walk {
    const struct keras_part *recurrent; /* the last one, or NULL */
    int n_recurrent, n_dense;
};

static int check_recurrent(const struct keras_reading *reading,
                           const struct keras_part *part, struct walk *walk)
{
    const struct keras_part *below = walk->recurrent;

    if (walk->n_recurrent == OPTION_MOST_INTS)
        return keras_refuse(reading, part->layer, "is one recurrent layer more than %d",
                            OPTION_MOST_INTS);
    if (below && !are_alike(&part->config, &below->config))
        return keras_refuse(reading, part->layer,
                            "differs from the recurrent layer below it: stacks of one "
                            "kind, direction and activation are supported");
    walk->recurrent = part;
    walk->n_recurrent++;
    return OK;
}

static int check_part(const struct keras_reading *reading, const struct keras_part *part,
                      struct walk *walk)
{
    switch (part->config.kind) {
    case LAYER_RECURRENT:
        return check_recurrent(reading, part, walk);

    case LAYER_POOLING:
    case LAYER_FLATTEN:
        return walk->recurrent ? OK : keras_misplaced(reading, part->layer);

    case LAYER_DENSE:
        return walk->n_dense++ ? keras_misplaced(reading, part->layer) : OK;

    case LAYER_OUTPUT:
        return walk->recurrent ? OK : keras_no_classifier(reading);

    default:
        return OK;
    }
}

int keras_fit_options(struct keras_reading *reading)
{
    struct chain_config *chain = &reading->model->config;
    struct walk walk = {.recurrent = NULL};

    for (int i = 0; i < reading->n_parts; i++) {
        int rc = check_part(reading, &reading->parts[i], &walk);
        if (rc)
            return rc;
    }

    settle_dropouts(reading);
    for (int i = 0; i < reading->n_parts; i++)
        chain->layer[i] = reading->parts[i].config;
    chain->n_layers = reading->n_parts;
    chain_name_layers(chain);
    return OK;
}

char *keras_options_json(const struct keras_reading *reading)
{
    struct model_options options = {.layers = 0};
    if (model_options_of(&reading->model->config, &options))
        die("%s", fail_message());

    char *model = options_to_json(&model_options_table, &options);
    json_t *record = json_loads(model, 0, NULL);
    free(model);
    json_object_set_new(record, "recipe", json_string("none"));
    json_object_update(record, reading->optimizer);
    char *text = json_dumps(record, JSON_SORT_KEYS | JSON_COMPACT);
    if (!text)
        die("a model's options do not fit JSON");
    json_decref(record);
    return text;
}
