#include "export.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "rnntrain/file.h"
#include "rnntrain/h5.h"
#include "rnntrain/keras.h"
#include "rnntrain/optim.h"
#include "rnntrain/rng.h"
#include "rnntrain/sampler.h"
#include "rnntrain/zip.h"

/* The version whose layout is written: it says how Keras is to read it. */
static const char metadata[] = "{\"keras_version\":\"3.6.0\",\"date_saved\":\"\"}";

/* The weights in Keras 3's layout. */
static int build_weights(const struct predictor *predictor, char **bytes, size_t *n)
{
    const struct params *params = model_params(predictor->model);
    struct h5 *file = h5_create();
    for (int t = 0; t < params->n_tensors; t++) {
        const struct tensor *tensor = &params->tensors[t];
        char *path = keras_weight_path(tensor);
        h5_write(file, path, H5_FLOAT32, tensor->n_dims, tensor->shape,
                 predictor->weights + tensor->offset, false);
        free(path);
    }
    return h5_image_unsealed(file, bytes, n);
}

static int build_archive(const struct predictor *predictor, char **bytes, size_t *n)
{
    struct trainer_config trainer = config_trainer(&predictor->config, "");
    char *optimizer = optim_to_json(&trainer.optim), *weights = NULL;
    char *config = keras_archive_json(model_configuration(predictor->model), optimizer);
    size_t n_weights = 0;
    int rc = build_weights(predictor, &weights, &n_weights);
    if (!rc) {
        struct zip_entry entries[] = {{"metadata.json", metadata, strlen(metadata)},
                                      {"config.json", config, strlen(config)},
                                      {"model.weights.h5", weights, n_weights}};
        zip_write(entries, COUNT_OF(entries), bytes, n);
    }
    free(weights);
    free(config);
    free(optimizer);
    return rc;
}

/* Verification: what was built, read as a stranger's file, must say the same of random rows. */

enum { RANDOM_ROWS = 32 };

/* Rows of ids, some of them with pads, as the model pads. */
static void fill_rows(const struct dataset *data, int32_t *x, int32_t *length)
{
    for (int r = 0; r < RANDOM_ROWS; r++) {
        struct rng rng = {.seed = 6, .purpose = RNG_TEST, .row = (uint32_t)r};
        int n =
            r % 2 ? data->maxlen : (int)rng_below(&rng, 0, (uint32_t)data->maxlen + 1);
        int first = data->pad_pre ? data->maxlen - n : 0;
        length[r] = n;
        for (int i = 0; i < n; i++)
            x[r * data->maxlen + first + i] =
                1 +
                (int32_t)rng_below(&rng, (uint32_t)i + 1, (uint32_t)data->num_words - 1);
    }
}

/* (RANDOM_ROWS, units) */
static real *judge_rows(struct model *model, const struct dataset *info)
{
    struct dataset data = *info;
    int units = data.n_labels == 2 ? 1 : data.n_labels;
    int32_t *x = xcalloc(RANDOM_ROWS * (size_t)data.maxlen, sizeof *x);
    int32_t y[RANDOM_ROWS] = {0}, length[RANDOM_ROWS] = {0}, rows[RANDOM_ROWS];
    real *logits = xcalloc((size_t)(RANDOM_ROWS * units), sizeof *logits);
    fill_rows(&data, x, length);
    for (int r = 0; r < RANDOM_ROWS; r++)
        rows[r] = r;
    data.id_bytes = 4;
    data.part[DATASET_TEST] =
        (struct dataset_split){.rows = RANDOM_ROWS, .x = x, .y = y, .length = length};
    sampler_sort_by_length(&data, DATASET_TEST, rows, RANDOM_ROWS);
    struct lane lane = {&data, DATASET_TEST, rows, RANDOM_ROWS, NULL};
    model_evaluate(model, &lane, logits);
    free(x);
    return logits;
}

/* Builds the model anew from the imported file and compares. */
static int compare(const struct predictor *predictor, struct checkpoint *info,
                   const char *path)
{
    const struct kernels *kernels = NULL;
    struct model *model = NULL;
    struct config config = {0};
    real *weights = NULL, *found = NULL, *expected = NULL;
    int units = info->data.n_labels == 2 ? 1 : info->data.n_labels;
    int rc = config_from_record(info->config, path, &config);
    if (!rc)
        rc = kernels_select("auto", &kernels);
    if (!rc) {
        struct model_config read = config_model(&config, &info->data);
        rc = model_new(&read, kernels, RANDOM_ROWS, &model);
    }
    if (!rc) {
        weights = xaligned(model_params(model)->size, sizeof *weights);
        rc = checkpoint_load(info, model_params(model), (float *)weights, NULL);
    }
    if (!rc) {
        model_pack(model, weights);
        found = judge_rows(model, &info->data);
        expected = judge_rows(predictor->model, &predictor->info.data);
        if (memcmp(found, expected, sizeof *found * (size_t)(RANDOM_ROWS * units)))
            rc = fail(ERR_INTERNAL, "%s, read again, gives other probabilities", path);
    }
    free(found);
    free(expected);
    free(weights);
    model_free(model);
    config_release(&config);
    return rc;
}

static int verify(const struct predictor *predictor, const char *path, const char *bytes,
                  size_t n)
{
    const struct model_config *model = model_configuration(predictor->model);
    struct checkpoint_hints hints = {.data = &predictor->info.data,
                                     .keras = {.maxlen = model->maxlen,
                                               .head = (int)model->head,
                                               .mask = model->mask,
                                               .gates = model->hard_sigmoid}};
    struct checkpoint info = {0};
    int rc = checkpoint_import_bytes(path, &hints, bytes, n, &info);
    if (!rc)
        rc = compare(predictor, &info, path);
    checkpoint_release(&info);
    return rc;
}

static int write_verified(const struct predictor *predictor, const char *path,
                          char *bytes, size_t n, char **checked)
{
    int rc = verify(predictor, path, bytes, n);
    if (!rc)
        rc = file_replace(path, bytes, n, false);
    if (!rc)
        *checked = xasprintf(
            "read back as a file of Keras: the same bits on %d random rows", RANDOM_ROWS);
    free(bytes);
    return rc;
}

/* What Keras 3 has otherwise, or not at all. */
static int check_keras_3(const struct predictor *predictor)
{
    if (model_configuration(predictor->model)->hard_sigmoid)
        return fail(ERR_USAGE,
                    "%s has Keras 2's hard_sigmoid, clip(0.2 x + 0.5); Keras 3 computes "
                    "clip(x/6 + 0.5) by that name and would predict otherwise: the "
                    "checkpoint itself loads in Keras 2 and tf_keras",
                    predictor->info.path);
    return OK;
}

int export_keras(struct predictor *predictor, const char *path, char **checked)
{
    char *bytes = NULL;
    size_t n = 0;
    int rc = check_keras_3(predictor);
    if (!rc)
        rc = build_archive(predictor, &bytes, &n);
    return rc ? rc : write_verified(predictor, path, bytes, n, checked);
}

/* Keras knows weights by the file's name. */
int export_keras3_weights(struct predictor *predictor, const char *path, char **checked)
{
    static const char ending[] = ".weights.h5";
    size_t length = strlen(path), n = 0;
    char *bytes = NULL;
    if (length < strlen(ending) || strcmp(path + length - strlen(ending), ending))
        return fail(ERR_USAGE, "-o %s: Keras loads weights from files named *%s only",
                    path, ending);
    int rc = check_keras_3(predictor);
    if (!rc)
        rc = build_weights(predictor, &bytes, &n);
    return rc ? rc : write_verified(predictor, path, bytes, n, checked);
}
