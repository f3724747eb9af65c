/* A classifier as Keras describes it: layers in JSON, weights layer by layer; both ways.
 *
 * Out: the layers of a configuration in the words of Keras 2 (which Keras 3 reads too) or
 * of Keras 3, and where each tensor stands in either layout. In: the layers and arrays of
 * a file of any era become a configuration and its weights, or are refused by name. What
 * Keras does otherwise is said in notes. Nothing here is collective.
 *
 * Sources: Keras 2.0 to 2.3 keras/engine/saving.py and keras/layers; tf_keras 2
 * legacy/hdf5_format.py; Keras 3 keras/src/legacy/saving/legacy_h5_format.py and
 * saving/saving_lib.py.
 */
#ifndef RNNTRAIN_KERAS_KERAS_H
#define RNNTRAIN_KERAS_KERAS_H

#include "keras/file.h"
#include "model/model.h"
#include "layers/params.h"

/* JSON texts, the caller's to free; `optimizer` is optim_to_json's. The model and how it
 * is compiled, as the attributes model_config and training_config have them; both as
 * config.json of a .keras archive has them. */
char *keras_model_json(const struct model_config *model);
char *keras_compile_json(const struct model_config *model, const char *optimizer);
char *keras_archive_json(const struct model_config *model, const char *optimizer);

/* All layers in their order, InputLayer left out; `names` and its strings are the
 * caller's. */
size_t keras_layer_names(const struct model_config *model, char ***names);

/* Where a tensor stands in a .weights.h5: "/layers/lstm/cell/vars/0"; the caller's to
 * free. */
char *keras_weight_path(const struct tensor *tensor);

/* What a file may leave open. */
struct keras_hints {
    int maxlen; /* 0: as the file says */
    /* Where the file has weights only. */
    int head;  /* enum head_kind, -1: as shapes say */
    int gates; /* 0 sigmoid, 1 hard_sigmoid, -1: as Keras's version has them unless told */
    bool mask;
    bool
        asked; /* a user asked for one of these: ERR_USAGE where the file says them itself */
};

struct keras_model {
    struct model_config config; /* maxlen 0: the file does not say; pad_pre is not set */
    struct params params;
    float *weights;  /* (params.size), owned */
    int n_slots;     /* 2: Adam's moments, where the file has those of these weights */
    float *slots[2]; /* (params.size), owned */
    int64_t n_steps; /* that the moments have seen */
    char *record;    /* JSON of rnntrain's options: model and optimizer */
    char *version;   /* Keras's */
    char *notes;     /* lines, each with its '\n': what is otherwise here */
};

/* ERR_FORMAT names layer, class and Keras's version of what is not supported. Release
 * with keras_model_release, also after a failure. */
int keras_model_from(const struct keras_file *file, const struct keras_hints *hints,
                     struct keras_model *model) NODISCARD;
void keras_model_release(struct keras_model *model);

#endif
