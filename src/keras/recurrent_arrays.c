/* The arrays of recurrent layers in the layouts of all eras:
 *
 *   Keras 2 and 3   kernel (D, G H), recurrent kernel (H, G H), bias (G H) or, of a GRU
 *                   with reset_after, (2, G H)
 *   Keras 1         those three of each gate: (D, H), (H, H), (H)
 *   SimpleRNN       three of one gate, in all eras
 *   CuDNN           as Keras 2, each gate's matrices transposed, and two biases (2 G H)
 *
 * Sources: tf_keras legacy/hdf5_format.py, _convert_rnn_weights; Keras 1.2 LSTM.build.
 */
#include "keras/recurrent.h"

#include <string.h>

enum { CELL_TENSORS = 3 }; /* kernel, recurrent kernel, bias */

/* The arrays of one direction of a layer. */
struct cell {
    const struct keras_part *part;
    const struct keras_array *const *array;
    enum recurrent_cell kind;
    size_t units, width; /* H, G H */
    int gates;           /* G */
    bool is_separate;    /* Keras 1 */
    bool is_cudnn;
};

static struct cell cell_of(const struct keras_part *part, int direction)
{
    const struct layer_config *layer = &part->config;
    struct cell cell = {.part = part,
                        .array = part->array[direction],
                        .kind = layer->recurrent.cell,
                        .units = (size_t)layer->recurrent.units,
                        .gates = cell_kinds[layer->recurrent.cell].gates};

    cell.width = (size_t)cell.gates * cell.units;
    if (!part->use_bias || cell.kind == CELL_SIMPLE)
        return cell; /* one gate stands alike in all eras */
    const struct keras_array *kernel = cell.array[0], *bias = cell.array[2];
    cell.is_separate = kernel && kernel->shape[1] == cell.units;
    cell.is_cudnn = !cell.is_separate && bias && bias->n_dims == 1 &&
                    bias->shape[0] == 2 * cell.width;
    return cell;
}

static int find_cell(struct keras_reading *reading, struct keras_part *part,
                     int direction)
{
    static const char *const both[] = {"/forward_layer/cell", "/backward_layer/cell"};
    const char *below = part->config.recurrent.bidirectional ? both[direction] : "/cell";
    const struct keras_array **array = part->array[direction];
    int n = part->use_bias ? CELL_TENSORS : CELL_TENSORS - 1;

    int rc = keras_find_array(reading, part->layer, below, 0, &array[0]);
    if (!rc && cell_of(part, direction).is_separate)
        n = CELL_TENSORS * cell_kinds[part->config.recurrent.cell].gates;
    for (int k = 1; k < n && !rc; k++)
        rc = keras_find_array(reading, part->layer, below, k, &array[k]);
    return rc;
}

/* Two biases are what a GRU has that resets after the product. */
static bool resets_after(const struct cell *cell)
{
    return cell->kind == CELL_GRU && !cell->is_separate &&
           (cell->array[2]->n_dims == 2 || cell->is_cudnn);
}

int keras_recurrent_find(struct keras_reading *reading, struct keras_part *part)
{
    for (int d = 0; d < layer_directions(&part->config); d++) {
        int rc = find_cell(reading, part, d);
        if (rc)
            return rc;

        struct cell cell = cell_of(part, d);
        if (d == 0 && part->use_bias)
            part->config.recurrent.reset_after = resets_after(&cell);
        reading->is_plain &= part->use_bias && !cell.is_separate && !cell.is_cudnn;
    }
    return OK;
}

