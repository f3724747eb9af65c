#include "keras/private.h"

#include <limits.h>
#include <string.h>

/* Values of a layer's configuration. */

static bool is_set(const json_t *config, const char *key)
{
    const json_t *value = json_object_get(config, key);
    return json_is_true(value) || (json_is_integer(value) && json_integer_value(value));
}

/* The whole number of one of two names: Keras 1 had others. */
static int read_count(const struct keras_reading *reading,
                      const struct keras_layer *layer, const char *key,
                      const char *old_key, int most, int *count)
{
    const json_t *value = json_object_get(layer->config, key);
    value = value ? value : json_object_get(layer->config, old_key);
    double number = json_number_value(value);
    if (!json_is_number(value) || number < 1 || number > most || number != (int)number)
        return keras_refuse(reading, layer, "has no %s from 1 to %d", key, most);
    *count = (int)number;
    return OK;
}

static double read_rate(const struct keras_layer *layer, const char *key,
                        const char *old_key)
{
    const json_t *value = json_object_get(layer->config, key);
    value = value ? value : json_object_get(layer->config, old_key);
    double rate = json_number_value(value);
    return rate > 0 && rate < 1 ? rate : 0;
}

/* The name of an activation, which may be an object of its own; `otherwise` where none is
 * given. */
static const char *activation_of(const json_t *config, const char *key,
                                 const char *old_key, const char *otherwise)
{
    const json_t *value = json_object_get(config, key);
    value = value ? value : json_object_get(config, old_key);
    if (json_is_object(value)) {
        const json_t *inner = json_object_get(value, "config");
        value = json_is_string(inner)            ? inner
                : json_object_get(inner, "name") ? json_object_get(inner, "name")
                                                 : json_object_get(value, "class_name");
    }
    const char *name = json_string_value(value);
    return name ? name : otherwise;
}

static bool has_bias(const struct keras_layer *layer)
{
    const json_t *value = json_object_get(layer->config, "use_bias");
    value = value ? value : json_object_get(layer->config, "bias");
    return !json_is_false(value);
}

/* Layers become a configuration. */

/* What came last. */
enum stage { AT_START, AT_EMBEDDING, AT_RECURRENT, AT_HEAD, AT_HIDDEN, AT_OUTPUT };

static int misplaced(const struct keras_reading *reading, const struct keras_layer *layer)
{
    return keras_refuse(
        reading, layer,
        "stands at a place that is not supported: expected Embedding, one "
        "or more LSTM or GRU, a pooling layer or Flatten, at most one "
        "hidden Dense(relu), and a Dense with sigmoid or softmax");
}

static int set_length(struct keras_reading *reading, const struct keras_layer *layer,
                      const json_t *shape)
{
    const json_t *length = json_array_get(shape, 1);
    if (!shape || json_is_null(shape))
        return OK;
    if (json_array_size(shape) != 2 || !(json_is_null(length) || json_is_integer(length)))
        return keras_refuse(reading, layer,
                            "takes no rows of ids: its input has not two "
                            "dimensions");
    json_int_t n = json_integer_value(length);
    if (n < 0 || n > 1 << 20)
        return keras_refuse(reading, layer, "has %lld positions", (long long)n);
    if (n)
        reading->model->config.maxlen = (int)n;
    return OK;
}

static int read_input(struct keras_reading *reading, const struct keras_layer *layer)
{
    const json_t *shape = json_object_get(layer->config, "batch_shape");
    const json_t *old = json_object_get(layer->config, "batch_input_shape");
    return set_length(reading, layer, shape ? shape : old);
}

static int read_embedding(struct keras_reading *reading, const struct keras_layer *layer,
                          enum stage *stage)
{
    struct model_config *config = &reading->model->config;
    const json_t *length = json_object_get(layer->config, "input_length");
    if (*stage != AT_START)
        return misplaced(reading, layer);
    *stage = AT_EMBEDDING;
    reading->embedding.layer = layer;
    config->mask = is_set(layer->config, "mask_zero");
    if (json_is_integer(length) && json_integer_value(length) > 0 &&
        json_integer_value(length) <= 1 << 20)
        config->maxlen = (int)json_integer_value(length);
    int rc = read_count(reading, layer, "input_dim", "input_dim", INT_MAX,
                        &config->vocabulary);
    if (!rc && config->vocabulary < 2)
        rc = keras_refuse(reading, layer, "has one row: a pad and no words");
    if (!rc)
        rc = read_count(reading, layer, "output_dim", "output_dim", 8192,
                        &config->embedding);
    if (!rc)
        rc = set_length(reading, layer,
                        json_object_get(layer->config, "batch_input_shape"));
    return rc;
}

