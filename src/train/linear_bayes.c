#include "train/private.h"

#include <stdlib.h>

#include "train/blend.h"
#include "train/linear_fit.h"

/* Wang & Manning (2012) interpolate between a margin's weights and naive Bayes's, with
 * one share for all corpora. Here validation rows decide: small corpora are judged best
 * by most of naive Bayes, large ones by little of it. */

static int logits_of(struct trainer *trainer, const real *weights, real *logits)
{
    const struct sampler *sampler = &trainer->sampler;

    model_pack(trainer->model, weights);
    return trainer_logits(trainer, sampler->validation_part, sampler->validation,
                          sampler->n_validation, logits);
}

/* Collective. Every rank has all logits, and comes to the same shares. */
static int decide(struct trainer *trainer, const real *bayes, const double *class_weights,
                  struct linear_trial *trial)
{
    const struct sampler *sampler = &trainer->sampler;
    const struct chain_config *chain = model_chain(trainer->model);
    size_t outputs = (size_t)chain_outputs(chain);
    size_t n = (size_t)sampler->n_validation * outputs;
    real *first = xcalloc(2 * n, sizeof *first), *second = first + n;
    double *biases = xcalloc(outputs, sizeof *biases);

    int rc = logits_of(trainer, trainer->weights, first);
    if (!rc)
        rc = logits_of(trainer, bayes, second);
    const struct blend_task task = {.loss = chain->layer[chain->n_layers - 1].output.loss,
                                    .outputs = (int)outputs,
                                    .labels =
                                        &trainer->data.part[sampler->validation_part],
                                    .rows = sampler->validation,
                                    .n = sampler->n_validation,
                                    .n_models = 2,
                                    .logits = {first, second},
                                    .class_weights = class_weights};
    struct blend blend = {.c = biases};
    if (!rc)
        (void)blend_fit(&task, &blend);
    if (blend.a[1] > 0) {
        trial->regression = blend.a[0];
        trial->bayes = blend.a[1];
    }
    free(biases);
    free(first);
    return rc;
}

int trainer_add_bayes(struct trainer *trainer, struct linear_fit *fit, bool judges,
                      const double *class_weights, struct linear_trial *trial)
{
    size_t size = trainer->params->size;
    real *bayes = xaligned(size, sizeof *bayes);

    linear_fit_bayes(fit, trainer_tensor(trainer, bayes, LINEAR_KERNEL),
                     trainer_tensor(trainer, bayes, LINEAR_BIAS));
    int rc = judges ? decide(trainer, bayes, class_weights, trial) : OK;

    double a = trial->regression, b = trial->bayes;
    for (size_t i = 0; i < size && b > 0; i++)
        trainer->weights[i] =
            (real)(a * (double)trainer->weights[i] + b * (double)bayes[i]);
    free(bayes);
    return rc;
}
