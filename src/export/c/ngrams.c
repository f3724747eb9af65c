/* N-grams instead of ids: what is looked up, and the sums of weights. */
#include "export/c/kind.h"

#include <stdlib.h>

#include "export/c/packed.h"

/* Tables of the forest: what ngrams.c of the templates calls them. */
struct table {
    const char *name, *comment;
    const uint32_t *numbers;
    size_t n;
    uint32_t most;
};

enum { TABLES = 3 };

static void list_tables(const struct c_forest *forest, struct table tables[TABLES])
{
    uint32_t n_nodes = (uint32_t)forest->n_nodes;

    tables[0] = (struct table){"numbers", "Of each n-gram its place among the weights.",
                               forest->number, forest->n_nodes, n_nodes};
    tables[1] = (struct table){"last_words", "The last of its words.", forest->word,
                               forest->n_nodes, (uint32_t)forest->n_words};
    tables[2] = (struct table){"children_begin",
                               "Where those that begin with it stand, by their words.",
                               forest->begin, forest->n_parents + 1, n_nodes};
}

void c_write_ngram_constants(FILE *out, const struct c_export *export)
{
    c_write_constant(out, "PACKED", C_PACKED, "numbers in a row of digits");
    c_write_constant(out, "LONGEST", (size_t) export->forest.longest,
                     "words of an n-gram");
    c_write_constant(out, "N_PARENTS", export->forest.n_parents, "may have longer ones");
}

void c_declare_ngrams(FILE *out, const struct c_export *export)
{
    struct table tables[TABLES];
    list_tables(&export->forest, tables);
    for (int i = 0; i < TABLES; i++)
        c_declare_packed(out, tables[i].name, tables[i].n, tables[i].most);
}

void c_write_ngrams(FILE *out, const struct c_export *export)
{
    struct table tables[TABLES];
    list_tables(&export->forest, tables);
    for (int i = 0; i < TABLES; i++) {
        fprintf(out, "\n/* %s */\n", tables[i].comment);
        c_write_packed(out, tables[i].name, tables[i].n, tables[i].most, c_packed_integer,
                       tables[i].numbers);
    }
}

static void describe(FILE *out, const struct c_member *member,
                     const struct layer_config *layer)
{
    const struct c_forest *forest = &member->export->forest;
    (void)layer;
    fprintf(out, "n-grams of 1 to %d words, %zu of them%s", forest->longest,
            forest->n_nodes, c_has_idf(member) ? ", tf-idf" : "");
}

static void call(FILE *out, const struct c_place *place)
{
    char *kernel = c_weights_name(place, 0, "kernel");
    char *idf = c_weights_name(place, 0, "idf");
    char *length = c_has_idf(place->member) ? xasprintf("find_length(work, &%s)", idf)
                                            : xstrdup("1");

    fprintf(out, "    add_ngrams(work, &%s, %s, %d, %s);\n", kernel, length,
            place->out.width, place->y);
    free(kernel);
    free(idf);
    free(length);
}

extern const char c_template_ngrams_c[];
static const char *const templates[] = {c_template_ngrams_c, NULL};

const struct c_kind c_ngrams = {
    .functions = templates, .describe = describe, .call = call};
