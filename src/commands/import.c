/* rnntrain import MODEL -o CHECKPOINT: a model of Keras becomes a checkpoint. */
#include "commands/commands.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/say.h"
#include "commands/config.h"
#include "commands/import_options.h"
#include "export/export.h"
#include "files/file.h"
#include "saved/record.h"
#include "serve/predictor.h"

struct settings {
    struct import_settings keras;
    char *output;
};

static const struct option options[] = {
    {"output", OPTION_STRING, offsetof(struct settings, output), NULL, 0, 0, option_file,
     "checkpoint to write, replaced if it is there; -o for short", "Options", true},
};

static const struct option_part parts[] = {
    {&import_options, offsetof(struct settings, keras)}};

const struct option_table cmd_import_table = {
    .options = options,
    .n_options = (int)COUNT_OF(options),
    .parts = parts,
    .n_parts = (int)COUNT_OF(parts),
    .program = "rnntrain import",
    .synopsis = "MODEL -o FILE [options]",
    .example = "  rnntrain import model.keras --tokenizer tokenizer.json -o model.h5\n",
    .about =
        "Makes a checkpoint of a model of Keras: to be judged with, to be exported, and\n"
        "to begin a training with (rnntrain train --init-from).\n\n"
        "  MODEL  a model of Keras: .h5, .keras or, weights alone, .weights.h5\n",
    .min_operands = 1,
    .max_operands = 1,
};

static int check_output(const char *input, const struct settings *settings)
{
    if (!settings->output)
        return fail(ERR_USAGE, "-o FILE: the checkpoint to write is not named");
    const struct export_format *named = export_named(settings->output);
    if (named)
        return fail(ERR_USAGE,
                    "-o %s has the name of what `rnntrain export --to %s` writes, and "
                    "import writes a checkpoint: give it a name that ends in .h5",
                    settings->output, named->name);

    int rc = import_check_output(input, &settings->keras, settings->output);
    return rc ? rc : file_check_target(settings->output);
}

/* As the trainer writes one, with the whole record of options. */
static int write_checkpoint(const struct predictor *predictor, const char *path)
{
    const struct keras_model *keras = predictor->info.keras;
    struct checkpoint info = predictor->info;
    const float *slots[CHECKPOINT_MAX_SLOTS] = {keras->slots[0], keras->slots[1]};
    struct config config = {0};
    char *bytes = NULL;
    size_t n = 0;

    int rc = config_from_record(info.config, info.path, &config);
    char *optimizer = keras_optimizer_json(&predictor->record.optim);
    info.config = record_write(&cmd_train_table, &config);

    const struct checkpoint_model model = {.chain = model_chain(predictor->model),
                                           .optimizer = optimizer,
                                           .params = model_params(predictor->model),
                                           .weights = keras->weights,
                                           .slots = slots};
    if (!rc)
        rc = checkpoint_image(&info, &model, &bytes, &n);
    if (!rc)
        rc = file_replace(path, bytes, n, false);

    config_release(&config);
    free(info.config);
    free(optimizer);
    free(bytes);
    return rc;
}

/* What was written must judge by the weights that were read. */
static int check_written(const struct predictor *predictor, const char *path)
{
    struct predictor written = {.n = 0};

    int rc = predictor_open(&written, path, "auto", NULL);
    if (!rc && predictor_hash(&written) != predictor_hash(predictor))
        rc = fail(ERR_INTERNAL, "%s does not hold the weights of the model", path);
    predictor_release(&written);
    return rc;
}

static void tell(const struct predictor *predictor, const char *path)
{
    const struct checkpoint *info = &predictor->info;
    if (!info->keras) {
        say_line(stdout, "%s: checked and sealed -> %s", info->path, path);
        return;
    }
    say_line(stdout,
             "%s: Keras %s, %zu weights, %d ids, rows of %d, %d classes; %s; %s -> %s",
             info->path, info->keras->version, model_params(predictor->model)->size,
             info->facts.num_words, info->facts.maxlen, info->facts.n_labels,
             info->n_slots ? "with Adam's moments" : "without optimizer state",
             info->tokenizer ? "with tokenizer" : "without tokenizer", path);
}

static int run(const void *given, const char *const *operands, int n)
{
    const struct settings *settings = given;
    struct checkpoint_hints hints = import_hints(&settings->keras);
    struct predictor predictor = {0};
    enum checkpoint_sealed sealed = CHECKPOINT_AS_RECORDED;
    (void)n;

    int rc = check_output(operands[0], settings);
    if (!rc)
        rc = predictor_open(&predictor, operands[0], "auto", &hints);
    if (!rc && !predictor.info.keras && !predictor.info.is_unsealed)
        rc = fail(ERR_USAGE, "%s is a checkpoint of rnntrain already", operands[0]);
    if (!rc)
        rc = predictor.info.keras
                 ? write_checkpoint(&predictor, settings->output)
                 : checkpoint_seal(&predictor.info, settings->output, &sealed);
    if (!rc)
        rc = check_written(&predictor, settings->output);
    if (!rc) {
        import_print_notes(&predictor.info);
        if (predictor.info.keras)
            import_print_assumed(&predictor.info);
        import_print_training_notes(&predictor.info);
        tell(&predictor, settings->output);
    }

    predictor_release(&predictor);
    return rc;
}

int cmd_import(int argc, char **argv)
{
    struct settings settings = {0};
    return program_run(&cmd_import_table, &settings, argc, argv, run);
}