/* Gate g of Keras 1 as Keras 2 has it: LSTM's i, c, f, o became i, f, c, o. */
static int gate_of(const struct cell *cell, int g)
{
    static const int lstm[] = {0, 2, 1, 3};
    return cell->kind == CELL_LSTM ? lstm[g] : g;
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

static int copy_separate(const struct keras_reading *reading, const struct cell *cell,
                         const struct tensor *tensors)
{
    size_t units = cell->units;

    for (int g = 0; g < cell->gates; g++)
        for (int w = 0; w < CELL_TENSORS; w++) {
            const struct tensor *tensor = &tensors[w];
            const struct keras_array *array = cell->array[CELL_TENSORS * g + w];
            bool is_matrix = w < 2;
            int rc = keras_check_array(reading, cell->part->layer, tensor->name, array,
                                       is_matrix ? 2 : 1,
                                       is_matrix ? tensor->shape[0] : units, units);
            if (rc)
                return rc;
            copy_gate(array, tensor, gate_of(cell, g), units, reading->model->weights);
        }
    return OK;
}

/* Each gate's slice (rows, units), whose numbers are read row by row, is filled column by
 * column; the recurrent kernel's transpose is the same for a square slice. */
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

/* A bias of one row is the sum of both. */
static int copy_cudnn(const struct keras_reading *reading, const struct cell *cell,
                      const struct tensor *tensors)
{
    const struct keras_layer *layer = cell->part->layer;
    const struct tensor *bias = &tensors[2];
    const float *values = cell->array[2]->values;
    float *weights = reading->model->weights, *to = weights + bias->offset;
    size_t width = cell->width;

    int rc = keras_check_array(reading, layer, "bias", cell->array[2], 1, 2 * width, 1);
    for (int w = 0; w < 2 && !rc; w++) {
        rc = keras_check_array(reading, layer, tensors[w].name, cell->array[w], 2,
                               tensors[w].shape[0], width);
        if (!rc)
            copy_transposed(cell->array[w], &tensors[w], cell->units, weights);
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

static int copy_cell(const struct keras_reading *reading, const struct cell *cell,
                     const struct tensor *tensors)
{
    int rc = OK;

    if (cell->is_separate)
        return copy_separate(reading, cell, tensors);
    if (cell->is_cudnn)
        return copy_cudnn(reading, cell, tensors);
    for (int w = 0; w < CELL_TENSORS && cell->array[w] && !rc; w++)
        rc = keras_copy_array(reading, cell->part->layer, cell->array[w], &tensors[w]);
    return rc;
}

/* Keras 3's hard_sigmoid is clip(x/6 + 1/2), Keras 2's and ours clip(x/5 + 1/2): with 5/6
 * of the gates' weights they are the same. */
static void scale_gates(const struct cell *cell, const struct tensor *tensors,
                        float *weights)
{
    enum { CANDIDATE = 2 }; /* has tanh */

    for (int w = 0; w < CELL_TENSORS; w++)
        for (size_t j = 0; j < tensors[w].size; j++)
            if (j % cell->width / cell->units != CANDIDATE)
                weights[tensors[w].offset + j] *= 5.0F / 6;
}

static void tell_hard(struct keras_reading *reading, const struct cell *cell,
                      bool is_scaled)
{
    if (reading->is_hard_told)
        return;
    reading->is_hard_told = true;

    if (is_scaled)
        keras_note(reading,
                   "hard_sigmoid is clip(x/6 + 0.5) in Keras 3 and clip(0.2 x + 0.5) "
                   "here, as in Keras 2: the %s gates' weights are scaled by 5/6, which "
                   "gives the same probabilities",
                   cell->kind == CELL_LSTM ? "three" : "two");
    else if (reading->file->by_class && !reading->file->config)
        keras_note(reading,
                   "hard_sigmoid is taken as Keras 2's, clip(0.2 x + 0.5): weights that "
                   "the first versions of Keras 3 wrote alone cannot be told from Keras "
                   "2's");
}

int keras_recurrent_copy(struct keras_reading *reading, const struct keras_part *part,
                         const struct tensor *tensors)
{
    bool is_hard = part->config.recurrent.hard_sigmoid;
    bool is_scaled = is_hard && reading->major >= 3;
    int rc = OK;

    for (int d = 0; d < layer_directions(&part->config) && !rc; d++) {
        struct cell cell = cell_of(part, d);
        rc = copy_cell(reading, &cell, tensors + CELL_TENSORS * d);
        if (!rc && is_scaled)
            scale_gates(&cell, tensors + CELL_TENSORS * d, reading->model->weights);
        if (!rc && is_hard)
            tell_hard(reading, &cell, is_scaled);
    }
    reading->is_plain &= !is_scaled;
    return rc;
}
