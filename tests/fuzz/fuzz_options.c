/* Options: a command line, one argument a line, and a configuration file. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "commands/config.h"

enum { MOST = 32 };

static void check(int rc, const struct config *config)
{
    fuzz_check(rc == OK || rc == ERR_USAGE || rc == ERR_NO_INPUT || rc == ERR_FORMAT,
               "a code");
    fuzz_check(rc == OK || *fail_message(), "a message");
    const struct option_ints *units = &config->trainer.model.units;
    fuzz_check(rc || (units->value[0] >= 1 && units->value[0] <= 8192 &&
                      config->trainer.sampler.batch_size >= 1),
               "a range");
}

static void try_arguments(struct fuzz *input)
{
    char *all = fuzz_text(input), *argv[MOST], *rest = NULL;
    const char *operands[MOST + 1];
    int argc = 0, n = 0;

    for (char *line = strtok_r(all, "\n", &rest); line && argc < MOST;
         line = strtok_r(NULL, "\n", &rest))
        argv[argc++] = line;

    struct config config = {0};
    const struct config_sources sources = {
        .table = &cmd_train_table, .argc = argc, .argv = argv};
    check(config_resolve(&sources, &config, operands, &n), &config);
    config_release(&config);
    free(all);
}

static void try_json(struct fuzz *input)
{
    struct config config = {0};
    char *json = fuzz_text(input);
    int rc = config_from_record(json, "options.json", &config);

    check(rc, &config);
    if (!rc) {
        char *text = options_to_json(&cmd_train_table, &config);
        struct config again = {0};
        fuzz_check(!config_from_record(text, "record", &again), "own record");
        char *same = options_to_json(&cmd_train_table, &again);
        fuzz_check(!strcmp(text, same), "the same record");
        free(text);
        free(same);
        config_release(&again);
    }

    config_release(&config);
    free(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct fuzz input = {bytes, n};
    if (n > 0 && *bytes == '{')
        try_json(&input);
    else
        try_arguments(&input);
    return 0;
}
