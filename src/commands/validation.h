/* --validation auto: which rows validate where nobody said it. */
#ifndef RNNTRAIN_COMMANDS_VALIDATION_H
#define RNNTRAIN_COMMANDS_VALIDATION_H

#include "commands/config.h"

/* Collective over the ranks of `comm`, of which one reads; NULL: this process does. What
 * auto means for this data set and run directory: of a run that is resumed what it began
 * with, else the data set's own part where it has one. It never fails: what cannot be
 * read is refused when it is wanted. */
enum validation_rule validation_find(const struct comm *comm, const char *data,
                                     const struct trainer_config *run);

/* A rule that was left open becomes `found`; folds, or a share of the training rows that
 * somebody asked for, leave the data set's own part aside. */
void validation_settle(struct sampler_config *sampler, bool split_given,
                       enum validation_rule found);

#endif
