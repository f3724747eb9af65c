/* Named tensors laid end to end in one flat array, so that update, norm, hash, reduction
 * and checkpoint are one loop each. The same layout serves weights, gradient and both
 * moments.
 *
 * The order is Keras's: layers in model order, in a layer the order of its weights.
 * Nothing here is collective; the arrays themselves belong to the caller.
 */
#ifndef RNNTRAIN_LAYERS_PARAMS_H
#define RNNTRAIN_LAYERS_PARAMS_H

#include "base/base.h"

struct tensor {
    char layer[48]; /* Keras layer: "embedding", "lstm_1", "bidirectional", "dense" */
    char name[48];  /* weight in it: "kernel", "forward_lstm/bias", ... */
    int n_dims;     /* 1 to 3 */
    size_t shape[3];
    size_t offset; /* of the first element in the flat array */
    size_t size;   /* product of the shape */
    int place;     /* of the layer of the chain that has it (model_tensors) */
};

struct params {
    struct tensor *tensors; /* owned */
    int n_tensors;
    size_t size; /* elements of the flat array */
};

/* Appends a tensor (cols 0: one dimension) and returns its index. */
int params_add(struct params *params, const char *layer, const char *name, size_t rows,
               size_t cols);
/* The same of three dimensions. */
int params_add_windows(struct params *params, const char *layer, const char *name,
                       size_t taps, size_t rows, size_t cols);
void params_release(struct params *params);

/* XXH64 of the array as little-endian numbers: the hash that logs and tests compare. */
uint64_t params_hash(const struct params *params, const real *values);
/* Of n models that judge as one: XXH64 of their hashes in order; of one its own hash. */
uint64_t params_hash_models(const uint64_t *hashes, size_t n);

/* Index of the first element that is not finite, or params->size. */
size_t params_first_nonfinite(const struct params *params, const real *values);

/* Index of the first element that is not within -most .. most, or params->size. */
size_t params_first_beyond(const struct params *params, const real *values, real most);

/* The tensor that holds element `index`. */
const struct tensor *params_find(const struct params *params, size_t index);

#endif
