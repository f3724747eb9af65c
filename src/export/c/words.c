/* The words that a text is read by: which have an id, and their tables. */
#include "export/c/private.h"

#include <stdlib.h>
#include <string.h>

#include "export/marks.h"

/* By bytes; a stop word before a word of the vocabulary. */
static int compare_words(const void *left, const void *right)
{
    const struct c_word *a = left, *b = right;
    int order = strcmp(a->text, b->text);
    return order ? order : a->id - b->id;
}

/* Room for `most` words and the stop words, which it has. */
static void begin(struct c_vocabulary *vocabulary, const struct text_options *text,
                  int most)
{
    vocabulary->words =
        xcalloc((size_t)(most + text->n_stop_words) + 1, sizeof *vocabulary->words);
    for (int i = 0; i < text->n_stop_words; i++)
        vocabulary->words[vocabulary->n++] = (struct c_word){text->stop_words[i], 0};
}

static void add(struct c_vocabulary *vocabulary, const char *text, int id)
{
    vocabulary->words[vocabulary->n++] = (struct c_word){text, id};
}

static void end(struct c_vocabulary *vocabulary)
{
    struct c_word *words = vocabulary->words;
    size_t n_kept = 1;

    if (vocabulary->n == 0)
        add(vocabulary, "", 0);
    qsort(words, vocabulary->n, sizeof *words, compare_words);
    for (size_t i = 1; i < vocabulary->n; i++)
        if (strcmp(words[i].text, words[n_kept - 1].text))
            words[n_kept++] = words[i];
    vocabulary->n = n_kept;
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

static void take_words(const struct c_export *export, struct c_vocabulary *vocabulary)
{
    const struct text_tokenizer *tokenizer = export->predictor->tokenizer;
    const struct text_options *text = export->text;
    int first = text->oov_token ? 2 : 1, limit = text->num_words;
    int last = text_n_words(tokenizer), beyond = text_beyond_id(tokenizer);
    if (!text->drops_missing)
        last = limit && limit - 1 < last ? limit - 1 : last;

    begin(vocabulary, text, last);
    for (int id = first; id <= last; id++)
        if (*text_word(tokenizer, id))
            add(vocabulary, text_word(tokenizer, id), limit && id >= limit ? beyond : id);
    end(vocabulary);

    vocabulary->start = start_of(tokenizer);
    vocabulary->unknown = text_unknown_id(tokenizer);
}

/* Words that no n-gram has part those on their sides. */
static void take_words_of_ngrams(const struct c_export *export,
                                 struct c_vocabulary *vocabulary)
{
    int n = (int)export->forest.n_words;

    begin(vocabulary, export->text, n);
    for (int i = 0; i < n; i++)
        add(vocabulary, export->forest.texts[i], i + 1);
    end(vocabulary);
    vocabulary->unknown = n + 1;
}

void c_make_words(struct c_export *export)
{
    export->marks =
        export_marks(export->predictor->tokenizer, &export->predictor->ngrams);
    if (c_reader_of_ids(export))
        take_words(export, &export->ids);
    if (c_reader_of_ngrams(export))
        take_words_of_ngrams(export, &export->ngrams);
}

void c_release_words(struct c_export *export)
{
    free(export->ids.words);
    free(export->ngrams.words);
    free(export->marks);
}

void c_write_word_constants(FILE *out, const struct c_export *export)
{
    const struct c_vocabulary *ids = &export->ids, *ngrams = &export->ngrams;

    if (ids->n) {
        c_write_constant(out, "N_WORDS", ids->n, "");
        c_write_constant(out, "UNKNOWN", (size_t)ids->unknown,
                         ids->unknown ? "id of other words" : "other words are left out");
    }
    if (ids->start)
        c_write_constant(out, "START", (size_t)ids->start, "id that begins every text");
    if (ngrams->n) {
        c_write_constant(out, "N_NGRAM_WORDS", ngrams->n, "");
        c_write_constant(out, "NO_NGRAM_WORD", (size_t)ngrams->unknown,
                         "stands for other words");
    }
}

void c_declare_words(FILE *out, const struct c_export *export)
{
    if (export->ids.n) {
        fputs("static const struct word words[N_WORDS];\n"
              "static const struct vocabulary vocabulary = {\n"
              "    .words = words, .n = N_WORDS, .unknown = UNKNOWN",
              out);
        fputs(export->ids.start ? ", .start = START};\n" : "};\n", out);
    }
    if (export->ngrams.n) {
        fputs("static const struct word ngram_words[N_NGRAM_WORDS];\n"
              "static const struct vocabulary ngram_vocabulary = {\n"
              "    .words = ngram_words, .n = N_NGRAM_WORDS, .unknown = NO_NGRAM_WORD",
              out);
        fputs(*export->marks ? ", .has_marks = true" : "", out);
        fputs(c_spells_words(export) ? ",\n    .has_characters = true};\n" : "};\n", out);
    }
}

static void write_table(FILE *out, const char *type,
                        const struct c_vocabulary *vocabulary)
{
    fprintf(out, "/* By their bytes. */\nstatic const struct word %s = {\n", type);
    for (size_t i = 0; i < vocabulary->n; i++) {
        fputs("    {", out);
        c_write_literal(out, vocabulary->words[i].text);
        fprintf(out, ", %d},\n", vocabulary->words[i].id);
    }
    fputs("};\n", out);
}

void c_write_words(FILE *out, const struct c_export *export)
{
    if (export->ids.n)
        write_table(out, "words[N_WORDS]", &export->ids);
    if (export->ids.n && export->ngrams.n)
        fputc('\n', out);
    if (export->ngrams.n)
        write_table(out, "ngram_words[N_NGRAM_WORDS]", &export->ngrams);
}
