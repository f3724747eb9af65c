#include "export/onnx/kind.h"

#include <stdio.h>

/* A cell as ONNX has it: its operator; which of Keras's gates (i, f, c, o of an LSTM; z,
 * r, h of a GRU) each of ONNX's is (i, o, f, c; z, r, h); its activations, the gates' if
 * there are any, then the others; whether it can reset after the product. */
static const struct {
    const char *kind;
    int gates[4];
    size_t n_gates, n_others;
    bool resets;
} cells[] = {
    [CELL_LSTM] = {"LSTM", {0, 3, 1, 2}, 1, 2, false},
    [CELL_GRU] = {"GRU", {0, 1, 2}, 1, 1, true},
    [CELL_SIMPLE] = {"RNN", {0}, 0, 1, false},
};
_Static_assert(COUNT_OF(cells) == CELL_KINDS, "a cell has no operator");

/* An activation as ONNX has it, and its numbers, where it takes some. */
struct cell_function {
    const char *name;
    bool takes_numbers;
    float alpha, beta;
};

static const struct cell_function activations[] = {
    [CELL_TANH] = {"Tanh", false, 0, 0},
    [CELL_RELU] = {"Relu", false, 0, 0},
    [CELL_SIGMOID] = {"Sigmoid", false, 0, 0},
    [CELL_LINEAR] = {"Affine", true, 1, 0},
};
_Static_assert(COUNT_OF(activations) == CELL_ACTIVATIONS, "an activation has no name");

/* (rows, G H) of Keras -> (G H, rows), gates in ONNX's order. */
static void transpose(const struct layer_config *layer, const float *from, int rows,
                      float *to)
{
    int units = layer->recurrent.units, n_gates = cell_kinds[layer->recurrent.cell].gates;
    const int *gates = cells[layer->recurrent.cell].gates;
    size_t width = (size_t)n_gates * (size_t)units;

    for (int g = 0; g < n_gates; g++)
        for (int u = 0; u < units; u++)
            for (int row = 0; row < rows; row++)
                *to++ = from[(size_t)row * width + (size_t)(gates[g] * units + u)];
}

/* The weights as <layer>/W, /R and /B. */
static void add_weights(struct onnx *onnx, const struct layer_config *layer, int inputs)
{
    int directions = layer_directions(layer), units = layer->recurrent.units;
    int width = cell_kinds[layer->recurrent.cell].gates * units;
    float *w = onnx_add_floats(onnx, "W", 3, (int64_t[]){directions, width, inputs});
    float *r = onnx_add_floats(onnx, "R", 3, (int64_t[]){directions, width, units});
    float *b = onnx_add_floats(onnx, "B", 2, (int64_t[]){directions, 2 * width});

    for (int d = 0; d < directions; d++) {
        const struct params *params = onnx->params;
        const struct tensor *kernel = export_tensor(params, layer, d, "kernel");
        const struct tensor *recurrent =
            export_tensor(params, layer, d, "recurrent_kernel");
        const struct tensor *biases = export_tensor(params, layer, d, "bias");
        const float *bias = onnx->weights + biases->offset;
        size_t before = (size_t)d * (size_t)width;

        transpose(layer, onnx->weights + kernel->offset, inputs,
                  w + before * (size_t)inputs);
        transpose(layer, onnx->weights + recurrent->offset, units,
                  r + before * (size_t)units);
        transpose(layer, bias, 1, b + 2 * before);
        if (biases->n_dims == 2) /* of reset_after; else zeros */
            transpose(layer, bias + width, 1, b + 2 * before + width);
    }
}

/* Activations of all directions, and the numbers of those that take some, in their
 * order. */
struct activation_list {
    size_t n, n_numbers;
    const char *name[2 * 3];
    float alpha[2 * 3], beta[2 * 3];
};

static void list_activation(struct activation_list *list,
                            const struct cell_function *activation)
{
    list->name[list->n++] = activation->name;
    if (!activation->takes_numbers)
        return;
    list->alpha[list->n_numbers] = activation->alpha;
    list->beta[list->n_numbers++] = activation->beta;
}

