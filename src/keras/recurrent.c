/* LSTM and GRU, CuDNN's too, alone or in a Bidirectional. */
#include "keras/recurrent.h"

#include <string.h>

enum class { LSTM, GRU, SIMPLE, CUDNN_LSTM, CUDNN_GRU, BIDIRECTIONAL, CLASSES };

static const struct keras_class classes[] = {
    [LSTM] = {"LSTM", "lstm", KERAS_ROLE_LAYER, LAYER_RECURRENT},
    [GRU] = {"GRU", "gru", KERAS_ROLE_LAYER, LAYER_RECURRENT},
    [SIMPLE] = {"SimpleRNN", "simple_rnn", KERAS_ROLE_LAYER, LAYER_RECURRENT},
    [CUDNN_LSTM] = {"CuDNNLSTM", "cu_dnnlstm", KERAS_ROLE_LAYER, LAYER_RECURRENT},
    [CUDNN_GRU] = {"CuDNNGRU", "cu_dnngru", KERAS_ROLE_LAYER, LAYER_RECURRENT},
    [BIDIRECTIONAL] = {"Bidirectional", "bidirectional", KERAS_ROLE_LAYER,
                       LAYER_RECURRENT},
};
_Static_assert(COUNT_OF(classes) == CLASSES, "a class has no name");

/* What a class, Bidirectional aside, has inside. */
static const struct {
    enum recurrent_cell cell;
    bool is_cudnn;
} insides[BIDIRECTIONAL] = {
    [LSTM] = {CELL_LSTM, false},     [GRU] = {CELL_GRU, false},
    [SIMPLE] = {CELL_SIMPLE, false}, [CUDNN_LSTM] = {CELL_LSTM, true},
    [CUDNN_GRU] = {CELL_GRU, true},
};

const char *keras_cell_class(enum recurrent_cell cell, bool is_cudnn)
{
    int i = 0;
    while (insides[i].cell != cell || insides[i].is_cudnn != is_cudnn)
        i++;
    return classes[i].name;
}

static bool is_cell(const struct keras_class *class)
{
    return class && class->kind == LAYER_RECURRENT && class->role == KERAS_ROLE_LAYER &&
           class < &classes[BIDIRECTIONAL];
}

static bool is_cudnn(const struct keras_class *class)
{
    return insides[class - classes].is_cudnn;
}

static enum recurrent_cell cell_of(const struct keras_class *class)
{
    return insides[class - classes].cell;
}

/* The layer inside Bidirectional, whose two directions must be alike. Messages name the
 * outer one. */
static int unwrap(const struct keras_reading *reading, const struct keras_layer *outer,
                  struct keras_layer *cell)
{
    static const char *const alike[] = {"units", "activation", "recurrent_activation",
                                        "use_bias", "reset_after"};
    const json_t *inner = json_object_get(outer->config, "layer");
    const json_t *back = json_object_get(outer->config, "backward_layer");
    const json_t *config = json_object_get(back, "config");
    const char *mode = json_string_value(json_object_get(outer->config, "merge_mode"));
    const char *name = json_string_value(json_object_get(inner, "class_name"));
    const char *other = json_string_value(json_object_get(back, "class_name"));

    if (!mode || strcmp(mode, "concat"))
        return keras_refuse(reading, outer, "has the merge mode %s: expected concat",
                            mode ? mode : "none");
    cell->class = keras_class_of(name);
    cell->config = json_object_get(inner, "config");
    if (!is_cell(cell->class))
        return keras_refuse(reading, outer,
                            "wraps a layer of the class %s: expected LSTM or GRU",
                            name ? name : "none");

    if (other && strcmp(name, other))
        return keras_refuse(reading, outer,
                            "has a %s forward and a %s backward: expected two of a class",
                            name, other);
    for (size_t i = 0; i < COUNT_OF(alike) && json_is_object(config); i++) {
        const json_t *forward = json_object_get(cell->config, alike[i]);
        const json_t *backward = json_object_get(config, alike[i]);
        if (forward != backward && !json_equal(forward, backward))
            return keras_refuse(reading, outer, "has directions whose %s differ",
                                alike[i]);
    }
    return OK;
}

/* What has no counterpart here. */
static int check_cell(struct keras_reading *reading, const struct keras_layer *cell)
{
    static const char *const flags[] = {"go_backwards", "stateful", "return_state",
                                        "time_major"};
    const char *activation =
        keras_activation(cell->config, "activation", "activation", "tanh");

    for (size_t i = 0; i < COUNT_OF(flags); i++)
        if (keras_is_set(cell->config, flags[i]))
            return keras_refuse(reading, cell, "has %s, which is not supported",
                                flags[i]);
    if (strcmp(activation, "tanh"))
        return keras_refuse(reading, cell, "has the activation %s: expected tanh",
                            activation);

    if (keras_rate(cell, "dropout", "dropout_W") > 0 ||
        keras_rate(cell, "recurrent_dropout", "dropout_U") > 0)
        keras_note_left_out(reading, cell, "dropout inside of it");
    return OK;
}

/* Up to Keras 2.2, and in TensorFlow 1, gates were hard_sigmoid where nothing is said. */
static const char *usual_gate(const struct keras_reading *reading)
{
    bool is_old = reading->major < 2 ||
                  (reading->major == 2 && reading->minor < 3 && !reading->is_tf);
    return is_old ? "hard_sigmoid" : "sigmoid";
}

