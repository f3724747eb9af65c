/* Which words have an id: those of the vocabulary, or of n-grams. */
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
static void begin(struct c_export *export, int most)
{
    const struct text_options *text = export->text;

    export->words =
        xcalloc((size_t)(most + text->n_stop_words) + 1, sizeof *export->words);
    for (int i = 0; i < text->n_stop_words; i++)
        export->words[export->n_words++] = (struct c_word){text->stop_words[i], 0};
}

static void add(struct c_export *export, const char *text, int id)
{
    export->words[export->n_words++] = (struct c_word){text, id};
}

/* By their bytes, each once. */
static void tidy(struct c_export *export)
{
    struct c_word *words = export->words;
    size_t n_kept = 1;

    if (export->n_words == 0)
        add(export, "", 0);
    qsort(words, export->n_words, sizeof *words, compare_words);
    for (size_t i = 1; i < export->n_words; i++)
        if (strcmp(words[i].text, words[n_kept - 1].text))
            words[n_kept++] = words[i];
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

static void take_vocabulary(struct c_export *export)
{
    const struct text_tokenizer *tokenizer = export->predictor->tokenizer;
    const struct text_options *text = export->text;
    int first = text->oov_token ? 2 : 1, limit = text->num_words;
    int last = text_n_words(tokenizer), beyond = text_beyond_id(tokenizer);
    if (!text->drops_missing)
        last = limit && limit - 1 < last ? limit - 1 : last;

    begin(export, last);
    for (int id = first; id <= last; id++)
        if (*text_word(tokenizer, id))
            add(export, text_word(tokenizer, id), limit && id >= limit ? beyond : id);

    export->start = start_of(tokenizer);
    export->unknown = text_unknown_id(tokenizer);
}

/* A word that no n-gram has parts those on its sides. */
static void take_words_of_ngrams(struct c_export *export)
{
    const struct ngrams *ngrams = &export->predictor->ngrams;

    begin(export, ngrams->n_words);
    for (int32_t i = 0; i < ngrams->n_words; i++)
        add(export, export->forest.texts[i], i + 1);

    export->unknown = ngrams->n_words + 1;
}

void c_make_words(struct c_export *export)
{
    export->marks =
        export_marks(export->predictor->tokenizer, &export->predictor->ngrams);
    if (c_reads_ngrams(export))
        take_words_of_ngrams(export);
    else
        take_vocabulary(export);
    tidy(export);
}
