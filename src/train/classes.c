/* The output of the model that a run begins with, in the order of the run's classes. */
#include "train/private.h"

#include <stdlib.h>
#include <string.h>

#include "data/classes.h"
#include "saved/checkpoint.h"

/* Moments that turn their sign with the gradient; the others are of its square. */
static const bool is_signed[OPTIM_KINDS][UPDATE_MOST_SLOTS] = {
    [OPTIM_ADAM] = {true, false},
    [OPTIM_RMSPROP] = {false},
    [OPTIM_SGD] = {true},
};

/* Column c of a row becomes what stood in column places[c]. */
static void move_columns(float *row, size_t n, const int32_t *places, float *before)
{
    memcpy(before, row, n * sizeof *row);
    for (size_t c = 0; c < n; c++)
        row[c] = before[places[c]];
}

/* One logit says p of class 1: the other order is its negative. */
static void turn(float *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        values[i] = -values[i];
}

/* The tensors of the output, kernel and bias, are the last two. */
static void reorder(const struct params *params, const int32_t *places, bool turns,
                    float *values)
{
    const struct tensor *bias = &params->tensors[params->n_tensors - 1];
    const struct tensor *kernel = bias - 1;
    size_t units = bias->size;
    float *before = xcalloc(units, sizeof *before);

    if (units == 1 && turns) {
        turn(values + kernel->offset, kernel->size);
        turn(values + bias->offset, 1);
    }
    for (size_t r = 0; r < kernel->shape[0] && units > 1; r++)
        move_columns(values + kernel->offset + r * units, units, places, before);
    if (units > 1)
        move_columns(values + bias->offset, units, places, before);
    free(before);
}

static void reorder_all(struct trainer *trainer, const int32_t *places)
{
    const struct optim *optim = &trainer->optim;

    reorder(trainer->params, places, true, (float *)trainer->weights);
    for (int i = 0; i < optim->n_slots; i++)
        reorder(trainer->params, places, is_signed[optim->config.kind][i],
                (float *)optim->slot[i]);
}

int trainer_take_classes(struct trainer *trainer, const struct checkpoint *info,
                         char **note)
{
    const struct facts *facts = &trainer->data.facts;
    int32_t *places = xcalloc((size_t)facts->n_labels, sizeof *places);
    int rc = checkpoint_map_classes(info, facts, trainer->config->data, "--init-labels",
                                    places, note);

    if (!rc && !classes_in_order(places, facts->n_labels)) {
        reorder_all(trainer, places);
        char *shown = classes_shown(facts);
        *note = xasprintf("its classes have the order of the data here: %s", shown);
        free(shown);
    }
    free(places);
    return rc;
}
