#include "commands/inspect_json.h"

#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

#include "base/program.h"
#include "data/own_vectors.h"
#include "data/sparse.h"
#include "files/h5.h"

/* Names and paths need not be UTF-8, which JSON is. */
static void add_text(json_t *object, const char *key, const char *text)
{
    json_t *value = json_string(text);
    json_object_set_new(object, key, value ? value : json_null());
}

static void add_hash(json_t *object, const char *key, uint64_t hash)
{
    char text[17];
    program_hex(hash, text);
    json_object_set_new(object, key, json_string(text));
}

/* A text that is JSON itself. */
static void add_json(json_t *object, const char *key, const char *text)
{
    json_t *value = text ? json_loads(text, 0, NULL) : NULL;
    if (value)
        json_object_set_new(object, key, value);
}

static void add_facts(json_t *object, const struct facts *facts, bool any_length)
{
    json_t *labels = json_array();
    json_t *input = json_pack(
        "{s:i,s:o,s:s,s:s}", "num_words", facts->num_words, "maxlen",
        any_length ? json_null() : json_integer(facts->maxlen), "padding",
        facts_side(facts->pad_pre), "truncating", facts_side(facts->truncate_pre));

    for (int c = 0; c < facts->n_labels && facts->labels; c++) {
        json_t *label = json_string(facts->labels[c]);
        json_array_append_new(labels, label ? label : json_null());
    }
    json_object_set_new(object, "input", input);
    json_object_set_new(object, "labels", labels);
    json_object_set_new(object, "multi_label", json_boolean(facts->multi_label));
}

static json_t *tensor_json(const struct tensor *tensor)
{
    json_t *one = json_object(), *shape = json_array();
    char *name = xasprintf("%s/%s", tensor->layer, tensor->name);

    for (int d = 0; d < tensor->n_dims; d++)
        json_array_append_new(shape, json_integer((json_int_t)tensor->shape[d]));
    add_text(one, "name", name);
    json_object_set_new(one, "shape", shape);
    json_object_set_new(one, "size", json_integer((json_int_t)tensor->size));
    free(name);
    return one;
}

static void add_weights(json_t *object, const struct model *model, const real *weights)
{
    const struct params *params = model_params(model);
    json_t *tensors = json_array();

    for (int i = 0; i < params->n_tensors; i++)
        json_array_append_new(tensors, tensor_json(&params->tensors[i]));
    json_object_set_new(object, "parameters", json_integer((json_int_t)params->size));
    add_hash(object, "weights", params_hash(params, weights));
    json_object_set_new(object, "tensors", tensors);
}

static void add_texts(json_t *object, const struct checkpoint *info)
{
    json_object_set_new(object, "optimizer_arrays", json_integer(info->n_slots));
    add_json(object, "state", info->state);
    add_json(object, "config", info->config);
    add_json(object, "provenance", info->provenance);
}

static void add_members(json_t *object, const struct predictor *predictor)
{
    const struct checkpoint *info = &predictor->info;
    bool is_sum = info->ensemble.rule == ENSEMBLE_SUM;
    int n_outputs = chain_outputs(model_chain(predictor->model));
    json_t *members = json_array(), *bias = json_array();

    for (int c = 0; c < n_outputs && is_sum; c++)
        json_array_append_new(bias, json_real(info->ensemble.bias[c]));
    for (int i = 0; i < predictor->n; i++) {
        json_t *member = json_object();
        if (is_sum)
            json_object_set_new(member, "weight", json_real(info->ensemble.weights[i]));
        add_weights(member, predictor->models[i], predictor->all_weights[i]);
        add_texts(member, predictor_member(predictor, i));
        json_array_append_new(members, member);
    }

    add_text(object, "rule", ensemble_rule_names[info->ensemble.rule]);
    json_object_set_new(object, "bias", bias);
    json_object_set_new(object, "members", members);
}

/* Takes the object. */
static void print(json_t *object)
{
    char *text = json_dumps(object, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
    json_decref(object);
    puts(text ? text : "{}");
    free(text);
}

void inspect_json_model(const struct predictor *predictor, bool any_length)
{
    const struct checkpoint *info = &predictor->info;
    json_t *object = json_object();
    const char *kind = predictor->n > 1 ? "ensemble"
                       : info->keras    ? "keras"
                                        : "checkpoint";

    add_text(object, "kind", kind);
    add_text(object, "file", info->path);
    if (info->keras)
        add_text(object, "keras_version", info->keras->version);
    add_facts(object, &info->facts, any_length);
    if (predictor->n > 1) {
        add_members(object, predictor);
    } else {
        add_weights(object, predictor->model, predictor->weights);
        add_texts(object, info);
    }
    print(object);
}

static json_t *lines_json(size_t n, char *const *lines)
{
    json_t *all = json_array();
    for (size_t i = 0; i < n; i++) {
        json_t *line = json_string(lines[i]);
        if (line)
            json_array_append_new(all, line);
    }
    return all;
}

static json_t *rows_json(const struct dataset *data)
{
    json_t *rows = json_object();
    for (int part = 0; part < DATASET_ALL_PARTS; part++)
        if (data->part[part].n)
            json_object_set_new(rows, dataset_part_name((enum dataset_part)part),
                                json_integer(data->part[part].n));
    return rows;
}

int inspect_json_dataset(const struct dataset *data)
{
    char **lines = NULL, *vectors = NULL;
    size_t n = 0;
    int rc = dataset_describe_ngrams(data, &n, &lines);
    if (!rc)
        rc = dataset_describe_vectors(data, &vectors);

    if (!rc) {
        json_t *object = json_object();
        add_text(object, "kind", "dataset");
        add_text(object, "file", data->path);
        add_hash(object, "hash", data->hash);
        add_facts(object, &data->facts, false);
        json_object_set_new(object, "rows", rows_json(data));
        if (n)
            json_object_set_new(object, "ngrams", lines_json(n, lines));
        if (vectors)
            add_text(object, "vectors", vectors);
        add_json(object, "provenance", data->provenance);
        print(object);
    }
    h5_free_texts(n, lines);
    free(vectors);
    return rc;
}
