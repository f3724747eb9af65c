#include "export/c/kind.h"

#include <stdlib.h>

#define POOLING_TEMPLATE(NAME, stem, class_name, snake)                                  \
    extern const char c_template_pooling_##stem##_c[];
POOLING_LIST(POOLING_TEMPLATE)
#undef POOLING_TEMPLATE
extern const char c_template_pooling_last_c[], c_template_pooling_attention_c[];

/* Each has a template of its own, as pooling_max.c, with a part of its name. All
 * positions side by side are a copy. */
static const struct {
    const char *part, *description;
} poolings[] = {
#define POOLING_ROW(NAME, stem, class_name, snake)                                       \
    [POOLING_##NAME] = {#NAME, #class_name},
    POOLING_LIST(POOLING_ROW)
#undef POOLING_ROW
        [POOLING_FLATTEN] = {NULL, "Flatten"},
    [POOLING_LAST] = {"LAST", "the last output"},
    [POOLING_ATTENTION] = {"ATTENTION", "additive attention"},
};
_Static_assert(COUNT_OF(poolings) == POOLING_WAYS, "a pooling is not written");

static const char *const templates[] = {
#define POOLING_ROW(NAME, stem, class_name, snake) c_template_pooling_##stem##_c,
    POOLING_LIST(POOLING_ROW)
#undef POOLING_ROW
        c_template_pooling_last_c,
    c_template_pooling_attention_c, NULL};

static void parts(const struct layer_config *layer, struct c_parts *parts)
{
    for (int how = 0; how < POOLING_WAYS; how++)
        for (int k = 0; k < layer_poolings(layer) && poolings[how].part; k++)
            c_part(parts, poolings[how].part,
                   layer_pooling(layer, k) == (enum pooling)how);
}

static void describe(FILE *out, const struct c_member *member,
                     const struct layer_config *layer)
{
    (void)member;
    for (int k = 0; k < layer_poolings(layer); k++)
        fprintf(out, "%s%s", k ? " beside " : "",
                poolings[layer_pooling(layer, k)].description);
}

/* Columns of a recurrent layer's direction that ends at the last step. */
static int forward_columns(const struct c_place *place)
{
    const struct layer_config *below = place->layer - 1;

    return place->in.width / layer_directions(below);
}

/* What its scores are made of, as a literal of the template's struct; the caller's. */
static char *attention_of(const struct c_place *place)
{
    const struct params *params = place->member->params;
    const struct layer_config hidden =
        layer_attention_part(place->layer, ATTENTION_HIDDEN);
    const struct tensor *kernel = export_tensor(params, &hidden, 0, "kernel");
    char *name[] = {
        c_tensor_name(place->member, kernel), c_tensor_name(place->member, kernel + 1),
        c_tensor_name(place->member, kernel + 2)}; /* bias and v stand behind it */
    char *text = xasprintf("&(const struct attention){%s, %s, %s, %d}", name[0], name[1],
                           name[2], place->layer->pooling.units);

    for (size_t i = 0; i < COUNT_OF(name); i++)
        free(name[i]);
    return text;
}

static void call_attention(FILE *out, const struct c_place *place, const char *ids,
                           const char *y)
{
    char *attention = attention_of(place);

    fprintf(out,
            "    take_attention(%s, %d, %d,\n                   %s,\n"
            "                   %swork->state, %s);\n",
            place->x, place->in.length, place->in.width, attention, ids, y);
    free(attention);
}

/* Numbers of the hidden layer. */
static size_t state(const struct layer_config *layer)
{
    return layer_attends(layer) ? (size_t)layer->pooling.units : 0;
}

/* One of the poolings, from number `first` of the layer's array on; under a mask it may
 * leave pads out, which the ids tell. Returns how many numbers it gives. */
static int call_side(FILE *out, const struct c_place *place, enum pooling how, int first)
{
    const struct outline in = place->in;
    const char *ids = place->has_mask                      ? "work->ids, "
                      : c_uses_mask(place->member->export) ? "NULL, "
                                                           : "";
    char *y = first ? xasprintf("%s + %d", place->y, first) : xstrdup(place->y);

    switch (how) {
    case POOLING_MAX:
        fprintf(out, "    take_max(%s, %d, %d, %s);\n", place->x, in.length, in.width, y);
        break;
    case POOLING_MEAN:
        fprintf(out, "    take_mean(%s, %d, %d, %s%s);\n", place->x, in.length, in.width,
                ids, y);
        break;
    case POOLING_LAST:
        fprintf(out, "    take_last(%s, %d, %d, %d, %s%s);\n", place->x, in.length,
                in.width, forward_columns(place), ids, y);
        break;
    case POOLING_FLATTEN:
        fprintf(out, "    memcpy(%s, %s, %d * sizeof(double));\n", y, place->x,
                in.length * in.width);
        break;
    case POOLING_ATTENTION:
        call_attention(out, place, ids, y);
        break;
    case POOLING_WAYS:
        break;
    }
    free(y);
    return how == POOLING_FLATTEN ? in.length * in.width : in.width;
}

static void call(FILE *out, const struct c_place *place)
{
    int first = 0;

    for (int k = 0; k < layer_poolings(place->layer); k++)
        first += call_side(out, place, layer_pooling(place->layer, k), first);
}

const struct c_kind c_pooling = {.functions = templates,
                                 .parts = parts,
                                 .describe = describe,
                                 .state = state,
                                 .call = call};
