/* What a logit's way from no words to a row's words looks like: the words' vectors grow
 * along a straight line from a baseline, and at points of it there are the logit and how
 * much each word adds to it as the line goes on.
 *
 * The baseline of a word is the pad's vector, which is what a model without a mask sees
 * where no word is; where pads are skipped nothing has trained that, and it is zeros.
 * Pads, and an id that begins every row, stay as they are. Nothing here is collective.
 */
#ifndef RNNTRAIN_MODEL_PATH_H
#define RNNTRAIN_MODEL_PATH_H

#include "model/model.h"

/* A model of the chain for that: layers as they judge, without dropout, with their pass
 * back; one for each thread, packed as others are (model_pack), freed by model_free. Not
 * of a linear model. */
int model_new_path(const struct chain_config *chain, const struct kernels *kernels,
                   int lane_rows, struct model **model) NODISCARD;

/* Of which logit: `sign` -1 asks for its negative, which is that of the first of two
 * classes. */
struct path_target {
    int32_t start; /* the id that begins every row; 0: none */
    int output;
    real sign;
};

/* At `n` points, at most as many as the model's lane_rows, of row 0 of `rows`; `at`: 0
 * the baseline, 1 the row. Sets logits (n), and slopes (n, T): those of the row's ids,
 * first to last, pads not counted. */
void model_follow(struct model *model, const struct rows *rows,
                  const struct path_target *target, const double *at, int n,
                  double *logits, double *slopes);

#endif
