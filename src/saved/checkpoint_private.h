/* What checkpoint_write.c, checkpoint.c, which reads, unsealed.c, which reads what other
 * programs opened for writing, and import.c, which reads models of Keras, share. */
#ifndef RNNTRAIN_SAVED_CHECKPOINT_PRIVATE_H
#define RNNTRAIN_SAVED_CHECKPOINT_PRIVATE_H

#include "saved/checkpoint.h"

enum { CHECKPOINT_FORMAT_VERSION = 1 };
#define CHECKPOINT_BEST "/rnntrain/best"
#define CHECKPOINT_TRAINED "/rnntrain/trained"
#define CHECKPOINT_NGRAMS "/rnntrain/ngrams"

/* Paths of arrays; the caller's to free. */
char *checkpoint_tensor_path(const struct tensor *tensor);
char *checkpoint_slot_path(int slot);

/* Everything but the arrays of an open file; the second one leaves out what makes it an
 * ensemble. */
int checkpoint_read_info(struct h5 *file, struct checkpoint *info) NODISCARD;
int checkpoint_read_one(struct h5 *file, struct checkpoint *info) NODISCARD;

/* As checkpoint_open, of the bytes of a checkpoint without its trailer: all that is in
 * it is read and checked in a child process first. */
int checkpoint_open_unsealed(const char *path, const char *bytes, size_t n,
                             struct checkpoint *info) NODISCARD;

/* As checkpoint_load, of a model of Keras. */
int checkpoint_load_imported(const struct checkpoint *info, const struct params *params,
                             float *weights, float *const *slots) NODISCARD;

#endif
