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

/* Opens a checkpoint or, with hints for what it does not say, a model of Keras, which has no
 * tokenizer unless a hint names one; `isa` as --isa. Release with predictor_release, also after a
 * failure. */
int predictor_open(struct predictor *predictor, const char *path, const char *isa,
                   const struct checkpoint_hints *hints) NODISCARD;
/* ERR_USAGE if it has no tokenizer: it cannot judge texts. */
int predictor_check_texts(const struct predictor *predictor) NODISCARD;
void predictor_release(struct predictor *predictor);

/* Probabilities (n_texts, n_labels) of all classes, and the class decided for (n_texts);
 * texts are valid UTF-8 (see text_repair_utf8). At most PREDICTOR_ROWS. */
void predictor_judge(struct predictor *predictor, char *const *texts, int n_texts,
                     double *probabilities, int *classes);

#endif
