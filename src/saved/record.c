#include "saved/record.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "data/sampler_options.h"
#include "model/optim_options.h"
#include "saved/record_keys.h"

static const struct option_part parts[] = {
    {&model_options_table, offsetof(struct record, model)},
    {&optim_options_table, offsetof(struct record, optim)},
    {&sampler_options_table, offsetof(struct record, sampler)},
    {&linear_options_table, offsetof(struct record, linear)},
};

static const struct option_table table = {
    .parts = parts, .n_parts = (int)COUNT_OF(parts), .program = "rnntrain train"};

static bool has_option(const struct option_table *options, const char *key)
{
    struct option option;
    for (int i = 0; options_at(options, i, &option); i++) {
        char *name = options_key(&option);
        bool is_it = !strcmp(name, key);
        free(name);
        if (is_it)
            return true;
    }
    return false;
}

/* Older builds: "shuffle": true or false. */
static void renew(json_t *root)
{
    const json_t *shuffle = json_object_get(root, "shuffle");
    if (json_is_boolean(shuffle))
        json_object_set_new(root, "shuffle",
                            json_string(json_is_true(shuffle) ? "full" : "none"));
}

char *record_renew(const char *json)
{
    json_t *root = json_loads(json, 0, NULL);
    renew(root);

    char *text = root ? json_dumps(root, 0) : xstrdup(json);
    json_decref(root);
    return text;
}

char *record_complete(const char *json)
{
    json_t *root = json_loads(json, 0, NULL);
    renew(root);
    record_keys_complete(record_keys, root);

    char *text = root ? json_dumps(root, JSON_REAL_PRECISION(17)) : xstrdup(json);
    json_decref(root);
    return text;
}

char *record_write(const struct option_table *options, const void *config)
{
    char *all = options_to_json(options, config);
    json_t *root = json_loads(all, 0, NULL);
    record_keys_leave_out(record_keys, root);

    char *text =
        json_dumps(root, JSON_SORT_KEYS | JSON_COMPACT | JSON_REAL_PRECISION(17));
    json_decref(root);
    free(all);
    return text;
}

static bool is_known(const char *key)
{
    return !strcmp(key, RECORD_NEEDS) || record_key_find(record_keys, key);
}

char *record_unknown_key(const char *json)
{
    json_t *root = json_loads(json, 0, NULL);
    const char *key;
    json_t *value;
    char *unknown = NULL;

    json_object_foreach(root, key, value)
    {
        if (!is_known(key)) {
            unknown = xstrdup(key);
            break;
        }
    }
    json_decref(root);
    return unknown;
}

char *record_writer(const char *provenance)
{
    json_t *root = provenance ? json_loads(provenance, 0, NULL) : NULL;
    const char *version = json_string_value(json_object_get(root, "version"));
    char *text = version ? xasprintf("rnntrain %s", version) : xstrdup("a later version");
    json_decref(root);
    return text;
}

static int of_later_version(const struct record_source *source, int code,
                            const char *what)
{
    char *writer = record_writer(source->provenance);
    int rc = fail(code,
                  "%s: %s, which this program, " RNNTRAIN_VERSION
                  ", does not know: %s wrote it, take that version or a later one",
                  source->path, what, writer);
    free(writer);
    return rc;
}

/* What a reader must know of keys that came later. */
static int check_needs(const json_t *root, const struct record_source *source)
{
    size_t i;
    const json_t *item;

    json_array_foreach(json_object_get(root, RECORD_NEEDS), i, item)
    {
        const char *key = json_string_value(item);
        if (key && record_key_find(record_keys, key))
            continue;

        char *what = xasprintf("its model needs %s", key ? key : "more");
        int rc = of_later_version(source, ERR_FORMAT, what);
        free(what);
        return rc;
    }
    return OK;
}

/* One option as a record of its own. */
static int read_option(const char *key, json_t *value, const struct record_source *source,
                       struct record *record)
{
    json_t *one = json_pack("{s:O}", key, value);
    char *text = json_dumps(one, JSON_REAL_PRECISION(17));
    int rc = options_from_json(&table, record, text, source->path);
    free(text);
    json_decref(one);
    return rc;
}

/* A value that is not known may be one of a later version: of the model's options that is
 * the end, of the others it can be left open. */
static int read_options(const json_t *root, const struct record_source *source,
                        struct record *record)
{
    const char *key;
    json_t *value;
    int rc = OK;

    json_object_foreach((json_t *)root, key, value)
    {
        if (!has_option(&table, key)) {
            record->knows_training &= is_known(key);
            continue;
        }

        rc = read_option(key, value, source, record);
        if (rc && has_option(&model_options_table, key))
            break;
        record->knows_training &= !rc;
        rc = OK;
    }
    return rc ? fail(ERR_FORMAT, "%s", fail_message()) : OK;
}

int record_read(const char *json, const struct record_source *source,
                struct record *result)
{
    struct record record = {.knows_training = true};
    json_t *root = json_loads(json, JSON_REJECT_DUPLICATES, NULL);

    options_init(&table, &record);
    if (!json_is_object(root)) {
        json_decref(root);
        int bad = options_from_json(&table, &record, json, source->path);
        return bad ? fail(ERR_FORMAT, "%s", fail_message()) : ERR_FORMAT;
    }

    renew(root);
    record_keys_complete(record_keys, root);
    int rc = check_needs(root, source);
    if (!rc)
        rc = read_options(root, source, &record);
    json_decref(root);
    if (!rc && model_options_settle(&record.model))
        rc = fail(ERR_FORMAT, "%s: %s", source->path, fail_message());
    if (rc)
        return rc;

    sampler_options_complete(&record.sampler);
    *result = record;
    return OK;
}

int record_check_classifier(const char *json, const char *path)
{
    json_t *root = json_loads(json, 0, NULL);
    bool is_classifier = json_integer_value(json_object_get(root, "negatives")) == 0;

    json_decref(root);
    if (is_classifier)
        return OK;
    return fail(ERR_USAGE,
                "%s is a language model of an earlier build, and this one reads none: "
                "give a classifier, or begin with word vectors (rnntrain --vectors)",
                path);
}

int record_check_training(const struct record *record, const struct record_source *source,
                          const char *doing)
{
    if (record->knows_training)
        return OK;
    char *what = xasprintf("%s wants an option of training", doing);
    int rc = of_later_version(source, ERR_USAGE, what);
    free(what);
    return rc;
}
