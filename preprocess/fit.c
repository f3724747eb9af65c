#include "fit.h"

#include <stdlib.h>

/* What was counted of a word of the vocabulary. */
struct counted {
    int64_t count;
    int64_t first; /* row and position of its first appearance */
    int32_t n_documents;
    int32_t last; /* row that it was seen in last */
};

struct appearance {
    int64_t first;
    int32_t place;
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

static int compare_appearances(const void *left, const void *right)
{
    const struct appearance *a = left, *b = right;
    if (a->first != b->first)
        return a->first < b->first ? -1 : 1;
    return a->place < b->place ? -1 : a->place > b->place;
}

/* Adds the vocabulary's n words to the tokenizer, by first appearance in training; then those
 * that do not appear there, as they were read. Places become the tokenizer's numbers. */
static void add_words(const struct vocabulary *vocabulary, const struct counted *words,
                      struct text_tokenizer *tokenizer, int32_t *numbers)
{
    size_t n = (size_t)vocabulary->words.n;
    struct appearance *order = xcalloc(n, sizeof *order);
    for (size_t place = 0; place < n; place++)
        order[place] = (struct appearance){
            words[place].count ? words[place].first : INT64_MAX, (int32_t)place};
    qsort(order, n, sizeof *order, compare_appearances);
    for (size_t i = 0; i < n; i++) {
        int32_t place = order[i].place;
        int32_t number = text_number(tokenizer, words_text(&vocabulary->words, place),
                                     words_length(&vocabulary->words, place));
        numbers[place] = number;
        if (number != TEXT_STOP && words[place].count)
            text_add_counts(tokenizer, number, words[place].count,
                            words[place].n_documents);
    }
    free(order);
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
        words[place].last = -1;
    int rc = is_fitted ? OK : count_words(corpus, spool, map, words);
    add_words(vocabulary, words, tokenizer, numbers);
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
