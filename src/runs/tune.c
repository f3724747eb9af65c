#include "runs/tune.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/say.h"
#include "data/sampler_options.h"
#include "runs/halving.h"
#include "runs/trials.h"

/* A search; all ranks hold the same, but for the log. */
struct tune {
    const struct tune_config *config;
    struct job *job;
    struct trial *trials;
    int n;               /* of them */
    json_t *lines;       /* rank 0: of the log, where the search is gone on with */
    double began;        /* this start, less what others took */
    double last_bracket; /* seconds that one of HALVING_BRACKET took, or is likely to */
};

static double elapsed(const struct tune *tune)
{
    return seconds_now() - tune->began;
}

static int draw_trial(struct tune *tune)
{
    const struct job_config *all = &tune->config->job;
    struct trial trial = {.n_rungs = 0};
    int i = tune->n;

    int rc = tune->config->draw(i, &trial.draw, tune->config->context);
    if (rc)
        return rc;

    struct run *run = &trial.run;
    run->name = xasprintf("trial-%d", i + 1);
    run->config = trial.draw.config;
    run->config.run_dir = xasprintf("%s/%s", all->network->run_dir, run->name);
    run->config.record = all->record(&run->config, all->context);
    sampler_options_complete(&run->config.sampler);
    run->config.resume = true; /* on the next rung, or begun where it is not there */
    run->config.overwrite = false;
    run->config.is_trial = true;

    tune->trials = xrealloc(tune->trials, (size_t)i + 1, sizeof *tune->trials);
    tune->trials[tune->n++] = trial;
    return OK;
}

/* Collective. Whether the log has it: from rank 0 to all. */
static bool was_on_rung(const struct tune *tune, int i, int rung, int epochs)
{
    const struct comm *comm = tune->job->comm;
    struct {
        bool was;
        struct trial_rung rung;
    } told = {.was = false};

    if (comm->rank == 0)
        told.was = trial_was(tune->lines, i, &tune->trials[i], rung, epochs, &told.rung);
    comm_broadcast(comm, &told, sizeof told);
    if (told.was)
        tune->trials[i].rungs[rung] = told.rung;
    return told.was;
}

/* With the digits that the log has, from which a search goes on. */
static double as_logged(double value)
{
    char text[32];
    snprintf(text, sizeof text, "%.9g", value);
    return strtod(text, NULL);
}

/* What a run that was on a rung came to; one that diverged is the worst. */
static struct trial_rung rung_of(const struct run *run, int epochs)
{
    return (struct trial_rung){.epochs = epochs,
                               .best_epoch = run->is_done ? run->summary.best_epoch : 0,
                               .value = run->is_done ? as_logged(run->summary.best)
                                                     : -(double)INFINITY,
                               .seconds = run->seconds};
}

/* Collective. n trials learn until they have so many epochs, if their patience lasts. */
static int train_rung(struct tune *tune, const struct halved *on, int n, int rung,
                      int epochs)
{
    struct job *job = tune->job;
    struct run *runs = xcalloc((size_t)n, sizeof *runs);
    int *numbers = xcalloc((size_t)n, sizeof *numbers), n_runs = 0;
    struct runs_shares shares = {job->comm->size, 0, true};

    for (int t = 0; t < n; t++) {
        int i = on[t].trial;
        if (was_on_rung(tune, i, rung, epochs))
            continue;
        numbers[n_runs] = i;
        runs[n_runs] = tune->trials[i].run;
        struct trainer_config *config = &runs[n_runs++].config;
        int lanes = sampler_lanes(&config->sampler);
        config->epochs = epochs;
        shares.most_ranks = lanes < shares.most_ranks ? lanes : shares.most_ranks;
    }

    int rc = n_runs
                 ? runs_train(job->comm, runs, n_runs, &shares, tune->config->job.hooks)
                 : OK;
    if (rc == ERR_DIVERGED) /* which is an answer too */
        rc = OK;
    for (int t = 0; t < n_runs && !rc; t++) {
        tune->trials[numbers[t]].rungs[rung] = rung_of(&runs[t], epochs);
        if (job->comm->rank == 0)
            rc = trial_log(job, tune->trials, numbers[t], rung, elapsed(tune));
    }
    free(numbers);
    free(runs);
    return comm_agree(job->comm, rc);
}

/* Collective. A bracket of n new trials, to its end. */
static int run_bracket(struct tune *tune, int n)
{
    struct halved *on = xcalloc((size_t)n, sizeof *on);
    int first = tune->n, rungs = halving_rungs(n), rc = OK;
    int epochs = tune->config->job.network->epochs, left = n;

    while (tune->n < first + n && !rc)
        rc = draw_trial(tune);
    for (int t = 0; t < n; t++)
        on[t].trial = first + t;

    for (int r = 0; r < rungs && !rc; r++) {
        rc = train_rung(tune, on, left, r, halving_epochs(rungs, r, epochs));
        for (int t = 0; t < left && !rc; t++)
            on[t].value = tune->trials[on[t].trial].rungs[r].value;
        for (int t = 0; t < left && r + 1 == rungs; t++)
            tune->trials[on[t].trial].n_rungs = rungs;
        left = halving_best(on, left);
    }
    free(on);
    return rc;
}

/* Collective. How long a bracket is likely to take: the second trial, which is like most
 * others, is asked for an epoch, which its run keeps. Few need more than a dozen. */
