/* What checkpoint_write.c, checkpoint.c, which reads, and import.c, which reads models of
 * Keras, share. */
#ifndef RNNTRAIN_SAVED_CHECKPOINT_PRIVATE_H
#define RNNTRAIN_SAVED_CHECKPOINT_PRIVATE_H

#include "saved/checkpoint.h"

enum { CHECKPOINT_FORMAT_VERSION = 1 };
#define CHECKPOINT_BEST "/rnntrain/best"

/* Paths of arrays; the caller's to free. */
char *checkpoint_tensor_path(const struct tensor *tensor);
char *checkpoint_slot_path(int slot);

/* As checkpoint_open, of a file's bytes. */
int checkpoint_open_bytes(const char *path, const char *bytes, size_t n,
                          struct checkpoint *info) NODISCARD;

/* As checkpoint_load, of a model of Keras. */
int checkpoint_load_imported(const struct checkpoint *info, const struct params *params,
                             float *weights, float *const *slots) NODISCARD;

#endif
