#include "runs/sweep.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/sampler_options.h"
#include "runs/private.h"

struct sweep {
    const struct sweep_config *config;
    struct run *runs; /* (points x seeds x folds) */
    int n;
};

/* What a point came to over its runs, of the monitored value. */
struct came_to {
    double mean, deviation; /* -INFINITY: a run diverged */
    int best;               /* the number of its best run */
};

struct trainer_config sweep_run_config(const struct sweep_config *sweep, int point,
                                       int run)
{
    struct trainer_config config = sweep->points[point].config;

    config.run_dir = xasprintf("%s/trial-%d", sweep->job.network->run_dir,
                               point * sweep_point_runs(sweep) + run + 1);
    config.sampler.replica += run / sweep->folds;
    if (sweep->folds > 1)
        config.sampler.fold = run % sweep->folds + 1;
    config.resume = true; /* or begun where it is not there */
    config.overwrite = false;
    return config;
}

static void make_runs(struct sweep *sweep)
{
    const struct sweep_config *all = sweep->config;
    int of_point = sweep_point_runs(all);

    sweep->n = all->n_points * of_point;
    sweep->runs = xcalloc((size_t)sweep->n, sizeof *sweep->runs);
    for (int i = 0; i < sweep->n; i++) {
        struct run *run = &sweep->runs[i];
        run->name = xasprintf("trial-%d", i + 1);
        run->config = sweep_run_config(all, i / of_point, i % of_point);
        run->config.record = all->job.record(&run->config, all->job.context);
        sampler_options_complete(&run->config.sampler);
    }
}

static struct came_to come_to(const struct sweep *sweep, int point)
{
    int n = sweep_point_runs(sweep->config), first = point * n;
    struct came_to came_to = {.best = first};

    for (int i = first; i < first + n; i++) {
        double value =
            sweep->runs[i].is_done ? sweep->runs[i].summary.best : -(double)INFINITY;
        came_to.mean += value / n;
        if (value > sweep->runs[came_to.best].summary.best)
            came_to.best = i;
    }
    if (!isfinite(came_to.mean)) {
        came_to.mean = -(double)INFINITY;
        return came_to;
    }

    double squares = 0;
    for (int i = first; i < first + n; i++)
        squares += pow(sweep->runs[i].summary.best - came_to.mean, 2);
    came_to.deviation = n > 1 ? sqrt(squares / (n - 1)) : 0;
    return came_to;
}

/* Of equals the first. */
static int best_point(const struct sweep *sweep)
{
    int best = 0;
    for (int p = 1; p < sweep->config->n_points; p++)
        if (come_to(sweep, p).mean > come_to(sweep, best).mean)
            best = p;
    return best;
}

static int log_point(struct job *job, const struct sweep *sweep, int point,
                     const struct came_to *came_to)
{
    bool is_finite = isfinite(came_to->mean);
    json_t *line = json_pack("{s:s,s:i,s:s,s:i,s:o}", "event", "point", "point",
                             point + 1, "options", sweep->config->points[point].said,
                             "seeds", sweep->config->seeds, "value",
                             is_finite ? json_real(came_to->mean) : json_null());

    if (sweep->config->folds > 1)
        json_object_set_new(line, "folds", json_integer(sweep->config->folds));
    if (is_finite) {
        json_object_set_new(line, "deviation", json_real(came_to->deviation));
        json_object_set_new(line, "best", json_string(sweep->runs[came_to->best].name));
    }
    return report_write(&job->report, line, false);
}

/* Rank 0. The table, the best point marked. */
static int say_points(struct job *job, const struct sweep *sweep, int best)
{
    enum monitor monitor = sweep->runs->config.monitor;
    bool is_loss = monitor == MONITOR_VAL_LOSS || monitor == MONITOR_LOSS;
    int rc = OK;

    report_say(&job->report, "point   %9s  deviation  best run    options",
               monitor_names[monitor]);
    for (int p = 0; p < sweep->config->n_points && !rc; p++) {
        struct came_to came_to = come_to(sweep, p);
        const char *said = sweep->config->points[p].said;
        char mark = p == best ? '*' : ' ';

        if (isfinite(came_to.mean))
            report_say(&job->report, "%5d%c  %9.4f  %9.4f  %-10s  %s", p + 1, mark,
                       is_loss ? -came_to.mean : came_to.mean, came_to.deviation,
                       sweep->runs[came_to.best].name, said);
        else
            report_say(&job->report, "%5d   diverged                         %s", p + 1,
                       said);
        rc = log_point(job, sweep, p, &came_to);
    }
    return rc;
}

/* Collective. The best run of the best point is the job's network. */
static int end_with_best(struct job *job, struct sweep *sweep)
{
    int best = best_point(sweep), rc = OK;
    struct came_to came_to = come_to(sweep, best);

    if (job->comm->rank == 0)
        rc = say_points(job, sweep, best);
    rc = comm_agree(job->comm, rc);
    if (!rc && !isfinite(came_to.mean))
        rc = fail(ERR_DIVERGED, "all points diverged: lower --learning-rate, or set "
                                "--clip-norm");
    if (rc)
        return rc;

    run_release(&job->networks[0]);
    job->networks[0] = sweep->runs[came_to.best];
    sweep->runs[came_to.best] = (struct run){.name = NULL}; /* it is the job's now */
    return job_join(job);
}

static int work(struct job *job, void *context)
{
    struct sweep *sweep = context;
    struct runs_shares shares = {job->comm->size, sweep->config->job.n_groups, true};

    for (int i = 0; i < sweep->n; i++) {
        int lanes = sampler_lanes(&sweep->runs[i].config.sampler);
        shares.most_ranks = lanes < shares.most_ranks ? lanes : shares.most_ranks;
    }
    int rc = runs_train(job->comm, sweep->runs, sweep->n, &shares, job->config->hooks);
    return rc && rc != ERR_DIVERGED ? rc : end_with_best(job, sweep);
}

/* What makes another sweep of it. */
static json_t *identity(const struct sweep_config *config)
{
    const struct job_config *job = &config->job;
    char *record = job->record(job->network, job->context);
    json_t *points = json_array();

    for (int p = 0; p < config->n_points; p++)
        json_array_append_new(points, json_string(config->points[p].said));
    json_t *made =
        json_pack("{s:{s:o,s:o,s:i}}", "tune", "config", json_loads(record, 0, NULL),
                  "points", points, "seeds", config->seeds);
    free(record);
    return made;
}

int sweep_run(struct comm *comm, const struct sweep_config *config)
{
    struct job_config all = config->job;
    all.seeds = 1;
    struct job job = {
        .config = &all, .comm = comm, .identity = identity(config), .is_tuned = true};
    struct sweep sweep = {.config = config};
    job_make_runs(&job);
    run_release(&job.networks[0]); /* the best run will be that */
    job.networks[0].name = xstrdup("trial-1");
    make_runs(&sweep);

    int rc = job_carry_out(&job, work, &sweep);
    for (int i = 0; i < sweep.n; i++)
        run_release(&sweep.runs[i]);
    free(sweep.runs);
    job_release(&job);
    return rc;
}
