/* The chain of layers as functions and as the list of their calls. */
#include "export/c/curves.h"

#include <stdlib.h>

#define C_KIND(NAME, stem) [LAYER_##NAME] = &c_##stem,
const struct c_kind *const c_kinds[] = {LAYER_KIND_LIST(C_KIND)};
#undef C_KIND
_Static_assert(COUNT_OF(c_kinds) == LAYER_KINDS, "a kind of layer is not written");

static const struct c_kind *kind_of(const struct layer_config *layer)
{
    return c_kinds[layer->kind];
}

char *c_layer_name(const struct layer_config *layer, int direction)
{
    if (layer->kind != LAYER_RECURRENT || !layer->recurrent.bidirectional)
        return xstrdup(layer->name);
    return xasprintf("%s_%s", layer->name, direction ? "backward" : "forward");
}

/* Numbers that the layer's values are at most. */
static size_t n_values(struct outline outline)
{
    return (size_t)(outline.length ? outline.length : 1) * (size_t)outline.width;
}

static size_t most_values(const struct chain_config *chain)
{
    size_t most = 0;
    for (int i = 0; i < chain->n_layers; i++) {
        size_t n = n_values(chain_outline(chain, i));
        most = n > most ? n : most;
    }
    return most;
}

static size_t most_state(const struct chain_config *chain)
{
    size_t most = 0;
    for (int i = 0; i < chain->n_layers; i++) {
        const struct layer_config *layer = &chain->layer[i];
        size_t n = kind_of(layer)->state ? kind_of(layer)->state(layer) : 0;
        most = n > most ? n : most;
    }
    return most;
}

void c_network_parts(const struct c_export *export, struct c_parts *parts)
{
    const struct chain_config *chain = export->chain;
    c_part(parts, "IDS", !c_reads_ngrams(export));
    c_part(parts, "NGRAMS", c_reads_ngrams(export));
    c_part(parts, "IDF", c_has_idf(export));
    c_part(parts, "MASK", chain_uses_mask(chain));
    c_part(parts, "STATE", most_state(chain) > 0);
    c_curve_parts(chain, parts);

    for (int i = 0; i < chain->n_layers; i++) {
        const struct layer_config *layer = &chain->layer[i];
        if (kind_of(layer)->parts)
            kind_of(layer)->parts(layer, parts);
    }
}

void c_write_network_constants(FILE *out, const struct c_export *export)
{
    const struct chain_config *chain = export->chain;
    if (c_reads_ngrams(export)) {
        c_write_ngram_constants(out, export);
    } else {
        c_write_constant(out, "VOCABULARY", (size_t)chain->vocabulary,
                         "ids; 0 is the pad");
        c_write_constant(out, "LENGTH", (size_t)chain->length,
                         "ids that the model reads");
    }
    c_write_constant(out, "VALUES", most_values(chain), "most that a layer gives");
    if (most_state(chain) > 0)
        c_write_constant(out, "STATE", most_state(chain),
                         "most that a layer keeps at work");
}

void c_describe_network(FILE *out, const struct c_export *export)
{
    const struct chain_config *chain = export->chain;
    if (!c_reads_ngrams(export))
        fprintf(out, " *   -> ids (%d)\n", chain->length);
    for (int i = 0; i < chain->n_layers; i++) {
        const struct layer_config *layer = &chain->layer[i];
        if (!kind_of(layer)->describe)
            continue;

        fputs(" *   -> ", out);
        kind_of(layer)->describe(out, export, layer);
        fputc('\n', out);
    }
}

static bool occurs(const struct chain_config *chain, enum layer_kind kind)
{
    for (int i = 0; i < chain->n_layers; i++)
        if (chain->layer[i].kind == kind)
            return true;
    return false;
}

void c_write_layers(FILE *out, const struct c_export *export)
{
    for (int kind = 0; kind < LAYER_KINDS; kind++) {
        const char *const *functions = c_kinds[kind]->functions;
        if (!occurs(export->chain, (enum layer_kind)kind))
            continue;

        for (; functions && *functions; functions++)
            c_expand(out, export, *functions);
        if (c_kinds[kind]->functions)
            fputc('\n', out); /* between the functions */
    }
}

static struct c_place place_of(const struct c_export *export, int i)
{
    struct c_place place = {.export = export,
                            .layer = &export->chain->layer[i],
                            .out = chain_outline(export->chain, i),
                            .has_mask = chain_has_mask(export->chain, i)};
    if (i > 0)
        place.in = chain_outline(export->chain, i - 1);
    return place;
}

static void write_declarations(FILE *out, const struct c_export *export)
{
    for (int i = 0; i < export->chain->n_layers; i++) {
        struct c_place place = place_of(export, i);
        if (kind_of(place.layer)->declare)
            kind_of(place.layer)->declare(out, &place);
    }
}

/* A comment that says what the layer is and which shape it gives. */
static void write_heading(FILE *out, const struct c_place *place)
{
    if (!kind_of(place->layer)->describe)
        return;

    fputs("\n    /* ", out);
    kind_of(place->layer)->describe(out, place->export, place->layer);
    if (place->out.length == place->export->chain->length)
        fprintf(out, ": (LENGTH, %d) */\n", place->out.width);
    else if (place->out.length)
        fprintf(out, ": (%d, %d) */\n", place->out.length, place->out.width);
    else
        fprintf(out, ": (%d) */\n", place->out.width);
}

/* The array that layers write turns with each that has calls. */
void c_write_forward(FILE *out, const struct c_export *export)
{
    static const char *const arrays[] = {"a", "b"};
    const char *x = "work->ids";
    int n_called = 0;

    write_declarations(out, export);
    fputs("/* The layers, each on what the one before it gave. Returns the logits. */\n"
          "static const double *find_logits(struct workspace *work)\n{\n"
          "    double *a = work->values[0], *b = work->values[1];\n",
          out);

    for (int i = 0; i < export->chain->n_layers; i++) {
        struct c_place place = place_of(export, i);
        place.x = x;
        place.y = arrays[n_called % 2];
        write_heading(out, &place);
        if (!kind_of(place.layer)->call)
            continue;

        kind_of(place.layer)->call(out, &place);
        x = place.y;
        n_called++;
    }
    fprintf(out, "\n    return %s;\n}\n", x);
}
