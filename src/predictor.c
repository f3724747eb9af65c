#include "rnntrain/predictor.h"

#include <stdlib.h>
#include <string.h>

#include "rnntrain/layers.h"
#include "rnntrain/sampler.h"

int predictor_open(struct predictor *predictor, const char *path, const char *isa)
{
    const struct kernels *kernels = NULL;
    *predictor = (struct predictor){0};
    int rc = kernels_select(isa, &kernels);
    if (!rc)
        rc = checkpoint_open(path, &predictor->info);
    if (!rc)
        rc = config_from_record(predictor->info.config, path, &predictor->config);
    if (!rc)
        rc = dataset_tokenizer(&predictor->info.data, &predictor->tokenizer);
    if (rc)
        return rc;
    struct model_config config = config_model(&predictor->config, &predictor->info.data);
    rc = model_new_evaluator(&config, kernels, PREDICTOR_ROWS, &predictor->model);
    if (rc)
        return rc;
    const struct params *params = model_params(predictor->model);
    predictor->weights = xaligned(params->size, sizeof(real));
    rc = checkpoint_load(&predictor->info, params, (float *)predictor->weights, NULL);
    if (!rc)
        model_pack(predictor->model, predictor->weights);
    return rc;
}

void predictor_release(struct predictor *predictor)
{
    text_free(predictor->tokenizer);
    model_free(predictor->model);
    free(predictor->weights);
    config_release(&predictor->config);
    checkpoint_release(&predictor->info);
    *predictor = (struct predictor){0};
}

/* One text as a padded row; returns the ids kept. */
static int encode(const struct predictor *predictor, const char *text,
                  struct text_ids *ids, int32_t *row)
{
    text_encode(predictor->tokenizer, text, strlen(text), ids);
    return text_pad(text_settings(predictor->tokenizer), ids->ids, ids->n, row);
}

void predictor_judge(struct predictor *predictor, char *const *texts, int n_texts,
                     double *probabilities, int *classes)
{
    struct dataset data = predictor->info.data;
    int units = data.n_labels == 2 ? 1 : data.n_labels;
    int32_t *x = xcalloc((size_t)n_texts * (size_t)data.maxlen, sizeof *x);
    int32_t y[PREDICTOR_ROWS] = {0}, length[PREDICTOR_ROWS], rows[PREDICTOR_ROWS];
    real *logits = xcalloc((size_t)(n_texts * units), sizeof *logits);
    struct text_ids ids = {0};
    for (int i = 0; i < n_texts; i++) {
        rows[i] = i;
        length[i] =
            encode(predictor, texts[i], &ids, x + (size_t)i * (size_t)data.maxlen);
    }
    data.id_bytes = 4;
    data.part[DATASET_TEST] =
        (struct dataset_split){.rows = n_texts, .x = x, .y = y, .length = length};
    sampler_sort_by_length(&data, DATASET_TEST, rows, n_texts);
    struct lane lane = {&data, DATASET_TEST, rows, n_texts, NULL};
    model_evaluate(predictor->model, &lane, logits);
    for (int i = 0; i < n_texts; i++) {
        class_probabilities(data.n_labels, logits + i * units,
                            probabilities + rows[i] * data.n_labels);
        classes[rows[i]] = class_decision(data.n_labels, logits + i * units);
    }
    text_ids_release(&ids);
    free(logits);
    free(x);
}
