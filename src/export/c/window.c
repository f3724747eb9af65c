#include "export/c/kind.h"

#include "layers/windows.h"

static void describe(FILE *out, const struct c_member *member,
                     const struct layer_config *layer)
{
    (void)member;
    fprintf(out, "%s(%d, %d, %s)",
            layer->window.mean ? "AveragePooling1D" : "MaxPooling1D", layer->window.size,
            layer->window.strides, window_padding_names[layer->window.padding]);
}

static void call(FILE *out, const struct c_place *place)
{
    const struct layer_config *layer = place->layer;
    struct windows windows = windows_of(place->in.length, layer->window.size,
                                        layer->window.strides, layer->window.padding);

    fprintf(out, "    take_windows(%s, %d, %d, %d, %d, %d, %d, %s, %s);\n", place->x,
            place->in.length, place->in.width, windows.size, windows.strides,
            windows.left, windows.n, layer->window.mean ? "true" : "false", place->y);
}

extern const char c_template_window_c[];
static const char *const templates[] = {c_template_window_c, NULL};

const struct c_kind c_window = {
    .functions = templates, .describe = describe, .call = call};
