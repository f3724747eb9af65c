#include "runs/private.h"

#include <stdlib.h>

#include "data/sampler_options.h"

const char *const job_side_names[] = {
    [JOB_LINEAR] = "linear", [JOB_TF_IDF] = "tf-idf", [JOB_LATENT] = "latent"};
_Static_assert(COUNT_OF(job_side_names) == JOB_SIDES, "a side has no name");

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
    for (int side = 0; side < JOB_SIDES; side++)
        if (all->side[side])
            make_run(job, &job->side[side].run, all->side[side],
                     xstrdup(job_side_names[side]));
}

int job_n_sides(const struct job *job)
{
    int n = 0;
    for (int side = 0; side < JOB_SIDES; side++)
        n += job->config->side[side] != NULL;
    return n;
}

void job_identify_sides(const struct job_config *config, json_t *identity)
{
    json_object_set_new(identity, "linear", json_boolean(config->side[JOB_LINEAR]));
    for (int side = JOB_LINEAR + 1; side < JOB_SIDES; side++)
        if (config->side[side])
            json_object_set_new(identity, job_side_names[side], json_true());
}

bool job_has_refit(const struct job *job)
{
    const struct sampler_config *sampler = &job->config->network->sampler;
    enum validation_rule rule = sampler->rule;
    return job_n_sides(job) > 0 && !sampler->fold &&
           (rule == VALIDATION_STRATIFIED || rule == VALIDATION_KERAS_TAIL);
}

/* No rows are set aside any more, so nothing is left to choose by. */
void job_make_refit(struct job *job, enum job_side side)
{
    struct trainer_config config = *job->config->side[side];
    const struct linear_trial *best = &job->side[side].run.summary.trial;

    config.linear.scaling = best->scaling;
    config.linear.c = best->c;
    config.linear.regression = best->regression;
    config.linear.bayes = best->bayes;
    config.linear.is_refitted = true;
    config.sampler.rule = VALIDATION_NONE;
    config.monitor = MONITOR_LOSS;
    config.monitor_given = false;
    config.spares_one_class = false;
    make_run(job, &job->side[side].refit, &config,
             xasprintf("%s-all", job_side_names[side]));
}

void job_release_runs(struct job *job)
{
    for (int i = 0; i < job->config->seeds && job->networks; i++)
        run_release(&job->networks[i]);
    free(job->networks);
    for (int side = 0; side < JOB_SIDES; side++) {
        run_release(&job->side[side].run);
        run_release(&job->side[side].refit);
    }
}

char *job_result_of(const struct run *run)
{
    return xasprintf("%s/%s.h5", run->config.run_dir,
                     run->config.result_is_last ? "last" : "best");
}
