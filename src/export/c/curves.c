#include "export/c/curves.h"

/* The part of the template, and the function in it. */
static const struct {
    const char *part, *function;
} curves[] = {
#define CURVE(NAME, stem) [ACTIVATION_##NAME] = {"CURVE_" #NAME, #stem "_curve"},
    ACTIVATION_LIST(CURVE)
#undef CURVE
};

/* A Dense with bias and relu has a function of its own. */
static bool has_curve(const struct layer_config *layer, enum activation how)
{
    if (layer->kind == LAYER_ACTIVATION)
        return layer->activation.how == how;
    if (layer->kind == LAYER_CONV)
        return layer->conv.activation == how && how != ACTIVATION_LINEAR;
    return layer->kind == LAYER_DENSE && layer->dense.activation == how &&
           (how != ACTIVATION_RELU || layer->dense.no_bias) && how != ACTIVATION_LINEAR;
}

void c_curve_parts(const struct chain_config *chain, struct c_parts *parts)
{
    for (int how = 0; how < ACTIVATION_KINDS; how++)
        for (int i = 0; i < chain->n_layers; i++) {
            bool is_needed = has_curve(&chain->layer[i], (enum activation)how);
            c_part(parts, curves[how].part, is_needed);
            c_part(parts, "CURVES", is_needed);
        }
}

void c_call_curve(FILE *out, enum activation how, double alpha, const char *x, size_t n,
                  const char *y)
{
    fprintf(out, "    apply(%s, %.17g, %s, %zu, %s);\n", curves[how].function,
            activation_alpha(how, alpha), x, n, y);
}