/* Where they are not ONNX's defaults; of hard_sigmoid Keras 2's clip(0.2 x + 0.5). */
static void set_activations(Onnx__NodeProto *node, const struct layer_config *layer)
{
    static const struct cell_function hard = {"HardSigmoid", true, 0.2f, 0.5f};
    const struct cell_function *gate =
        layer->recurrent.hard_sigmoid ? &hard : &activations[CELL_SIGMOID];
    struct activation_list list = {.n = 0};

    if (!layer->recurrent.hard_sigmoid && layer->recurrent.activation == CELL_TANH)
        return;
    for (int d = 0; d < layer_directions(layer); d++) {
        for (size_t i = 0; i < cells[layer->recurrent.cell].n_gates; i++)
            list_activation(&list, gate);
        for (size_t i = 0; i < cells[layer->recurrent.cell].n_others; i++)
            list_activation(&list, &activations[layer->recurrent.activation]);
    }

    onnx_set_texts(node, "activations", list.n, list.name);
    if (list.n_numbers == 0)
        return;
    onnx_set_floats(node, "activation_alpha", list.n_numbers, list.alpha);
    onnx_set_floats(node, "activation_beta", list.n_numbers, list.beta);
}

/* Steps last to first: Keras's go_backwards is the layer on those. Under a mask a row's
 * words, which stand in front. */
static const char *reverse(struct onnx *onnx, const char *steps)
{
    if (onnx->chain->mask) {
        Onnx__NodeProto *node =
            onnx_add_node(onnx, "ReverseSequence", "reversed", steps, "mask/flat", NULL);
        onnx_set_int(node, "time_axis", 0);
        onnx_set_int(node, "batch_axis", 1);
        return node->output[0];
    }

    const char *first = onnx_add_ints(onnx, "last", 1, (int64_t[]){-1});
    const char *end = onnx_add_ints(onnx, "before_first", 1, (int64_t[]){-INT32_MAX});
    const char *axis = onnx_add_ints(onnx, "time", 1, (int64_t[]){0});
    return onnx_value(onnx, "Slice", "reversed", steps, first, end, axis, first, NULL);
}

/* One block of both directions, whose axis becomes 1 long. */
static const char *merge(struct onnx *onnx, const struct layer_config *layer,
                         const char *states, int64_t axis)
{
    static const char *const kinds[MERGE_MODES] = {[MERGE_SUM] = "ReduceSum",
                                                   [MERGE_AVE] = "ReduceMean",
                                                   [MERGE_MUL] = "ReduceProd"};
    const char *kind = kinds[layer->recurrent.merge];

    if (!kind)
        return states;
    if (layer->recurrent.merge == MERGE_SUM) {
        const char *axes = onnx_add_ints(onnx, "directions", 1, &axis);
        return onnx_value(onnx, kind, "merged", states, axes, NULL);
    }
    Onnx__NodeProto *node = onnx_add_node(onnx, kind, "merged", states, NULL);
    onnx_set_ints(node, "axes", 1, &axis);
    return node->output[0];
}

/* The operator, which gives Y (T, D, N, H) and the last states (D, N, H). */
static Onnx__NodeProto *add_operator(struct onnx *onnx, const struct layer_config *layer,
                                     const char *steps)
{
    char w[LAYER_NAME_BYTES + 2], r[sizeof w], b[sizeof w];
    snprintf(w, sizeof w, "%s/W", layer->name);
    snprintf(r, sizeof r, "%s/R", layer->name);
    snprintf(b, sizeof b, "%s/B", layer->name);
    const char *lengths = onnx->chain->mask ? "mask/lengths" : NULL;
    Onnx__NodeProto *node = onnx_add_node(onnx, cells[layer->recurrent.cell].kind, "Y",
                                          steps, w, r, b, lengths, NULL);

    onnx_set_int(node, "hidden_size", layer->recurrent.units);
    onnx_set_text(node, "direction",
                  layer->recurrent.bidirectional ? "bidirectional" : "forward");
    if (cells[layer->recurrent.cell].resets)
        onnx_set_int(node, "linear_before_reset", layer->recurrent.reset_after);
    set_activations(node, layer);
    return node;
}

/* Y (T, D, N, H) -> (T, N, F), what the next such layer takes. */
static const char *join_directions(struct onnx *onnx, const char *outputs, int width)
{
    const char *rows =
        onnx_transpose(onnx, "by_row", outputs, 4, (int64_t[]){0, 2, 1, 3});
    return onnx_reshape(onnx, "outputs", rows, 3, (int64_t[]){0, 0, width});
}

