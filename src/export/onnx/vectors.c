/* What is computed of each vector by itself: activations, and layers of one vector that
 * stand on sequences. */
#include "export/onnx/kind.h"

#include <stdlib.h>
#include <string.h>

static const char *add_elu(struct onnx *onnx, const char *kind, double alpha,
                           const char *x)
{
    Onnx__NodeProto *node = onnx_add_node(onnx, kind, "curved", x, NULL);

    onnx_set_float(node, "alpha", (float)alpha);
    return node->output[0];
}

/* x Phi(x) = x (1 + erf(x / sqrt(2))) / 2 */
static const char *add_gelu(struct onnx *onnx, const char *x)
{
    const char *root = onnx_add_number(onnx, "root_half", 0.70710678118654752440);
    const char *one = onnx_add_number(onnx, "one", 1);
    const char *half = onnx_add_number(onnx, "half", 0.5);
    const char *erf =
        onnx_value(onnx, "Erf", "erf", onnx_value(onnx, "Mul", "z", x, root, NULL), NULL);
    const char *twice = onnx_value(onnx, "Add", "twice_integral", erf, one, NULL);

    return onnx_value(onnx, "Mul", "curved", x,
                      onnx_value(onnx, "Mul", "integral", twice, half, NULL), NULL);
}

static const char *add_share(struct onnx *onnx, const char *x, const char *of)
{
    return onnx_value(onnx, "Mul", "curved", x,
                      onnx_value(onnx, "Sigmoid", "share", of, NULL), NULL);
}

/* x sigmoid(2 sqrt(2 / pi) x (1 + 0.044715 x^2)) */
static const char *add_gelu_tanh(struct onnx *onnx, const char *x)
{
    const char *cubic = onnx_add_number(onnx, "cubic", 0.044715);
    const char *one = onnx_add_number(onnx, "one", 1);
    const char *factor = onnx_add_number(onnx, "factor", 1.5957691216057307117);
    const char *square = onnx_value(onnx, "Mul", "square", x, x, NULL);

    square = onnx_value(onnx, "Mul", "cubic_square", square, cubic, NULL);
    square = onnx_value(onnx, "Add", "slope", square, one, NULL);
    square = onnx_value(onnx, "Mul", "factors", square, factor, NULL);
    return add_share(onnx, x, onnx_value(onnx, "Mul", "u", x, square, NULL));
}

const char *onnx_add_activation(struct onnx *onnx, enum activation how, double alpha,
                                const char *x)
{
    static const char *const kinds[ACTIVATION_KINDS] = {
        [ACTIVATION_RELU] = "Relu",         [ACTIVATION_TANH] = "Tanh",
        [ACTIVATION_SIGMOID] = "Sigmoid",   [ACTIVATION_ELU] = "Elu",
        [ACTIVATION_SELU] = "Selu",         [ACTIVATION_SOFTPLUS] = "Softplus",
        [ACTIVATION_SOFTSIGN] = "Softsign", [ACTIVATION_LEAKY_RELU] = "LeakyRelu",
        [ACTIVATION_EXPONENTIAL] = "Exp",
    };

    if (how == ACTIVATION_LINEAR)
        return x;
    if (how == ACTIVATION_GELU)
        return add_gelu(onnx, x);
    if (how == ACTIVATION_GELU_TANH)
        return add_gelu_tanh(onnx, x);
    if (how == ACTIVATION_SWISH)
        return add_share(onnx, x, x);
    if (how == ACTIVATION_ELU || how == ACTIVATION_LEAKY_RELU)
        return add_elu(onnx, kinds[how], activation_alpha(how, alpha), x);
    return onnx_value(onnx, kinds[how], "outputs", x, NULL);
}

const char *onnx_name_of(struct onnx *onnx, const struct layer_config *layer,
                         const char *name)
{
    char *full = xasprintf("%s/%s", layer->name, name);
    const char *found = NULL;

    for (size_t i = 0; i < onnx->graph->n_initializer; i++)
        if (!strcmp(onnx->graph->initializer[i]->name, full))
            found = onnx->graph->initializer[i]->name;
    free(full);
    if (!found)
        die("layer %s has no %s", layer->name, name);
    return found;
}

void onnx_map_vectors(struct onnx *onnx, const struct layer_config *layer,
                      struct onnx_value *value, onnx_map *map)
{
    int width = value->outline.width;

    if (value->outline.length == 0) {
        value->rows = map(onnx, layer, value->rows);
        return;
    }

    const char *scope = onnx->scope, *rows = value->rows;
    char *second = xasprintf("%s/by_row", layer->name);
    value->steps = map(onnx, layer, value->steps);
    onnx->scope = second;
    if (value->outputs)
        rows = onnx_reshape(onnx, "inputs", onnx_add_rows(onnx, value, false), 3,
                            (int64_t[]){0, 0, width});
    value->rows = map(onnx, layer, rows);
    value->outputs = NULL;
    onnx->scope = scope;
    free(second);
}
