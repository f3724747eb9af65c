#include "export/c/curves.h"

#include <stdlib.h>

void c_call_product(FILE *out, const struct c_place *place, const char *function)
{
    char *kernel = c_weights_name(place, 0, "kernel");
    char *bias = c_weights_name(place, 0, "bias");
    fprintf(out, "    %s(%s, %d, %s, %s, %d, %s);\n", function, place->x, place->in.width,
            kernel, bias, place->out.width, place->y);
    free(kernel);
    free(bias);
}

static const char *const names[] = {ACTIVATION_LIST(ACTIVATION_NAME)};

static bool has_relu_function(const struct layer_config *layer)
{
    return layer->dense.activation == ACTIVATION_RELU && !layer->dense.no_bias;
}

static void parts(const struct layer_config *layer, struct c_parts *parts)
{
    c_part(parts, "DENSE_RELU", has_relu_function(layer));
    c_part(parts, "DENSE_WITHOUT_BIAS", layer->dense.no_bias);
}

static void describe(FILE *out, const struct c_member *member,
                     const struct layer_config *layer)
{
    (void)member;
    fprintf(out, "Dense(%d, %s)", layer->dense.units, names[layer->dense.activation]);
}

static void call_product(FILE *out, const struct c_place *place)
{

    if (!place->layer->dense.no_bias) {
        c_call_product(out, place,
                       has_relu_function(place->layer) ? "weigh_relu" : "weigh");
        return;
    }
    char *kernel = c_weights_name(place, 0, "kernel");
    fprintf(out, "    weigh_alone(%s, %d, %s, %d, %s);\n", place->x, place->in.width,
            kernel, place->out.width, place->y);
    free(kernel);
}

/* Of each position. */
static void call_products(FILE *out, const struct c_place *place)
{
    struct c_place position = *place;
    char *x = xasprintf("%s + t * %d", place->x, place->in.width);
    char *y = xasprintf("%s + t * %d", place->y, place->out.width);

    position.x = x;
    position.y = y;
    fprintf(out, "    for (int t = 0; t < %d; t++)\n    ", place->in.length);
    call_product(out, &position);
    free(x);
    free(y);
}

static void call(FILE *out, const struct c_place *place)
{
    enum activation how = place->layer->dense.activation;
    size_t length = place->in.length ? (size_t)place->in.length : 1;

    if (place->in.length)
        call_products(out, place);
    else
        call_product(out, place);
    if (how != ACTIVATION_LINEAR && !has_relu_function(place->layer))
        c_call_curve(out, how, 0, place->y, length * (size_t)place->out.width, place->y);
}

extern const char c_template_dense_c[];
static const char *const templates[] = {c_template_dense_c, NULL};

const struct c_kind c_dense = {
    .functions = templates, .parts = parts, .describe = describe, .call = call};
