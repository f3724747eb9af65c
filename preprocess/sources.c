/* What rnnprep is to read. */
#include "job.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int job_check_source(const struct job *job, const char *path)
{
    struct stat a, b;
    const char *output = job->settings->output;

    if (stat(output, &a) == 0 && stat(path, &b) == 0 && a.st_dev == b.st_dev &&
        a.st_ino == b.st_ino)
        return fail(ERR_USAGE, "--output %s would replace the corpus", output);
    return OK;
}

static int add_source(struct job *job, const char *path, const char *class_name, int part)
{
    if (job->n_sources == JOB_MOST_SOURCES)
        return fail(ERR_USAGE, "more than %d sources", JOB_MOST_SOURCES);
    int rc = job_check_source(job, path);
    if (!rc)
        job->sources[job->n_sources++] = (struct source){path, class_name, part};
    return rc;
}

/* The lines of --class: NAME=FILE. */
static int add_classes(struct job *job)
{
    const char *line = job->settings->classes;
    int rc = OK;
    while (line && *line && !rc) {
        size_t n = strcspn(line, "\n");
        char *name = xstrndup(line, n), *equals = strchr(name, '=');

        if (!equals || equals == name || !equals[1])
            rc = fail(ERR_USAGE, "--class %s: expected NAME=FILE", name);
        if (equals)
            *equals = '\0';
        job->class_names[job->n_sources] = name;
        if (!rc)
            rc = add_source(job, equals + 1, name, DATASET_TRAIN);
        else
            job->n_sources++; /* for release */
        line += n + 1;
    }
    return rc;
}

int job_find_sources(struct job *job, const char *corpus)
{
    const struct settings *settings = job->settings;
    if (!corpus && !settings->classes)
        return fail(ERR_USAGE,
                    "an operand is missing; usage: rnnprep CORPUS [options], or "
                    "--class NAME=FILE for each class");

    int rc = corpus ? add_source(job, corpus, NULL, -1) : OK;
    if (!rc)
        rc = add_classes(job);
    if (!rc && settings->test)
        rc = add_source(job, settings->test, NULL, DATASET_TEST);
    if (!rc && settings->validation)
        rc = add_source(job, settings->validation, NULL, DATASET_VALIDATION);
    return rc ? rc : unlabelled_find(job);
}