static void note_no_dropout(struct keras_reading *reading,
                            const struct keras_layer *layer, const char *what)
{
    keras_note(reading, "layer \"%s\": %s is left out when the model is trained further",
               layer->name, what);
}

static int read_dropout(struct keras_reading *reading, const struct keras_layer *layer,
                        enum stage stage)
{
    struct model_config *config = &reading->model->config;
    double rate = read_rate(layer, "rate", "p");
    double *place = stage == AT_EMBEDDING ? &config->embedding_dropout
                    : stage == AT_HIDDEN  ? &config->dense_dropout
                    : stage == AT_START   ? NULL
                    : stage == AT_OUTPUT  ? NULL
                                          : &config->rnn_dropout;
    if (!place)
        return misplaced(reading, layer);
    if (layer->class == KERAS_CHANNEL_DROPOUT)
        note_no_dropout(reading, layer, "its dropout of whole channels");
    else if (*place > 0)
        note_no_dropout(reading, layer, "a second dropout in the same place");
    else
        *place = rate;
    return OK;
}

/* Up to Keras 2.2, and in TensorFlow 1, gates were hard_sigmoid where nothing is said. */
static const char *usual_gate(const struct keras_reading *reading)
{
    bool is_old = reading->major < 2 ||
                  (reading->major == 2 && reading->minor < 3 && !reading->is_tf);
    return is_old ? "hard_sigmoid" : "sigmoid";
}

/* What has no counterpart here. */
static int check_cell(struct keras_reading *reading, const struct keras_layer *layer)
{
    static const char *const flags[] = {"go_backwards", "stateful", "return_state",
                                        "time_major"};
    const char *activation =
        activation_of(layer->config, "activation", "activation", "tanh");
    for (size_t i = 0; i < COUNT_OF(flags); i++)
        if (is_set(layer->config, flags[i]))
            return keras_refuse(reading, layer, "has %s, which is not supported",
                                flags[i]);
    if (strcmp(activation, "tanh"))
        return keras_refuse(reading, layer, "has the activation %s: expected tanh",
                            activation);
    if (read_rate(layer, "dropout", "dropout_W") > 0 ||
        read_rate(layer, "recurrent_dropout", "dropout_U") > 0)
        note_no_dropout(reading, layer, "dropout inside of it");
    return OK;
}

static int read_gate(struct keras_reading *reading, const struct keras_layer *layer,
                     bool *is_hard)
{
    const char *gate = reading->is_cudnn
                           ? "sigmoid"
                           : activation_of(layer->config, "recurrent_activation",
                                           "inner_activation", usual_gate(reading));
    *is_hard = !strcmp(gate, "hard_sigmoid");
    if (!*is_hard && strcmp(gate, "sigmoid"))
        return keras_refuse(reading, layer,
                            "has the recurrent activation %s: expected sigmoid or "
                            "hard_sigmoid",
                            gate);
    return OK;
}

/* The layer inside Bidirectional, whose two directions must be alike. */
static int unwrap(struct keras_reading *reading, const struct keras_layer *outer,
                  struct keras_layer *cell)
{
    const json_t *inner = json_object_get(outer->config, "layer");
    const json_t *back = json_object_get(outer->config, "backward_layer");
    const char *mode = json_string_value(json_object_get(outer->config, "merge_mode"));
    const char *name = json_string_value(json_object_get(inner, "class_name"));
    enum keras_class class = keras_class_of(name);
    if (!mode || strcmp(mode, "concat"))
        return keras_refuse(reading, outer, "has the merge mode %s: expected concat",
                            mode ? mode : "none");
    if (class < KERAS_LSTM || class > KERAS_CUDNN_GRU)
        return keras_refuse(reading, outer,
                            "wraps a layer of the class %s: expected "
                            "LSTM or GRU",
                            name ? name : "none");
    const json_t *config = json_object_get(back, "config");
    static const char *const alike[] = {"units", "activation", "recurrent_activation",
                                        "use_bias", "reset_after"};
    *cell = (struct keras_layer){.class = class,
                                 .class_name = outer->class_name,
                                 .name = outer->name,
                                 .config = json_object_get(inner, "config"),
                                 .group = outer->group};
    for (size_t i = 0; i < COUNT_OF(alike) && json_is_object(config); i++) {
        const json_t *forward = json_object_get(cell->config, alike[i]);
        const json_t *backward = json_object_get(config, alike[i]);
        if (forward != backward && !json_equal(forward, backward))
            return keras_refuse(reading, outer, "has directions whose %s differ",
                                alike[i]);
    }
    return OK;
}

