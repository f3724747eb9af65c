/* Commands that judge: alone without MPI, or, where mpirun or srun started several
 * processes, on all of them. */
#ifndef RNNTRAIN_COMMANDS_ALL_RANKS_H
#define RNNTRAIN_COMMANDS_ALL_RANKS_H

#include "base/options.h"
#include "ranks/comm.h"
#include "serve/predictor.h"

/* A whole command, as program_run, on all ranks: options, then run(comm, ...), which is
 * collective. Rank 0 prints what is printed, also the message of a failure, whichever
 * rank's it was. Signals end it. Returns the exit code. */
int all_ranks_command(const struct option_table *table, void *settings, int argc,
                      char **argv,
                      int (*run)(struct comm *comm, const void *settings,
                                 const char *const *operands, int n_operands)) NODISCARD;

/* The words that --threads takes instead of a number: 0. */
extern const char *const all_ranks_cores[];

/* Collective. Threads that this rank computes with: those asked for; 0: the cores that it
 * may use, a core that several ranks of its host may use shared out among them, and one
 * at least. */
int all_ranks_threads(const struct comm *comm, int64_t asked);

/* Collective. ERR_USAGE where the ranks' hosts choose other kernels by this name (see
 * kernels_select), and would not compute the same bits. */
int all_ranks_same_kernels(const struct comm *comm, const char *set) NODISCARD;

/* Collective. Each rank passes what it has opened; ERR_USAGE where one has another model
 * under the same name. */
int all_ranks_same_model(const struct comm *comm,
                         const struct predictor *predictor) NODISCARD;

#endif
