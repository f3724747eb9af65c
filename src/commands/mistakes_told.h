/* Rows that a person should look at, as `mistakes` tells them: as text that fits 80
 * columns but for the texts' own, as JSON Lines, or as CSV. */
#ifndef RNNTRAIN_COMMANDS_MISTAKES_TOLD_H
#define RNNTRAIN_COMMANDS_MISTAKES_TOLD_H

#include "commands/evaluation.h"
#include "commands/row_texts.h"
#include "judge/mistakes.h"

struct mistakes_form {
    bool json, csv; /* neither: for people */
};

struct mistakes_told {
    const struct evaluation *evaluation;
    struct mistakes_form form;
    struct row_texts texts;
    bool has_begun; /* a table has its names */
};

int mistakes_told_begin(const struct evaluation *evaluation,
                        const struct mistakes_form *form,
                        struct mistakes_told *told) NODISCARD;
/* At most `top` rows of a kind. A kind that needs probabilities, where they are too many
 * to be kept, is left out with a note if it is one of several, and ERR_USAGE alone. */
int mistakes_told_tell(struct mistakes_told *told, enum mistake_kind kind, int top,
                       bool is_one_of_several) NODISCARD;
void mistakes_told_end(struct mistakes_told *told);

#endif
