/* rnntrain [train] [dataset.h5] [options] */
#include "commands/commands.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/say.h"
#include "commands/config.h"
#include "commands/runs_options.h"
#include "commands/training.h"
#include "data/sampler_options.h"
#include "runs/folds.h"
#include "runs/job.h"
#include "saved/record.h"

/* Of several runs one of each kind is tried; linear models differ in what they are fitted
 * to, not in what they are. */
static int rehearse_several(struct comm *comm, const struct config *config)
{
    static const char *const told[] = {"", ", and a linear model",
                                       ", and two linear models",
                                       ", and three linear models"};
    int n_linear =
        config->add_linear + runs_options_have_tf_idf(config) + config->add_latent;
    struct config linear =
        config->add_linear ? runs_options_linear(config) : runs_options_latent(config);
    int rc = training_rehearse(comm, &config->trainer, config);

    if (!rc && n_linear > 0)
        rc = training_rehearse(comm, &linear.trainer, config);
    bool is_told = !rc && comm->rank == 0 && !config->trainer.quiet;
    if (is_told && (config->seeds > 1 || n_linear > 0))
        say_line(stdout, "job      %d such network%s%s", config->seeds,
                 plural(config->seeds), told[n_linear]);
    if (is_told && runs_options_are_folds(config))
        say_line(stdout, "folds    %d, this being the first",
                 config->trainer.sampler.folds);
    return rc;
}

static int train_several(struct comm *comm, struct config *config)
{
    struct config linear = runs_options_linear(config);
    struct config tf_idf = runs_options_tf_idf(config);
    struct config latent = runs_options_latent(config);
    bool has_tf_idf = runs_options_have_tf_idf(config);
    const struct job_config job = {.network = &config->trainer,
                                   .side = {config->add_linear ? &linear.trainer : NULL,
                                            has_tf_idf ? &tf_idf.trainer : NULL,
                                            config->add_latent ? &latent.trainer : NULL},
                                   .seeds = config->seeds,
                                   .n_groups = config->n_groups,
                                   .record = training_record,
                                   .context = config,
                                   .hooks = &config->test};
    return runs_options_are_folds(config) ? folds_run(comm, &job) : job_run(comm, &job);
}

static int train(struct comm *comm, struct config *config, int argc, char **argv)
{
    (void)argc;
    (void)argv;

    if (runs_options_are_several(config))
        return config->trainer.dry_run ? rehearse_several(comm, config)
                                       : train_several(comm, config);

    char *record = record_write(&cmd_train_table, config);
    config->trainer.record = record;
    sampler_options_complete(&config->trainer.sampler);
    int rc = trainer_run(comm, &config->trainer, &config->test, NULL);
    free(record);
    return rc;
}

int cmd_train(int argc, char **argv)
{
    return training_command(&cmd_train_table, argc, argv, train);
}
