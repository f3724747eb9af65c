/* Keys of records: one row an option that records have. */
#include "saved/record_keys.h"

#include <string.h>

const struct record_key record_keys[] = {
    {"adversarial", "0.0", true, false},
    {"allow_one_class", "false", false, false},
    {"allreduce", "\"canonical\"", false, false},
    {"batch_size", "256", false, false},
    {"beta_1", "0.9", false, false},
    {"beta_2", "0.999", false, false},
    {"class_weight", "null", true, false},
    {"clip_norm", "0.0", false, false},
    {"dense", "256", false, false},
    {"dense_dropout", "0.2", false, false},
    {"ema", "0.0", true, false},
    {"embedding", "32", false, false},
    {"embedding_dropout", "0.2", false, false},
    {"ensemble", "0", true, true},
    {"epochs", "20", false, false},
    {"epsilon", "1e-07", false, false},
    {"fold", "0", true, false},
    {"folds", "0", true, false},
    {"freeze", "\"\"", true, false},
    {"head", "\"last\"", false, false},
    {"label_smoothing", "0.0", true, false},
    {"lane_rows", "16", false, false},
    {"layers", "1", false, false},
    {"learning_rate", "0.001", false, false},
    {"limit_test", "0", false, false},
    {"limit_train", "0", false, false},
    {"linear_bayes", "0.0", true, false},
    {"linear_c", "0.0", true, false},
    {"linear_components", "128", true, false},
    {"linear_refit", "true", true, false},
    {"linear_regression", "-1.0", true, false},
    {"linear_scaling", "\"auto\"", true, false},
    {"lr_decay", "\"none\"", false, false},
    {"lr_decay_rate", "0.0", false, false},
    {"lr_warmup", "0.0", false, false},
    {"mask", "false", false, false},
    {"min_delta", "0.0", false, false},
    {"model", "\"lstm\"", false, false},
    {"momentum", "0.0", false, false},
    {"monitor", "\"val_acc\"", false, false},
    {"notebook", "false", false, false},
    {"on_nan", "\"stop\"", false, false},
    {"optimizer", "\"adam\"", false, false},
    {"patience", "5", false, false},
    {"recipe", "\"keras-lstm\"", false, false},
    {"recurrent_activation", "\"sigmoid\"", false, false},
    {"replica", "0", true, false},
    {"reset_after", "false", false, false},
    {"rho", "0.9", false, false},
    {"rnn_dropout", "0.0", false, false},
    {"seed", "1", false, false},
    {"shuffle", "\"full\"", false, false},
    {"stack", "\"\"", true, true},
    {"units", "32", false, false},
    {"validation", "\"stratified\"", false, false},
    {"validation_split", "0.1", false, false},
    {"vectors", "null", true, false},
    {"vectors_dim", "0", true, false},
    {"window_rows", "0", false, false},
    {NULL, NULL, false, false},
};

const struct record_key *record_key_find(const struct record_key *keys, const char *name)
{
    for (; keys->name; keys++)
        if (!strcmp(keys->name, name))
            return keys;
    return NULL;
}

static json_t *absent_value(const struct record_key *key)
{
    return json_loads(key->absent, JSON_DECODE_ANY, NULL);
}

void record_keys_leave_out(const struct record_key *keys, json_t *record)
{
    json_t *needs = json_array();

    for (; keys->name; keys++) {
        const json_t *value = json_object_get(record, keys->name);
        json_t *absent = absent_value(keys);

        if (keys->is_later && value && json_equal(value, absent))
            json_object_del(record, keys->name);
        else if (keys->is_later && value && keys->is_model)
            json_array_append_new(needs, json_string(keys->name));
        json_decref(absent);
    }

    if (json_array_size(needs) > 0)
        json_object_set(record, RECORD_NEEDS, needs);
    json_decref(needs);
}

void record_keys_complete(const struct record_key *keys, json_t *record)
{
    for (; keys->name; keys++)
        if (!json_object_get(record, keys->name))
            json_object_set_new(record, keys->name, absent_value(keys));
}
