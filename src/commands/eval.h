/* What eval does, for another command that tells of it otherwise. */
#ifndef RNNTRAIN_COMMANDS_EVAL_H
#define RNNTRAIN_COMMANDS_EVAL_H

#include "commands/evaluation.h"
#include "commands/import_options.h"
#include "input/options.h"

/* A model and the rows that it is to judge; all borrowed. */
struct eval_rows {
    const char *model, *path; /* a data set or a corpus */
    const struct import_settings *keras;
    const struct input_settings *input;
    int part; /* enum dataset_part */
    char *isa;
};

/* Rank 0. Gets the judged rows, whose figures are not computed; what it returns is
 * returned. */
struct eval_telling {
    int (*tell)(struct evaluation *evaluation, const void *context);
    const void *context;
};

/* Collective. */
int eval_rows(struct comm *comm, const struct eval_rows *rows,
              const struct eval_telling *telling) NODISCARD;

#endif
