#include "export/c/kind.h"

#include <stdlib.h>

static void describe(FILE *out, const struct c_member *member,
                     const struct layer_config *layer)
{
    const struct chain_config *chain = member->chain;
    fprintf(out, "Embedding(%d, %d)%s", chain->vocabulary, layer->embedding.width,
            chain->mask ? ", pads skipped" : "");
}

static void call(FILE *out, const struct c_place *place)
{
    char *table = c_weights_name(place, 0, "embeddings");
    fprintf(out, "    embed(%s, %d, %s, %s);\n", table, place->out.width, place->x,
            place->y);
    free(table);
}

extern const char c_template_embedding_c[];
static const char *const templates[] = {c_template_embedding_c, NULL};

const struct c_kind c_embedding = {
    .functions = templates, .describe = describe, .call = call};
