/* What the reading half of keras shares: keras_read.c (JSON becomes a list of layers),
 * keras_layers.c (layers become a configuration), keras_weights.c (arrays become its
 * weights). */
#ifndef RNNTRAIN_KERAS_PRIVATE_H
#define RNNTRAIN_KERAS_PRIVATE_H

#include "keras/keras.h"

#include <jansson.h>

/* Layers that rnntrain knows. */
enum keras_class {
    KERAS_INPUT,
    KERAS_EMBEDDING,
    KERAS_DROPOUT,
    KERAS_CHANNEL_DROPOUT,
    KERAS_LSTM,
    KERAS_GRU,
    KERAS_CUDNN_LSTM,
    KERAS_CUDNN_GRU,
    KERAS_BIDIRECTIONAL,
    KERAS_FLATTEN,
    KERAS_MAX,
    KERAS_MEAN,
    KERAS_DENSE,
    KERAS_ACTIVATION,
    KERAS_MODEL, /* Sequential, or a chain of the functional API */
    KERAS_N_CLASSES
};

/* A layer of the file, those of models in models in their place. */
struct keras_layer {
    enum keras_class class;
    const char *class_name, *name; /* borrowed from the JSON */
    const json_t *config;
    char *group; /* where Keras 3's layout has its arrays: "layers/lstm_1" */
};

/* A layer with weights, as the configuration has it. */
struct keras_part {
    const struct keras_layer *layer;
    bool use_bias;
};

struct keras_reading {
    const struct keras_file *file;
    const struct keras_hints *hints;
    struct keras_model *model;
    int major, minor; /* Keras's version */
    bool is_tf;       /* TensorFlow's Keras */
    json_t *root;     /* the model's JSON, or one made from the weights' shapes */
    struct keras_layer *layers;
    size_t n_layers, room;

    struct keras_part embedding, recurrent[MODEL_MOST_LAYERS], dense[2];
    int n_dense;
    bool is_cudnn;
    bool has_mask;     /* layers take the mask that Embedding(mask_zero=True) makes */
    int softmax_units; /* of the last Dense, 0: it is a sigmoid */
    json_t *optimizer; /* its options */
    bool is_adam;      /* moments are those of our Adam */
};

/* "`path`: layer \"lstm_1\" (LSTM, Keras 2.1.6) ...": ERR_FORMAT. */
int keras_refuse(const struct keras_reading *reading, const struct keras_layer *layer,
                 const char *format, ...) PRINTF_LIKE(3, 4);
/* A line more for the user. */
void keras_note(struct keras_reading *reading, const char *format, ...) PRINTF_LIKE(2, 3);

/* KERAS_N_CLASSES: it is none of ours. */
enum keras_class keras_class_of(const char *name);

/* The configuration that the layers make, up to what only the weights' shapes say. */
int keras_read_layers(struct keras_reading *reading) NODISCARD;

/* The model's JSON made from shapes, where the file has none; the caller's. */
int keras_describe(const struct keras_reading *reading, json_t **root) NODISCARD;

/* Weights and moments, once the configuration is known. */
int keras_take_weights(struct keras_reading *reading) NODISCARD;

#endif
