/* Checkpoints: a Keras model file (legacy HDF5, the dialect that Keras 2.2 to 3 all load)
 * with the trainer's own state beside it under /rnntrain.
 *
 *   /                attributes keras_version, backend, model_config, training_config
 *   /model_weights/<layer>/<layer>/<weight>:0    float32, Keras shapes
 *   /rnntrain/config       JSON, the effective configuration (options_to_json)
 *   /rnntrain/state        JSON, deterministic: step, epoch, best value, wait, history
 *   /rnntrain/tokenizer    JSON, kept words only
 *   /rnntrain/labels       (C) strings
 *   /rnntrain/optimizer/<slot>  flat arrays (n parameters): first, second moment
 *   /rnntrain/best         the best weights so far, where they are not those of the model (flat)
 *   /rnntrain/provenance   JSON, what may differ: ranks, kernel set, version
 *
 * Everything outside /rnntrain/provenance is the same bytes for equal runs. Files are
 * written whole (image in memory, trailer with SHA-256, fsync, rename); one process
 * writes. Nothing here is collective.
 */
#ifndef RNNTRAIN_CHECKPOINT_H
#define RNNTRAIN_CHECKPOINT_H

#include "rnntrain/base.h"
#include "rnntrain/dataset.h"
#include "rnntrain/model.h"
#include "rnntrain/params.h"

enum { CHECKPOINT_MAX_SLOTS = 2 };

struct checkpoint {
    char *path;          /* where it was read from */
    char *config;        /* JSON */
    char *state;         /* JSON */
    char *provenance;    /* JSON */
    struct dataset data; /* num_words, maxlen, labels, padding, tokenizer; no arrays */
    int n_slots;         /* optimizer arrays in the file */
    const float *best;   /* (params->size) to be written, borrowed, or NULL */
};

/* A checkpoint's bytes, for file_replace; the caller's to free. The weights and slots are
 * (params->size) floats, borrowed. `optimizer` is Keras's optimizer_config as JSON
 * ({"class_name": ..., "config": {...}}) for training_config. */
int checkpoint_image(const struct checkpoint *info, const struct model_config *model,
                     const char *optimizer, const struct params *params,
                     const float *weights, const float *const *slots, char **bytes,
                     size_t *n) NODISCARD;

/* Reads everything but the arrays; release with checkpoint_release. */
int checkpoint_open(const char *path, struct checkpoint *info) NODISCARD;

/* Reads the arrays of an opened checkpoint; every tensor's shape must match `params`,
 * every number must be finite (message: path, data set, expected and found). `slots` may
 * be NULL. */
int checkpoint_load(const struct checkpoint *info, const struct params *params,
                    float *weights, float *const *slots) NODISCARD;

/* Reads the best weights that stand beside the model's, finite ones; ERR_FORMAT if there are
 * none. */
int checkpoint_load_best(const struct checkpoint *info, const struct params *params,
                         float *weights) NODISCARD;

void checkpoint_release(struct checkpoint *info);

#endif
