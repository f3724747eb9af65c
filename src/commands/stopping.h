/* The options of early stopping: what a run watches, and for how long it waits. Where
 * they say nothing the model decides. Nothing here is collective.
 */
#ifndef RNNTRAIN_COMMANDS_STOPPING_H
#define RNNTRAIN_COMMANDS_STOPPING_H

#include "commands/config.h"

/* Of a struct config. */
extern const struct option_table stopping_options_table;

/* Before the sources are read: nothing is given yet. */
void stopping_leave_open(struct config *config);
/* Behind them: what nobody gave. `recipe` is the model as the recipe has it; NULL: it has
 * none. */
void stopping_settle(struct config *config, const struct model_options *recipe);

/* What a record means that says nothing of it. */
void stopping_of_old_record(struct config *config);

#endif
