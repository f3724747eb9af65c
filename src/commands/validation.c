#include "commands/validation.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "data/dataset.h"
#include "files/file.h"
#include "saved/checkpoint.h"

/* The first line of a folder's log; NULL: there is none. */
static json_t *read_beginning(const char *folder)
{
    char *path = xasprintf("%s/log.jsonl", folder), *log = NULL;
    size_t n = 0;
    json_t *line = NULL;

    if (!file_read(path, &log, &n))
        line = json_loadb(log, strcspn(log, "\n"), 0, NULL);
    free(log);
    free(path);
    return line;
}

/* What a log says first of its run's options, or of those that all runs of a job have. */
static const json_t *options_in(const json_t *line)
{
    const json_t *tuned = json_object_get(line, "tune");
    return json_object_get(tuned ? tuned : line, "config");
}

/* The caller's to free; NULL: none is said. */
static char *rule_in(const json_t *options)
{
    const char *rule = json_string_value(json_object_get(options, "validation"));
    return rule ? xstrdup(rule) : NULL;
}

/* Of a run whose log was lost. */
static char *rule_of_checkpoint(const char *folder)
{
    char *path = xasprintf("%s/last.h5", folder), *found = NULL;
    struct checkpoint info = {0};

    if (!checkpoint_open(path, &info)) {
        json_t *options = json_loads(info.config, 0, NULL);
        found = rule_in(options);
        json_decref(options);
    }
    checkpoint_release(&info);
    free(path);
    return found;
}

/* The rule that the run in a folder began with, or the first network of a job; NULL:
 * nobody knows. The caller's to free. */
static char *rule_of_run(const char *folder)
{
    json_t *line = read_beginning(folder);
    const char *first =
        json_string_value(json_array_get(json_object_get(line, "networks"), 0));

    if (first && !options_in(line)) {
        char *member = xasprintf("%s/%s", folder, first);
        json_decref(line);
        line = read_beginning(member);
        free(member);
    }
    char *found = rule_in(options_in(line));
    json_decref(line);
    return found ? found : rule_of_checkpoint(folder);
}

static bool has_own_part(const char *path)
{
    struct dataset data = {.path = NULL};
    if (dataset_open_again(path, &data))
        return false;

    bool has_part = data.part[DATASET_VALIDATION].n > 0;
    dataset_release(&data);
    return has_part;
}

static enum validation_rule find(const char *data, const struct trainer_config *run)
{
    char *before = run->resume && run->run_dir ? rule_of_run(run->run_dir) : NULL;
    bool is_own = before ? !strcmp(before, "own") : has_own_part(data);

    free(before);
    return is_own ? VALIDATION_OWN : VALIDATION_STRATIFIED;
}

enum validation_rule validation_find(const struct comm *comm, const char *data,
                                     const struct trainer_config *run)
{
    enum validation_rule found = VALIDATION_STRATIFIED;

    if ((!comm || comm->rank == 0) && run->sampler.rule == VALIDATION_AUTO && data)
        found = find(data, run);
    if (comm)
        comm_broadcast(comm, &found, sizeof found);
    return found;
}

void validation_settle(struct sampler_config *sampler, bool split_given,
                       enum validation_rule found)
{
    if (sampler->rule == VALIDATION_AUTO)
        sampler->rule = sampler->folds || split_given ? VALIDATION_STRATIFIED : found;
}
