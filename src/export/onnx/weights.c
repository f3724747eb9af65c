#include "export/onnx/private.h"

#include <string.h>

/* Keras's gates in ONNX's order: LSTM i, o, f, c of i, f, c, o; GRU z, r, h in both. */
static const int lstm_gates[] = {0, 3, 1, 2};
static const int gru_gates[] = {0, 1, 2};

/* (rows, G H) of Keras -> (G H, rows), gates in ONNX's order. */
static void transpose(const struct onnx *onnx, int units, const float *from, int rows,
                      float *to)
{
    const int *gates = onnx->config->cell == CELL_LSTM ? lstm_gates : gru_gates;
    size_t width = (size_t)model_gates(onnx->config) * (size_t)units;
    for (int g = 0; g < model_gates(onnx->config); g++)
        for (int u = 0; u < units; u++)
            for (int row = 0; row < rows; row++)
                *to++ = from[(size_t)row * width + (size_t)(gates[g] * units + u)];
}

void onnx_add_recurrent_weights(struct onnx *onnx, int i)
{
    int directions = model_directions(onnx->config), units = onnx->config->units[i];
    int inputs = i ? onnx_width(onnx, i - 1) : onnx->config->embedding;
    int width = model_gates(onnx->config) * units;
    float *w = onnx_add_floats(onnx, "W", 3, (int64_t[]){directions, width, inputs});
    float *r = onnx_add_floats(onnx, "R", 3, (int64_t[]){directions, width, units});
    float *b = onnx_add_floats(onnx, "B", 2, (int64_t[]){directions, 2 * width});
    for (int d = 0; d < directions; d++) {
        const struct tensor *tensors =
            onnx->params->tensors + onnx_recurrent_tensor(onnx, i, d);
        const float *bias = onnx->weights + tensors[2].offset;
        size_t before = (size_t)d * (size_t)width;
        transpose(onnx, units, onnx->weights + tensors[0].offset, inputs,
                  w + before * (size_t)inputs);
        transpose(onnx, units, onnx->weights + tensors[1].offset, units,
                  r + before * (size_t)units);
        transpose(onnx, units, bias, 1, b + 2 * before);
        if (tensors[2].n_dims == 2) /* of reset_after; else zeros */
            transpose(onnx, units, bias + width, 1, b + 2 * before + width);
    }
}

const char *onnx_add_tensor(struct onnx *onnx, int t)
{
    const struct tensor *tensor = &onnx->params->tensors[t];
    int64_t dims[] = {(int64_t)tensor->shape[0], (int64_t)tensor->shape[1]};
    float *values = onnx_add_floats(onnx, tensor->name, (size_t)tensor->n_dims, dims);
    memcpy(values, onnx->weights + tensor->offset, tensor->size * sizeof *values);
    return onnx->graph->initializer[onnx->graph->n_initializer - 1]->name;
}
