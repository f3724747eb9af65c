#include "words/ngram_texts.h"

#include <stdlib.h>

#include "words/marks.h"

void ngram_texts_release(struct ngram_texts *texts)
{
    free(texts->map);
    ngram_spellings_release(&texts->spellings);
    *texts = (struct ngram_texts){0};
}

void ngram_text_release(struct ngram_text *text)
{
    spool_reader_release(&text->reader);
    free(text->words);
    *text = (struct ngram_text){0};
}

int ngram_texts_rows(const struct ngram_texts *texts, enum dataset_part part)
{
    if (part != DATASET_UNLABELLED)
        return texts->corpus->n_of_part[part];
    return texts->unlabelled ? texts->unlabelled->n_of_part[DATASET_TRAIN] : 0;
}

/* A row of all parts. */
static const struct document *document_of(const struct ngram_texts *texts, int32_t row)
{
    const struct corpus *corpus = texts->corpus;
    int32_t n = 0;
    for (int part = 0; part < DATASET_PARTS; part++)
        n += corpus->n_of_part[part];

    if (row >= n) {
        corpus = texts->unlabelled;
        row -= n;
    }
    return &corpus->documents[corpus->rows[row]];
}

static void need(struct ngram_text *text, size_t n)
{
    if (text->room < n) {
        text->room = n + n / 2;
        text->words = xrealloc(text->words, text->room, sizeof *text->words);
    }
}

/* Copies words `first` to end - 1 of a document. */
static void add_words(const struct ngram_texts *texts, const int32_t *numbers,
                      int32_t first, int32_t end, struct ngram_text *text)
{
    for (int32_t i = first; i < end; i++) {
        int32_t word = texts->map[numbers[i]];
        text->words[text->n] = word;
        text->n += word != NGRAM_SKIPPED;
    }
}

/* The characters of a document's n words. */
static void add_characters(const struct ngram_texts *texts, const int32_t *numbers,
                           size_t n, struct ngram_text *text)
{
    const struct ngram_spellings *spellings = &texts->spellings;

    for (size_t i = 0; i < n; i++) {
        const int32_t *characters = NULL;
        size_t n_characters = ngram_spelling(spellings, numbers[i], &characters);
        if (texts->map[numbers[i]] == NGRAM_SKIPPED)
            continue;

        need(text, text->n + 1 + n_characters);
        text->words[text->n++] = NGRAM_UNKNOWN;
        for (size_t k = 0; k < n_characters; k++)
            text->words[text->n++] = spellings->map[characters[k]];
    }
}

int ngram_text_read(const struct ngram_texts *texts, int32_t row, struct ngram_text *text)
{
    const struct document *document = document_of(texts, row);
    int32_t n = document->n_words, n_marks = 0, done = 0;
    size_t n_all = (size_t)n + texts->has_marks;
    const int32_t *numbers = NULL;

    int rc = spool_read(texts->spool, &text->reader, document->words_at, n_all, &numbers);
    if (rc)
        return rc;

    if (texts->has_marks && numbers[n] > 0) {
        n_marks = numbers[n];
        n_all += (size_t)n_marks;
        rc = spool_read(texts->spool, &text->reader, document->words_at, n_all, &numbers);
        if (rc)
            return rc;
    }

    text->n = 0;
    need(text, n_all + 1);
    for (int32_t i = 0; i < n_marks; i++) {
        int32_t packed = numbers[n + 1 + i], before = marks_words_before(packed);
        add_words(texts, numbers, done, before, text);
        text->words[text->n++] = texts->marks[marks_number(packed)];
        done = before;
    }
    add_words(texts, numbers, done, n, text);

    text->n_words = text->n;
    if (texts->spellings.places)
        add_characters(texts, numbers, (size_t)n, text);
    return OK;
}
