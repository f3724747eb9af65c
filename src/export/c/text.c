/* How texts become ids: tables of words and of Unicode, and what of the template is
 * needed. */
#include "export/c/private.h"

#include <stdlib.h>
#include <string.h>

void c_text_parts(const struct c_export *export, struct c_parts *parts)
{
    const struct text_options *text = export->text;
    c_part(parts, "TAGS", text->tags != TEXT_TAGS_KEEP);
    c_part(parts, "SPACES_FOR_TAGS", text->tags != TEXT_TAGS_REMOVE);
    c_part(parts, "REFERENCES", text->tags == TEXT_TAGS_HTML);
    c_part(parts, "STANDARD", text->standard != TEXT_STANDARD_NONE);
    c_part(parts, "STANDARD_LOWER", text->standard != TEXT_STANDARD_STRIP);
    c_part(parts, "STANDARD_STRIP", text->standard >= TEXT_STANDARD_STRIP);
    c_part(parts, "LOWER", text->lower);
    c_part(parts, "ENCODING", text->lower || text->tags == TEXT_TAGS_HTML);
    c_part(parts, "FILTERS", text->segment == TEXT_SEGMENT_SPLIT && *text->filters);
    c_part(parts, "MARKS", *export->marks);
    c_part(parts, "CHARACTERS", text->segment == TEXT_SEGMENT_CHAR);
    c_part(parts, "SPELLINGS", c_spells_words(export));
    c_part(parts, "START", export->ids.start > 0);
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

    fprintf(out, " *   text -> valid UTF-8%s%s%s%s%s -> %s\n", tags[text->tags],
            text->standard ? " -> standardized as by TextVectorization" : "",
            text->lower ? " -> lower case" : "",
            text->segment == TEXT_SEGMENT_SPLIT && *text->filters ? " -> filters" : "",
            *export->marks ? ", punctuation kept" : "",
            text->segment == TEXT_SEGMENT_CHAR ? "characters" : "words");
}

void c_make_tables(struct c_export *export)
{
    if (c_reader_of_ngrams(export))
        c_forest_make(&export->predictor->ngrams, &export->forest);
    c_make_words(export);
    export->n_mappings = text_lower_mappings(&export->mappings);
    export->n_cased = text_property_bounds(TEXT_CASED, &export->cased);
    export->n_case_ignorable =
        text_property_bounds(TEXT_CASE_IGNORABLE, &export->case_ignorable);
    export->n_references = text_references(&export->references);
}

void c_release_tables(struct c_export *export)
{
    c_release_words(export);
    c_forest_release(&export->forest);
    free(export->mappings);
    free(export->cased);
    free(export->case_ignorable);
    free(export->references);
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
    c_write_word_constants(out, export);
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
    if (*export->marks) {
        fputs("static const char marks[] = ", out);
        c_write_literal(out, export->marks);
        fputs("; /* filters that n-grams have as words */\n", out);
    }
}

void c_write_table_declarations(FILE *out, const struct c_export *export)
{
    c_declare_words(out, export);
    if (export->text->lower)
        fputs("static const struct mapping mappings[N_MAPPINGS];\n"
              "static const uint32_t cased[N_CASED], case_ignorable[N_CASE_IGNORABLE];\n",
              out);
    if (export->text->tags == TEXT_TAGS_HTML)
        fputs("static const struct reference references[N_REFERENCES];\n", out);
    if (c_reader_of_ngrams(export))
        c_declare_ngrams(out, export);
}

void c_write_tables(FILE *out, const struct c_export *export)
{
    c_write_words(out, export);
    if (export->text->tags == TEXT_TAGS_HTML)
        write_references(out, export);
    if (export->text->lower)
        write_lower_case(out, export);
    if (c_reader_of_ngrams(export))
        c_write_ngrams(out, export);
}