/* (D, N, H) -> (N, F), zeros for rows without words. */
static const char *add_last_states(struct onnx *onnx, const char *states, int width)
{
    onnx->scope = ONNX_HEAD;
    const char *rows = onnx_transpose(onnx, "by_row", states, 3, (int64_t[]){1, 0, 2});
    const char *features = onnx_reshape(onnx, "last", rows, 2, (int64_t[]){0, width});
    if (!onnx->chain->mask)
        return features;

    const char *keep = onnx_cast(onnx, "keep", onnx_add_has_words(onnx),
                                 ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT);
    return onnx_value(onnx, "Mul", "features", features, keep, NULL);
}

static void add(struct onnx *onnx, const struct layer_config *layer,
                struct onnx_value *value)
{
    int width = layer_blocks(layer) * layer->recurrent.units;
    add_weights(onnx, layer, value->outline.width);
    const char *steps = value->steps;
    if (layer->recurrent.backwards)
        steps = reverse(onnx, steps);
    Onnx__NodeProto *node = add_operator(onnx, layer, steps);

    value->steps = value->outputs = value->rows = NULL;
    if (!layer->recurrent.sequences) {
        onnx_take_second_output(onnx, node, "Y_h");
        value->rows =
            add_last_states(onnx, merge(onnx, layer, node->output[1], 0), width);
        return;
    }
    value->outputs = merge(onnx, layer, node->output[0], 1);
    value->steps = join_directions(onnx, value->outputs, width);
    value->skipped = layer->recurrent.bidirectional ? SKIPPED_ZEROS : SKIPPED_REPEATS;
}

/* Where ONNX keeps column j of Keras's gates, H units each. */
static size_t row_of(const struct layer_config *layer, size_t j)
{
    static const size_t places[CELL_KINDS][4] = {
        [CELL_LSTM] = {0, 2, 3, 1}, /* i, f, c, o in i, o, f, c */
        [CELL_GRU] = {0, 1, 2},     /* z, r, h */
        [CELL_SIMPLE] = {0},
    };
    size_t units = (size_t)layer->recurrent.units;
    return places[layer->recurrent.cell][j / units] * units + j % units;
}

/* Direction d's kernel or recurrent kernel (rows, G H) in a tensor (D, G H, rows). */
static bool same_kernel(struct onnx_reading *reading, const struct layer_config *layer,
                        size_t d, const char *name, const char *onnx_name)
{
    const struct tensor *tensor =
        export_tensor(reading->onnx->params, layer, (int)d, name);
    const Onnx__TensorProto *found = onnx_find(reading, layer->name, onnx_name);
    size_t rows = tensor->shape[0], width = tensor->shape[1];
    if (!onnx_has_floats(found, (size_t)layer_directions(layer) * tensor->size))
        return false;

    const float *weight = reading->onnx->weights + tensor->offset;
    for (size_t k = 0; k < rows; k++)
        for (size_t j = 0; j < width; j++)
            if (!onnx_same(found, (d * width + row_of(layer, j)) * rows + k, weight++))
                return false;
    reading->n_compared += tensor->size;
    return true;
}

/* Direction d's biases in (D, 2 G H): of the inputs, then of the states or zeros. */
static bool same_bias(struct onnx_reading *reading, const struct layer_config *layer,
                      size_t d)
{
    static const float zero = 0;
    const struct tensor *tensor =
        export_tensor(reading->onnx->params, layer, (int)d, "bias");
    const Onnx__TensorProto *found = onnx_find(reading, layer->name, "B");
    bool two = tensor->n_dims == 2;
    size_t width = two ? tensor->shape[1] : tensor->shape[0];
    if (!onnx_has_floats(found, (size_t)layer_directions(layer) * 2 * width))
        return false;

    const float *bias = reading->onnx->weights + tensor->offset;
    for (size_t j = 0; j < width; j++) {
        size_t at = 2 * d * width + row_of(layer, j);
        if (!onnx_same(found, at, bias + j) ||
            !onnx_same(found, at + width, two ? bias + width + j : &zero))
            return false;
    }
    reading->n_compared += tensor->size;
    return true;
}

static bool is_there(struct onnx_reading *reading, const struct layer_config *layer)
{
    for (size_t d = 0; d < (size_t)layer_directions(layer); d++)
        if (!same_kernel(reading, layer, d, "kernel", "W") ||
            !same_kernel(reading, layer, d, "recurrent_kernel", "R") ||
            !same_bias(reading, layer, d))
            return false;
    return true;
}

const struct onnx_kind onnx_recurrent = {add, is_there};
