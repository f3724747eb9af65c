#include "keras/private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Arrays of Keras 1, which had one of each gate. */
enum { MOST_CELL_ARRAYS = 12 };

/* The arrays of one direction of a recurrent layer. */
struct cell {
    const struct keras_array *array[MOST_CELL_ARRAYS]; /* kernel, recurrent kernel, bias;
                                                          or those three of each gate */
    bool is_separate;
    bool is_cudnn; /* each gate's matrices are transposed, two biases */
};

struct taking {
    struct keras_reading *reading;
    size_t next; /* array, where they stand in order */
    struct cell cells[MODEL_MOST_LAYERS][2];
    const struct keras_array *embedding, *kernel[2], *bias[2];
    bool is_plain; /* each array is a tensor as it stands, so moments fit too */
};

/* Finding. */

/* Keras 2's .keras archives had another name for the list of layers. */
static bool is_at(const struct keras_array *array, const char *group, const char *below,
                  int k)
{
    static const char other[] = "_layer_checkpoint_dependencies/";
    char number[16];
    const char *at = array->layer;
    size_t n = strlen(group);
    snprintf(number, sizeof number, "%d", k);
    if (!strncmp(at, other, strlen(other)) && !strncmp(group, "layers/", 7)) {
        at += strlen(other);
        group += 7;
        n -= 7;
    }
    return !strncmp(at, group, n) && !strcmp(at + n, below) &&
           !strcmp(array->name, number);
}

/* Array k of a layer; `below` its group in Keras 3's layout: "", "/cell",
 * "/forward_layer/cell". */
static int find_array(struct taking *taking, const struct keras_layer *layer,
                      const char *below, int k, const struct keras_array **array)
{
    const struct keras_arrays *all = &taking->reading->file->weights;
    if (!taking->reading->file->by_class) {
        if (taking->next == all->n)
            return keras_refuse(taking->reading, layer,
                                "has no weights: the file has %zu arrays only", all->n);
        *array = &all->array[taking->next++];
        return OK;
    }
    for (size_t i = 0; i < all->n; i++)
        if (is_at(&all->array[i], layer->group, below, k)) {
            *array = &all->array[i];
            return OK;
        }
    return keras_refuse(taking->reading, layer, "has no array /%s%s/vars/%d in the file",
                        layer->group, below, k);
}

static int find_cell(struct taking *taking, int i, int direction)
{
    static const char *const below[] = {"/cell", "/forward_layer/cell",
                                        "/backward_layer/cell"};
    const struct model_config *config = &taking->reading->model->config;
    const struct keras_part *part = &taking->reading->recurrent[i];
    struct cell *cell = &taking->cells[i][direction];
    const char *where = below[config->bidirectional ? 1 + direction : 0];
    int n = part->use_bias ? 3 : 2, units = config->units[i], rc = OK;
    for (int k = 0; k < n && !rc; k++) {
        rc = find_array(taking, part->layer, where, k, &cell->array[k]);
        cell->is_separate |=
            !rc && k == 0 && cell->array[0]->shape[1] == (size_t)units && n == 3;
        if (cell->is_separate)
            n = 3 * model_gates(config);
    }
    if (rc || n < 3)
        return rc;
    const struct keras_array *bias = cell->array[2];
    cell->is_cudnn = !cell->is_separate && bias->n_dims == 1 &&
                     bias->shape[0] == 2 * (size_t)(model_gates(config) * units);
    if (i == 0 && direction == 0 && config->cell == CELL_GRU)
        taking->reading->model->config.reset_after = bias->n_dims == 2 || cell->is_cudnn;
    taking->is_plain &= !cell->is_separate && !cell->is_cudnn;
    return OK;
}

