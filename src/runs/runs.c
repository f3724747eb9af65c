#include "runs/runs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/say.h"
#include "runs/groups.h"
#include "runs/job.h"
#include "train/test_hooks.h"

void run_release(struct run *run)
{
    free(run->name);
    free(run->config.run_dir);
    free((char *)run->config.record);
    *run = (struct run){.name = NULL};
}

/* What a run watched comes to; a loss as it is, not negated. */
static void say_run(const struct run *run)
{
    const struct trainer_summary *summary = &run->summary;
    bool is_loss = monitor_is_loss(summary->monitor);

    if (run->config.quiet)
        return;
    if (summary->was_finished)
        say_line(stdout, "%-10s was finished before", run->name);
    else if (!isfinite(summary->best))
        say_line(stdout, "%-10s done, %.1f s", run->name, run->seconds);
    else
        say_line(stdout, "%-10s best %s %.4f in epoch %d of %d, %.1f s", run->name,
                 monitor_names[summary->monitor],
                 is_loss ? -summary->best : summary->best, summary->best_epoch,
                 summary->epochs, run->seconds);
    fflush(stdout);
}

/* Collective in the group. */
static int train_one(struct comm *group, struct run *run, bool is_alone,
                     const struct test_hooks *hooks)
{
    struct trainer_config config = run->config;
    double began = seconds_now();

    config.quiet |= !is_alone;
    if (group->rank == 0 && is_alone && !config.quiet)
        say_line(stdout, "run      %s, in %s", run->name, config.run_dir);
    if (run->job) /* which has none */
        run->summary.best = (double)NAN;
    int rc = run->job ? job_run(group, run->job)
                      : trainer_run(group, &config, hooks, &run->summary);
    run->seconds = seconds_now() - began;
    run->is_done = !rc;

    if (rc) {
        char *message = xstrdup(fail_message());
        rc = fail(rc, "%s: %s", run->name, message);
        free(message);
    } else if (group->rank == 0 && !is_alone) {
        say_run(run);
    }
    return rc;
}

/* Of two ends one behind the other: the first one, unless only that one is that of a run
 * that diverged. */
static int first_end(int before, char **message, int rc)
{
    if (!rc || (before && rc == ERR_DIVERGED))
        return before;
    free(*message);
    *message = xstrdup(fail_message());
    return rc;
}

/* Collective in the group. Its runs, one behind the other; the first failure counts. */
static int train_group(struct comm *group, struct run *runs, int n, int first, int stride,
                       bool is_brief, const struct test_hooks *hooks)
{
    char *message = NULL;
    int rc = OK;

    for (int i = first; i < n && (!rc || rc == ERR_DIVERGED); i += stride) {
        int ended = train_one(group, &runs[i], !is_brief, hooks);
        rc = first_end(rc, &message, ended);
    }

    if (rc)
        rc = fail(rc, "%s", message);
    free(message);
    return rc;
}

/* Collective. What each run came to, from the first rank of the group that had it, to
 * all. */
static void share_runs(const struct comm *comm, const struct comm *group,
                       struct run *runs, int n, int mine, int n_groups)
{
    struct told {
        int is_there, is_done;
        double seconds;
        struct trainer_summary summary;
    };
    size_t *counts = xcalloc((size_t)comm->size, sizeof *counts);
    struct told *told = xcalloc((size_t)n, sizeof *told);
    for (int i = mine; i < n && group->rank == 0; i += n_groups)
        told[i] = (struct told){true, runs[i].is_done, runs[i].seconds, runs[i].summary};

    char *all = comm_gather_bytes(comm, told, (size_t)n * sizeof *told, counts);
    for (size_t i = 0; comm->rank == 0 && i < (size_t)comm->size * (size_t)n; i++) {
        struct told one;
        memcpy(&one, all + i * sizeof one, sizeof one);
        if (one.is_there)
            told[i % (size_t)n] = one;
    }

    comm_broadcast(comm, told, (size_t)n * sizeof *told);
    for (int i = 0; i < n; i++) {
        runs[i].is_done = told[i].is_done;
        runs[i].seconds = told[i].seconds;
        runs[i].summary = told[i].summary;
    }
    free(all);
    free(told);
    free(counts);
}

/* Collective. A failure is more than the end that somebody asked for. */
static int agree(const struct comm *comm, int rc)
{
    char *message = xstrdup(fail_message());
    int failed = comm_agree(comm, rc == ERR_STOPPED ? OK : rc);
    if (!failed && rc)
        rc = fail(rc, "%s", message);
    free(message);
    return failed ? failed : comm_agree(comm, rc);
}

/* Collective. As many runs a group. */
static int train_in_groups(struct comm *comm, struct run *runs, int n, int n_groups,
                           bool is_brief, const struct test_hooks *hooks)
{
    struct comm group;
    int mine = comm_group(comm, n_groups);

    int rc = comm_split(comm, n_groups, &group);
    if (rc)
        return rc;
    rc = train_group(&group, runs, n, mine, n_groups, is_brief, hooks);
    rc = agree(comm, rc);
    share_runs(comm, &group, runs, n, mine, n_groups);
    comm_leave(&group);
    return rc;
}

int runs_train(struct comm *comm, struct run *runs, int n,
               const struct runs_shares *shares, const struct test_hooks *hooks)
{
    int most = shares->most_ranks, rc = OK;
    bool is_brief = shares->is_brief;
    char *message = NULL;

    for (int done = 0, n_done = 0; done < n && (!rc || rc == ERR_DIVERGED);
         done += n_done) {
        int n_groups =
            shares->n_groups > 0
                ? groups_as_wanted(shares->n_groups, n - done, comm->size, most, &n_done)
                : groups_of_runs(n - done, comm->size, most, &n_done);
        is_brief |= n_groups > 1 && n > 1; /* then all of them */
        int ended = train_in_groups(comm, runs + done, n_done, n_groups, is_brief, hooks);
        rc = first_end(rc, &message, ended);
    }

    if (rc)
        rc = fail(rc, "%s", message);
    free(message);
    return rc;
}
