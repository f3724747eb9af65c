/* What commands that train share: all ranks resolve their options, work, and say once
 * what went wrong.
 */
#ifndef RNNTRAIN_COMMANDS_TRAINING_H
#define RNNTRAIN_COMMANDS_TRAINING_H

#include "commands/config.h"
#include "ranks/comm.h"

/* What a command does once its options are resolved. Collective. */
typedef int training_work(struct comm *comm, struct config *config, int argc,
                          char **argv);

/* A whole command, MPI's beginning and end included: options of `table` into a
 * configuration, then work(comm, configuration, argc, argv), or with --print-config that
 * alone. Returns the exit code. */
int training_command(const struct option_table *table, int argc, char **argv,
                     training_work *work) NODISCARD;

/* The options of such a command, and its data set. Collective as config_resolve is. */
int training_resolve(const struct config_sources *sources,
                     struct config *config) NODISCARD;

/* Collective. With --dry-run: one run of a job of several. */
int training_rehearse(struct comm *comm, const struct trainer_config *trainer,
                      const struct config *config) NODISCARD;

/* The record of a run's options, of which `context`, a struct config, has those that no
 * run has; the caller's to free. */
char *training_record(const struct trainer_config *trainer, const void *context);

#endif
