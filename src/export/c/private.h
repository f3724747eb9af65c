/* What the parts of the C writer share: source.c (names, refusals, files), template.c
 * (the fixed parts and what of them a model needs), about.c (what the files say of
 * themselves), text.c (how texts become ids), words.c (which words have one), network.c
 * (the chains of layers), ensemble.c (what joins several), thresholds.c, kind.h and a
 * source a kind of layer, forest.h (n-grams as they are found), weights.c, packed.h (long
 * tables), write.c (literals and lists), check.c (built, run by run.c, compared on texts
 * of samples.c). */
#ifndef RNNTRAIN_EXPORT_C_PRIVATE_H
#define RNNTRAIN_EXPORT_C_PRIVATE_H

#include <stdio.h>

#include "export/c/forest.h"
#include "layers/chain.h"
#include "serve/predictor.h"

/* A word that has an id, or a stop word, whose id is 0. */
struct c_word {
    const char *text; /* borrowed from the tokenizer or the n-grams */
    int id;
};

/* The words that a text is read by: those of ids, or those of n-grams, whose ids are 1
 * for the first. */
struct c_vocabulary {
    struct c_word *words; /* (n) by their bytes, each once; at least one, may be "" */
    size_t n;
    int32_t start;   /* id that every text begins with; 0: none */
    int32_t unknown; /* id of other words; 0: they are left out */
};

/* A chain of layers: the model, or one of those whose judgements are one. */
struct c_member {
    const struct c_export *export;
    const struct chain_config *chain;
    const struct params *params; /* borrowed, as is the next */
    const float *weights;
    char prefix[24]; /* of the names of what is its own */
};

/* The names behind `#if WITH_` in templates, and whether a model needs what stands
 * there. */
struct c_parts {
    struct {
        const char *name;
        bool is_needed;
    } part[96];
    int n;
};

struct c_export {
    struct predictor *predictor; /* borrowed */
    struct c_member *members;    /* (n_members) */
    int n_members;
    const struct ensemble_config *rule; /* that joins them; NULL: there is one */
    const struct text_options *text;    /* its tokenizer's, borrowed */
    struct c_parts parts;
    char *path, *header_path; /* of the source, which ends in .c, and of the header */
    char *stem;               /* of both files' names */
    char *prefix, *upper;     /* the stem as an identifier, and the same in capitals */

    /* What is looked up, set by c_make_tables; what text_lower_mappings and its like
     * give. */
    struct c_vocabulary ids, ngrams; /* n 0: nobody reads them */
    struct text_mapping *mappings;
    uint32_t *cased, *case_ignorable;
    struct text_reference *references;
    size_t n_mappings, n_cased, n_case_ignorable, n_references;
    char *marks;            /* filters that are words of n-grams, or "" */
    struct c_forest forest; /* of n-grams */
};

/* Everything behind `text`, for a source of that path, whose name ends in .c; what stands
 * before it is given. */
void c_prepare(struct c_export *export, const char *path);
void c_release(struct c_export *export);

void c_make_tables(struct c_export *export);
void c_release_tables(struct c_export *export);

/* Sets ids, ngrams and marks. */
void c_make_words(struct c_export *export);
void c_release_words(struct c_export *export);

/* The first member that reads ids, or n-grams; NULL: none does. */
const struct c_member *c_reader_of_ids(const struct c_export *export);
const struct c_member *c_reader_of_ngrams(const struct c_export *export);

/* Whether n-grams are of words' characters too. */
bool c_spells_words(const struct c_export *export);

/* Whether a member's sums of n-grams are divided by lengths. */
bool c_has_idf(const struct c_member *member);

/* Says whether a part is needed; where it is said twice, once is enough. */
void c_part(struct c_parts *parts, const char *name, bool is_needed);
void c_text_parts(const struct c_export *export, struct c_parts *parts);
void c_network_parts(const struct c_export *export, struct c_parts *parts);

/* A file's text from its template; the caller's to free. */
char *c_file(const struct c_export *export, const char *text, size_t *n);
/* Writes a template: lines under `#if WITH_...` as the model needs them, the names
 * `model_...` with the export's prefix, and what stands for each line "insert: ...". */
void c_expand(FILE *out, const struct c_export *export, const char *text);

/* The build embeds each file of templates/ as c_template_<file>, its dot a _. */
extern const char c_template_model_c[], c_template_model_h[], c_template_text_c[],
    c_template_network_c[], c_template_curves_c[], c_template_ensemble_c[];

/* What the templates' lines "insert: ..." stand for. */
void c_write_header_about(FILE *out, const struct c_export *export);
void c_write_source_about(FILE *out, const struct c_export *export);
void c_write_classes(FILE *out, const struct c_export *export);
void c_write_labels(FILE *out, const struct c_export *export);
void c_threshold_parts(const struct c_export *export, struct c_parts *parts);
void c_write_class_threshold(FILE *out, const struct c_export *export);
void c_write_label_thresholds(FILE *out, const struct c_export *export);
void c_write_text_constants(FILE *out, const struct c_export *export);
void c_write_separators(FILE *out, const struct c_export *export);
void c_write_table_declarations(FILE *out, const struct c_export *export);
void c_write_word_constants(FILE *out, const struct c_export *export);
void c_declare_words(FILE *out, const struct c_export *export);
void c_write_words(FILE *out, const struct c_export *export);
void c_write_tables(FILE *out, const struct c_export *export);
void c_write_network_constants(FILE *out, const struct c_export *export);
void c_write_layers(FILE *out, const struct c_export *export);
void c_write_forward(FILE *out, const struct c_export *export);
void c_ensemble_parts(const struct c_export *export, struct c_parts *parts);
void c_write_ensemble_constants(FILE *out, const struct c_export *export);
void c_write_ensemble(FILE *out, const struct c_export *export);
void c_write_ngram_constants(FILE *out, const struct c_export *export);
void c_declare_ngrams(FILE *out, const struct c_export *export);
void c_write_ngrams(FILE *out, const struct c_export *export);
void c_write_weight_declarations(FILE *out, const struct c_export *export);
void c_write_weights(FILE *out, const struct c_export *export);

/* A line a step, from text to words and from ids to probabilities, of a comment. */
void c_describe_text(FILE *out, const struct c_export *export);
void c_describe_network(FILE *out, const struct c_export *export);
void c_describe_ensemble(FILE *out, const struct c_export *export);

/* A text as a C string literal, in ASCII. */
void c_write_literal(FILE *out, const char *text);
/* One of the items of a list, in short lines; *column is 0 before the first. */
void c_write_item(FILE *out, int *column, const char *item);
/* A constant of an enum, with a comment or "". */
void c_write_constant(FILE *out, const char *name, size_t value, const char *comment);

/* Line `row` of random texts, of n bytes, to be freed; the first one is empty. */
char *c_sample_line(const struct c_export *export, uint32_t row, size_t *n);

/* Compiles the source beside the header, both as given, in a temporary folder, and
 * compares what it says on random texts with the model. `checked` as in export.h. */
int c_check(const struct c_export *export, const char *source, size_t n_source,
            const char *header, size_t n_header, char **checked) NODISCARD;

#endif
