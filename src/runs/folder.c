#include "runs/private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/say.h"
#include "files/file.h"

static const char first_event[] = "{\"event\":\"job\"";

/* What a folder that is taken must not hold, unless it is gone on with. */
static int refuse_run(const struct job *job)
{
    static const char *const names[] = {"log.jsonl", "best.h5", "last.h5", "ensemble.h5"};

    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (directory_has(&job->folder, names[i]))
            return fail(ERR_EXISTS,
                        "%s holds a run (%s): go on with it by --resume, choose another "
                        "--run-dir, or discard that run with --overwrite",
                        job->config->network->run_dir, names[i]);
    return OK;
}

/* The name is taken. */
static int discard_one(const struct job *job, char *name)
{
    char *path = xasprintf("%s/%s", job->config->network->run_dir, name);
    int rc = run_dir_discard(path);
    free(path);
    free(name);
    return rc;
}

/* NAME-1 and on, as many as there are. */
static int discard_numbered(const struct job *job, const char *kind)
{
    for (int i = 1;; i++) {
        char *name = xasprintf("%s-%d", kind, i);
        if (!directory_has(&job->folder, name)) {
            free(name);
            return OK;
        }
        int rc = discard_one(job, name);
        if (rc)
            return rc;
    }
}

/* All runs that it may have had, and what they were as one. */
static int discard(const struct job *job)
{
    const struct job_config *config = job->config;
    int rc = run_dir_discard(config->network->run_dir);

    for (int i = 0; i < config->seeds && !rc; i++)
        rc = run_dir_discard(job->networks[i].config.run_dir);
    for (int side = 0; side < JOB_SIDES && !rc; side++) {
        rc = discard_one(job, xstrdup(job_side_names[side]));
        if (!rc)
            rc = discard_one(job, xasprintf("%s-all", job_side_names[side]));
    }
    if (!rc)
        rc = discard_numbered(job, "trial");
    return rc ? rc : discard_numbered(job, "fold");
}

char *job_read_log(const struct job *job)
{
    char *bytes = NULL;
    size_t n = 0;
    return directory_read(&job->folder, "log.jsonl", &bytes, &n) ? NULL : bytes;
}

static bool are_alike(const json_t *first, const json_t *other, const char *key)
{
    const json_t *was = json_object_get(first, key), *is = json_object_get(other, key);
    return (!was && !is) || (was && is && json_equal(was, is));
}

static int check_owner(const struct job *job)
{
    char *log = job_read_log(job);
    size_t n = log ? strcspn(log, "\n") : 0, n_event = strlen(first_event);
    bool is_ours = n == 0 || !strncmp(log, first_event, n < n_event ? n : n_event);
    json_t *first = is_ours ? json_loadb(log, n, 0, NULL) : NULL;
    bool is_same = !first || (are_alike(first, job->identity, "tune") &&
                              are_alike(first, job->identity, "folds"));
    json_decref(first);
    free(log);

    if (!is_ours)
        return fail(ERR_EXISTS,
                    "%s holds one run, not a job of several: go on with it without "
                    "--seeds, --folds and --add-linear, or choose another --run-dir",
                    job->config->network->run_dir);
    return is_same ? OK
                   : fail(ERR_USAGE,
                          "%s holds another job, or one of other options: give those "
                          "that it began with, or choose another --run-dir",
                          job->config->network->run_dir);
}

/* What makes another job of the same runs is in it. */
static json_t *end_line(const struct job *job, const char *reason)
{
    json_t *line = json_pack("{s:s,s:s}", "event", "end", "reason", reason);
    json_object_update(line, job->identity);
    return line;
}

static bool is_finished(const struct job *job)
{
    char *log = job_read_log(job);
    size_t n = log ? strlen(log) : 0;
    json_t *end = end_line(job, "done"), *last = NULL;

    if (n > 0 && log[n - 1] == '\n')
        log[--n] = '\0';
    const char *line = n > 0 ? strrchr(log, '\n') : NULL;
    if (line)
        last = json_loads(line + 1, 0, NULL);

    bool is_it = last && json_equal(last, end) &&
                 (job->judges_alone || directory_has(&job->folder, "ensemble.h5") ||
                  directory_has(&job->folder, "best.h5"));
    json_decref(last);
    json_decref(end);
    free(log);
    return is_it;
}

