/* Runs as an array of Slurm jobs: a script and a file of options for each, in the folder
 * of the sweep that they belong to. Not collective: one process submits.
 */
#ifndef RNNTRAIN_COMMANDS_SLURM_ARRAY_H
#define RNNTRAIN_COMMANDS_SLURM_ARRAY_H

#include <stdio.h>

#include "base/base.h"

struct slurm_array {
    const char *run_dir;
    const char *options; /* of sbatch, or NULL */
    int n;
    int argc; /* the command that makes the table of them, and its arguments */
    char **argv;
    /* Writes the options of run i, from 0. */
    int (*write_config)(void *context, int i, FILE *out);
    void *context;
};

/* Writes RUN/trial-N.json and RUN/sweep.sbatch, which is slurm/train.sbatch, submits it,
 * and a job behind all of it for the table. ERR_IO; ERR_UNAVAILABLE: there is no sbatch,
 * or it refuses. */
int slurm_array_submit(const struct slurm_array *array) NODISCARD;

#endif
