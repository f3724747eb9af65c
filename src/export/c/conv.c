#include "export/c/curves.h"

#include <stdlib.h>

#include "layers/windows.h"

static const char *const activations[] = {ACTIVATION_LIST(ACTIVATION_NAME)};

static void describe(FILE *out, const struct c_member *member,
                     const struct layer_config *layer)
{
    (void)member;
    fprintf(out, "Conv1D(%d, %d, %s, %s)", layer->conv.filters, layer->conv.kernel_size,
            window_padding_names[layer->conv.padding],
            activations[layer->conv.activation]);
}

static void declare(FILE *out, const struct c_place *place)
{
    const struct layer_config *layer = place->layer;
    struct windows windows = windows_of(place->in.length, layer->conv.kernel_size,
                                        layer->conv.strides, layer->conv.padding);
    char *kernel = c_weights_name(place, 0, "kernel");
    char *bias = layer->conv.no_bias ? xstrdup("NULL") : c_weights_name(place, 0, "bias");

    fprintf(out,
            "static const struct convolution %s = {\n"
            "    %d, %d, %d, %d, %d, %d, %d, %s, %s};\n\n",
            layer->name, place->in.length, place->in.width, windows.n,
            layer->conv.filters, windows.size, windows.strides, windows.left, kernel,
            bias);
    free(kernel);
    free(bias);
}

static void call(FILE *out, const struct c_place *place)
{
    enum activation how = place->layer->conv.activation;
    size_t n = (size_t)place->out.length * (size_t)place->out.width;

    fprintf(out, "    convolve(&%s, %s, %s);\n", place->layer->name, place->x, place->y);
    if (how != ACTIVATION_LINEAR)
        c_call_curve(out, how, 0, place->y, n, place->y);
}

extern const char c_template_conv_c[];
static const char *const templates[] = {c_template_conv_c, NULL};

const struct c_kind c_conv = {
    .functions = templates, .describe = describe, .declare = declare, .call = call};