static int read_gate(const struct keras_reading *reading, const struct keras_layer *cell,
                     bool *is_hard)
{
    const char *gate = is_cudnn(cell->class)
                           ? "sigmoid"
                           : keras_activation(cell->config, "recurrent_activation",
                                              "inner_activation", usual_gate(reading));

    *is_hard = !strcmp(gate, "hard_sigmoid");
    if (!*is_hard && strcmp(gate, "sigmoid"))
        return keras_refuse(reading, cell,
                            "has the recurrent activation %s: expected sigmoid or "
                            "hard_sigmoid",
                            gate);
    return OK;
}

/* Of a GRU; where it has a bias, that has the last word. Keras 3 and TensorFlow 2 reset
 * after the product where nothing is said. */
static bool resets_after(const struct keras_reading *reading,
                         const struct keras_layer *cell)
{
    bool is_said = json_object_get(cell->config, "reset_after") != NULL;

    return is_said ? keras_is_set(cell->config, "reset_after")
                   : reading->major >= 3 || reading->is_tf;
}

static int no_steps(const struct keras_reading *reading, const struct keras_layer *layer)
{
    const struct keras_part *below =
        keras_part_below(reading, reading->parts + reading->n_parts);

    if (below->config.kind != LAYER_RECURRENT)
        return keras_misplaced(reading, layer);
    return keras_refuse(reading, layer,
                        "takes steps, but the layer below it gives its last one only");
}

static int read_recurrent(struct keras_reading *reading, const struct keras_layer *layer)
{
    struct layer_config config = {.kind = LAYER_RECURRENT};
    struct keras_layer cell = *layer; /* its messages name the layer */
    struct keras_part *part = NULL;

    if (!reading->has_steps)
        return no_steps(reading, layer);
    config.recurrent.bidirectional = layer->class == &classes[BIDIRECTIONAL];
    int rc = config.recurrent.bidirectional ? unwrap(reading, layer, &cell) : OK;
    if (!rc)
        rc = check_cell(reading, &cell);
    if (!rc)
        rc = read_gate(reading, &cell, &config.recurrent.hard_sigmoid);
    if (!rc)
        rc = keras_read_count(reading, &cell, "units", "output_dim", LAYER_MOST_UNITS,
                              &config.recurrent.units);
    if (!rc)
        rc = keras_add_part(reading, layer, LAYER_RECURRENT, &part);
    if (rc)
        return rc;

    config.recurrent.cell = cell_of(cell.class);
    config.recurrent.reset_after =
        config.recurrent.cell == CELL_GRU && resets_after(reading, &cell);
    config.recurrent.sequences = keras_is_set(cell.config, "return_sequences") ||
                                 keras_is_set(layer->config, "return_sequences");
    reading->has_steps = config.recurrent.sequences;
    part->config = config;
    part->use_bias = keras_has_bias(&cell);
    if (!part->use_bias)
        keras_note_training(
            reading,
            "layer \"%s\": it has no bias; here it has one of zeros, which "
            "training moves",
            layer->name);
    return OK;
}

static json_t *cell_config(const struct layer_config *layer, const char *name)
{
    json_t *config = keras_named(name);
    const char *gate = layer->recurrent.hard_sigmoid ? "hard_sigmoid" : "sigmoid";

    json_object_set_new(config, "units", json_integer(layer->recurrent.units));
    json_object_set_new(config, "activation", json_string("tanh"));
    json_object_set_new(config, "recurrent_activation", json_string(gate));
    json_object_set_new(config, "use_bias", json_true());
    json_object_set_new(config, "return_sequences",
                        json_boolean(layer->recurrent.sequences));
    if (layer->recurrent.cell == CELL_LSTM)
        json_object_set_new(config, "unit_forget_bias", json_true());
    else
        json_object_set_new(config, "reset_after",
                            json_boolean(layer->recurrent.reset_after));
    return config;
}

/* The object inside Bidirectional needs its module for Keras 3, also in HDF5. */
static json_t *write_recurrent(const struct chain_config *chain,
                               const struct layer_config *layer)
{
    enum recurrent_cell cell = layer->recurrent.cell;
    const char *class = keras_cell_class(cell, false);

    (void)chain;
    if (!layer->recurrent.bidirectional)
        return keras_object(class, cell_config(layer, layer->name));

    json_t *inner = keras_object(class, cell_config(layer, cell_kinds[cell].name));
    json_t *config = keras_named(layer->name);
    keras_set_module(inner, "keras.layers");
    json_object_set_new(config, "merge_mode", json_string("concat"));
    json_object_set_new(config, "layer", inner);
    return keras_object("Bidirectional", config);
}

/* Each direction has kernel, recurrent kernel and bias. */
static const char *place_recurrent(const struct layer_config *layer, int k, int *number)
{
    *number = k % 3;
    if (!layer->recurrent.bidirectional)
        return "cell/";
    return k < 3 ? "forward_layer/cell/" : "backward_layer/cell/";
}

const struct keras_kind keras_recurrent = {
    .classes = classes,
    .n_classes = (int)COUNT_OF(classes),
    .read = read_recurrent,
    .write = write_recurrent,
    .describe = keras_recurrent_describe,
    .find = keras_recurrent_find,
    .copy = keras_recurrent_copy,
    .place = place_recurrent,
};