static int find_all(struct taking *taking)
{
    struct keras_reading *reading = taking->reading;
    const struct model_config *config = &reading->model->config;
    const struct keras_arrays *all = &reading->file->weights;
    int rc = find_array(taking, reading->embedding.layer, "", 0, &taking->embedding);
    for (int i = 0; i < config->layers && !rc; i++)
        for (int d = 0; d < model_directions(config) && !rc; d++) {
            rc = find_cell(taking, i, d);
            taking->is_plain &= reading->recurrent[i].use_bias;
        }
    for (int k = 0; k < reading->n_dense && !rc; k++) {
        const struct keras_part *dense = &reading->dense[k];
        rc = find_array(taking, dense->layer, "", 0, &taking->kernel[k]);
        if (!rc && dense->use_bias)
            rc = find_array(taking, dense->layer, "", 1, &taking->bias[k]);
        taking->is_plain &= dense->use_bias;
    }
    if (!rc && !reading->file->by_class && taking->next != all->n)
        rc =
            fail(ERR_FORMAT,
                 "%s: %zu arrays, but its layers have %zu: it is damaged, or was made by "
                 "something else",
                 reading->file->path, all->n, taking->next);
    return rc;
}

/* A Flatten says how long its rows are. */
static int find_length(struct taking *taking)
{
    struct model_config *config = &taking->reading->model->config;
    size_t step = (size_t)(model_directions(config) * config->units[config->layers - 1]);
    size_t rows = taking->kernel[0]->shape[0];
    if (config->head != HEAD_FLATTEN)
        return OK;
    if (rows % step || rows / step < 1 || rows / step > 1 << 20 ||
        (config->maxlen && rows / step != (size_t)config->maxlen))
        return keras_refuse(taking->reading, taking->reading->dense[0].layer,
                            "has a kernel of %zu rows: expected those of %d positions of "
                            "%zu numbers",
                            rows, config->maxlen, step);
    config->maxlen = (int)(rows / step);
    return OK;
}

/* Copying. */

static int check_array(const struct taking *taking, const struct keras_layer *layer,
                       const char *what, const struct keras_array *array, int n_dims,
                       size_t rows, size_t columns)
{
    columns = n_dims == 2 ? columns : 1;
    if (array->n_dims > 2)
        return keras_refuse(taking->reading, layer,
                            "has a %s that is no array of numbers in %d dimensions", what,
                            n_dims);
    if (array->n_dims != n_dims || array->shape[0] != rows || array->shape[1] != columns)
        return keras_refuse(taking->reading, layer,
                            "has a %s of shape (%zu, %zu) in %d dimensions, expected "
                            "(%zu, %zu) in %d",
                            what, array->shape[0], array->shape[1], array->n_dims, rows,
                            columns, n_dims);
    for (size_t i = 0; i < array->size; i++)
        if (!isfinite(array->values[i]))
            return keras_refuse(taking->reading, layer,
                                "has a %s whose element %zu is not a finite number", what,
                                i);
    return OK;
}

static int copy_array(const struct taking *taking, const struct keras_layer *layer,
                      const struct keras_array *array, const struct tensor *tensor)
{
    float *to = taking->reading->model->weights + tensor->offset;
    int rc = check_array(taking, layer, tensor->name, array, tensor->n_dims,
                         tensor->shape[0], tensor->shape[1]);
    if (!rc)
        memcpy(to, array->values, tensor->size * sizeof *to);
    return rc;
}

/* Gate g of Keras 1 as Keras 2 has it: LSTM's i, c, f, o became i, f, c, o. */
static int gate_of(const struct model_config *config, int g)
{
    static const int lstm[] = {0, 2, 1, 3};
    return config->cell == CELL_LSTM ? lstm[g] : g;
}

/* The columns of one gate into a tensor of all gates. */
static void copy_gate(const struct keras_array *array, const struct tensor *tensor,
                      int gate, size_t units, float *weights)
{
    size_t width = tensor->n_dims == 2 ? tensor->shape[1] : tensor->shape[0];
    size_t rows = tensor->n_dims == 2 ? tensor->shape[0] : 1;
    for (size_t r = 0; r < rows; r++)
        memcpy(weights + tensor->offset + r * width + (size_t)gate * units,
               array->values + r * units, units * sizeof *weights);
}

