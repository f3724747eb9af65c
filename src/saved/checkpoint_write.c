#include "saved/checkpoint_private.h"

#include <stdlib.h>
#include <string.h>

#include "data/ngrams_file.h"
#include "files/h5_write.h"
#include "keras/keras.h"
#include "saved/decision.h"
#include "saved/ensemble_private.h"

static const char keras_version[] = "2.3.1";

char *checkpoint_tensor_path(const struct tensor *tensor)
{
    return xasprintf("/model_weights/%s/%s/%s:0", tensor->layer, tensor->layer,
                     tensor->name);
}

char *checkpoint_slot_path(int slot)
{
    return xasprintf("/rnntrain/optimizer/slot_%d", slot);
}

/* The group of one layer: its tensors and the list of their names. */
static void write_layer(struct h5_writer *file, const char *layer,
                        const struct params *params, const float *weights)
{
    char *group = xasprintf("/model_weights/%s", layer);
    char **names = xcalloc((size_t)params->n_tensors, sizeof *names);
    size_t n = 0;

    h5_make_group(file, group);
    for (int i = 0; i < params->n_tensors; i++) {
        const struct tensor *tensor = &params->tensors[i];
        if (strcmp(tensor->layer, layer))
            continue;

        char *path = checkpoint_tensor_path(tensor);
        h5_write(file, path, H5_FLOAT32, tensor->n_dims, tensor->shape,
                 weights + tensor->offset, false);
        names[n++] = xasprintf("%s/%s:0", layer, tensor->name);
        free(path);
    }

    h5_attribute_texts(file, group, "weight_names", n, names);
    h5_free_texts(n, names);
    free(group);
}

static void write_weights(struct h5_writer *file, const struct chain_config *chain,
                          const struct params *params, const float *weights)
{
    char **names = NULL;
    size_t n = keras_layer_names(chain, &names);
    h5_make_group(file, "/model_weights");
    for (size_t i = 0; i < n; i++)
        write_layer(file, names[i], params, weights);

    h5_attribute_texts(file, "/model_weights", "layer_names", n, names);
    h5_attribute_text(file, "/model_weights", "backend", "tensorflow");
    h5_attribute_text(file, "/model_weights", "keras_version", keras_version);
    h5_free_texts(n, names);
}

static void write_keras_part(struct h5_writer *file, const struct checkpoint_model *model)
{
    char *model_text = keras_model_json(model->chain);
    char *training = keras_compile_json(model->chain, model->optimizer);

    h5_attribute_text(file, "/", "keras_version", keras_version);
    h5_attribute_text(file, "/", "backend", "tensorflow");
    h5_attribute_text(file, "/", "model_config", model_text);
    h5_attribute_text(file, "/", "training_config", training);

    write_weights(file, model->chain, model->params, model->weights);
    free(model_text);
    free(training);
}

/* Of a model that Keras has no layers for: its tensors alone, by the same names. */
static void write_tensors(struct h5_writer *file, const struct checkpoint_model *model)
{
    const struct chain_config *chain = model->chain;

    h5_make_group(file, "/model_weights");
    for (int i = 0; i < chain->n_layers; i++)
        write_layer(file, chain->layer[i].name, model->params, model->weights);
}

static void write_slots(struct h5_writer *file, int n_slots,
                        const struct checkpoint_model *model)
{
    h5_attribute_int(file, "/rnntrain", "n_slots", n_slots);
    for (int i = 0; i < n_slots; i++) {
        char *path = checkpoint_slot_path(i);
        h5_write(file, path, H5_FLOAT32, 1, &model->params->size, model->slots[i], false);
        free(path);
    }
}

/* As many numbers as there are weights, or NULL. */
static void write_flat(struct h5_writer *file, const char *path,
                       const struct checkpoint_model *model, const float *values)
{
    if (values)
        h5_write(file, path, H5_FLOAT32, 1, &model->params->size, values, false);
}

static void write_decision(struct h5_writer *file, const struct decision *decision)
{
    json_t *root = decision_json(decision);
    char *text =
        json_dumps(root, JSON_SORT_KEYS | JSON_COMPACT | JSON_REAL_PRECISION(17));

    h5_write_text(file, DECISION_PATH, text);
    free(text);
    json_decref(root);
}

static void write_own_part(struct h5_writer *file, const struct checkpoint *info,
                           const struct checkpoint_model *model)
{
    h5_make_group(file, "/rnntrain");
    h5_attribute_int(file, "/rnntrain", "format_version", CHECKPOINT_FORMAT_VERSION);
    facts_write(file, FACTS_IN_CHECKPOINT, &info->facts);
    h5_write_text(file, "/rnntrain/config", info->config);
    h5_write_text(file, "/rnntrain/state", info->state);
    h5_write_text(file, "/rnntrain/provenance", info->provenance);
    h5_write_text(file, "/rnntrain/tokenizer", info->tokenizer ? info->tokenizer : "");
    facts_write_labels(file, FACTS_IN_CHECKPOINT, &info->facts);

    if (info->facts.has_ngrams)
        ngrams_write(file, CHECKPOINT_NGRAMS, model->ngrams);
    write_slots(file, info->n_slots, model);
    write_flat(file, CHECKPOINT_TRAINED, model, model->trained);
    write_flat(file, CHECKPOINT_BEST, model, model->best);
    if (decision_is_there(&info->ensemble.decision))
        write_decision(file, &info->ensemble.decision);
    if (info->ensemble.n)
        ensemble_write(file, &info->ensemble, chain_outputs(model->chain),
                       model->members);
}

static void write_all(struct h5_writer *file, const struct checkpoint *info,
                      const struct checkpoint_model *model)
{
    if (chain_is_linear(model->chain))
        write_tensors(file, model);
    else
        write_keras_part(file, model);
    write_own_part(file, info, model);
}

int checkpoint_image(const struct checkpoint *info, const struct checkpoint_model *model,
                     char **bytes, size_t *n)
{
    struct h5_writer *file = h5_create();

    write_all(file, info, model);
    return h5_image(file, bytes, n);
}

int checkpoint_build(const struct checkpoint *info, const struct checkpoint_model *model,
                     const struct directory *directory, const char *name,
                     struct file_target **target)
{
    struct h5_writer *file = NULL;
    int rc = h5_create_on_disk_in(directory, name, &file);
    if (rc)
        return rc;

    write_all(file, info, model);
    return h5_leave(file, target);
}
