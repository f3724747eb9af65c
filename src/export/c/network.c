/* The chain of layers as functions and as the list of their calls. */
#include "export/c/curves.h"

#include <stdlib.h>

#define C_KIND(NAME, stem) [LAYER_##NAME] = &c_##stem,
const struct c_kind *const c_kinds[] = {LAYER_KIND_LIST(C_KIND)};
#undef C_KIND
_Static_assert(COUNT_OF(c_kinds) == LAYER_KINDS, "a kind of layer is not written");

static bool is_bidirectional(const struct layer_config *layer)
{
    return layer->kind == LAYER_RECURRENT && layer->recurrent.bidirectional;
}

static const struct c_kind *kind_of(const struct layer_config *layer)
{
    return c_kinds[layer->kind];
}

char *c_layer_name(const struct c_member *member, const struct layer_config *layer,
                   int direction)
{
    const char *side = !is_bidirectional(layer) ? ""
                       : direction              ? "_backward"
                                                : "_forward";
    return xasprintf("%s%s%s", member->prefix, layer->name, side);
}

const struct c_member *c_reader_of_ids(const struct c_export *export)
{
    for (int i = 0; i < export->n_members; i++)
        if (!chain_is_linear(export->members[i].chain))
            return &export->members[i];
    return NULL;
}

const struct c_member *c_reader_of_ngrams(const struct c_export *export)
{
    for (int i = 0; i < export->n_members; i++)
        if (chain_is_linear(export->members[i].chain))
            return &export->members[i];
    return NULL;
}

bool c_spells_words(const struct c_export *export)
{
    return c_reader_of_ngrams(export) && export->predictor->ngrams.characters;
}

bool c_uses_mask(const struct c_export *export)
{
    for (int i = 0; i < export->n_members; i++)
        if (chain_uses_mask(export->members[i].chain))
            return true;
    return false;
}

/* Numbers that the layer's values are at most. */
static size_t n_values(struct outline outline)
{
    return (size_t)(outline.length ? outline.length : 1) * (size_t)outline.width;
}

static size_t n_state(const struct layer_config *layer)
{
    return kind_of(layer)->state ? kind_of(layer)->state(layer) : 0;
}

/* The most that a layer gives, and that it keeps while it works. */
static void find_room(const struct c_export *export, size_t *values, size_t *state)
{
    *values = *state = 0;
    for (int m = 0; m < export->n_members; m++) {
        const struct chain_config *chain = export->members[m].chain;
        for (int i = 0; i < chain->n_layers; i++) {
            size_t given = n_values(chain_outline(chain, i));
            size_t kept = n_state(&chain->layer[i]);
            *values = given > *values ? given : *values;
            *state = kept > *state ? kept : *state;
        }
    }
}

static void add_parts(const struct c_member *member, struct c_parts *parts)
{
    const struct chain_config *chain = member->chain;

    c_part(parts, "IDF", c_has_idf(member));
    c_curve_parts(chain, parts);
    for (int i = 0; i < chain->n_layers; i++) {
        const struct layer_config *layer = &chain->layer[i];
        if (kind_of(layer)->parts)
            kind_of(layer)->parts(layer, parts);
    }
}

void c_network_parts(const struct c_export *export, struct c_parts *parts)
{
    size_t values, state;
    find_room(export, &values, &state);

    c_part(parts, "IDS", export->ids.n > 0);
    c_part(parts, "NGRAMS", export->ngrams.n > 0);
    c_part(parts, "IDS_ALONE", export->ids.n > 0 && export->ngrams.n == 0);
    c_part(parts, "MASK", c_uses_mask(export));
    c_part(parts, "STATE", state > 0);
    for (int i = 0; i < export->n_members; i++)
        add_parts(&export->members[i], parts);
}

