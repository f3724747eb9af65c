/* Ensembles, read. */
#include "saved/ensemble_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "files/file.h"
#include "files/h5.h"
#include "saved/checkpoint_private.h"
#include "saved/contents.h"

enum { MOST_CONFIG = 8 << 20 }; /* bytes */

static int refuse(struct h5 *file, const char *what)
{
    return fail(ERR_FORMAT, "%s: " ENSEMBLE_CONFIG " %s", h5_path(file), what);
}

static int read_rule(struct h5 *file, const json_t *root, struct ensemble_config *config)
{
    const char *name = json_string_value(json_object_get(root, "rule"));

    for (int rule = 0; rule < ENSEMBLE_RULES && name; rule++)
        if (!strcmp(name, ensemble_rule_names[rule])) {
            config->rule = (enum ensemble_rule)rule;
            return OK;
        }
    return refuse(file, "has no rule that this program knows: update rnntrain");
}

static int read_numbers(struct h5 *file, const json_t *list, const char *what, int n,
                        double **numbers)
{
    if (json_array_size(list) != (size_t)n)
        return fail(ERR_FORMAT, "%s: " ENSEMBLE_CONFIG " has %zu %s, expected %d",
                    h5_path(file), json_array_size(list), what, n);

    *numbers = xcalloc((size_t)n, sizeof **numbers);
    for (int i = 0; i < n; i++) {
        const json_t *number = json_array_get(list, (size_t)i);
        (*numbers)[i] = json_number_value(number);
        if (!json_is_number(number) || !isfinite((*numbers)[i]))
            return fail(ERR_FORMAT,
                        "%s: " ENSEMBLE_CONFIG ": element %d of %s is no finite number",
                        h5_path(file), i, what);
    }
    return OK;
}

/* `outputs`: logits of a row. */
static int read_config(struct h5 *file, int outputs, struct ensemble_config *config)
{
    char *text = NULL;
    int rc = h5_read_text(file, ENSEMBLE_CONFIG, MOST_CONFIG, &text);
    if (rc)
        return rc;

    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    json_int_t n = json_integer_value(json_object_get(root, "members"));
    if (n < 2 || n > ENSEMBLE_MOST)
        rc = refuse(file, "does not say how many members there are");
    if (!rc)
        rc = read_rule(file, root, config);
    if (!rc && config->rule == ENSEMBLE_SUM)
        rc = read_numbers(file, json_object_get(root, "weights"), "weights", (int)n,
                          &config->weights);
    if (!rc && config->rule == ENSEMBLE_SUM)
        rc = read_numbers(file, json_object_get(root, "bias"), "biases", outputs,
                          &config->bias);
    config->n = rc ? 0 : (int)n;
    json_decref(root);
    free(text);
    return rc;
}

/* What all members may have together: arrays that share their bytes would take any
 * memory. Those of a file that lost its seal are packed, small ones to far less. */
static size_t most_bytes(const struct h5 *file)
{
    return ((size_t)64 << 20) + 16 * h5_bytes(file);
}

static int read_bytes(struct h5 *file, int i, size_t *left,
                      struct checkpoint_bytes *member)
{
    char *path = ensemble_member_path(i);
    enum h5_type type = H5_UINT8;
    size_t shape[H5_MAX_RANK] = {0};
    int n_dims = 0;

    int rc = h5_shape(file, path, &type, &n_dims, shape);
    if (!rc)
        rc = h5_check(file, path, H5_UINT8, 1, shape);
    if (!rc && shape[0] > *left)
        rc = fail(ERR_FORMAT,
                  "%s: %s: members would have %zu bytes more than such a file can hold",
                  h5_path(file), path, shape[0] - *left);
    if (!rc && shape[0] == 0)
        rc = fail(ERR_FORMAT, "%s: %s is empty", h5_path(file), path);
    if (!rc) {
        *left -= shape[0];
        *member = (struct checkpoint_bytes){xcalloc(shape[0], 1), shape[0] - 1};
        rc = h5_read(file, path, H5_UINT8, 1, shape, member->bytes);
    }
    free(path);
    return rc;
}

/* A member by the rules of any sealed file; none is an ensemble itself. */
static int open_member(struct h5 *file, int i, size_t *left, struct checkpoint *result)
{
    struct checkpoint info = {.path = xasprintf("%s: member %d", h5_path(file), i + 1)};
    struct checkpoint_bytes member = {NULL, 0};

    int rc = read_bytes(file, i, left, &member);
    if (!rc && !file_has_seal(member.bytes, member.n))
        rc = fail(ERR_FORMAT, "%s: its seal is missing: it is no checkpoint, or damaged",
                  info.path);
    if (!rc)
        rc = h5_open_taken(info.path, member.bytes, member.n, &info.file);
    else
        free(member.bytes);
    if (!rc)
        rc = checkpoint_read_one(info.file, &info);
    if (!rc && h5_exists(info.file, ENSEMBLE_GROUP))
        rc = fail(ERR_FORMAT, "%s: an ensemble within an ensemble", info.path);

    if (rc)
        checkpoint_release(&info);
    else
        *result = info;
    return rc;
}

/* What the record says; 0: it is no ensemble. */
static json_int_t members_in_record(const char *config)
{
    json_t *root = json_loads(config, 0, NULL);
    json_int_t n = json_integer_value(json_object_get(root, ENSEMBLE_KEY));

    json_decref(root);
    return n;
}

static int check_record(const struct checkpoint *info, int n, const char *path)
{
    if (members_in_record(info->config) == n)
        return OK;
    return fail(ERR_FORMAT,
                "%s: /rnntrain/config and " ENSEMBLE_GROUP " do not agree on how many "
                "members there are",
                path);
}

int ensemble_read(struct h5 *file, struct checkpoint *info)
{
    size_t left = most_bytes(file);
    struct ensemble_config config = {.n = 0};
    struct chain_config chain;
    if (!h5_exists(file, ENSEMBLE_GROUP))
        return check_record(info, 0, h5_path(file));

    int rc = ensemble_chain(info, &chain);
    if (!rc)
        rc = read_config(file, chain_outputs(&chain), &config);
    if (!rc)
        rc = check_record(info, config.n, h5_path(file));
    if (rc) {
        ensemble_config_release(&config);
        return rc;
    }

    info->ensemble = config;
    info->members = xcalloc((size_t)info->ensemble.n - 1, sizeof *info->members);
    for (int i = 1; i < info->ensemble.n && !rc; i++)
        rc = open_member(file, i, &left, &info->members[i - 1]);
    return rc ? rc : ensemble_check(info);
}

int ensemble_examine(const struct checkpoint *info)
{
    int rc = OK;

    for (int i = 0; i < info->ensemble.n - 1 && !rc; i++) {
        struct contents contents = {.weights = NULL};
        rc = contents_read(&info->members[i], &contents);
        contents_release(&contents);
    }
    return rc;
}

int ensemble_copy_members(const struct checkpoint *info,
                          struct checkpoint_bytes **members)
{
    size_t left = info->ensemble.n ? most_bytes(info->file) : 0;
    int rc = OK;

    *members =
        info->ensemble.n ? xcalloc((size_t)info->ensemble.n - 1, sizeof **members) : NULL;
    for (int i = 1; i < info->ensemble.n && !rc; i++)
        rc = read_bytes(info->file, i, &left, &(*members)[i - 1]);
    return rc;
}
