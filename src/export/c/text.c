/* How texts become ids: words, Unicode's tables, and what of the template is needed. */
#include "export/c/private.h"

#include <stdlib.h>
#include <string.h>

void c_text_parts(const struct c_export *export, struct c_parts *parts)
{
    const struct text_options *text = export->text;
    c_part(parts, "TAGS", text->tags != TEXT_TAGS_KEEP);
    c_part(parts, "SPACES_FOR_TAGS", text->tags != TEXT_TAGS_REMOVE);
    c_part(parts, "REFERENCES", text->tags == TEXT_TAGS_HTML);
    c_part(parts, "LOWER", text->lower);
    c_part(parts, "ENCODING", text->lower || text->tags == TEXT_TAGS_HTML);
    c_part(parts, "FILTERS", text->segment == TEXT_SEGMENT_SPLIT && *text->filters);
    c_part(parts, "CHARACTERS", text->segment == TEXT_SEGMENT_CHAR);
    c_part(parts, "START", export->start > 0);
    c_part(parts, "PAD_PRE", text->pad_pre);
    c_part(parts, "TRUNCATE_PRE", text->truncate_pre);
}

void c_describe_text(FILE *out, const struct c_export *export)
{
    const struct text_options *text = export->text;
    static const char *const tags[] = {
        [TEXT_TAGS_REMOVE] = " -> tags removed",
        [TEXT_TAGS_SPACE] = " -> spaces for tags",
        [TEXT_TAGS_HTML] = " -> HTML's tags and references decoded",
        [TEXT_TAGS_KEEP] = "",
    };
    _Static_assert(COUNT_OF(tags) == TEXT_TAGS_KEEP + 1, "a treatment has no words");

    fprintf(out, " *   text -> valid UTF-8%s%s%s -> %s\n", tags[text->tags],
            text->lower ? " -> lower case" : "",
            text->segment == TEXT_SEGMENT_SPLIT && *text->filters ? " -> filters" : "",
            text->segment == TEXT_SEGMENT_CHAR ? "characters" : "words");
}

/* By bytes; a stop word before a word of the vocabulary. */
static int compare_words(const void *left, const void *right)
{
    const struct c_word *a = left, *b = right;
    int order = strcmp(a->text, b->text);
    return order ? order : a->id - b->id;
}

static void make_words(struct c_export *export)
{
    const struct text_tokenizer *tokenizer = export->predictor->tokenizer;
    const struct text_options *text = export->text;
    int first = text->oov_token ? 2 : 1, limit = text->num_words;
    int last = text_n_words(tokenizer), beyond = text_beyond_id(tokenizer);
    if (!text->drops_missing)
        last = limit && limit - 1 < last ? limit - 1 : last;

    size_t n = 0;
    struct c_word *words =
        xcalloc((size_t)(last + text->n_stop_words) + 1, sizeof *words);
    for (int id = first; id <= last; id++)
        if (*text_word(tokenizer, id))
            words[n++] = (struct c_word){text_word(tokenizer, id),
                                         limit && id >= limit ? beyond : id};
    for (int i = 0; i < text->n_stop_words; i++)
        words[n++] = (struct c_word){text->stop_words[i], 0};
    if (n == 0)
        words[n++] = (struct c_word){"", 0};

    qsort(words, n, sizeof *words, compare_words);
    size_t n_kept = 1;
    for (size_t i = 1; i < n; i++)
        if (strcmp(words[i].text, words[n_kept - 1].text))
            words[n_kept++] = words[i];
    export->words = words;
    export->n_words = n_kept;
}

/* The id that a text without words has. */
static int32_t start_of(const struct text_tokenizer *tokenizer)
{
    struct text_ids ids = {0};
    text_encode(tokenizer, "", 0, &ids);
    int32_t start = ids.n ? ids.ids[0] : 0;
    text_ids_release(&ids);
    return start;
}

void c_make_tables(struct c_export *export)
{
    make_words(export);
    export->start = start_of(export->predictor->tokenizer);
    export->n_mappings = text_lower_mappings(&export->mappings);
    export->n_cased = text_property_bounds(TEXT_CASED, &export->cased);
    export->n_case_ignorable =
        text_property_bounds(TEXT_CASE_IGNORABLE, &export->case_ignorable);
    export->n_references = text_references(&export->references);
}

void c_release_tables(struct c_export *export)
{
    free(export->words);
    free(export->mappings);
    free(export->cased);
    free(export->case_ignorable);
    free(export->references);
}

