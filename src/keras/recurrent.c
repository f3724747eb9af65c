/* LSTM, GRU and SimpleRNN, CuDNN's too, alone or in a Bidirectional. */
#include "keras/recurrent.h"

#include <stdlib.h>
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

/* The index of a name; n where it is none of them. */
static int find(const char *const *names, int n, const char *name)
{
    int i = 0;
    while (i < n && (!name || strcmp(names[i], name)))
        i++;
    return i;
}

static int read_merge(const struct keras_reading *reading,
                      const struct keras_layer *outer, enum merge_mode *merge)
{
    const char *mode = json_string_value(json_object_get(outer->config, "merge_mode"));
    int found = find(merge_mode_names, MERGE_MODES, mode);

    if (!json_object_get(outer->config, "merge_mode"))
        return OK; /* concat, where nothing is said */
    if (found == MERGE_MODES)
        return keras_refuse(reading, outer,
                            "has the merge mode %s: expected concat, sum, ave or mul",
                            mode ? mode : "none");
    *merge = (enum merge_mode)found;
    return OK;
}

/* The second layer reads the other way round. */
static int check_alike(const struct keras_reading *reading,
                       const struct keras_layer *outer, const json_t *first,
                       const json_t *second)
{
    static const char *const alike[] = {"units", "activation", "recurrent_activation",
                                        "use_bias", "reset_after"};

    for (size_t i = 0; i < COUNT_OF(alike); i++) {
        const json_t *forward = json_object_get(first, alike[i]);
        const json_t *backward = json_object_get(second, alike[i]);
        if (forward != backward && !json_equal(forward, backward))
            return keras_refuse(reading, outer, "has directions whose %s differ",
                                alike[i]);
    }
    if (keras_is_set(first, "go_backwards") == keras_is_set(second, "go_backwards"))
        return keras_refuse(reading, outer, "has directions that read the same way");
    return OK;
}

/* The layer inside Bidirectional, whose two directions must be alike. Messages name the
 * outer one. */
static int unwrap(const struct keras_reading *reading, const struct keras_layer *outer,
                  struct keras_layer *cell)
{
    const json_t *inner = json_object_get(outer->config, "layer");
    const json_t *back = json_object_get(outer->config, "backward_layer");
    const json_t *config = json_object_get(back, "config");
    const char *name = json_string_value(json_object_get(inner, "class_name"));
    const char *other = json_string_value(json_object_get(back, "class_name"));

    cell->class = keras_class_of(name);
    cell->config = json_object_get(inner, "config");
    if (!is_cell(cell->class))
        return keras_refuse(reading, outer,
                            "wraps a layer of the class %s: expected LSTM, GRU or "
                            "SimpleRNN",
                            name ? name : "none");

    if (other && strcmp(name, other))
        return keras_refuse(reading, outer,
                            "has a %s forward and a %s backward: expected two of a class",
                            name, other);
    return json_is_object(config) ? check_alike(reading, outer, cell->config, config)
                                  : OK;
}

/* One refusal of several. */
static void also(struct keras_reading *reading, int rc)
{
    if (rc)
        keras_take_obstacle(reading);
}

/* What has no counterpart here. A mask fits outputs that stand backwards no longer, and
 * zeros where it skips are what two directions give. */
static int check_cell(struct keras_reading *reading, const struct keras_layer *cell,
                      const struct layer_config *config)
{
    static const char *const flags[] = {"stateful", "return_state", "time_major"};
    bool is_masked = config->recurrent.sequences && reading->model->config.mask;

    for (size_t i = 0; i < COUNT_OF(flags); i++)
        if (keras_is_set(cell->config, flags[i]))
            also(reading,
                 keras_refuse(reading, cell, "has %s, which is not supported", flags[i]));
    if (is_masked && config->recurrent.backwards)
        return keras_refuse(reading, cell,
                            "has go_backwards and gives all steps, but the Embedding "
                            "makes a mask, which would not fit them");
    if (is_masked && !config->recurrent.bidirectional &&
        keras_is_set(cell->config, "zero_output_for_mask"))
        return keras_refuse(reading, cell,
                            "has zero_output_for_mask, which is not supported");
    return OK;
}

/* Of the candidate. */
static int read_activation(const struct keras_reading *reading,
                           const struct keras_layer *cell,
                           enum cell_activation *activation)
{
    const char *name = keras_activation(cell->config, "activation", "activation", "tanh");
    int found = find(cell_activation_names, CELL_ACTIVATIONS, name);

    if (found == CELL_ACTIVATIONS)
        return keras_refuse(reading, cell,
                            "has the activation %s: expected tanh, relu, sigmoid or "
                            "linear",
                            name);
    *activation = is_cudnn(cell->class) ? CELL_TANH : (enum cell_activation)found;
    return OK;
}

static void read_dropouts(struct keras_reading *reading, const struct keras_layer *cell,
                          struct layer_config *config)
{
    double states = keras_rate(cell, "recurrent_dropout", "dropout_U");

