/* A trained model ready to judge texts: checkpoint, weights, tokenizer. One thread; no
 * MPI.
 */
#ifndef RNNTRAIN_PREDICTOR_H
#define RNNTRAIN_PREDICTOR_H

#include "rnntrain/checkpoint.h"
#include "rnntrain/config.h"
#include "rnntrain/model.h"
#include "rnntrain/text.h"

enum { PREDICTOR_ROWS = 64 }; /* rows judged at once at most */

struct predictor {
    struct checkpoint info; /* labels: info.data.labels */
    struct config config;
    struct model *model;
    real *weights;
    struct text_tokenizer *tokenizer;
};

/* Opens a checkpoint; `isa` as --isa. Release with predictor_release, also after a
 * failure. */
int predictor_open(struct predictor *predictor, const char *path,
                   const char *isa) NODISCARD;
void predictor_release(struct predictor *predictor);

/* Probabilities (n_texts, n_labels) of all classes, and the class decided for (n_texts);
 * texts are valid UTF-8 (see text_repair_utf8). At most PREDICTOR_ROWS. */
void predictor_judge(struct predictor *predictor, char *const *texts, int n_texts,
                     double *probabilities, int *classes);

#endif
