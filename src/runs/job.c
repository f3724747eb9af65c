#include "runs/private.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/say.h"

/* As a run's while it reads its data, which nothing counts. */
static double timeout_of(const struct trainer_config *config)
{
    struct stat status;
    double timeout = config->stall_timeout;
    return timeout > 0 && stat(config->data, &status) == 0
               ? timeout + (double)status.st_size / 1e7
               : timeout;
}

static int check_configuration(const struct job *job)
{
    const struct job_config *config = job->config;
    const struct trainer_config *network = config->network;
    char *record = config->record(network, config->context);
    char *all =
        xasprintf("%s %s %d %d %d %d %d %d %d %s", network->data, network->run_dir,
                  config->seeds, config->side[JOB_LINEAR] != NULL,
                  config->side[JOB_TF_IDF] != NULL, config->side[JOB_LATENT] != NULL,
                  config->n_groups, network->resume, network->overwrite, record);

    int rc = comm_same(job->comm, all, "configuration",
                       "give all of them the same options, RNNTRAIN_* and --config file");
    comm_set_stall_timeout(job->comm, timeout_of(network));
    free(record);
    free(all);
    return rc;
}

static void say_side(const struct job *job, enum job_side side)
{
    const struct linear_trial *trial = &job->side[side].run.summary.trial;
    if (job->comm->rank == 0 && !job->config->network->quiet)
        say_line(stdout, "linear   %s, C %g%s", linear_scaling_names[trial->scaling],
                 trial->c,
                 job_has_refit(job) ? ", which is fitted again on all rows" : "");
}

static int train_side(struct job *job, enum job_side side)
{
    const struct runs_shares together = {job->comm->size, 1, job->is_tuned};
    const struct test_hooks *hooks = job->config->hooks;
    struct job_side_runs *runs = &job->side[side];

    int rc = runs_train(job->comm, &runs->run, 1, &together, hooks);
    if (rc)
        return rc;
    say_side(job, side);
    if (!job_has_refit(job))
        return OK;
    job_make_refit(job, side);
    return runs_train(job->comm, &runs->refit, 1, &together, hooks);
}

int job_train_sides(struct job *job)
{
    int rc = OK;
    for (int side = 0; side < JOB_SIDES && !rc; side++)
        if (job->config->side[side])
            rc = train_side(job, (enum job_side)side);
    return rc;
}

int job_check_ranks(const struct job *job, int n, int most)
{
    if (job->comm->size <= (int64_t)n * most)
        return OK;
    return fail(ERR_USAGE,
                "%d ranks, but %d run%s of %d lane%s each: start at most %lld ranks, or "
                "give a greater --batch-size",
                job->comm->size, n, plural(n), most, plural(most), (long long)n * most);
}

static int train_all(struct job *job)
{
    const struct job_config *config = job->config;
    const struct runs_shares shares = {sampler_lanes(&config->network->sampler),
                                       config->n_groups, false};

    int rc = job_check_ranks(job, config->seeds, shares.most_ranks);
    if (!rc)
        rc = job_train_sides(job);
    if (!rc)
        rc = runs_train(job->comm, job->networks, config->seeds, &shares, config->hooks);
    return rc;
}

void job_release(struct job *job)
{
    job_release_runs(job);
    report_close(&job->report);
    directory_close(&job->folder);
    json_decref(job->identity);
}

static void say_finished(const struct job *job)
{
    const struct trainer_config *config = job->config->network;
    if (job->comm->rank == 0 && !config->quiet)
        say_line(stdout, "%s is finished: nothing is left to resume", config->run_dir);
}

int job_carry_out(struct job *job, int (*work)(struct job *job, void *context),
                  void *context)
{
    int rc = check_configuration(job);
    if (!rc)
        rc = job_take_folder(job);
    if (rc)
        return rc;

    if (job->is_finished) {
        say_finished(job);
        return OK;
    }
    return job_end(job, work(job, context));
}

static int train_and_join(struct job *job, void *context)
{
    (void)context;
    int rc = train_all(job);
    return rc ? rc : job_join(job);
}

int job_run(struct comm *comm, const struct job_config *config)
{
    struct job job = {.config = config, .comm = comm};
    job.identity = json_pack("{s:i}", "seeds", config->seeds);
    job_identify_sides(config, job.identity);
    job_make_runs(&job);

    int rc = job_carry_out(&job, train_and_join, NULL);
    job_release(&job);
    return rc;
}
