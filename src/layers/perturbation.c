#include "layers/perturbation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void perturbation_new(double epsilon, int rows, int length, int width,
                      struct perturbation *perturbation)
{
    size_t n = ((size_t)length + 1) * (size_t)rows;

    *perturbation = (struct perturbation){.epsilon = epsilon, .width = width, .n = n};
    perturbation->slots = xcalloc(n, sizeof *perturbation->slots);
    perturbation->vectors = xaligned(n * (size_t)width, sizeof(real));
    perturbation->d_vectors = xaligned(n * (size_t)width, sizeof(real));
    for (size_t i = 0; i < n; i++)
        perturbation->slots[i] = (int32_t)i;
}

void perturbation_release(struct perturbation *perturbation)
{
    free(perturbation->slots);
    free(perturbation->vectors);
    free(perturbation->d_vectors);
    *perturbation = (struct perturbation){.epsilon = 0};
}

size_t perturbation_bytes(const struct perturbation *perturbation)
{
    size_t width = (size_t)perturbation->width;
    return perturbation->n * (sizeof(int32_t) + 2 * width * sizeof(real));
}

size_t perturbation_slots(const struct plans *plans)
{
    return plans->all.slot[plans->length + 1];
}

void perturbation_begin(struct perturbation *perturbation, const struct plans *plans)
{
    size_t n = perturbation_slots(plans) * (size_t)perturbation->width;

    memset(perturbation->d_vectors, 0, n * sizeof(real));
    perturbation->stage = PERTURBATION_COLLECTS;
}

static double squares(const real *x, int n)
{
    double sum = 0;

    for (int j = 0; j < n; j++)
        sum += (double)x[j] * (double)x[j];
    return sum;
}

/* Row r's vectors move by epsilon * rms(vectors) along their gradient. */
static void move_row(struct perturbation *perturbation, const struct plans *plans, int r)
{
    int width = perturbation->width, count = plans->all.count[r];
    double vectors = 0, gradient = 0;

    for (int t = plans->length - count; t < plans->length; t++) {
        size_t at = (plans->all.slot[t] + (size_t)r) * (size_t)width;
        vectors += squares(perturbation->vectors + at, width);
        gradient += squares(perturbation->d_vectors + at, width);
    }
    if (!(gradient > 0))
        return;

    double rms = sqrt(vectors / ((double)count * width));
    real by = (real)(perturbation->epsilon * rms / sqrt(gradient));
    for (int t = plans->length - count; t < plans->length; t++) {
        size_t at = (plans->all.slot[t] + (size_t)r) * (size_t)width;
        for (int j = 0; j < width; j++)
            perturbation->vectors[at + (size_t)j] +=
                by * perturbation->d_vectors[at + (size_t)j];
    }
}

void perturbation_apply(struct perturbation *perturbation, const struct plans *plans,
                        const struct kernels *kernels,
                        const struct perturbed_table *table)
{
    struct embedding words = {.n = (int)perturbation_slots(plans),
                              .width = perturbation->width,
                              .ids = table->places};
    size_t width = (size_t)perturbation->width;

    kernels->embed_backward(&words, perturbation->d_vectors, width, table->d_vectors);
    words.ids = plans->ids;
    kernels->embed(&words, table->vectors, perturbation->vectors, width);
    for (int r = 0; r < plans->all.rows; r++)
        move_row(perturbation, plans, r);
    perturbation->stage = PERTURBATION_APPLIES;
}
