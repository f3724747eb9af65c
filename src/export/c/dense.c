#include "export/c/kind.h"

#include <stdlib.h>

void c_call_product(FILE *out, const struct c_place *place, const char *function)
{
    const struct params *params = place->export->params;
    char *kernel = c_tensor_name(export_tensor(params, place->layer, 0, "kernel"));
    char *bias = c_tensor_name(export_tensor(params, place->layer, 0, "bias"));
    fprintf(out, "    %s(%s, %d, %s, %s, %d, %s);\n", function, place->x, place->in.width,
            kernel, bias, place->out.width, place->y);
    free(kernel);
    free(bias);
}

static void describe(FILE *out, const struct c_export *export,
                     const struct layer_config *layer)
{
    (void)export;
    fprintf(out, "Dense(%d, relu)", layer->dense.units);
}

static void call(FILE *out, const struct c_place *place)
{
    c_call_product(out, place, "weigh_relu");
}

extern const char c_template_dense_c[];
static const char *const templates[] = {c_template_dense_c, NULL};

const struct c_kind c_dense = {
    .functions = templates, .describe = describe, .call = call};
