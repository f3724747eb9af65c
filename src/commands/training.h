/* What commands that train share: all ranks resolve their options, work, and say once
 * what went wrong.
 */
#ifndef RNNTRAIN_COMMANDS_TRAINING_H
#define RNNTRAIN_COMMANDS_TRAINING_H

#include "commands/config.h"
#include "ranks/comm.h"

/* A whole command, MPI's beginning and end included: options of `table` into a
 * configuration, then work(comm, configuration, argc, argv), which is collective. Returns
 * the exit code. */
int training_command(const struct option_table *table, int argc, char **argv,
                     int (*work)(struct comm *comm, struct config *config, int argc,
                                 char **argv)) NODISCARD;

/* The options of such a command, and its data set. Collective as config_resolve is. */
int training_resolve(const struct config_sources *sources,
                     struct config *config) NODISCARD;

/* The record of a run's options, of which `context`, a struct config, has those that no
 * run has; the caller's to free. */
char *training_record(const struct trainer_config *trainer, const void *context);

#endif
