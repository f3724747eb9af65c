#include "export/c/kind.h"

#define POOLING_TEMPLATE(NAME, stem, class_name, snake)                                  \
    extern const char c_template_pooling_##stem##_c[];
POOLING_LIST(POOLING_TEMPLATE)
#undef POOLING_TEMPLATE

/* Each has a template of its own, as pooling_max.c, with a part and a function of its
 * name. */
static const struct {
    const char *part, *class_name, *function;
} poolings[] = {
#define POOLING_ROW(NAME, stem, class_name, snake)                                       \
    [POOLING_##NAME] = {#NAME, #class_name, "take_" #stem},
    POOLING_LIST(POOLING_ROW)
#undef POOLING_ROW
};

static const char *const templates[] = {
#define POOLING_ROW(NAME, stem, class_name, snake) c_template_pooling_##stem##_c,
    POOLING_LIST(POOLING_ROW)
#undef POOLING_ROW
        NULL};

static void parts(const struct layer_config *layer, struct c_parts *parts)
{
    for (int i = 0; i < POOLING_KINDS; i++)
        c_part(parts, poolings[i].part, layer->pooling.how == (enum pooling)i);
}

static void describe(FILE *out, const struct c_export *export,
                     const struct layer_config *layer)
{
    (void)export;
    fputs(poolings[layer->pooling.how].class_name, out);
}

static void call(FILE *out, const struct c_place *place)
{
    /* Under a mask a pooling may leave pads out, which the ids tell. */
    fprintf(out, "    %s(%s, %d, %s%s);\n", poolings[place->layer->pooling.how].function,
            place->x, place->in.width, place->export->chain->mask ? "work->ids, " : "",
            place->y);
}

const struct c_kind c_pooling = {
    .functions = templates, .parts = parts, .describe = describe, .call = call};
