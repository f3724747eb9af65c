/* What the shapes of a recurrent layer's arrays say, where a file has nothing else. */
#include "keras/recurrent.h"

/* Keras 1 has three arrays of each of the gates, of which a simple cell has one: 12 or 9
 * of a direction, there 3. */
static bool is_separate(const struct keras_group *group)
{
    const struct keras_array *second = group->array[1];

    return second && second->n_dims == 2 && second->shape[0] == second->shape[1] &&
           group->n > 6;
}

/* A kernel and a recurrent kernel alone are a layer without bias. */
static bool has_bias(const struct keras_group *group)
{
    return group->n % 3 == 0;
}

/* A recurrent kernel has the columns of all gates; CELL_KINDS: it is none. */
static enum recurrent_cell cell_of(const struct keras_group *group)
{
    const struct keras_array *second = group->array[1];
    enum recurrent_cell cell = 0;

    if (!second || second->n_dims != 2 || second->shape[0] == 0 ||
        second->shape[1] % second->shape[0])
        return CELL_KINDS;
    if (is_separate(group))
        return group->n % 12 ? CELL_GRU : CELL_LSTM;
    size_t gates = second->shape[1] / second->shape[0];
    const struct keras_array *first = group->array[0];
    if (gates == 1 && (first->n_dims != 2 || first->shape[1] != second->shape[1]))
        return CELL_KINDS; /* two matrices of something else */
    while (cell < CELL_KINDS && (size_t)cell_kinds[cell].gates != gates)
        cell++;
    return cell;
}

int keras_recurrent_directions(const struct keras_group *group)
{
    enum recurrent_cell cell = cell_of(group);
    if (cell == CELL_KINDS)
        return 0;

    int each = is_separate(group) ? 3 * cell_kinds[cell].gates : has_bias(group) ? 3 : 2;
    return group->n == each || group->n == 2 * each ? group->n / each : 0;
}

/* What CuDNN made has two biases in a row. */
static bool is_cudnn(const struct keras_group *group)
{
    const struct keras_array *bias = has_bias(group) ? group->array[2] : NULL;

    return !is_separate(group) && bias && bias->n_dims == 1 &&
           bias->shape[0] == 2 * group->array[1]->shape[1];
}

/* Without hint the activation is left to the version of Keras. */
json_t *keras_recurrent_describe(const struct keras_group *group,
                                 const struct keras_hints *hints, bool sequences)
{
    const char *class = keras_cell_class(cell_of(group), is_cudnn(group));
    json_t *config =
        json_pack("{s:s%, s:I, s:b, s:b}", "name", group->name, group->n_name, "units",
                  (json_int_t)group->array[1]->shape[0], "return_sequences", sequences,
                  "use_bias", has_bias(group));

    if (hints->gates != MODEL_GATES)
        json_object_set_new(config, "recurrent_activation",
                            json_string(model_gates_names[hints->gates]));
    if (keras_recurrent_directions(group) == 1)
        return keras_object(class, config);
    return keras_object("Bidirectional",
                        json_pack("{s:s%, s:s, s:o}", "name", group->name, group->n_name,
                                  "merge_mode", "concat", "layer",
                                  keras_object(class, config)));
}
