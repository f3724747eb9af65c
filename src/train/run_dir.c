#include "train/private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files/file.h"
#include "files/temporary.h"
#include "saved/ensemble.h"
#include "saved/predictions.h"

/* What the folder of a run holds, or stands for: an ensemble comes before the rest. */
static const char *const run_files[] = {
    "last.h5",         "best.h5",     "last.prev.h5",   "best.prev.h5",  "epoch.h5",
    "last.damaged.h5", ENSEMBLE_FILE, PREDICTIONS_FILE, TENSORBOARD_FILE};

/* It may be there, or another job may be making it at this moment. */
static int make_folder(const char *folder)
{
    struct stat status;
    if (mkdir(folder, 0777) == 0)
        return OK;

    int why = errno;
    bool is_there = stat(folder, &status) == 0;
    if (is_there && S_ISDIR(status.st_mode))
        return OK;
    return fail(ERR_IO, "%s: cannot make the run directory: %s", folder,
                why != EEXIST ? strerror(why)
                : is_there    ? "it is a file"
                              : "it is a link to nothing");
}

/* The folders around it too: jobs of a sweep begin where there are none. */
int run_dir_make(const char *folder)
{
    char *path = xstrdup(folder);
    int rc = OK;

    for (char *slash = path + 1; *path && (slash = strchr(slash, '/')) && !rc; slash++) {
        *slash = '\0';
        rc = make_folder(path);
        *slash = '/';
    }
    free(path);

    if (!rc)
        rc = make_folder(folder);
    if (!rc && access(folder, W_OK | X_OK) != 0)
        rc = fail(ERR_IO, "%s: cannot write to the run directory: %s", folder,
                  strerror(errno));
    return rc;
}

char *run_dir_nearest(const char *path)
{
    char *folder = xstrdup(path), *slash;

    while (access(folder, F_OK) && (slash = strrchr(folder, '/')) && slash != folder)
        *slash = '\0';
    if (!access(folder, F_OK))
        return folder;

    bool is_absolute = *folder == '/';
    free(folder);
    return xstrdup(is_absolute ? "/" : ".");
}

static int hold_run_dir(struct trainer *trainer)
{
    const char *path = trainer->config->run_dir;
    int rc = run_dir_make(path);
    if (!rc && directory_open(path, &trainer->folder))
        rc = fail(ERR_IO, "%s: cannot open the run directory: %s", path, strerror(errno));
    return rc;
}

int trainer_refuse_run(const struct trainer *trainer)
{
    const struct directory *folder = &trainer->folder;
    const char *found = directory_has(folder, "log.jsonl") ? "log.jsonl" : NULL;
    for (size_t i = 0; i < COUNT_OF(run_files) && !found; i++)
        if (directory_has(folder, run_files[i]))
            found = run_files[i];
    if (!found)
        return OK;

    return fail(ERR_EXISTS,
                "%s holds a run (%s): go on with it by --resume, choose another "
                "--run-dir, or discard that run with --overwrite",
                trainer->config->run_dir, found);
}

/* Whether `path`, wherever its links lead, is a file that discard_run removes. */
static bool is_discarded(const char *folder, const char *path)
{
    char *home = realpath(folder, NULL), *wanted = realpath(path, NULL);
    bool is_one = false;

    for (size_t i = 0; i < COUNT_OF(run_files) && home && wanted; i++) {
        char *file = xasprintf("%s/%s", home, run_files[i]);
        is_one |= !strcmp(file, wanted);
        free(file);
    }
    free(home);
    free(wanted);
    return is_one;
}

int trainer_check_beginning(const struct trainer *trainer)
{
    const struct trainer_config *config = trainer->config;
    if (!config->overwrite || !config->init_from)
        return OK;

    char *file = checkpoint_path(config->init_from);
    int rc = is_discarded(config->run_dir, file)
                 ? fail(ERR_USAGE,
                        "--init-from %s is of the run in %s, which --overwrite discards: "
                        "give another --run-dir, or a copy of that file",
                        file, config->run_dir)
                 : OK;
    free(file);
    return rc;
}

