/* rnntrain pretrain [dataset.h5] [options] */
#include "commands/commands.h"

#include <stdlib.h>

#include "commands/config.h"
#include "commands/runs_options.h"
#include "commands/training.h"
#include "data/sampler_options.h"
#include "saved/record.h"

enum { USUAL_NEGATIVES = 512 };

static const struct option options[] = {
    {"negatives", OPTION_COUNT, offsetof(struct config, trainer.model.negatives), "512",
     1, MODEL_MOST_NEGATIVES, NULL,
     "words that each right one is told apart from, drawn for each step; where they are "
     "half of the vocabulary or more, all words",
     "Language model", false},
};
static const struct option_table pretrain_table = {.options = options,
                                                   .n_options = (int)COUNT_OF(options)};
static const struct option_part parts[] = {{&pretrain_table, 0}, {&cmd_train_table, 0}};

const struct option_table cmd_pretrain_table = {
    .parts = parts,
    .n_parts = (int)COUNT_OF(parts),
    .program = "rnntrain pretrain",
    .synopsis = "[dataset.h5] [options]",
    .example =
        "  mpirun -np 2 rnntrain pretrain dataset.h5 --model bilstm --run-dir language\n"
        "  mpirun -np 2 rnntrain dataset.h5 --init-from language --mask\n",
    .about =
        "Trains a language model on a data set: the embedding and the recurrent layers\n"
        "of a classifier, which predict each next word, or the word before, of the\n"
        "training texts and of those without labels. Options say the classifier that\n"
        "is to begin with them by --init-from; all other layers of it are left out.\n"
        "Losses are those of a word, a perplexity is their exponential.\n\n"
        "  dataset.h5  the data set that rnnprep made; without it, dataset.h5 in this\n"
        "              folder\n",
    .environment = "RNNTRAIN_",
    .min_operands = 0,
    .max_operands = 1,
};

/* What has no meaning where there are no classes. */
static int check(const struct config *config)
{
    const struct trainer_config *trainer = &config->trainer;
    const char *given = runs_options_are_several(config) ? "--seeds, --add-linear"
                        : model_options_are_linear(&trainer->model) ? "--model linear"
                        : trainer->loss.adversarial > 0             ? "--adversarial"
                        : trainer->loss.label_smoothing > 0         ? "--label-smoothing"
                        : trainer->loss.class_weight                ? "--class-weight"
                                                                    : NULL;

    if (given)
        return fail(ERR_USAGE,
                    "pretrain: %s is for classifiers, and a language model knows no "
                    "classes: leave it out",
                    given);
    if (trainer->monitor_given && trainer->monitor != MONITOR_VAL_LOSS &&
        trainer->monitor != MONITOR_LOSS)
        return fail(ERR_USAGE,
                    "pretrain: --monitor %s: a language model has losses alone: give "
                    "--monitor val_loss or loss",
                    monitor_names[trainer->monitor]);
    return OK;
}

static void settle(struct trainer_config *trainer)
{
    if (trainer->model.negatives == 0)
        trainer->model.negatives = USUAL_NEGATIVES;
    if (!trainer->monitor_given)
        trainer->monitor =
            trainer->sampler.rule == VALIDATION_NONE ? MONITOR_LOSS : MONITOR_VAL_LOSS;
    trainer->spares_one_class = false;
}

static int pretrain(struct comm *comm, struct config *config, int argc, char **argv)
{
    int rc = check(config);
    (void)argc;
    (void)argv;
    if (rc)
        return rc;

    settle(&config->trainer);
    char *record = record_write(&cmd_train_table, config);
    config->trainer.record = record;
    sampler_options_complete(&config->trainer.sampler);
    rc = trainer_run(comm, &config->trainer, &config->test, NULL);
    free(record);
    return rc;
}

int cmd_pretrain(int argc, char **argv)
{
    return training_command(&cmd_pretrain_table, argc, argv, pretrain);
}
