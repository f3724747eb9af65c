#include "train/private.h"

#include <stdio.h>
#include <stdlib.h>

#include "saved/checkpoint.h"
#include "saved/record.h"

int trainer_take_texts(struct trainer *trainer)
{
    const struct rows *part = trainer->data.part;

    comm_broadcast(trainer->comm, trainer->reserved, sizeof trainer->reserved);
    if (part[DATASET_UNLABELLED].n == 0)
        return OK;
    if (trainer->config->sampler.shuffle == SHUFFLE_WINDOW)
        return fail(ERR_USAGE,
                    "pretrain: --shuffle window reads the training part alone, and %s "
                    "has texts without labels: give --shuffle full, which has all in "
                    "memory",
                    trainer->config->data);
    sampler_add_rows(&trainer->sampler, part[DATASET_TRAIN].n,
                     part[DATASET_UNLABELLED].n);
    return OK;
}

/* A classifier begins with the layers of a language model: all weights but those of its
 * output have the names and the shapes of the classifier's, whose others are drawn. */

/* A language model that was read. */
struct language {
    const struct checkpoint *info;
    struct chain_config chain;
    struct params params;
    real *weights;
};

static const struct tensor *find(const struct params *params, const struct tensor *like)
{
    for (int i = 0; i < params->n_tensors; i++)
        if (!strcmp(params->tensors[i].layer, like->layer) &&
            !strcmp(params->tensors[i].name, like->name))
            return &params->tensors[i];
    return NULL;
}

/* "30000 x 64" */
static const char *shape_of(const struct tensor *tensor, char text[64])
{
    int n = 0;

    for (int i = 0; i < tensor->n_dims; i++)
        n +=
            snprintf(text + n, 64 - (size_t)n, "%s%zu", i ? " x " : "", tensor->shape[i]);
    return text;
}

static int refuse(const struct language *language, const struct tensor *its,
                  const struct tensor *ours)
{
    char is[64], wanted[64];
    char *found =
        ours ? xasprintf("is %s", shape_of(ours, wanted)) : xstrdup("is not there");
    int rc = fail(ERR_USAGE,
                  "%s is a language model whose %s/%s is %s, and in this model it %s: "
                  "give --model, --units, --embedding or --stack that it was pretrained "
                  "with",
                  language->info->path, its->layer, its->name, shape_of(its, is), found);
    free(found);
    return rc;
}

static int take_tensor(struct trainer *trainer, const struct language *language,
                       const struct tensor *its)
{
    const struct tensor *ours = find(trainer->params, its);

    if (!ours || ours->n_dims != its->n_dims ||
        memcmp(ours->shape, its->shape, sizeof its->shape))
        return refuse(language, its, ours);
    memcpy(trainer->weights + ours->offset, language->weights + its->offset,
           its->size * sizeof(real));
    return OK;
}

static int take_tensors(struct trainer *trainer, const struct language *language)
{
    int rc = OK;

    for (int i = 0; i < language->params.n_tensors && !rc; i++) {
        const struct tensor *its = &language->params.tensors[i];
        if (language->chain.layer[its->place].kind != LAYER_NEXT_WORD)
            rc = take_tensor(trainer, language, its);
    }
    return rc;
}

int trainer_is_of_language(const struct trainer *trainer, const struct checkpoint *info,
                           bool *is_pretrained)
{
    const struct record_source source = {info->path, info->provenance};
    struct record record;
    int rc = record_read(info->config, &source, &record);
    if (rc)
        return rc;

    bool predicts = model_options_predict_words(&record.model);
    *is_pretrained = predicts && !trainer_pretrains(trainer);
    if (predicts || !trainer_pretrains(trainer))
        return OK;
    return fail(ERR_USAGE,
                "pretrain: %s is a classifier: --init-from takes a language model that "
                "is to be trained further",
                info->path);
}

int trainer_take_language(struct trainer *trainer, const struct checkpoint *info)
{
    const struct record_source source = {info->path, info->provenance};
    struct language language = {.info = info};
    struct record record;
    int rc = record_read(info->config, &source, &record);
    if (!rc)
        rc = model_options_chain(&record.model, &info->facts, &language.chain);
    if (rc)
        return rc;

    model_tensors(&language.chain, &language.params);
    language.weights = xaligned(language.params.size, sizeof(real));
    rc = checkpoint_load(info, &language.params, (float *)language.weights, NULL);
    model_init_weights(trainer->model, sampler_seed(&trainer->config->sampler),
                       trainer->weights);
    if (!rc)
        rc = take_tensors(trainer, &language);
    free(language.weights);
    params_release(&language.params);
    return rc;
}
