/* What the parts of export_c share: export_c.c (names, refusals, files),
 * export_c_template.c (the fixed parts and what of them a model needs), export_c_data.c
 * (constants, words, weights), export_c_check.c (built, run, compared). */
#ifndef RNNTRAIN_EXPORT_C_PRIVATE_H
#define RNNTRAIN_EXPORT_C_PRIVATE_H

#include <stdio.h>

#include "serve/predictor.h"

/* A word of the vocabulary, or a stop word, whose id is 0. */
struct c_word {
    const char *text; /* borrowed from the tokenizer */
    int id;
};

struct c_export {
    struct predictor *predictor;      /* borrowed, as are the next two */
    const struct model_config *model; /* its configuration */
    const struct text_options *text;  /* its tokenizer's */
    char *path, *header_path; /* of the source, which ends in .c, and of the header */
    char *stem;               /* of both files' names */
    char *prefix, *upper;     /* the stem as an identifier, and the same in capitals */

    /* What is looked up, set by c_make_tables; what text_lower_mappings and its like
     * give. */
    struct c_word *words; /* by their bytes, each once; at least one, which may be "" */
    struct text_mapping *mappings;
    uint32_t *cased, *case_ignorable;
    struct text_reference *references;
    size_t n_words, n_mappings, n_cased, n_case_ignorable, n_references;
    int32_t start; /* id that every text begins with; 0: none */
};

/* The templates of src/templates, as the build embeds them. */
extern const char c_template_header[], c_template_source[], c_template_text[],
    c_template_network[];

void c_make_tables(struct c_export *export);
void c_release_tables(struct c_export *export);

/* Writes a template: lines under `#if WITH_...` as the model needs them, the names
 * `model_...` with the export's prefix, and what stands for each line "insert: ...". */
void c_expand(FILE *out, const struct c_export *export, const char *text);

/* What the templates' lines "insert: ..." stand for. */
void c_write_header_about(FILE *out, const struct c_export *export);
void c_write_source_about(FILE *out, const struct c_export *export);
void c_write_classes(FILE *out, const struct c_export *export);
void c_write_constants(FILE *out, const struct c_export *export);
void c_write_declarations(FILE *out, const struct c_export *export);
void c_write_data(FILE *out, const struct c_export *export);

/* A text as a C string literal, in ASCII. */
void c_write_literal(FILE *out, const char *text);

/* Compiles the source beside the header, both as given, in a temporary folder, and
 * compares what it says on random texts with the model. `checked` as in export.h. */
int c_check(const struct c_export *export, const char *source, size_t n_source,
            const char *header, size_t n_header, char **checked) NODISCARD;

#endif