/* What all recurrent layers of a model here share. */
struct kind {
    enum recurrent_cell cell;
    bool bidirectional, hard_sigmoid;
};

static int read_kind(struct keras_reading *reading, const struct keras_layer *cell,
                     bool bidirectional)
{
    struct model_config *config = &reading->model->config;
    bool is_lstm = cell->class == KERAS_LSTM || cell->class == KERAS_CUDNN_LSTM;
    bool is_hard = false, is_first = config->layers == 0;
    bool is_cudnn = cell->class == KERAS_CUDNN_LSTM || cell->class == KERAS_CUDNN_GRU;
    if (is_first)
        reading->is_cudnn = is_cudnn;
    struct kind kind = {is_lstm ? CELL_LSTM : CELL_GRU, bidirectional, false};
    int rc = read_gate(reading, cell, &is_hard);
    if (rc)
        return rc;
    kind.hard_sigmoid = is_hard;
    if (is_first) {
        config->cell = kind.cell;
        config->bidirectional = kind.bidirectional;
        config->hard_sigmoid = kind.hard_sigmoid;
    }
    if (config->cell != kind.cell || config->bidirectional != kind.bidirectional ||
        config->hard_sigmoid != kind.hard_sigmoid || reading->is_cudnn != is_cudnn)
        return keras_refuse(reading, cell,
                            "differs from the recurrent layer below it: stacks of one "
                            "kind, direction and activation are supported");
    return OK;
}

static int read_recurrent(struct keras_reading *reading, const struct keras_layer *layer,
                          enum stage *stage)
{
    struct model_config *config = &reading->model->config;
    bool bidirectional = layer->class == KERAS_BIDIRECTIONAL;
    struct keras_layer cell = *layer;
    int i = config->layers;
    if (*stage != AT_EMBEDDING && *stage != AT_RECURRENT)
        return misplaced(reading, layer);
    *stage = AT_RECURRENT;
    if (i == MODEL_MOST_LAYERS)
        return keras_refuse(reading, layer, "is one recurrent layer more than %d", i);
    if (config->rnn_dropout > 0) {
        keras_note(reading,
                   "layer \"%s\": the dropout below it is left out when the model is "
                   "trained further",
                   layer->name);
        config->rnn_dropout = 0;
    }
    int rc = bidirectional ? unwrap(reading, layer, &cell) : OK;
    if (!rc)
        rc = check_cell(reading, &cell);
    if (!rc)
        rc = read_kind(reading, &cell, bidirectional);
    if (!rc)
        rc = read_count(reading, &cell, "units", "output_dim", 8192, &config->units[i]);
    if (!rc && i > 0 && config->head == HEAD_LAST)
        rc = keras_refuse(reading, layer,
                          "takes steps, but the layer below it gives its last one only");
    if (rc)
        return rc;
    bool sequences = is_set(cell.config, "return_sequences") ||
                     (bidirectional && is_set(layer->config, "return_sequences"));
    reading->recurrent[i] = (struct keras_part){layer, has_bias(&cell)};
    config->layers = i + 1;
    config->head = sequences ? HEAD_FLATTEN : HEAD_LAST; /* until a head says which */
    if (!has_bias(&cell))
        keras_note(reading,
                   "layer \"%s\": it has no bias; here it has one of zeros, which "
                   "training moves",
                   layer->name);
    return OK;
}

static int read_head(struct keras_reading *reading, const struct keras_layer *layer,
                     enum stage *stage)
{
    struct model_config *config = &reading->model->config;
    const char *format = json_string_value(json_object_get(layer->config, "data_format"));
    bool flattens = layer->class == KERAS_FLATTEN;
    if (*stage != AT_RECURRENT || is_set(layer->config, "keepdims") ||
        (format && strcmp(format, "channels_last")))
        return misplaced(reading, layer);
    *stage = AT_HEAD;
    if (config->head == HEAD_LAST)
        return flattens ? OK : misplaced(reading, layer); /* one step is flat already */
    config->head = flattens                    ? HEAD_FLATTEN
                   : layer->class == KERAS_MAX ? HEAD_MAX
                                               : HEAD_MEAN;
    if (!flattens && config->rnn_dropout > 0)
        keras_note(reading,
                   "layer \"%s\": dropout stands before it; here it comes after it",
                   layer->name);
    return OK;
}

