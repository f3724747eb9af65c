#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files/file.h"
#include "report/past_private.h"

static const char log_name[] = "log.jsonl";

static void add(struct past *past, char *path, char *log)
{
    past->runs = xrealloc(past->runs, (size_t)past->n + 1, sizeof *past->runs);
    struct past_run *run = &past->runs[past->n++];

    *run = (struct past_run){.path = path, .log = log};
    past_read_log(run);
}

static char *read_log(const char *folder, int *rc)
{
    char *path = xasprintf("%s/%s", folder, log_name), *bytes = NULL;
    size_t n = 0;

    *rc = file_read(path, &bytes, &n);
    free(path);
    return *rc ? NULL : bytes;
}

/* Of a job of several runs. */
static bool is_job(const char *log)
{
    static const char first[] = "{\"event\":\"job\"";
    return !strncmp(log, first, sizeof first - 1);
}

/* "seed-9" stands before "seed-10". */
static int compare_names(const void *a, const void *b)
{
    const char *left = *(char *const *)a, *right = *(char *const *)b;
    size_t n_left = strlen(left), n_right = strlen(right);
    size_t i = 0;

    while (left[i] && left[i] == right[i])
        i++;
    bool are_numbers = strspn(left + i, "0123456789") == n_left - i &&
                       strspn(right + i, "0123456789") == n_right - i;
    if (are_numbers && n_left != n_right)
        return n_left < n_right ? -1 : 1;
    return strcmp(left, right);
}

/* Names of folders in a folder, sorted; each and the list are the caller's. */
static char **list_folders(const char *folder, int *n)
{
    char **names = NULL;
    DIR *stream = opendir(folder);
    *n = 0;

    for (struct dirent *entry; stream && (entry = readdir(stream));) {
        char *log = xasprintf("%s/%s/%s", folder, entry->d_name, log_name);
        if (entry->d_name[0] != '.' && access(log, F_OK) == 0) {
            names = xrealloc(names, (size_t)*n + 1, sizeof *names);
            names[(*n)++] = xstrdup(entry->d_name);
        }
        free(log);
    }
    if (stream)
        closedir(stream);
    if (names)
        qsort(names, (size_t)*n, sizeof *names, compare_names);
    return names;
}

/* What a job's models came to together, where that is known row by row. */
static void add_joint(struct past *past, char *path, char *log)
{
    char *predictions = xasprintf("%s/" PREDICTIONS_FILE, path);
    bool is_there = access(predictions, F_OK) == 0;
    free(predictions);

    if (is_there) {
        add(past, path, log);
        return;
    }
    free(log);
    free(path);
}

/* `has_jobs`: runs of jobs in it are found too. */
static int find_in(const char *folder, bool has_jobs, struct past *past)
{
    int n = 0, rc = OK;
    char **names = list_folders(folder, &n);

    for (int i = 0; i < n; i++) {
        char *path = xasprintf("%s/%s", folder, names[i]);
        char *log = rc ? NULL : read_log(path, &rc);
        if (log && is_job(log) && has_jobs) { /* a fold of several models */
            rc = find_in(path, false, past);
            add_joint(past, path, log);
        } else if (log && !is_job(log)) {
            add(past, path, log);
        } else {
            free(log);
            free(path);
        }
        free(names[i]);
    }
    free(names);
    return rc;
}

int past_find(const char *folder, struct past *past)
{
    int rc = OK, before = past->n;
    char *path = xstrdup(folder);
    for (size_t n = strlen(path); n > 1 && path[n - 1] == '/'; n--)
        path[n - 1] = '\0';

    char *log_path = xasprintf("%s/%s", path, log_name);
    bool has_log = access(log_path, F_OK) == 0;
    char *log = has_log ? read_log(path, &rc) : NULL;
    free(log_path);
    if (log && !is_job(log)) {
        add(past, path, log);
        return OK;
    }

    if (!rc)
        rc = find_in(path, true, past);
    if (!rc && past->n > before && log) {
        add_joint(past, path, log);
        return OK;
    }
    free(log);
    if (!rc && past->n == before)
        rc = fail(ERR_NO_INPUT,
                  "%s: there is no log.jsonl of a run in it, nor in folders of it: name "
                  "the folder that --run-dir was given",
                  path);
    free(path);
    return rc;
}