void c_write_network_constants(FILE *out, const struct c_export *export)
{
    const struct c_member *network = c_reader_of_ids(export);
    size_t values, state;
    find_room(export, &values, &state);

    if (export->ngrams.n)
        c_write_ngram_constants(out, export);
    if (network) {
        c_write_constant(out, "VOCABULARY", (size_t)network->chain->vocabulary,
                         "ids; 0 is the pad");
        c_write_constant(out, "LENGTH", (size_t)network->chain->length,
                         "ids that the model reads");
    }
    c_write_constant(out, "VALUES", values, "most that a layer gives");
    if (state > 0)
        c_write_constant(out, "STATE", state, "most that a layer keeps at work");
}

static void describe_member(FILE *out, const struct c_member *member)
{
    const struct chain_config *chain = member->chain;
    int number = (int)(member - member->export->members);

    if (member->export->rule)
        fprintf(out, " *   member %d:\n", number);

    if (!chain_is_linear(chain))
        fprintf(out, " *   -> ids (%d)\n", chain->length);
    for (int i = 0; i < chain->n_layers; i++) {
        const struct layer_config *layer = &chain->layer[i];
        if (!kind_of(layer)->describe)
            continue;

        fputs(" *   -> ", out);
        kind_of(layer)->describe(out, member, layer);
        fputc('\n', out);
    }
}

void c_describe_network(FILE *out, const struct c_export *export)
{
    for (int i = 0; i < export->n_members; i++)
        describe_member(out, &export->members[i]);
}

static bool occurs(const struct c_export *export, enum layer_kind kind)
{
    for (int m = 0; m < export->n_members; m++) {
        const struct chain_config *chain = export->members[m].chain;
        for (int i = 0; i < chain->n_layers; i++)
            if (chain->layer[i].kind == kind)
                return true;
    }
    return false;
}

void c_write_layers(FILE *out, const struct c_export *export)
{
    for (int kind = 0; kind < LAYER_KINDS; kind++) {
        const char *const *functions = c_kinds[kind]->functions;
        if (!occurs(export, (enum layer_kind)kind))
            continue;

        for (; functions && *functions; functions++)
            c_expand(out, export, *functions);
        if (c_kinds[kind]->functions)
            fputc('\n', out); /* between the functions */
    }
}

static struct c_place place_of(const struct c_member *member, int i)
{
    struct c_place place = {.member = member,
                            .layer = &member->chain->layer[i],
                            .out = chain_outline(member->chain, i),
                            .has_mask = chain_has_mask(member->chain, i)};
    if (i > 0)
        place.in = chain_outline(member->chain, i - 1);
    return place;
}

static void write_declarations(FILE *out, const struct c_member *member)
{
    for (int i = 0; i < member->chain->n_layers; i++) {
        struct c_place place = place_of(member, i);
        if (kind_of(place.layer)->declare)
            kind_of(place.layer)->declare(out, &place);
    }
}

/* A comment that says what the layer is and which shape it gives. */
static void write_heading(FILE *out, const struct c_place *place)
{
    const struct c_member *member = place->member;
    if (!kind_of(place->layer)->describe)
        return;

    fputs("\n    /* ", out);
    kind_of(place->layer)->describe(out, member, place->layer);
    if (place->out.length == member->chain->length)
        fprintf(out, ": (LENGTH, %d) */\n", place->out.width);
    else if (place->out.length)
        fprintf(out, ": (%d, %d) */\n", place->out.length, place->out.width);
    else
        fprintf(out, ": (%d) */\n", place->out.width);
}

/* The array that layers write turns with each that has calls. */
static void write_member(FILE *out, const struct c_member *member)
{
    static const char *const arrays[] = {"a", "b"};
    const char *x = "work->ids";
    int n_called = 0;

    write_declarations(out, member);
    fprintf(out,
            "/* The layers, each on what the one before it gave. Returns the logits. */\n"
            "static const double *%sfind_logits(struct workspace *work)\n{\n"
            "    double *a = work->values[0], *b = work->values[1];\n",
            member->prefix);

    for (int i = 0; i < member->chain->n_layers; i++) {
        struct c_place place = place_of(member, i);
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

void c_write_forward(FILE *out, const struct c_export *export)
{
    for (int i = 0; i < export->n_members; i++) {
        fputs(i ? "\n" : "", out);
        write_member(out, &export->members[i]);
    }
}
