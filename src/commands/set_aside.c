#include "commands/set_aside.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/program.h"
#include "data/sampler.h"

#define ELSE                                                                             \
    "give a data set with a validation part (rnnprep --validation or "                   \
    "--validation-split), or judge --part train or test"

/* The data set's hash as the state has it, the caller's to free; NULL: the model is no
 * point of a run. */
static char *data_of_run(const struct checkpoint *info)
{
    json_t *state = json_loads(info->state ? info->state : "", 0, NULL);
    const char *hash = json_string_value(json_object_get(state, "data"));
    char *copy = hash ? xstrdup(hash) : NULL;

    json_decref(state);
    return copy;
}

static int check_data(const struct checkpoint *info, const struct dataset *data)
{
    char *wanted = data_of_run(info), found[17];
    int rc = OK;
    program_hex(data->hash, found);

    if (!wanted)
        rc = fail(ERR_USAGE,
                  "%s has no validation part, and %s is a model, not a point of a run: "
                  "nobody recorded which rows validated it; " ELSE,
                  data->path, info->path);
    else if (strcmp(wanted, found) != 0)
        rc = fail(ERR_USAGE,
                  "%s has no validation part, and its training rows are not those that "
                  "the run of %s split: its SHA-256 begins with %s, that of the run's "
                  "data with %s; give the data set that the run was trained on, as "
                  "rnnprep wrote it",
                  data->path, info->path, found, wanted);
    free(wanted);
    return rc;
}

int set_aside_rows(const struct checkpoint *info, const struct record *record,
                   const struct dataset *data, int32_t **rows, int *n)
{
    const struct record_source source = {info->path, info->provenance};
    const struct sampler_config *config = &record->sampler;
    struct sampler sampler = {0};

    int rc = check_data(info, data);
    if (!rc)
        rc = record_check_training(record, &source, "--part validation");
    if (!rc && config->rule == VALIDATION_NONE)
        rc = fail(ERR_USAGE,
                  "%s has no validation part, and the run of %s set no rows aside: it "
                  "was trained with --validation none; " ELSE,
                  data->path, info->path);
    if (!rc)
        rc = sampler_new(data, config, &sampler);
    if (rc)
        return rc;

    *rows = sampler.validation;
    *n = sampler.n_validation;
    sampler.validation = NULL;
    sampler_release(&sampler);
    return OK;
}

bool set_aside_others(const struct checkpoint *info, const struct record *record,
                      const struct dataset *data)
{
    enum validation_rule rule = record->sampler.rule;
    char *wanted = data_of_run(info), found[17];
    program_hex(data->hash, found);
    bool is_same = wanted && !strcmp(wanted, found);

    free(wanted);
    return is_same && record->knows_training &&
           (rule == VALIDATION_STRATIFIED || rule == VALIDATION_KERAS_TAIL);
}
