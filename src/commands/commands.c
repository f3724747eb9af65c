#include "commands/commands.h"

#include "commands/version.h"
#include "ranks/comm.h"

static const struct command commands[] = {COMMAND_LIST(COMMAND_ELEMENT)};

/* Under mpirun the first rank speaks for all. */
static bool is_other_rank(void)
{
    return comm_launched_rank() > 0;
}

const struct program rnntrain_program = {
    .name = "rnntrain",
    .about =
        "Trains recurrent text classifiers on any number of processes, with the same\n"
        "bits on any of them, and serves what was trained. A data set is made of a\n"
        "corpus by rnnprep.\n",
    .example = "  rnnprep reviews.csv                     makes dataset.h5 of a corpus\n"
               "  mpirun -np 2 rnntrain dataset.h5        trains on it, writes run/\n"
               "  rnntrain predict run/best.h5 texts.txt  judges texts, one a line\n",
    .commands = commands,
    .n_commands = (int)COUNT_OF(commands),
    .pages = "rnnprep(1) rnntrain-models(7) rnntrain-judging(7) rnntrain-runs(7) "
             "rnntrain-keras(7) rnntrain-slurm(7) rnntrain-files(5) librnntrain(3)",
    .facts = version_facts,
    .is_other = is_other_rank,
};
