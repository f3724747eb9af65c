/* What stands in a model file that Keras wrote, of any era: texts and arrays, not yet
 * understood.
 *
 *   whole model .h5       attributes model_config, training_config, keras_version;
 *                         /model_weights, /optimizer_weights  (Keras 2.0 to 3)
 *   weights .h5           attribute layer_names  (save_weights of Keras 2)
 *   .weights.h5           /layers/<class>[_n]/.../vars/<k>  (Keras 3)
 *   .keras                a zip of metadata.json, config.json and model.weights.h5,
 *                         with assets/.../vocabulary.txt of a TextVectorization
 *
 * The file is read in a bounded child process (bounded.h), as HDF5's parser trusts what
 * it reads; what the child gives back is checked here. Nothing here is collective.
 */
#ifndef RNNTRAIN_KERAS_FILE_H
#define RNNTRAIN_KERAS_FILE_H

#include "base/base.h"

struct keras_array {
    /* The layer that it is stored with: "lstm_1"; in .weights.h5 the group above its
     * `vars`: "layers/lstm/cell". */
    char *layer;
    char *name; /* "lstm_1/kernel:0", or its number in `vars` */
    int n_dims; /* 0 to 3; 4: more, or no numbers, so that it has no values */
    size_t
        shape[2]; /* 1 where there is no such dimension; of three the last two as one */
    size_t size;
    const float *values; /* borrowed from the file */
};

struct keras_arrays {
    struct keras_array *array;
    size_t n;
};

struct keras_file {
    char *path;
    char *version;      /* "2.1.6", "2.2.4-tf"; NULL: it does not say */
    char *config;       /* JSON of the model, NULL: the file has weights only */
    char *architecture; /* the file that the JSON is from; NULL: this one */
    char *training;     /* JSON of loss and optimizer, or NULL */
    /* "adam", "adam_1", where Keras 3 says it with the state, or NULL. */
    char *optimizer_name;
    /* Arrays are named by class, as in .weights.h5; else they stand in the order of the
     * layers. */
    bool by_class;
    bool is_checkpoint; /* rnntrain wrote it: nothing else was read */
    char **layers;      /* (n_layers) names, also of those without weights */
    size_t n_layers;
    char **labels; /* (n_labels) in metadata.json, as an export has them; else none */
    size_t n_labels;
    /* How rows are filled up and cut, "pre" or "post", as an export says; or NULL. */
    char *padding, *truncating;
    /* The words of its TextVectorization, a line each, that of pads first; or NULL. */
    char *vocabulary;
    struct keras_arrays weights, optimizer;
    float *values; /* of all arrays */
};

/* Whether n bytes may be such a file: HDF5 or zip. */
bool keras_file_is_one(const char *bytes, size_t n);

/* Reads it from n bytes; `path` is for messages. Release with keras_file_release, also
 * after a failure. ERR_FORMAT names what cannot be read. */
int keras_file_read(const char *path, const char *bytes, size_t n,
                    struct keras_file *file) NODISCARD;
void keras_file_release(struct keras_file *file);

/* Reads, for a file of weights alone, what model.to_json() gave; ERR_USAGE where the file
 * says itself what it is. Where it is YAML the message says how to make JSON of it. */
int keras_file_take_architecture(struct keras_file *file, const char *path) NODISCARD;

#endif
