/* Whether a chain fits what rnntrain's options can say: recurrent layers of one kind, one
 * head, at most one hidden Dense, a dropout at each of three places. Nothing else asks
 * this: the kinds read and copy any chain. */
#include "keras/private.h"

#include <stdlib.h>

enum { MOST_RECURRENT = 64 };

/* Notes what becomes of the dropout below a layer that is no dropout; false: it goes. A
 * Flatten hands on what is dropped as it is. */
static bool keep_dropout(struct keras_reading *reading, const struct keras_part *part)
{
    if (part->config.kind == LAYER_RECURRENT) {
        keras_note_left_out(reading, part->layer, "the dropout below it");
        return false;
    }

    if (part->config.kind == LAYER_POOLING)
        keras_note(reading,
                   "layer \"%s\": dropout stands before it; here it comes after it",
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

    if (walk->n_recurrent == MOST_RECURRENT)
        return keras_refuse(reading, part->layer, "is one recurrent layer more than %d",
                            MOST_RECURRENT);
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

static void set(json_t *record, const char *key, json_t *value)
{
    json_object_set_new(record, key, value);
}

/* All but the units are those of the first one too. */
static void say_recurrent(json_t *record, const struct layer_config *layer)
{
    const char *cell = cell_kinds[layer->recurrent.cell].name;
    const char *below = json_string_value(json_object_get(record, "units"));
    json_int_t n_below = json_integer_value(json_object_get(record, "layers"));
    char *model = xasprintf("%s%s", layer->recurrent.bidirectional ? "bi" : "", cell);
    char *units = below ? xasprintf("%s,%d", below, layer->recurrent.units)
                        : xasprintf("%d", layer->recurrent.units);

    set(record, "model", json_string(model));
    set(record, "layers", json_integer(n_below + 1));
    set(record, "units", json_string(units));
    set(record, "recurrent_activation",
        json_string(layer->recurrent.hard_sigmoid ? "hard_sigmoid" : "sigmoid"));
    set(record, "reset_after", json_boolean(layer->recurrent.reset_after));
    free(model);
    free(units);
}

static void say_dropout(json_t *record, const struct layer_config *layer)
{
    enum rng_purpose purpose = layer->dropout.purpose;
    const char *option = purpose == RNG_DROPOUT_EMBEDDING ? "embedding_dropout"
                         : purpose == RNG_DROPOUT_DENSE   ? "dense_dropout"
                                                          : "rnn_dropout";

    set(record, option, json_real(layer->dropout.rate));
}

static void say_layer(json_t *record, const struct layer_config *layer)
{
    static const char *const poolings[] = {POOLING_NAMES};

    switch (layer->kind) {
    case LAYER_EMBEDDING:
        set(record, "embedding", json_integer(layer->embedding.width));
        break;
    case LAYER_DROPOUT:
        say_dropout(record, layer);
        break;
    case LAYER_RECURRENT:
        say_recurrent(record, layer);
        break;
    case LAYER_POOLING:
        set(record, "head", json_string(poolings[layer->pooling.how]));
        break;
    case LAYER_FLATTEN:
        set(record, "head", json_string("flatten"));
        break;
    case LAYER_DENSE:
        set(record, "dense", json_integer(layer->dense.units));
        break;
    case LAYER_OUTPUT: /* follows from the labels */
    case LAYER_KINDS:
        break;
    }
}

char *keras_options_json(const struct keras_reading *reading)
{
    const struct chain_config *chain = &reading->model->config;
    json_t *record =
        json_pack("{s:s, s:s, s:i, s:b, s:f, s:f, s:f}", "recipe", "none", "head", "last",
                  "dense", 0, "mask", chain->mask, "embedding_dropout", 0.0,
                  "rnn_dropout", 0.0, "dense_dropout", 0.0);

    for (int i = 0; i < chain->n_layers; i++)
        say_layer(record, &chain->layer[i]);
    json_object_update(record, reading->optimizer);
    char *text = json_dumps(record, JSON_SORT_KEYS | JSON_COMPACT);
    if (!text)
        die("a model's options do not fit JSON");
    json_decref(record);
    return text;
}
