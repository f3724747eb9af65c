/* rnntrain: finds the command. */
#include "commands.h"

#include <stdio.h>
#include <string.h>

#include "rnntrain/kernels.h"
#include "rnntrain/report.h"

int main(int argc, char **argv)
{
    kernels_restart_for_blas(argv);
    const char *command = argc > 1 ? argv[1] : "";
    int rc;
    if (!strcmp(command, "eval"))
        rc = cmd_eval(argc - 2, argv + 2);
    else if (!strcmp(command, "predict"))
        rc = cmd_predict(argc - 2, argv + 2);
    else if (!strcmp(command, "inspect"))
        rc = cmd_inspect(argc - 2, argv + 2);
    else if (!strcmp(command, "--version"))
        rc = puts("rnntrain " RNNTRAIN_VERSION) < 0;
    else if (!strcmp(command, "train"))
        return cmd_train(argc - 2, argv + 2);
    else
        return cmd_train(argc - 1, argv + 1);
    if (!rc && fflush(stdout) != 0)
        rc = fail(ERR_IO, "standard output cannot be written");
    if (rc)
        report_failure("rnntrain");
    return rc;
}
