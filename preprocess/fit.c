#include "fit.h"

#include <stdlib.h>

/* What was counted of a word of the vocabulary. */
struct counted {
    int64_t count, n_documents;
    int64_t first; /* row and position of its first appearance */
    int32_t place;
    int32_t last; /* row that it was seen in last */
};

/* Where each document's row is among all rows; -1: none. Owned by the caller. */
static int32_t *find_rows(const struct corpus *corpus)
{
    int32_t *row_of = xcalloc((size_t)corpus->n_documents, sizeof *row_of);
    int n = 0;
    for (int32_t i = 0; i < corpus->n_documents; i++)
        row_of[i] = -1;
    for (int part = 0; part < DATASET_PARTS; part++)
        for (int i = 0; i < corpus->n_of_part[part]; i++, n++)
            row_of[corpus->rows[n]] = n;
    return row_of;
}

static void count_document(const int32_t *map, const int32_t *numbers, int32_t n,
                           int32_t row, struct counted *words)
{
    for (int32_t i = 0; i < n; i++) {
        int32_t place = map[numbers[i]];
        if (place < 0)
            continue;
        struct counted *word = &words[place];
        int64_t at = (int64_t)row << 32 | i;
        if (word->count++ == 0 || at < word->first)
            word->first = at;
        word->n_documents += word->last != row;
        word->last = row;
    }
}

/* In the spool's order, which is the disk's: the rows' numbers order first appearances. */
static int count_words(const struct corpus *corpus, const struct spool *spool,
                       const int32_t *map, struct counted *words)
{
    int32_t *row_of = find_rows(corpus);
    struct spool_reader reader = {0};
    int rc = OK;
    for (int32_t i = 0; i < corpus->n_documents && !rc; i++) {
        const struct document *document = &corpus->documents[i];
        const int32_t *numbers = NULL;
        if (document->part != DATASET_TRAIN)
            continue;
        rc = spool_read(spool, &reader, document->words_at, (size_t)document->n_words,
                        &numbers);
        if (!rc)
            count_document(map, numbers, document->n_words, row_of[i], words);
    }
    spool_reader_release(&reader);
    free(row_of);
    return rc;
}

/* By first appearance in training; then the words that do not appear there, as they were read. */
static int compare_counted(const void *left, const void *right)
{
    const struct counted *a = left, *b = right;
    if ((a->count == 0) != (b->count == 0))
        return a->count == 0 ? 1 : -1;
    if (a->first != b->first)
        return a->first < b->first ? -1 : 1;
    return a->place < b->place ? -1 : a->place > b->place;
}

int fit_tokenizer(const struct corpus *corpus, const struct spool *spool,
                  const struct vocabulary *vocabulary, bool is_fitted, int64_t min_count,
                  struct text_tokenizer *tokenizer, int32_t **result)
{
    size_t n = (size_t)vocabulary->words.n;
    int32_t *map = vocabulary_places(vocabulary);
    int32_t *numbers = xcalloc(n, sizeof *numbers);
    struct counted *words = xcalloc(n, sizeof *words);
    for (size_t place = 0; place < n; place++)
        words[place] = (struct counted){.place = (int32_t)place, .last = -1};
    int rc = is_fitted ? OK : count_words(corpus, spool, map, words);
    qsort(words, n, sizeof *words, compare_counted);
    for (size_t i = 0; i < n; i++) {
        const struct counted *word = &words[i];
        int32_t number =
            text_number(tokenizer, words_text(&vocabulary->words, word->place),
                        words_length(&vocabulary->words, word->place));
        numbers[word->place] = number;
        if (number != TEXT_STOP && !is_fitted)
            text_add_counts(tokenizer, number, word->count, word->n_documents);
    }
    if (!is_fitted) {
        text_add_documents(tokenizer, corpus->n_of_part[DATASET_TRAIN]);
        text_freeze(tokenizer, min_count);
    }
    for (int32_t i = 0; i < vocabulary->n_numbers; i++)
        map[i] = map[i] < 0 ? map[i] : numbers[map[i]];
    free(words);
    free(numbers);
    if (rc) {
        free(map);
        return rc;
    }
    *result = map;
    return OK;
}