static int try_one(struct tune *tune)
{
    enum { USUAL_EPOCHS = 12, BRACKET_TRIALS = 21 };
    const struct halved second = {.trial = 1};
    int epochs = tune->config->job.network->epochs;

    int rc = draw_trial(tune);
    if (!rc)
        rc = draw_trial(tune);
    if (!rc)
        rc = train_rung(tune, &second, 1, 0, 1);
    if (rc)
        return rc;

    int usual = epochs < USUAL_EPOCHS ? epochs : USUAL_EPOCHS;
    tune->last_bracket =
        tune->trials[1].rungs[0].seconds * BRACKET_TRIALS * usual / (HALVING_BRACKET);
    while (tune->n > 0) /* they are drawn again, as some of a bracket */
        run_release(&tune->trials[--tune->n].run);
    return OK;
}

/* Of the trials that learnt as long as they wanted. */
static int best_trial(const struct tune *tune)
{
    int best = -1;
    double most = -(double)INFINITY;

    for (int i = 0; i < tune->n; i++) {
        const struct trial *trial = &tune->trials[i];
        if (trial->n_rungs == 0 || trial->rungs[trial->n_rungs - 1].value <= most)
            continue;
        best = i;
        most = trial->rungs[trial->n_rungs - 1].value;
    }
    return best;
}

/* Whether no network can be judged to be better than the best one. */
static bool is_perfect(const struct tune *tune)
{
    int best = best_trial(tune);
    return best >= 0 && !monitor_is_loss(tune->config->job.network->monitor) &&
           trial_last(&tune->trials[best])->value >= 1;
}

/* Collective. Rank 0's clock and log decide. */
static int next_bracket(const struct tune *tune)
{
    const struct tune_config *config = tune->config;
    double left =
        config->duration > 0 ? config->duration - elapsed(tune) : (double)INFINITY;
    int n = 0, logged = 0;
    size_t at;
    const json_t *line;

    json_array_foreach(tune->lines, at, line)
    {
        const char *event = json_string_value(json_object_get(line, "event"));
        if (event && !strcmp(event, "bracket") &&
            json_integer_value(json_object_get(line, "first")) == tune->n + 1)
            logged = (int)json_integer_value(json_object_get(line, "n"));
    }

    if (logged > 0)
        n = logged;
    else if (config->trials == 0 ? !is_perfect(tune) : left > 0 || tune->n == 0)
        n = halving_next(config->trials, tune->n, left, tune->last_bracket);
    comm_broadcast(tune->job->comm, &n, sizeof n);
    return n;
}

static int log_bracket(struct tune *tune, int n)
{
    if (tune->job->comm->rank != 0)
        return OK;
    return report_write(&tune->job->report,
                        json_pack("{s:s,s:i,s:i,s:f}", "event", "bracket", "first",
                                  tune->n + 1, "n", n, "elapsed", elapsed(tune)),
                        true);
}

/* Collective. */
static int run_brackets(struct tune *tune)
{
    int rc = tune->config->trials == 0 ? try_one(tune) : OK, n = 0;

    while (!rc && (n = next_bracket(tune)) > 0) {
        double began = seconds_now();
        rc = comm_agree(tune->job->comm, log_bracket(tune, n));
        if (!rc)
            rc = run_bracket(tune, n);
        if (n == HALVING_BRACKET)
            tune->last_bracket =
                fmax(tune->last_bracket * (tune->n == n ? 0 : 1), seconds_now() - began);
    }
    return rc;
}

/* Collective. The best trial is the job's network. */
static int end_with_best(struct tune *tune)
{
    struct job *job = tune->job;
    int best = best_trial(tune);
    if (best < 0)
        return fail(ERR_DIVERGED,
                    "all %d trials diverged: lower --learning-rate, or "
                    "set --clip-norm",
                    tune->n);

    if (job->comm->rank == 0)
        trials_say(job, tune->trials, tune->n, best);
    struct run *run = &tune->trials[best].run;
    run_release(&job->networks[0]);
    job->networks[0] = *run;
    job->networks[0].summary.best_epoch = trial_last(&tune->trials[best])->best_epoch;
    *run = (struct run){.name = NULL}; /* it is the job's now */
    return job_join(job);
}

static int search(struct job *job, void *context)
{
    struct tune *tune = context;
    double before = 0;
    if (job->comm->rank == 0)
        tune->lines = trials_read_log(job, &before);
    comm_broadcast(job->comm, &before, sizeof before);
    tune->began = seconds_now() - before;

    int rc = job_train_sides(job);
    if (!rc)
        rc = run_brackets(tune);
    return rc ? rc : end_with_best(tune);
}

/* What makes another search of it. */
static json_t *identity(const struct tune_config *config)
{
    const struct job_config *job = &config->job;
    char *record = job->record(job->network, job->context);
    json_t *made =
        json_pack("{s:{s:o},s:i,s:f}", "tune", "config", json_loads(record, 0, NULL),
                  "trials", config->trials, "duration", config->duration);
    free(record);
    return made;
}

int tune_run(struct comm *comm, const struct tune_config *config)
{
    struct job_config all = config->job;
    all.seeds = 1;
    struct job job = {
        .config = &all, .comm = comm, .identity = identity(config), .is_tuned = true};
    struct tune tune = {.config = config, .job = &job};
    job_make_runs(&job);
    run_release(&job.networks[0]); /* the best trial will be that */
    job.networks[0].name = xstrdup("trial-1");

    int rc = job_carry_out(&job, search, &tune);
    for (int i = 0; i < tune.n; i++)
        run_release(&tune.trials[i].run);
    free(tune.trials);
    json_decref(tune.lines);
    job_release(&job);
    return rc;
}