static int copy_separate(const struct taking *taking, const struct keras_layer *layer,
                         const struct cell *cell, size_t units,
                         const struct tensor *tensors)
{
    const struct keras_model *model = taking->reading->model;
    int rc = OK;
    for (int g = 0; g < model_gates(&model->config) && !rc; g++)
        for (int w = 0; w < 3 && !rc; w++) {
            const struct tensor *tensor = &tensors[w];
            const struct keras_array *array = cell->array[3 * g + w];
            rc = check_array(taking, layer, tensor->name, array, w < 2 ? 2 : 1,
                             w < 2 ? tensor->shape[0] : units, units);
            if (!rc)
                copy_gate(array, tensor, gate_of(&model->config, g), units,
                          model->weights);
        }
    return rc;
}

/* Each gate's slice (rows, units), whose numbers are read row by row, is filled column by
 * column. Source: tf_keras legacy/hdf5_format.py, _convert_rnn_weights; the recurrent
 * kernel's transpose is the same for a square slice. */
static void copy_transposed(const struct keras_array *array, const struct tensor *tensor,
                            size_t units, float *weights)
{
    size_t rows = tensor->shape[0], width = tensor->shape[1];
    float *to = weights + tensor->offset;
    for (size_t first = 0; first < width; first += units)
        for (size_t p = 0; p < rows * units; p++)
            to[p % rows * width + first + p / rows] =
                array->values[p / units * width + first + p % units];
}

static int copy_cudnn(const struct taking *taking, const struct keras_layer *layer,
                      const struct cell *cell, size_t units, const struct tensor *tensors)
{
    const struct keras_model *model = taking->reading->model;
    const struct tensor *bias = &tensors[2];
    const float *values = cell->array[2]->values;
    float *to = model->weights + bias->offset;
    size_t width = (size_t)model_gates(&model->config) * units;
    int rc = check_array(taking, layer, "bias", cell->array[2], 1, 2 * width, 1);
    for (int w = 0; w < 2 && !rc; w++) {
        rc = check_array(taking, layer, tensors[w].name, cell->array[w], 2,
                         tensors[w].shape[0], width);
        if (!rc)
            copy_transposed(cell->array[w], &tensors[w], units, model->weights);
    }
    for (size_t j = 0; j < width && !rc; j++)
        if (bias->n_dims == 2) {
            to[j] = values[j];
            to[width + j] = values[width + j];
        } else {
            to[j] = values[j] + values[width + j];
        }
    return rc;
}

static int copy_cell(const struct taking *taking, int i, int direction,
                     const struct tensor *tensors)
{
    const struct keras_model *model = taking->reading->model;
    const struct keras_part *part = &taking->reading->recurrent[i];
    const struct cell *cell = &taking->cells[i][direction];
    size_t units = (size_t)model->config.units[i];
    int rc = OK;
    if (cell->is_separate)
        return copy_separate(taking, part->layer, cell, units, tensors);
    if (cell->is_cudnn)
        return copy_cudnn(taking, part->layer, cell, units, tensors);
    for (int w = 0; w < (part->use_bias ? 3 : 2) && !rc; w++)
        rc = copy_array(taking, part->layer, cell->array[w], &tensors[w]);
    return rc;
}

/* Two softmax units become one sigmoid: softmax(a, b) = (1 - p, p) with p = sigmoid(b -
 * a). */
static int copy_pair(const struct taking *taking, const struct keras_layer *layer,
                     const struct keras_array *kernel, const struct keras_array *bias,
                     const struct tensor *tensors)
{
    float *weights = taking->reading->model->weights;
    size_t rows = tensors[0].shape[0];
    int rc = check_array(taking, layer, "kernel", kernel, 2, rows, 2);
    if (!rc && bias)
        rc = check_array(taking, layer, "bias", bias, 1, 2, 1);
    for (size_t r = 0; r < rows && !rc; r++)
        weights[tensors[0].offset + r] =
            kernel->values[2 * r + 1] - kernel->values[2 * r];
    if (!rc && bias)
        weights[tensors[1].offset] = bias->values[1] - bias->values[0];
    return rc;
}