static void write_words(FILE *out, const struct c_export *export)
{
    fputs("/* By their bytes. */\nstatic const struct word words[N_WORDS] = {\n", out);
    for (size_t i = 0; i < export->n_words; i++) {
        fputs("    {", out);
        c_write_literal(out, export->words[i].text);
        fprintf(out, ", %d},\n", export->words[i].id);
    }
    fputs("};\n", out);
}

static void write_references(FILE *out, const struct c_export *export)
{
    int column = 0;
    fputs("\nstatic const struct reference references[N_REFERENCES] = {\n", out);
    for (size_t i = 0; i < export->n_references; i++) {
        char item[64];
        snprintf(item, sizeof item, "{\"%s\", 0x%x}", export->references[i].name,
                 export->references[i].character);
        c_write_item(out, &column, item);
    }
    fputs("\n};\n", out);
}

static void write_mappings(FILE *out, const struct c_export *export)
{
    int column = 0;
    fputs("\nstatic const struct mapping mappings[N_MAPPINGS] = {\n", out);
    for (size_t i = 0; i < export->n_mappings; i++) {
        const struct text_mapping *mapping = &export->mappings[i];
        char item[64];
        snprintf(item, sizeof item, "{0x%x, 0x%x, %u, %d}", mapping->first, mapping->last,
                 mapping->step, mapping->distance);
        c_write_item(out, &column, item);
    }
    fputs("\n};\n", out);
}

static void write_bounds(FILE *out, const char *name, const uint32_t *bounds, size_t n)
{
    int column = 0;
    fprintf(out, "\nstatic const uint32_t %s = {\n", name);
    for (size_t i = 0; i < n; i++) {
        char item[16];
        snprintf(item, sizeof item, "0x%x", bounds[i]);
        c_write_item(out, &column, item);
    }
    fputs("\n};\n", out);
}

static void write_lower_case(FILE *out, const struct c_export *export)
{
    write_mappings(out, export);
    fputs(
        "\n/* Where runs of characters with these properties begin and end, in turns. */",
        out);
    write_bounds(out, "cased[N_CASED]", export->cased, export->n_cased);
    write_bounds(out, "case_ignorable[N_CASE_IGNORABLE]", export->case_ignorable,
                 export->n_case_ignorable);
}

void c_write_text_constants(FILE *out, const struct c_export *export)
{
    int32_t unknown = text_unknown_id(export->predictor->tokenizer);
    c_write_constant(out, "N_WORDS", export->n_words, "");
    c_write_constant(out, "UNKNOWN", (size_t)unknown,
                     unknown ? "id of other words" : "other words are left out");

    if (export->start)
        c_write_constant(out, "START", (size_t) export->start,
                         "id that begins every text");
    if (export->text->lower) {
        c_write_constant(out, "N_MAPPINGS", export->n_mappings,
                         "of Unicode's lower case");
        c_write_constant(out, "N_CASED", export->n_cased, "");
        c_write_constant(out, "N_CASE_IGNORABLE", export->n_case_ignorable, "");
    }
    if (export->text->tags == TEXT_TAGS_HTML)
        c_write_constant(out, "N_REFERENCES", export->n_references, "named characters");
}

void c_write_separators(FILE *out, const struct c_export *export)
{
    const struct text_options *text = export->text;
    if (text->segment != TEXT_SEGMENT_SPLIT)
        return;

    fputs("static const char split[] = ", out);
    c_write_literal(out, text->split);
    fputs("; /* stands between words */\n", out);
    if (*text->filters) {
        fputs("static const char filters[] = ", out);
        c_write_literal(out, text->filters);
        fputs(";\n", out);
    }
}

void c_write_table_declarations(FILE *out, const struct c_export *export)
{
    fputs("static const struct word words[N_WORDS];\n", out);
    if (export->text->lower)
        fputs("static const struct mapping mappings[N_MAPPINGS];\n"
              "static const uint32_t cased[N_CASED], case_ignorable[N_CASE_IGNORABLE];\n",
              out);
    if (export->text->tags == TEXT_TAGS_HTML)
        fputs("static const struct reference references[N_REFERENCES];\n", out);
}

void c_write_tables(FILE *out, const struct c_export *export)
{
    write_words(out, export);
    if (export->text->tags == TEXT_TAGS_HTML)
        write_references(out, export);
    if (export->text->lower)
        write_lower_case(out, export);
}
