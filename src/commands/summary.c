/* rnntrain summary [MODEL | train's arguments]: the layers of a model, before it is
 * trained or after. */
#include "commands/commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/say.h"
#include "commands/config.h"
#include "data/dataset.h"
#include "model/summary.h"
#include "saved/checkpoint.h"
#include "saved/kind.h"
#include "saved/record.h"

static void print(const struct chain_config *chain)
{
    char *text = model_summary(chain);

    for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
        say_line(stdout, "%.*s", (int)strcspn(line, "\n"), line);
    free(text);
}

static int show_checkpoint(const struct checkpoint *info)
{
    const struct record_source source = {info->path, info->provenance};
    struct record record;
    struct chain_config chain;

    int rc = record_read(info->config, &source, &record);
    if (!rc)
        rc = checkpoint_check_model(info, &record.model);
    if (!rc)
        rc = model_options_chain(&record.model, &info->facts, &chain);
    if (!rc)
        print(&chain);
    return rc;
}

/* Of an ensemble each member. */
static int show_model(const char *path)
{
    struct checkpoint info = {0};
    int rc = checkpoint_import(path, NULL, &info);

    for (int i = 0; i < info.ensemble.n && !rc; i++) {
        say_line(stdout, "member %d of %d", i + 1, info.ensemble.n);
        rc = show_checkpoint(i == 0 ? &info : &info.members[i - 1]);
    }
    if (!rc && info.ensemble.n == 0)
        rc = show_checkpoint(&info);
    checkpoint_release(&info);
    return rc;
}

static int show_options(const struct model_options *options, const struct facts *facts)
{
    struct chain_config chain;

    int rc = model_options_chain(options, facts, &chain);
    if (!rc)
        print(&chain);
    return rc;
}

/* Where there is no data set its sizes are those that rnnprep usually gives. */
static int show_without_data(const struct model_options *options)
{
    const struct facts usual = {.num_words = 3800, .maxlen = 380, .n_labels = 2};

    int rc = show_options(options, &usual);
    if (!rc)
        say_line(stdout, "without a data set: %d ids, %d positions and %d classes",
                 usual.num_words, usual.maxlen, usual.n_labels);
    return rc;
}

static int show_data(const struct model_options *options, const char *path)
{
    struct dataset data = {0};

    int rc = dataset_open(path, DATASET_WORDS_NONE, &data);
    if (!rc)
        rc = show_options(options, &data.facts);
    dataset_release(&data);
    return rc;
}

static int show(const struct config *config, const char *path, bool has_options)
{
    struct saved_look look = {.kind = SAVED_OTHER};
    char *file = path ? checkpoint_path(path) : NULL;
    int rc = OK;

    if (!file && access("dataset.h5", F_OK))
        return show_without_data(&config->trainer.model);
    rc = file ? checkpoint_check_path(file) : OK;
    if (!rc && file)
        rc = saved_look(file, &look);
    if (!rc && (!file || look.kind == SAVED_DATASET))
        rc = show_data(&config->trainer.model, file ? file : "dataset.h5");
    else if (!rc && has_options)
        rc = fail(ERR_USAGE,
                  "%s is a model, which says itself what layers it has: give "
                  "it alone, or a data set with options",
                  path);
    else if (!rc)
        rc = show_model(file);
    free(file);
    return rc;
}

static const struct option_part parts[] = {{&cmd_train_table, 0}};

const struct option_table cmd_summary_table = {
    .parts = parts,
    .n_parts = (int)COUNT_OF(parts),
    .program = "rnntrain summary",
    .synopsis = "[MODEL | dataset.h5] [options of train]",
    .example = "  rnntrain summary dataset.h5 --stack \"embedding:64, bilstm:32, max\"\n",
    .about =
        "Shows the layers of a model: what each gives, its parameters and what it "
        "costs.\n"
        "MODEL is a run's folder, a checkpoint or a model of Keras. With a data set, or\n"
        "nothing, it is the model that `rnntrain train` would train with the same\n"
        "options.\n",
    .min_operands = 0,
    .max_operands = 1,
};

int cmd_summary(int argc, char **argv)
{
    struct config config = {0};
    const char **operands = xcalloc((size_t)argc + 1, sizeof *operands);
    const struct config_sources sources = {
        .table = &cmd_train_table, .argc = argc, .argv = argv};
    int n = 0;

    int rc = config_resolve(&sources, &config, operands, &n);
    if (!rc)
        rc = show(&config, n ? operands[0] : NULL, argc > n);
    config_release(&config);
    free(operands);
    return program_output(rc);
}
