#include "train/private.h"

#include <stdlib.h>

int trainer_class_weights(const struct trainer *trainer, const int32_t *rows, int n,
                          double **weights)
{
    const struct trainer_config *config = trainer->config;
    const struct facts *facts = &trainer->data.facts;
    int *counts = xcalloc((size_t)facts->n_labels, sizeof *counts);
    double *result = xcalloc((size_t)facts->n_labels, sizeof *result);

    rows_count(&trainer->data.part[DATASET_TRAIN], rows, n, facts->n_labels, counts);
    int rc = loss_class_weights(&config->loss, facts, config->data, counts, result);
    free(counts);
    if (rc)
        free(result);
    else
        *weights = result;
    return rc;
}

char *trainer_describe_class_weights(const struct trainer *trainer)
{
    const struct facts *facts = &trainer->data.facts;
    const double *weights = trainer->class_weights;
    int least = 0, most = 0;

    for (int c = 1; c < facts->n_labels && weights; c++) {
        least = weights[c] < weights[least] ? c : least;
        most = weights[c] > weights[most] ? c : most;
    }
    return weights ? xasprintf("%.3g (%s) to %.3g (%s)", weights[least],
                               facts->labels[least], weights[most], facts->labels[most])
                   : NULL;
}
