#include "words/fit.h"

#include <stdlib.h>

/* What was counted of a word of the vocabulary. */
struct counted {
    int64_t count;
    int32_t n_documents;
    int32_t last; /* row that it was seen in last */
};

/* The vocabulary's words, by place, and their order: by first appearance in training. */
struct count {
    struct counted *words;
    int32_t *order, n_ordered;
    int32_t n_rows;
};

/* One more row, of n words. */
static void count_row(struct count *count, const int32_t *map, const int32_t *numbers,
                      int32_t n)
{
    int32_t row = count->n_rows++;
    for (int32_t i = 0; i < n; i++) {
        int32_t place = map[numbers[i]];
        if (place < 0)
            continue;
        struct counted *word = &count->words[place];
        if (word->count++ == 0)
            count->order[count->n_ordered++] = place;
        word->n_documents += word->last != row;
        word->last = row;
    }
}

static int count_rows(struct count *count, const struct corpus *corpus,
                      const struct spool *spool, const int32_t *map)
{
    struct spool_reader reader = {0};
    int rc = OK;
    for (int32_t row = 0; row < corpus->n_of_part[DATASET_TRAIN] && !rc; row++) {
        const struct document *document = &corpus->documents[corpus->rows[row]];
        const int32_t *numbers = NULL;
        rc = spool_read(spool, &reader, document->words_at, (size_t)document->n_words,
                        &numbers);
        if (!rc)
            count_row(count, map, numbers, document->n_words);
    }
    spool_reader_release(&reader);
    return rc;
}

/* Adds the vocabulary's words to the tokenizer, those that do not appear in training
 * behind the others, as they were read. Places become the tokenizer's numbers. */
static void add_words(const struct vocabulary *vocabulary, struct count *count,
                      struct text_tokenizer *tokenizer, int32_t *numbers)
{
    size_t n = (size_t)vocabulary->words.n;
    struct word *ordered = xcalloc(n, sizeof *ordered);
    int32_t *found = xcalloc(n, sizeof *found);

    for (int32_t place = 0; place < vocabulary->words.n; place++)
        if (count->words[place].count == 0)
            count->order[count->n_ordered++] = place;

    for (size_t i = 0; i < n; i++)
        ordered[i] = (struct word){words_text(&vocabulary->words, count->order[i]),
                                   words_length(&vocabulary->words, count->order[i])};
    text_find_numbers(tokenizer, ordered, n, found);
    for (size_t i = 0; i < n; i++) {
        const struct counted *word = &count->words[count->order[i]];
        numbers[count->order[i]] = found[i];
        if (found[i] != TEXT_STOP && word->count)
            text_add_counts(tokenizer, found[i], word->count, word->n_documents);
    }

    free(ordered);
    free(found);
}

static int count_all(const struct fitting *fitting, const int32_t *map,
                     struct count *count)
{
    int rc = count_rows(count, fitting->corpus, fitting->spool, map);
    if (!rc && fitting->unlabelled)
        rc = count_rows(count, fitting->unlabelled, fitting->spool, map);
    return rc;
}

int fit_tokenizer(const struct fitting *fitting, struct text_tokenizer *tokenizer,
                  int32_t **result)
{
    const struct vocabulary *vocabulary = fitting->vocabulary;
    size_t n = (size_t)vocabulary->words.n;
    int32_t *map = vocabulary_places(vocabulary);
    int32_t *numbers = xcalloc(n, sizeof *numbers);
    struct count count = {.words = xcalloc(n, sizeof *count.words),
                          .order = xcalloc(n, sizeof *count.order)};

    for (size_t place = 0; place < n; place++)
        count.words[place].last = -1;

    int rc = fitting->is_fitted ? OK : count_all(fitting, map, &count);
    add_words(vocabulary, &count, tokenizer, numbers);

    if (!fitting->is_fitted) {
        text_add_documents(tokenizer, count.n_rows);
        text_freeze(tokenizer, fitting->min_count);
    }

    for (int32_t i = 0; i < vocabulary->n_numbers; i++)
        map[i] = map[i] < 0 ? map[i] : numbers[map[i]];
    free(count.words);
    free(count.order);
    free(numbers);

    if (rc) {
        free(map);
        return rc;
    }
    *result = map;
    return OK;
}
