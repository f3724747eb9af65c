#include "export/c/normalization.h"

#include <stdlib.h>

static void describe(FILE *out, const struct c_member *member,
                     const struct layer_config *layer)
{
    (void)member;
    (void)layer;
    fputs("BatchNormalization", out);
}

static void call(FILE *out, const struct c_place *place)
{
    char *mean = c_weights_name(place, 0, "moving_mean");
    char *variance = c_weights_name(place, 0, "moving_variance");

    fprintf(out, "    scale(%s, %d, %d, %s, %s,\n          ", place->x,
            place->in.length ? place->in.length : 1, place->in.width, mean, variance);
    c_write_normalization(out, place);
    fprintf(out, ", %s);\n", place->y);
    free(mean);
    free(variance);
}

extern const char c_template_batch_normalization_c[];
static const char *const templates[] = {c_template_batch_normalization_c, NULL};

const struct c_kind c_batch_normalization = {
    .functions = templates, .describe = describe, .call = call};
