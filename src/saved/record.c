#include "saved/record.h"

#include <stdlib.h>

#include <jansson.h>

#include "data/sampler_options.h"
#include "model/optim_options.h"

static const struct option_part parts[] = {
    {&model_options_table, offsetof(struct record, model)},
    {&optim_options_table, offsetof(struct record, optim)},
    {&sampler_options_table, offsetof(struct record, sampler)},
};

static const struct option_table table = {
    .parts = parts, .n_parts = (int)COUNT_OF(parts), .program = "rnntrain train"};

/* What a record has of the run's course. Any other key that is not known may be one that
 * makes another model, so it is refused. */
static const char *const courses[] = {"recipe",    "notebook", "on_nan",
                                      "allreduce", "epochs",   "lr_warmup",
                                      "monitor",   "patience", "min_delta"};

char *record_renew(const char *json)
{
    json_t *root = json_loads(json, 0, NULL), *shuffle = json_object_get(root, "shuffle");

    /* older builds: "shuffle": true or false */
    if (json_is_boolean(shuffle))
        json_object_set_new(root, "shuffle",
                            json_string(json_is_true(shuffle) ? "full" : "none"));

    char *text = root ? json_dumps(root, 0) : xstrdup(json);
    json_decref(root);
    return text;
}

static char *without_course(const char *json)
{
    char *renewed = record_renew(json);
    json_t *root = json_loads(renewed, 0, NULL);
    for (size_t i = 0; i < COUNT_OF(courses); i++)
        json_object_del(root, courses[i]);

    char *text = json_is_object(root) ? json_dumps(root, 0) : NULL;
    json_decref(root);
    if (!text)
        return renewed;
    free(renewed);
    return text;
}

int record_read(const char *json, const char *source, struct record *record)
{
    struct record read = {0};
    char *text = without_course(json);

    options_init(&table, &read);
    int rc = options_from_json(&table, &read, text, source);
    free(text);
    if (rc)
        return fail(ERR_FORMAT, "%s", fail_message());

    sampler_options_complete(&read.sampler);
    *record = read;
    return OK;
}
