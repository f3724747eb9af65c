/* rnntrain export CHECKPOINT --to c -o FILE: a model for other programs. */
#include "commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export.h"
#include "rnntrain/options.h"

struct settings {
    int to;
    char *output, *isa;
};

static const char *const formats[] = {"c", NULL};

static const struct option options[] = {
    {"to", OPTION_CHOICE, offsetof(struct settings, to), "c", 0, 0, formats, "format",
     "Options", true},
    {"output", OPTION_STRING, offsetof(struct settings, output), "model.c", 0, 0, NULL,
     "file to write", "Options", true},
    {"isa", OPTION_STRING, offsetof(struct settings, isa), "auto", 0, 0, NULL,
     "kernel set", "Options", true},
};

static const struct option_table table = {options,
                                          (int)COUNT_OF(options),
                                          "rnntrain export",
                                          "CHECKPOINT --to FORMAT -o FILE",
                                          NULL,
                                          1,
                                          1};

static int run(const void *given, const char *const *operands, int n)
{
    const struct settings *settings = given;
    struct predictor predictor;
    char *checked = NULL;
    (void)n;
    int rc = predictor_open(&predictor, operands[0], settings->isa);
    if (!rc)
        rc = export_c(&predictor, settings->output, &checked);
    if (!rc)
        printf("%s: %s\n", settings->output, checked);
    free(checked);
    predictor_release(&predictor);
    return rc;
}

int cmd_export(int argc, char **argv)
{
    struct settings settings = {0};
    return options_run(&table, &settings, argc, argv, run);
}
