#include "report/row_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/row_notes.h"

/* The word of an id, "" of one that stands for none. */
static const char *word_of(const struct text_tokenizer *tokenizer, int32_t id)
{
    int index = id - text_settings(tokenizer)->index_from;
    return index >= 1 && index <= text_n_words(tokenizer) ? text_word(tokenizer, index)
                                                          : "";
}

static void add_word(struct row_text *text, const char *word, size_t *n)
{
    size_t length = strlen(word);
    text->text = xrealloc(text->text, *n + length + 2, 1);
    text->words = xrealloc(text->words, (size_t)text->n_words + 1, sizeof *text->words);

    if (*n > 0)
        text->text[(*n)++] = ' ';
    memcpy(text->text + *n, word, length + 1);
    text->words[text->n_words++] = (struct row_word){*n, *n + length, 0};
    *n += length;
}

static void decode(const struct rows *rows, int row, const void *ids,
                   const struct text_tokenizer *tokenizer, struct row_text *text)
{
    int length = rows->length[row];
    int32_t *of_row = xcalloc((size_t)length + 1, sizeof *of_row);
    size_t n = 0;

    rows_ids(rows, ids, rows_first_word(rows, row), length, of_row);
    for (int t = 0; t < length; t++) {
        const char *word = word_of(tokenizer, of_row[t]);
        if (*word)
            add_word(text, word, &n);
    }
    free(of_row);
}

static int find_words(const struct dataset *data, const struct text_tokenizer *tokenizer,
                      enum dataset_part part, int row, struct row_text *text)
{
    struct dataset_reader *reader = NULL;
    if (!tokenizer)
        return OK;

    void *ids = xcalloc(1, dataset_row_bytes(data));
    int rc = dataset_reader_open(data, part, &reader);
    if (!rc)
        rc = dataset_reader_row(reader, row, ids);
    if (!rc)
        decode(&data->part[part], row, ids, tokenizer, text);
    dataset_reader_close(reader);
    free(ids);
    return rc;
}

/* A note of the row, the caller's; NULL: none was kept. */
static int find_note(const struct dataset *data, enum dataset_part part, int row,
                     enum row_note note, char **copy)
{
    struct row_notes_reader *reader = NULL;
    const char *text = NULL;
    if (!data->notes[note])
        return OK;

    int rc = row_notes_open(data, part, note, &reader);
    if (!rc)
        rc = row_notes_read(reader, row, &text);
    if (!rc)
        *copy = xstrdup(text);
    row_notes_close(reader);
    return rc;
}

int row_text_find(const struct dataset *data, const struct text_tokenizer *tokenizer,
                  enum dataset_part part, int row, struct row_text *text)
{
    int rc = find_note(data, part, row, ROW_ORIGIN, &text->origin);
    if (!rc)
        rc = find_note(data, part, row, ROW_TEXT, &text->text);
    if (!rc && !text->text)
        rc = find_words(data, tokenizer, part, row, text);
    return rc;
}

void row_text_explain(struct row_text *text, struct explainer *explainer)
{
    struct explanation explanation;
    double most = 0;
    explain_text(explainer, text->text, EXPLAIN_GRADIENTS, &explanation);

    text->n_words = (int)explanation.n_words;
    text->words = xrealloc(text->words, explanation.n_words + 1, sizeof *text->words);
    for (size_t w = 0; w < explanation.n_words; w++)
        most = fmax(most, fabs(explanation.words[w].share));
    for (size_t w = 0; w < explanation.n_words; w++) {
        const struct explained_word *word = &explanation.words[w];
        double share = most > 0 ? word->share / most : 0;
        text->words[w] = (struct row_word){word->start, word->end, share};
    }
    explanation_release(&explanation);
}

void row_text_release(struct row_text *text)
{
    free(text->text);
    free(text->origin);
    free(text->words);
    *text = (struct row_text){.text = NULL};
}