static int discard_run(const struct directory *folder)
{
    int rc = OK;
    for (size_t i = 0; i < COUNT_OF(run_files) && !rc; i++)
        rc = directory_remove(folder, run_files[i]);
    return rc;
}

int run_dir_discard(const char *path)
{
    struct directory folder = {-1, NULL};
    struct report report = {.is_open = false};
    if (directory_open(path, &folder))
        return OK; /* there is none */

    int rc = directory_has(&folder, "log.jsonl")
                 ? report_open(&report, &folder, REPORT_OVERWRITE)
                 : OK;
    if (!rc)
        rc = discard_run(&folder);
    report_close(&report);
    directory_close(&folder);
    return rc;
}

int run_dir_hold(const char *checkpoint, struct run_dir_hold *hold)
{
    static const char *const logs[RUN_DIR_DEPTH] = {"log.jsonl", "../log.jsonl",
                                                    "../../log.jsonl"};
    struct directory folder = {-1, NULL};
    const char *name;
    int rc = OK;

    for (int i = 0; i < RUN_DIR_DEPTH; i++)
        hold->fd[i] = -1;
    if (directory_of(checkpoint, &folder, &name))
        return OK; /* there is none, as others will say */

    for (int i = 0; i < RUN_DIR_DEPTH && !rc; i++) {
        int fd = openat(folder.fd, logs[i], O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        hold->fd[i] = fd;
        if (fd >= 0 && file_lock_shared(fd) == FILE_LOCKED_BY_OTHER)
            rc = fail(ERR_EXISTS,
                      "%s is of a run that another process trains, which may replace it "
                      "(%s%s is locked): wait for its end, or take a copy of the file",
                      checkpoint, folder.path, logs[i]);
    }

    directory_close(&folder);
    if (rc)
        run_dir_let_go(hold);
    return rc;
}

void run_dir_let_go(struct run_dir_hold *hold)
{
    for (int i = 0; i < RUN_DIR_DEPTH; i++) {
        if (hold->fd[i] >= 0)
            close(hold->fd[i]);
        hold->fd[i] = -1;
    }
}

/* Of the list in a linear model's checkpoints. */
static size_t ngram_bytes(const struct trainer *trainer)
{
    const struct ngrams *ngrams = &trainer->linear.ngrams;
    return ngrams->n_bytes + 3 * sizeof(int32_t) * (size_t)ngrams->n_features;
}

int trainer_check_room(const struct trainer *trainer, const char *folder)
{
    enum { OVERHEAD = 1 << 16 }; /* of HDF5, configuration, history */
    size_t arrays =
        2 + (size_t)optim_arrays(&trainer->optim); /* weights, best ones, moments */
    int64_t one =
        (int64_t)(arrays * trainer->params->size * sizeof(float) +
                  strlen(trainer->data.tokenizer) + ngram_bytes(trainer) + OVERHEAD);
    int64_t left = file_free_bytes(folder);

    if (left < 0 || left >= 2 * one)
        return OK;
    return fail(ERR_IO,
                "%s: %lld MiB are free, two checkpoints need %lld: make room or choose "
                "another --run-dir",
                trainer->config->run_dir, (long long)left >> 20,
                (long long)(2 * one >> 20) + 1);
}

int trainer_take_run_dir(struct trainer *trainer)
{
    const struct trainer_config *config = trainer->config;
    enum report_mode mode = config->resume      ? REPORT_GO_ON
                            : config->overwrite ? REPORT_OVERWRITE
                                                : REPORT_NEW;

    int rc = hold_run_dir(trainer);
    if (!rc && mode == REPORT_NEW)
        rc = trainer_refuse_run(trainer);
    if (!rc && mode != REPORT_GO_ON)
        rc = trainer_check_room(trainer, config->run_dir);
    if (!rc)
        rc = report_open(&trainer->report, &trainer->folder, mode);
    if (!rc)
        temporary_sweep(&trainer->folder, run_files, COUNT_OF(run_files));
    if (!rc && mode == REPORT_OVERWRITE)
        rc = discard_run(&trainer->folder);
    if (!rc && config->tensorboard)
        rc = tensorboard_open(&trainer->folder, config->resume, &trainer->report.board);
    return rc;
}
