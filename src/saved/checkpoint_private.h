/* What checkpoint.c and checkpoint_import.c, which reads models of Keras, share. */
#ifndef RNNTRAIN_SAVED_CHECKPOINT_PRIVATE_H
#define RNNTRAIN_SAVED_CHECKPOINT_PRIVATE_H

#include "saved/checkpoint.h"

/* checkpoint_open of a file's bytes. */
int checkpoint_open_bytes(const char *path, const char *bytes, size_t n,
                          struct checkpoint *info) NODISCARD;

/* checkpoint_load of a model of Keras. */
int checkpoint_load_imported(const struct checkpoint *info, const struct params *params,
                             float *weights, float *const *slots) NODISCARD;

#endif
