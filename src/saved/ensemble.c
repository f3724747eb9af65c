#include "saved/ensemble_private.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "saved/contents.h"
#include "saved/record_keys.h"

char *ensemble_member_path(int i)
{
    return xasprintf(ENSEMBLE_GROUP "/member%d", i);
}

static json_t *numbers(const double *values, int n)
{
    json_t *list = json_array();

    for (int i = 0; i < n; i++)
        json_array_append_new(list, json_real(values[i]));
    return list;
}

static char *config_json(const struct ensemble_config *config, int outputs)
{
    json_t *root = json_pack("{s:i,s:s}", "members", config->n, "rule",
                             ensemble_rule_names[config->rule]);
    if (config->rule == ENSEMBLE_SUM) {
        json_object_set_new(root, "weights", numbers(config->weights, config->n));
        json_object_set_new(root, "bias", numbers(config->bias, outputs));
    }

    char *text =
        json_dumps(root, JSON_SORT_KEYS | JSON_COMPACT | JSON_REAL_PRECISION(17));
    json_decref(root);
    return text;
}

static void write_member(struct h5_writer *file, int i,
                         const struct checkpoint_bytes *member)
{
    char *path = ensemble_member_path(i);
    size_t n = member->n + 1;
    char *bytes = xcalloc(n, 1);

    memcpy(bytes, member->bytes, member->n);
    h5_write(file, path, H5_UINT8, 1, &n, bytes, false);
    free(bytes);
    free(path);
}

void ensemble_write(struct h5_writer *file, const struct ensemble_config *config,
                    int outputs, const struct checkpoint_bytes *members)
{
    char *json = config_json(config, outputs);

    h5_make_group(file, ENSEMBLE_GROUP);
    h5_write_text(file, ENSEMBLE_CONFIG, json);
    for (int i = 1; i < config->n; i++)
        write_member(file, i, &members[i - 1]);
    free(json);
}

void ensemble_free_members(int n, struct checkpoint_bytes *members)
{
    for (int i = 0; i < n - 1 && members; i++)
        free(members[i].bytes);
    free(members);
}

int ensemble_refuse(const struct checkpoint *info, const char *doing)
{
    if (!info->ensemble.n)
        return OK;
    return fail(
        ERR_USAGE,
        "%s is an ensemble of %d models, and %s takes one: name the folder of one "
        "of its members",
        info->path, info->ensemble.n, doing);
}

void ensemble_keep(struct checkpoint *info, int i)
{
    struct checkpoint kept = *info;
    if (i > 0) {
        kept = info->members[i - 1];
        info->members[i - 1] = (struct checkpoint){.path = kept.path};
        kept.path = xstrdup(info->path);
        kept.is_unsealed = info->is_unsealed;
        checkpoint_release(info);
    }

    for (int k = 0; k < kept.ensemble.n - 1; k++)
        checkpoint_release(&kept.members[k]);
    free(kept.members);
    ensemble_config_release(&kept.ensemble);
    kept.members = NULL;
    *info = kept;
}

/* The record of an ensemble's first member: who does not know the key must not judge by
 * it. */
static char *mark_record(const char *json, int n)
{
    json_t *root = json_loads(json, 0, NULL);
    json_t *needs = json_object_get(root, RECORD_NEEDS);
    if (!needs) {
        needs = json_array();
        json_object_set_new(root, RECORD_NEEDS, needs);
    }

    json_array_append_new(needs, json_string(ENSEMBLE_KEY));
    json_object_set_new(root, ENSEMBLE_KEY, json_integer(n));
    char *text =
        json_dumps(root, JSON_SORT_KEYS | JSON_COMPACT | JSON_REAL_PRECISION(17));
    json_decref(root);
    return text;
}

/* The image of an opened checkpoint, without what only training needs. */
static int judge_image(const struct checkpoint *info,
                       const struct checkpoint_bytes *members, char **bytes, size_t *n)
{
    struct contents contents = {.weights = NULL};
    struct checkpoint slim = *info;

    slim.n_slots = 0;
    int rc = contents_read(&slim, &contents);
    free(contents.best);
    free(contents.trained);
    contents.best = contents.trained = NULL;
    if (!rc)
        rc = contents_image(&slim, &contents, members, bytes, n);
    contents_release(&contents);
    return rc;
}

/* Of opened members, which are of one data set. */
static int write_image(const struct checkpoint *info, char **bytes, size_t *n)
{
    int n_others = info->ensemble.n - 1, rc = OK;
    struct checkpoint marked = *info;
    struct checkpoint_bytes *others = xcalloc((size_t)n_others, sizeof *others);

    for (int i = 0; i < n_others && !rc; i++)
        rc = judge_image(&info->members[i], NULL, &others[i].bytes, &others[i].n);
    marked.config = mark_record(info->config, info->ensemble.n);
    if (!rc)
        rc = judge_image(&marked, others, bytes, n);

    free(marked.config);
    ensemble_free_members(info->ensemble.n, others);
    return rc;
}

static int open_members(const char *const *paths, struct checkpoint *info)
{
    int n = info->ensemble.n, rc = OK;

    info->members = xcalloc((size_t)n - 1, sizeof *info->members);
    for (int i = 0; i < n - 1 && !rc; i++) {
        rc = checkpoint_open(paths[i + 1], &info->members[i]);
        if (!rc)
            rc = ensemble_refuse(&info->members[i], "another ensemble");
        decision_release(&info->members[i].ensemble.decision); /* of it alone */
    }
    return rc;
}

int ensemble_image(const struct ensemble_config *config, const char *const *paths,
                   char **bytes, size_t *n)
{
    struct checkpoint info = {.path = NULL};
    if (config->n < 2 || config->n > ENSEMBLE_MOST)
        return fail(ERR_USAGE, "an ensemble has 2 to %d members, not %d", ENSEMBLE_MOST,
                    config->n);

    int rc = checkpoint_open(paths[0], &info);
    if (!rc)
        rc = ensemble_refuse(&info, "another ensemble");
    if (rc) {
        checkpoint_release(&info);
        return rc;
    }

    decision_release(&info.ensemble.decision); /* which is of the first one alone */
    info.ensemble = *config;
    rc = open_members(paths, &info);
    if (!rc)
        rc = ensemble_check(&info);
    if (!rc)
        rc = write_image(&info, bytes, n);

    info.ensemble.weights = info.ensemble.bias = NULL; /* the caller's */
    info.ensemble.decision.threshold = NULL;
    checkpoint_release(&info);
    return rc;
}
