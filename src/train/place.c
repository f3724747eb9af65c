/* Where the run is kept: its folder may be moved or removed while it trains, and its log,
 * which is its lock, alone. All is written by descriptor, so that it never comes into a
 * folder that another run has by now; but nobody would look for it there, and without its
 * lock a folder may be anybody's: the run ends with a checkpoint and says where it is. */
#include "train/private.h"

#include <errno.h>
#include <stdlib.h>

static bool is_in_place(const struct trainer *trainer)
{
    return directory_is_in_place(&trainer->folder) &&
           report_is_in_place(&trainer->report, &trainer->folder);
}

bool trainer_has_moved(const struct trainer *trainer)
{
    bool has_moved = trainer->comm->rank == 0 && !is_in_place(trainer);
    comm_broadcast(trainer->comm, &has_moved, sizeof has_moved);
    return has_moved;
}

/* Of which the first free one of a number is made. */
static int make_numbered(const struct directory *in, const char *stem,
                         struct directory *made)
{
    enum { MOST = 1000 };
    int rc = ERR_EXISTS;
    for (int i = 1; i <= MOST && rc == ERR_EXISTS; i++) {
        char *name = xasprintf("%skept-%d", stem, i);
        rc = directory_make(in, name, made);
        free(name);
    }
    return rc;
}

/* Beside a run directory that is gone. */
static int make_beside(const char *run_dir, struct directory *made)
{
    struct directory around = {-1, NULL};
    const char *name = NULL;
    char *path = xstrdup(run_dir);
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        path[--n] = '\0';

    int rc = directory_of(path, &around, &name)
                 ? fail(ERR_IO, "%s: its folder: %s", path, strerror(errno))
                 : OK;
    char *stem = rc ? NULL : xasprintf("%s.", name);
    if (!rc)
        rc = make_numbered(&around, stem, made);

    directory_close(&around);
    free(stem);
    free(path);
    return rc;
}

/* The folder becomes a new one. */
static int move_out(struct trainer *trainer)
{
    struct directory made = {-1, NULL};
    char *place = directory_place(&trainer->folder);
    int rc = place ? make_numbered(&trainer->folder, "", &made)
                   : make_beside(trainer->config->run_dir, &made);
    free(place);
    if (rc)
        return rc;

    directory_close(&trainer->folder);
    trainer->folder = made;
    return OK;
}

/* Rank 0. What became of the run's folder, for people. */
static const char *find_cause(const struct trainer *trainer)
{
    char *place = directory_place(&trainer->folder);
    bool has_gone = !place, is_moved = !directory_is_in_place(&trainer->folder);
    free(place);
    return has_gone   ? "was removed"
           : is_moved ? "was moved"
                      : "lost its log.jsonl, which was moved or replaced,";
}

/* Rank 0. The folder is one in which nobody else trains. The log, where it was lost, ends
 * here; where nothing or an empty file has its name, that is locked in its stead. */
static int find_place(struct trainer *trainer, bool *has_log)
{
    struct report *report = &trainer->report;
    int rc = trainer_await_save(trainer);
    *has_log = report_is_in_place(report, &trainer->folder);
    if (*has_log || rc)
        return rc;

    rc = report_end(report, "stopped", NULL);
    if (!rc)
        rc = report_take_again(report, &trainer->folder);
    return rc ? move_out(trainer) : OK;
}

/* Rank 0. */
static int say_place(const struct trainer *trainer, const char *cause)
{
    const struct progress *progress = &trainer->progress;
    char *place = directory_place(&trainer->folder);
    int rc =
        fail(ERR_STOPPED,
             "%s %s while the run trained: stopped in epoch %d after batch %d with a "
             "checkpoint in %s; go on with --resume --run-dir %s",
             trainer->config->run_dir, cause, progress->epoch + 1, progress->batch,
             place ? place : trainer->folder.path, place ? place : "of that folder");
    free(place);
    return rc;
}

int trainer_end_moved(struct trainer *trainer)
{
    struct comm *comm = trainer->comm;
    bool is_first = comm->rank == 0, has_log = false;
    const char *cause = is_first ? find_cause(trainer) : NULL;

    int rc = comm_agree(comm, is_first ? find_place(trainer, &has_log) : OK);
    if (!rc)
        rc = trainer_checkpoint(trainer, true);
    if (!rc)
        rc = comm_agree(comm,
                        has_log ? report_end(&trainer->report, "stopped", NULL) : OK);
    if (!rc)
        return comm_agree(comm, is_first ? say_place(trainer, cause) : OK);

    char *message = xstrdup(fail_message());
    rc = fail(rc, "%s %s while the run trained, which cannot be kept: %s",
              trainer->config->run_dir, is_first ? cause : "", message);
    free(message);
    return rc;
}

int trainer_check_result(const struct trainer *trainer)
{
    if (!trainer_has_moved(trainer))
        return OK;
    if (trainer->comm->rank != 0)
        return comm_agree(trainer->comm, OK);

    char *place = directory_place(&trainer->folder);
    int rc = fail(ERR_IO, "%s %s when the run was complete: its result is in %s",
                  trainer->config->run_dir, find_cause(trainer),
                  place ? place : "no folder any more");
    free(place);
    return comm_agree(trainer->comm, rc);
}
