#include "model/decision.h"

#include <stdlib.h>
#include <string.h>

const char *const decision_metric_names[] = {
    [DECISION_F1] = "f1",
    [DECISION_ACC] = "acc",
    [DECISION_BALANCED_ACC] = "balanced_acc",
    [DECISION_METRICS] = NULL,
};
_Static_assert(COUNT_OF(decision_metric_names) == DECISION_METRICS + 1,
               "a metric has no name");

const char *const calibrate_names[] = {
    [CALIBRATE_NONE] = "none",
    [CALIBRATE_TEMPERATURE] = "temperature",
    [CALIBRATE_THRESHOLD] = "threshold",
    [CALIBRATE_BOTH] = "both",
    [CALIBRATES] = NULL,
};
_Static_assert(COUNT_OF(calibrate_names) == CALIBRATES + 1, "a choice has no name");

static bool gives_logits(const struct chain_config *chain, const struct tensor *tensor)
{
    bool is_kernel_of_ngrams =
        chain_is_linear(chain) && tensor->place == 0 && !strcmp(tensor->name, "kernel");
    return tensor->place == chain->n_layers - 1 || is_kernel_of_ngrams;
}

void decision_cool(const struct model *model, double temperature, real *weights)
{
    const struct params *params = model_params(model);

    for (int i = 0; i < params->n_tensors && temperature > 0; i++) {
        const struct tensor *tensor = &params->tensors[i];
        if (!gives_logits(model_chain(model), tensor))
            continue;
        for (size_t k = 0; k < tensor->size; k++)
            weights[tensor->offset + k] =
                (real)((double)weights[tensor->offset + k] / temperature);
    }
}

void decision_release(struct decision *decision)
{
    free(decision->threshold);
    *decision = (struct decision){.temperature = 0};
}
