#include "export/c/normalization.h"

static void describe(FILE *out, const struct c_member *member,
                     const struct layer_config *layer)
{
    (void)member;
    (void)layer;
    fputs("LayerNormalization", out);
}

static void call(FILE *out, const struct c_place *place)
{
    fprintf(out, "    normalize(%s, %d, %d, ", place->x,
            place->in.length ? place->in.length : 1, place->in.width);
    c_write_normalization(out, place);
    fprintf(out, ", %s);\n", place->y);
}

extern const char c_template_layer_normalization_c[];
static const char *const templates[] = {c_template_layer_normalization_c, NULL};

const struct c_kind c_layer_normalization = {
    .functions = templates, .describe = describe, .call = call};
