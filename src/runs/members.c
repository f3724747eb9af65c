#include "runs/private.h"

#include <stdlib.h>

#include "data/sampler_options.h"

static void make_run(const struct job *job, struct run *run,
                     const struct trainer_config *config, char *name)
{
    const struct job_config *all = job->config;

    *run = (struct run){.name = name, .config = *config};
    run->config.run_dir = xasprintf("%s/%s", all->network->run_dir, name);
    run->config.record = all->record(&run->config, all->context);
    sampler_options_complete(&run->config.sampler);
}

void job_make_runs(struct job *job)
{
    const struct job_config *all = job->config;
    job->networks = xcalloc((size_t)all->seeds, sizeof *job->networks);

    for (int i = 0; i < all->seeds; i++) {
        struct trainer_config config = *all->network;
        config.sampler.replica += i;
        unsigned long long seed = sampler_seed(&config.sampler);
        make_run(job, &job->networks[i], &config, xasprintf("seed-%llu", seed));
    }
    if (all->linear)
        make_run(job, &job->linear, all->linear, xstrdup("linear"));
}

bool job_has_refit(const struct job *job)
{
    enum validation_rule rule = job->config->network->sampler.rule;
    return job->config->linear &&
           (rule == VALIDATION_STRATIFIED || rule == VALIDATION_KERAS_TAIL);
}

/* No rows are set aside any more, so nothing is left to choose by. */
void job_make_refit(struct job *job)
{
    struct trainer_config config = *job->config->linear;

    config.linear.scaling = job->linear.summary.trial.scaling;
    config.linear.c = job->linear.summary.trial.c;
    config.linear.regression = job->linear.summary.trial.regression;
    config.linear.bayes = job->linear.summary.trial.bayes;
    config.linear.is_refitted = true;
    config.sampler.rule = VALIDATION_NONE;
    config.monitor = MONITOR_LOSS;
    config.monitor_given = false;
    config.spares_one_class = false;
    make_run(job, &job->refit, &config, xstrdup("linear-all"));
}

void job_release_runs(struct job *job)
{
    for (int i = 0; i < job->config->seeds && job->networks; i++)
        run_release(&job->networks[i]);
    free(job->networks);
    run_release(&job->linear);
    run_release(&job->refit);
}

char *job_result_of(const struct run *run)
{
    return xasprintf("%s/%s.h5", run->config.run_dir,
                     run->config.result_is_last ? "last" : "best");
}