/* Rank 0. */
static int take(struct job *job)
{
    const struct trainer_config *config = job->config->network;
    enum report_mode mode = config->resume ? REPORT_GO_ON : REPORT_NEW;

    job->made_folder = access(config->run_dir, F_OK) != 0;
    int rc = run_dir_make(config->run_dir);
    if (!rc && directory_open(config->run_dir, &job->folder))
        rc = fail(ERR_IO, "%s: cannot open the run directory: %s", config->run_dir,
                  strerror(errno));
    if (!rc && config->overwrite) {
        mode = REPORT_OVERWRITE;
        rc = discard(job);
    } else if (!rc && !config->resume) {
        rc = refuse_run(job);
    }

    if (!rc)
        rc = report_open(&job->report, &job->folder, mode);
    if (!rc && config->resume)
        rc = check_owner(job);
    if (!rc)
        rc = report_cut(&job->report, report_bytes(&job->report)); /* a torn line */
    return rc;
}

static int begin_log(struct job *job)
{
    json_t *names = json_array();
    job->begins = report_bytes(&job->report) == 0;
    for (int i = 0; i < job->config->seeds; i++)
        json_array_append_new(names, json_string(job->networks[i].name));

    json_t *line =
        json_pack("{s:s,s:s,s:s,s:o,s:i}", "event", job->begins ? "job" : "resume",
                  "version", RNNTRAIN_VERSION, "data", job->config->network->data,
                  "networks", names, "ranks", job->comm->size);
    json_object_update(line, job->identity);
    return report_write(&job->report, line, true);
}

int job_take_folder(struct job *job)
{
    struct comm *comm = job->comm;
    bool is_first = comm->rank == 0;

    int rc = comm_agree(comm, is_first ? take(job) : OK);
    if (rc)
        return rc;
    if (is_first)
        report_to_console(&job->report, stdout, job->config->network->quiet);

    job->is_finished = is_first && job->config->network->resume && is_finished(job);
    comm_broadcast(comm, &job->is_finished, sizeof job->is_finished);
    if (job->is_finished)
        return OK;
    return comm_agree(comm, is_first ? begin_log(job) : OK);
}

/* Rank 0. The runs said where each of them is by now; what is gone on with is the job. */
static int say_place(const struct job *job, int rc)
{
    char *place = directory_place(&job->folder);
    const char *run_dir = job->config->network->run_dir;
    if (place)
        rc = fail(rc,
                  "%s was moved while its runs trained: go on with --resume "
                  "--run-dir %s",
                  run_dir, place);
    free(place);
    return rc;
}

/* Rank 0. Of a job that was refused before any of its runs began nothing stays. */
static void leave_nothing(const struct job *job)
{
    bool has_begun = !job->begins || directory_has(&job->folder, "trial-1");
    for (int side = 0; side < JOB_SIDES; side++)
        has_begun |= directory_has(&job->folder, job_side_names[side]);
    for (int i = 0; i < job->config->seeds; i++)
        has_begun |= directory_has(&job->folder, job->networks[i].name);
    if (has_begun)
        return;
    if (directory_remove(&job->folder, "log.jsonl"))
        say_line(stderr, "rnntrain: %s", fail_message());
    else if (job->made_folder && directory_is_in_place(&job->folder))
        rmdir(job->config->network->run_dir); /* which fails where others put files */
}

int job_end(struct job *job, int rc)
{
    struct comm *comm = job->comm;
    const char *reason = !rc ? "done" : rc == ERR_STOPPED ? "stopped" : "failed";
    char *message = xstrdup(fail_message());
    int ended = OK;

    if (job->report.is_open && !job->is_finished)
        ended = report_write(&job->report, end_line(job, reason), true);
    if (job->report.is_open && rc)
        leave_nothing(job);
    if (!rc)
        rc = comm_agree(comm, ended);
    else
        rc = fail(rc, "%s", message);
    free(message);

    bool has_moved = comm->rank == 0 && rc == ERR_STOPPED && job->report.is_open &&
                     !directory_is_in_place(&job->folder);
    return has_moved ? say_place(job, rc) : rc;
}
