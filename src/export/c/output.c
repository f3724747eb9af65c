#include "export/c/kind.h"

#include <stdlib.h>

static const struct {
    const char *part, *activation;
} losses[] = {
    [LOSS_BINARY] = {"BINARY", "sigmoid"},
    [LOSS_CATEGORICAL] = {"CATEGORICAL", "softmax"},
    [LOSS_MULTI_LABEL] = {"MULTI_LABEL", "sigmoid"},
    [LOSS_SIGMOIDS] = {"SIGMOIDS", "sigmoid"},
};
_Static_assert(COUNT_OF(losses) == LOSS_KINDS, "a loss has no activation");

static void parts(const struct layer_config *layer, struct c_parts *parts)
{
    enum loss loss = layer->output.loss;

    for (int i = 0; i < LOSS_KINDS; i++)
        c_part(parts, losses[i].part, loss == (enum loss)i);
    c_part(parts, "EACH", loss == LOSS_MULTI_LABEL || loss == LOSS_SIGMOIDS);
}

static void describe(FILE *out, const struct c_member *member,
                     const struct layer_config *layer)
{
    const char *activation = losses[layer->output.loss].activation;

    if (chain_is_linear(member->chain))
        fprintf(out, "sums of their weights, biases (%d), %s", layer->output.units,
                activation);
    else
        fprintf(out, "Dense(%d, %s)", layer->output.units, activation);
}

static void call_biases(FILE *out, const struct c_place *place)
{
    char *bias = c_weights_name(place, 0, "bias");

    fprintf(out, "    add_biases(%s, %s, %d, %s);\n", place->x, bias, place->out.width,
            place->y);
    free(bias);
}

static void call(FILE *out, const struct c_place *place)
{
    if (chain_is_linear(place->member->chain))
        call_biases(out, place);
    else
        c_call_product(out, place, "weigh");
}

extern const char c_template_output_c[];
static const char *const templates[] = {c_template_output_c, NULL};

const struct c_kind c_output = {
    .functions = templates, .parts = parts, .describe = describe, .call = call};
