/* rnntrain export CHECKPOINT --to onnx -o FILE */
#include "commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export.h"
#include "rnntrain/options.h"

int cmd_export(int argc, char **argv)
{
    struct predictor predictor;
    char *checked = NULL;
    if (argc != 5 || strcmp(argv[1], "--to") || strcmp(argv[2], "onnx") ||
        strcmp(argv[3], "-o"))
        return fail(ERR_USAGE, "rnntrain export CHECKPOINT --to onnx -o FILE");
    int rc = predictor_open(&predictor, argv[0], "auto");
    if (!rc)
        rc = export_onnx(&predictor, argv[4], &checked);
    if (!rc)
        printf("%s: %s\n", argv[4], checked);
    free(checked);
    predictor_release(&predictor);
    return rc;
}