static int read_dense(struct keras_reading *reading, const struct keras_layer *layer,
                      enum stage *stage)
{
    int units = 0, rc = read_count(reading, layer, "units", "output_dim", 65536, &units);
    if (rc)
        return rc;
    if (*stage != AT_RECURRENT && *stage != AT_HEAD && *stage != AT_HIDDEN)
        return misplaced(reading, layer);
    if (reading->model->config.head == HEAD_FLATTEN && *stage == AT_RECURRENT)
        return keras_refuse(reading, layer,
                            "stands on all steps: expected Flatten or a "
                            "pooling layer before it");
    if (reading->n_dense == 2)
        return misplaced(reading, layer);
    reading->dense[reading->n_dense++] = (struct keras_part){layer, has_bias(layer)};
    *stage = AT_HIDDEN;
    return OK;
}

/* The activation of dense layer k: its own, or that of the layer behind it. */
static const char *dense_activation(const struct keras_reading *reading, int k)
{
    const struct keras_layer *layer = reading->dense[k].layer;
    const char *own = activation_of(layer->config, "activation", "activation", "linear");
    const struct keras_layer *end = reading->layers + reading->n_layers;
    if (layer + 1 < end && layer[1].class == KERAS_ACTIVATION && !strcmp(own, "linear"))
        return activation_of(layer[1].config, "activation", "activation", "linear");
    return own;
}

static int read_hidden(struct keras_reading *reading)
{
    const struct keras_part *hidden = &reading->dense[0];
    const char *activation = dense_activation(reading, 0);
    if (reading->n_dense < 2)
        return OK;
    if (strcmp(activation, "relu"))
        return keras_refuse(reading, hidden->layer,
                            "is hidden and has the activation %s: expected relu",
                            activation);
    return read_count(reading, hidden->layer, "units", "output_dim", 65536,
                      &reading->model->config.dense);
}

static int read_output(struct keras_reading *reading)
{
    struct model_config *config = &reading->model->config;
    const struct keras_layer *layer = reading->dense[reading->n_dense - 1].layer;
    const char *activation = dense_activation(reading, reading->n_dense - 1);
    bool is_softmax = !strcmp(activation, "softmax");
    int units = 0, rc = read_count(reading, layer, "units", "output_dim", 65536, &units);
    if (rc)
        return rc;
    bool is_logit = !strcmp(activation, "linear");
    bool is_binary = units == 1 && (is_logit || !strcmp(activation, "sigmoid"));
    if (!is_binary && !(units > 1 && (is_softmax || is_logit)))
        return keras_refuse(reading, layer,
                            "is the last one, with %d units and the activation %s: "
                            "expected 1 and sigmoid, or more and softmax",
                            units, activation);
    reading->softmax_units = is_binary ? 0 : units;
    config->classes = is_binary ? 2 : units;
    if (is_logit)
        keras_note(reading,
                   "layer \"%s\": it gives logits; here they become "
                   "probabilities",
                   layer->name);
    if (units == 2)
        keras_note(reading,
                   "layer \"%s\": Dense(2, softmax) becomes Dense(1, sigmoid): the "
                   "same probabilities, other steps when trained further",
                   layer->name);
    return OK;
}

static int read_layer(struct keras_reading *reading, const struct keras_layer *layer,
                      enum stage *stage)
{
    switch (layer->class) {
    case KERAS_INPUT:
        return *stage == AT_START ? read_input(reading, layer) : OK;
    case KERAS_EMBEDDING:
        return read_embedding(reading, layer, stage);
    case KERAS_DROPOUT:
    case KERAS_CHANNEL_DROPOUT:
        return read_dropout(reading, layer, *stage);
    case KERAS_FLATTEN:
    case KERAS_MAX:
    case KERAS_MEAN:
        return read_head(reading, layer, stage);
    case KERAS_DENSE:
        return read_dense(reading, layer, stage);
    case KERAS_ACTIVATION:
        return *stage == AT_HIDDEN && layer[-1].class == KERAS_DENSE
                   ? OK
                   : misplaced(reading, layer);
    default:
        return read_recurrent(reading, layer, stage);
    }
}

int keras_read_layers(struct keras_reading *reading)
{
    enum stage stage = AT_START;
    int rc = OK;
    for (size_t i = 0; i < reading->n_layers && !rc; i++)
        rc = read_layer(reading, &reading->layers[i], &stage);
    if (!rc && (stage != AT_HIDDEN || reading->model->config.layers == 0))
        rc = fail(ERR_FORMAT,
                  "%s: a model of %zu layers without an Embedding, an LSTM or GRU and a "
                  "Dense: rnntrain has recurrent classifiers of text",
                  reading->file->path, reading->n_layers);
    if (!rc && reading->has_mask && !reading->model->config.mask)
        rc = keras_refuse(reading, reading->embedding.layer,
                          "makes no mask, but layers behind it take one");
    if (!rc)
        rc = read_hidden(reading);
    return rc ? rc : read_output(reading);
}
