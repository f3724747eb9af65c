/* All numbers of a checkpoint at once, for those who write it anew: a file without a seal
 * that is sealed again, members of an ensemble. Nothing here is collective. */
#ifndef RNNTRAIN_SAVED_CONTENTS_H
#define RNNTRAIN_SAVED_CONTENTS_H

#include "model/model.h"
#include "saved/checkpoint.h"
#include "saved/record.h"

struct contents {
    struct record record;
    struct model *model; /* for the shapes of its weights */
    float *weights, *slots[CHECKPOINT_MAX_SLOTS];
    float *best;    /* NULL: none stand beside the model's */
    float *trained; /* NULL: the model's are no averages */
    struct ngrams ngrams;
};

/* Of an opened checkpoint, which is sealed or not, but not of Keras; contents_release,
 * also after a failure. */
int contents_read(const struct checkpoint *info, struct contents *contents) NODISCARD;
void contents_release(struct contents *contents);

/* The checkpoint's bytes, as checkpoint_image. */
int contents_image(const struct checkpoint *info, const struct contents *contents,
                   const struct checkpoint_bytes *members, char **bytes,
                   size_t *n) NODISCARD;
/* The same, read whole, with what was chosen for it; all zero: nothing. */
int contents_with_decision(struct checkpoint *info, const struct decision *decision,
                           char **bytes, size_t *n) NODISCARD;

#endif