    config->recurrent.dropout = keras_rate(cell, "dropout", "dropout_W");
    config->recurrent.recurrent_dropout = states;
    if (states > 0 && config->recurrent.cell != CELL_SIMPLE)
        keras_note_training(reading,
                            "layer \"%s\": recurrent_dropout drops the same for all "
                            "gates here, in Keras for each gate anew",
                            cell->name);
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
    if (cell_of(cell->class) == CELL_SIMPLE)
        return OK; /* it has no gates */

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

    if (reading->n_parts == 0 || below->config.kind != LAYER_RECURRENT)
        return keras_misplaced(reading, layer);
    reading->obstacles->is_of_place = true;
    return keras_refuse(reading, layer,
                        "takes steps, but the layer below it gives its last one only");
}

/* What one direction says, `layer` being what stands around it, or the cell's own. */
static int read_cell(struct keras_reading *reading, const struct keras_layer *layer,
                     const struct keras_layer *cell, struct layer_config *config)
{
    config->recurrent.cell = cell_of(cell->class);
    config->recurrent.reset_after =
        config->recurrent.cell == CELL_GRU && resets_after(reading, cell);
    config->recurrent.backwards = keras_is_set(cell->config, "go_backwards");
    config->recurrent.sequences = keras_is_set(cell->config, "return_sequences") ||
                                  keras_is_set(layer->config, "return_sequences");

    also(reading, check_cell(reading, cell, config));
    also(reading, read_activation(reading, cell, &config->recurrent.activation));
    also(reading, read_gate(reading, cell, &config->recurrent.hard_sigmoid));
    read_dropouts(reading, cell, config);
    return keras_read_count(reading, cell, "units", "output_dim", LAYER_MOST_UNITS,
                            &config->recurrent.units);
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
    if (rc) {
        reading->obstacles->is_lost = true;
        return rc;
    }
    if (config.recurrent.bidirectional)
        also(reading, read_merge(reading, layer, &config.recurrent.merge));
    rc = read_cell(reading, layer, &cell, &config);
    reading->has_steps = config.recurrent.sequences;
    if (!rc)
        rc = keras_add_part(reading, layer, LAYER_RECURRENT, &part);
    if (rc)
        return rc;

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

static void set_rate(json_t *config, const char *key, double rate)
{
    if (rate > 0)
        json_object_set_new(config, key, json_real(rate));
}

static json_t *cell_config(const struct layer_config *layer, const char *name,
                           bool backwards)
{
    json_t *config = keras_named(name);
    enum recurrent_cell cell = layer->recurrent.cell;
    const char *activation = cell_activation_names[layer->recurrent.activation];
    const char *gate = layer->recurrent.hard_sigmoid ? "hard_sigmoid" : "sigmoid";

    json_object_set_new(config, "units", json_integer(layer->recurrent.units));
    json_object_set_new(config, "activation", json_string(activation));
    if (cell != CELL_SIMPLE)
        json_object_set_new(config, "recurrent_activation", json_string(gate));
    json_object_set_new(config, "use_bias", json_true());
    json_object_set_new(config, "return_sequences",
                        json_boolean(layer->recurrent.sequences));
    if (cell == CELL_LSTM)
        json_object_set_new(config, "unit_forget_bias", json_true());
    if (cell == CELL_GRU)
        json_object_set_new(config, "reset_after",
                            json_boolean(layer->recurrent.reset_after));

    set_rate(config, "dropout", layer->recurrent.dropout);
    set_rate(config, "recurrent_dropout", layer->recurrent.recurrent_dropout);
    if (backwards)
        json_object_set_new(config, "go_backwards", json_true());
    return config;
}

/* The object inside Bidirectional needs its module for Keras 3, also in HDF5. */
static json_t *inner_cell(const struct layer_config *layer, const char *name,
                          bool backwards)
{
    json_t *inner = keras_object(keras_cell_class(layer->recurrent.cell, false),
                                 cell_config(layer, name, backwards));

    keras_set_module(inner, "keras.layers");
    return inner;
}

/* Keras makes the second direction of the first where nothing is said, but Keras 3 not of
 * one that reads backwards. */
static json_t *write_recurrent(const struct chain_config *chain,
                               const struct layer_config *layer)
{
    enum recurrent_cell cell = layer->recurrent.cell;
    const char *name = cell_kinds[cell].name;
    bool backwards = layer->recurrent.backwards;

    (void)chain;
    if (!layer->recurrent.bidirectional)
        return keras_object(keras_cell_class(cell, false),
                            cell_config(layer, layer->name, backwards));

    json_t *config = keras_named(layer->name);
    json_object_set_new(config, "merge_mode",
                        json_string(merge_mode_names[layer->recurrent.merge]));
    json_object_set_new(config, "layer", inner_cell(layer, name, backwards));
    if (backwards) {
        char *second = xasprintf("backward_%s", name);
        json_object_set_new(config, "backward_layer", inner_cell(layer, second, false));
        free(second);
    }
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
