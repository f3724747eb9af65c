#include "export/c/kind.h"

static const struct {
    const char *part, *class_name, *function;
    bool asks_for_words; /* under a mask it leaves pads out */
} poolings[] = {
    [POOLING_MAX] = {"MAX", "GlobalMaxPooling1D", "take_largest", false},
    [POOLING_MEAN] = {"MEAN", "GlobalAveragePooling1D", "take_mean", true},
};
_Static_assert(COUNT_OF(poolings) == POOLING_KINDS, "a pooling has no function");

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
    enum pooling how = place->layer->pooling.how;
    bool takes_ids = poolings[how].asks_for_words && place->export->chain->mask;
    fprintf(out, "    %s(%s, %d, %s%s);\n", poolings[how].function, place->x,
            place->in.width, takes_ids ? "work->ids, " : "", place->y);
}

const struct c_kind c_pooling = {.functions = c_template_pooling_c,
                                 .parts = parts,
                                 .describe = describe,
                                 .call = call};
