/* The folder of a cross-validation (runs/folds.h) in a model's place: it has none, but
 * what was said of each training row by the model that had not learnt it. Nothing here is
 * collective. */
#ifndef RNNTRAIN_COMMANDS_OUT_OF_FOLD_H
#define RNNTRAIN_COMMANDS_OUT_OF_FOLD_H

#include "commands/evaluation.h"

/* Whether a path is such a folder. */
bool out_of_fold_is(const char *path);

/* The rows of `data`, which has its columns, and what was said of them: sets selection,
 * whose rows evaluation points to, facts, score and judge. ERR_FORMAT: the folds were of
 * other data. */
int out_of_fold_judge(const char *folder, const struct dataset *data,
                      struct selection *selection,
                      struct evaluation *evaluation) NODISCARD;

#endif
