#include "keras/private.h"

#include <math.h>
#include <string.h>

/* What moments are: finite, and the second ones, means of squares, not negative. */
static bool are_moments(const struct keras_array *array, bool is_second)
{
    for (size_t i = 0; i < array->size; i++)
        if (!isfinite(array->values[i]) || (is_second && array->values[i] < 0))
            return false;
    return true;
}

/* Whether array number `first` + `step` i has the shape of tensor i, and moments in
 * it. */
static bool match_moments(const struct keras_reading *reading, size_t first, size_t step,
                          bool is_second)
{
    const struct params *params = &reading->model->params;
    const struct keras_arrays *all = &reading->file->optimizer;

    for (size_t i = 0; i < (size_t)params->n_tensors; i++) {
        size_t k = first + step * i;
        if (k >= all->n || all->array[k].size != params->tensors[i].size ||
            all->array[k].shape[0] != params->tensors[i].shape[0] ||
            !are_moments(&all->array[k], is_second))
            return false;
    }
    return true;
}

static void copy_moments(struct keras_reading *reading, int slot, size_t first,
                         size_t step)
{
    struct keras_model *model = reading->model;
    const struct params *params = &model->params;

    model->slots[slot] = xcalloc(params->size, sizeof(float));
    for (size_t i = 0; i < (size_t)params->n_tensors; i++)
        memcpy(model->slots[slot] + params->tensors[i].offset,
               reading->file->optimizer.array[first + step * i].values,
               params->tensors[i].size * sizeof(float));
}

/* Keras 2: steps, all m, all v, perhaps more. Keras 3: steps, rate, then m and v of each
 * weight; tf_keras 2.11 and later the same without rate. */
void keras_take_moments(struct keras_reading *reading)
{
    const struct keras_arrays *all = &reading->file->optimizer;
    size_t n = (size_t)reading->model->params.n_tensors;
    const double most_steps = (double)((int64_t)1 << 53);

    if (all->n == 0 || all->array[0].size != 1 || !(all->array[0].values[0] >= 0) ||
        (double)all->array[0].values[0] > most_steps)
        return;

    for (size_t first = 1; first <= 2; first++) {
        bool in_turns = match_moments(reading, first, 2, false) &&
                        match_moments(reading, first + 1, 2, true);
        bool in_rows = match_moments(reading, first, 1, false) &&
                       match_moments(reading, first + n, 1, true);
        if (!in_turns && !in_rows)
            continue;

        copy_moments(reading, 0, first, in_turns ? 2 : 1);
        copy_moments(reading, 1, in_turns ? first + 1 : first + n, in_turns ? 2 : 1);
        reading->model->n_slots = 2;
        reading->model->n_steps = (int64_t)all->array[0].values[0];
        return;
    }
}
