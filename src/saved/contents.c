#include "saved/contents.h"

#include <stdlib.h>

#include "files/h5.h"
#include "saved/checkpoint_private.h"
#include "saved/ensemble_private.h"

void contents_release(struct contents *contents)
{
    model_free(contents->model);
    free(contents->weights);
    free(contents->best);
    free(contents->trained);
    ngrams_release(&contents->ngrams);
    for (int i = 0; i < CHECKPOINT_MAX_SLOTS; i++)
        free(contents->slots[i]);
    *contents = (struct contents){0};
}

static int read_model(const struct checkpoint *info, struct contents *contents)
{
    const struct kernels *kernels = NULL;
    const struct record_source source = {info->path, info->provenance};
    struct chain_config chain;

    int rc = kernels_select("baseline", &kernels);
    if (!rc)
        rc = record_read(info->config, &source, &contents->record);
    if (!rc)
        rc = checkpoint_check_model(info, &contents->record.model);
    if (!rc)
        rc = model_options_chain(&contents->record.model, &info->facts, &chain);
    return rc ? rc : model_new_evaluator(&chain, kernels, 1, &contents->model);
}

/* *values, which stay NULL where the file has not these weights. */
static int
read_beside(const struct checkpoint *info, const struct params *params, const char *path,
            int (*load)(const struct checkpoint *, const struct params *, float *),
            float **values)
{
    if (!h5_exists(info->file, path))
        return OK;
    *values = xcalloc(params->size, sizeof **values);
    return load(info, params, *values);
}

int contents_read(const struct checkpoint *info, struct contents *contents)
{
    int rc = read_model(info, contents);
    if (rc)
        return rc;

    const struct params *params = model_params(contents->model);
    contents->weights = xcalloc(params->size, sizeof *contents->weights);
    for (int i = 0; i < info->n_slots; i++)
        contents->slots[i] = xcalloc(params->size, sizeof *contents->weights);

    rc = checkpoint_load(info, params, contents->weights, contents->slots);
    if (!rc && info->facts.has_ngrams)
        rc = checkpoint_ngrams(info, &contents->ngrams);
    if (!rc)
        rc = read_beside(info, params, CHECKPOINT_TRAINED, checkpoint_load_trained,
                         &contents->trained);
    if (!rc)
        rc = read_beside(info, params, CHECKPOINT_BEST, checkpoint_load_best,
                         &contents->best);
    return rc;
}

int contents_image(const struct checkpoint *info, const struct contents *contents,
                   const struct checkpoint_bytes *members, char **bytes, size_t *n)
{
    char *optimizer = keras_optimizer_json(&contents->record.optim);
    const float *slots[CHECKPOINT_MAX_SLOTS] = {contents->slots[0], contents->slots[1]};
    const struct checkpoint_model model = {.chain = model_chain(contents->model),
                                           .optimizer = optimizer,
                                           .params = model_params(contents->model),
                                           .weights = contents->weights,
                                           .slots = slots,
                                           .best = contents->best,
                                           .trained = contents->trained,
                                           .ngrams = &contents->ngrams,
                                           .members = members};

    int rc = checkpoint_image(info, &model, bytes, n);
    free(optimizer);
    return rc;
}

int contents_with_decision(struct checkpoint *info, const struct decision *decision,
                           char **bytes, size_t *n)
{
    const struct decision before = info->ensemble.decision;
    struct contents contents = {.weights = NULL};
    struct checkpoint_bytes *members = NULL;

    int rc = contents_read(info, &contents);
    if (!rc)
        rc = ensemble_copy_members(info, &members);
    info->ensemble.decision = *decision;
    if (!rc)
        rc = contents_image(info, &contents, members, bytes, n);
    info->ensemble.decision = before;
    ensemble_free_members(info->ensemble.n, members);
    contents_release(&contents);
    return rc;
}
