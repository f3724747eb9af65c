/* rnntrain: finds the command. */
#include "commands/commands.h"

#include <stdio.h>
#include <string.h>

#include "ranks/comm.h"
#include "train/report.h"

static int print_version(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return puts("rnntrain " RNNTRAIN_VERSION) < 0 ? fail(ERR_IO, "cannot write") : OK;
}

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
} commands[] = {
    {"eval", cmd_eval},     {"predict", cmd_predict}, {"inspect", cmd_inspect},
    {"import", cmd_import}, {"export", cmd_export},   {"--version", print_version},
};

/* A command of one process; under mpirun the first one answers for all. */
static int run_alone(int (*run)(int argc, char **argv), int argc, char **argv)
{
    if (comm_launched_rank() > 0)
        return OK;
    int rc = report_output(run(argc, argv));
    if (rc)
        report_failure("rnntrain");
    return rc;
}

int main(int argc, char **argv)
{
    const char *command = argc > 1 ? argv[1] : "";
    for (size_t i = 0; i < COUNT_OF(commands); i++)
        if (!strcmp(command, commands[i].name))
            return run_alone(commands[i].run, argc - 2, argv + 2);
    int named = argc > 1 && !strcmp(command, "train");
    return cmd_train(argc - 1 - named, argv + 1 + named);
}