static int copy_all(const struct taking *taking)
{
    const struct keras_reading *reading = taking->reading;
    const struct model_config *config = &reading->model->config;
    const struct tensor *tensor = reading->model->params.tensors;
    int rc = copy_array(taking, reading->embedding.layer, taking->embedding, tensor++);
    for (int i = 0; i < config->layers; i++)
        for (int d = 0; d < model_directions(config) && !rc; d++, tensor += 3)
            rc = copy_cell(taking, i, d, tensor);
    for (int k = 0; k < reading->n_dense && !rc; k++, tensor += 2) {
        const struct keras_layer *layer = reading->dense[k].layer;
        if (k + 1 == reading->n_dense && reading->softmax_units == 2) {
            rc = copy_pair(taking, layer, taking->kernel[k], taking->bias[k], tensor);
            continue;
        }
        rc = copy_array(taking, layer, taking->kernel[k], &tensor[0]);
        if (!rc && taking->bias[k])
            rc = copy_array(taking, layer, taking->bias[k], &tensor[1]);
    }
    return rc;
}

/* Keras 3's hard_sigmoid is clip(x/6 + 1/2), Keras 2's and ours clip(x/5 + 1/2): with 5/6
 * of the gates' weights they are the same. */
static void scale_gates(struct keras_reading *reading)
{
    struct keras_model *model = reading->model;
    const struct model_config *config = &model->config;
    bool is_lstm = config->cell == CELL_LSTM;
    for (int t = 1; t < 1 + 3 * config->layers * model_directions(config); t++) {
        const struct tensor *tensor = &model->params.tensors[t];
        size_t width = tensor->shape[tensor->n_dims - 1];
        size_t units = width / (size_t)model_gates(config);
        for (size_t j = 0; j < tensor->size; j++)
            if (j % width / units != 2) /* the candidate has tanh */
                model->weights[tensor->offset + j] *= 5.0F / 6;
    }
    keras_note(
        reading,
        "hard_sigmoid is clip(x/6 + 0.5) in Keras 3 and clip(0.2 x + 0.5) here, as in "
        "Keras 2: the %s gates' weights are scaled by 5/6, which gives the same "
        "probabilities",
        is_lstm ? "three" : "two");
}

/* Moments. */

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
static void take_moments(struct keras_reading *reading)
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

static int check_size(const struct keras_reading *reading)
{
    const struct keras_arrays *all = &reading->file->weights;
    size_t n = 0, wanted = reading->model->params.size;
    for (size_t i = 0; i < all->n; i++)
        n += all->array[i].size;
    if (wanted <= 2 * n + ((size_t)1 << 20))
        return OK;
    return fail(ERR_FORMAT, "%s: its layers need %zu numbers, the file has %zu",
                reading->file->path, wanted, n);
}

/* Finite numbers may have sums that are not. */
static int check_sums(const struct keras_reading *reading)
{
    const struct keras_model *model = reading->model;
    for (int t = 0; t < model->params.n_tensors; t++) {
        const struct tensor *tensor = &model->params.tensors[t];
        for (size_t i = 0; i < tensor->size; i++)
            if (!isfinite(model->weights[tensor->offset + i]))
                return fail(ERR_FORMAT,
                            "%s: %s/%s becomes too large a number here, at element %zu",
                            reading->file->path, tensor->layer, tensor->name, i);
    }
    return OK;
}

int keras_take_weights(struct keras_reading *reading)
{
    struct keras_model *model = reading->model;
    struct taking *taking = xcalloc(1, sizeof *taking);
    taking->reading = reading;
    taking->is_plain = true;
    int rc = find_all(taking);
    if (!rc)
        rc = find_length(taking);
    if (!rc) {
        model_tensors(&model->config, &model->params);
        rc = check_size(reading);
    }
    if (!rc) {
        model->weights = xcalloc(model->params.size, sizeof *model->weights);
        rc = copy_all(taking);
    }
    if (!rc)
        rc = check_sums(reading);
    bool is_scaled = model->config.hard_sigmoid && reading->major >= 3;
    if (!rc && is_scaled)
        scale_gates(reading);
    else if (!rc && model->config.hard_sigmoid && reading->file->by_class &&
             !reading->file->config)
        keras_note(
            reading,
            "hard_sigmoid is taken as Keras 2's, clip(0.2 x + 0.5): weights that the "
            "first versions of Keras 3 wrote alone cannot be told from Keras 2's");
    if (!rc && taking->is_plain && !is_scaled && reading->softmax_units != 2 &&
        reading->is_adam)
        take_moments(reading);
    free(taking);
    return rc;
}
