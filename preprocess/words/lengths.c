#include "words/lengths.h"

#include <stdlib.h>

/* Whether the spool's numbers have an id: one each; the caller's to free. */
static bool *known_numbers(const struct encoding *encoding)
{
    const struct text_tokenizer *tokenizer = encoding->tokenizer;
    bool unknown = text_unknown_id(tokenizer) > 0;
    bool *known = xcalloc((size_t)encoding->n_numbers, sizeof *known);

    for (int32_t i = 0; i < encoding->n_numbers; i++) {
        int32_t word = encoding->map[i];
        known[i] = word != TEXT_STOP &&
                   (unknown || (word >= 0 && text_known_id(tokenizer, word) > 0));
    }
    return known;
}

static int by_size(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

int lengths_at(const struct encoding *encoding, enum dataset_part part, int percentile,
               int *length)
{
    const struct corpus *corpus = encoding->corpus;
    int n = corpus->n_of_part[part], rc = OK;
    const int32_t *rows = corpus->rows;
    for (int k = 0; k < (int)part; k++)
        rows += corpus->n_of_part[k];

    int32_t *lengths = xcalloc((size_t)n + 1, sizeof *lengths);
    bool *known = known_numbers(encoding);
    struct spool_reader reader = {0};
    for (int i = 0; i < n && !rc; i++) {
        const struct document *document = &corpus->documents[rows[i]];
        const int32_t *numbers = NULL;
        rc = spool_read(encoding->spool, &reader, document->words_at,
                        (size_t)document->n_words, &numbers);
        for (int32_t k = 0; k < document->n_words && !rc; k++)
            lengths[i] += known[numbers[k]];
    }

    if (!rc) {
        int64_t last = ((int64_t)n * percentile + 99) / 100 - 1;
        qsort(lengths, (size_t)n, sizeof *lengths, by_size);
        *length = lengths[last < 0 ? 0 : last];
    }
    spool_reader_release(&reader);
    free(lengths);
    free(known);
    return rc;
}
