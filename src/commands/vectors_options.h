/* Options of the word vectors that a model begins with. */
#ifndef RNNTRAIN_COMMANDS_VECTORS_OPTIONS_H
#define RNNTRAIN_COMMANDS_VECTORS_OPTIONS_H

#include "commands/config.h"

extern const struct option_table vectors_options_table;

/* The vectors say how wide the embedding is, unless the options do: `given`, what
 * somebody gives. Where a run goes on that is its checkpoint's to say: the file is not
 * needed any more. ERR_USAGE: options that contradict each other. */
int vectors_options_settle(struct config *config,
                           const struct model_options *given) NODISCARD;

#endif
