#include "words/ngram_order.h"

#include <stdlib.h>
#include <string.h>

/* A number and what it is sorted by. */
struct ranked {
    uint64_t key;
    int32_t number;
};

/* By rising keys, equal ones as they stand: by bytes, least significant first, those left
 * out that all keys have alike. */
static void sort(struct ranked *items, struct ranked *spare, size_t n)
{
    enum { VALUES = 256 };
    uint64_t any = 0, all = UINT64_MAX;
    struct ranked *from = items, *to = spare;
    for (size_t i = 0; i < n; i++) {
        any |= items[i].key;
        all &= items[i].key;
    }

    for (int shift = 0; shift < 64; shift += 8) {
        size_t begin[VALUES] = {0}, at = 0;
        if (!((any ^ all) >> shift & (VALUES - 1)))
            continue;

        for (size_t i = 0; i < n; i++)
            begin[from[i].key >> shift & (VALUES - 1)]++;
        for (int value = 0; value < VALUES; value++) {
            size_t count = begin[value];
            begin[value] = at;
            at += count;
        }
        for (size_t i = 0; i < n; i++)
            to[begin[from[i].key >> shift & (VALUES - 1)]++] = from[i];

        struct ranked *sorted = to;
        to = from;
        from = sorted;
    }
    if (from != items && n)
        memcpy(items, from, n * sizeof *items);
}

struct spelled {
    const char *text;
    int32_t documents, number;
};

static int compare_spelled(const void *left, const void *right)
{
    const struct spelled *a = left, *b = right;
    if (a->documents != b->documents)
        return a->documents < b->documents ? 1 : -1;
    return strcmp(a->text, b->text);
}

/* The words' texts, in the order of their list; and where each word stands there. */
static void order_words(const struct ngram_kept *kept, const struct ngram_order *order,
                        int32_t *ranks, struct ngrams *ngrams)
{
    int32_t n = kept->first[1];
    struct spelled *words = xcalloc((size_t)n, sizeof *words);
    for (int32_t i = 0; i < n; i++) {
        words[i] = (struct spelled){order->text(order->context, kept->places[i]),
                                    kept->documents[i], i};
        ngrams->n_bytes += strlen(words[i].text) + 1;
    }
    qsort(words, (size_t)n, sizeof *words, compare_spelled);

    char *to = ngrams->words = xcalloc(ngrams->n_bytes + 1, 1);
    for (int32_t i = 0; i < n; i++) {
        size_t n_bytes = strlen(words[i].text) + 1;
        ranks[words[i].number] = i;
        memcpy(to, words[i].text, n_bytes);
        to += n_bytes;
    }
    ngrams->n_words = n;
    free(words);
}

/* Where each n-gram stands among those of its length by their words: that of its parent,
 * then its last word. */
static void rank(const struct ngram_kept *kept, int n, int32_t *ranks,
                 struct ranked *items, struct ranked *spare)
{
    for (int k = 1; k < n; k++) {
        int32_t first = kept->first[k];
        size_t count = (size_t)(kept->first[k + 1] - first);
        for (size_t i = 0; i < count; i++) {
            int32_t number = first + (int32_t)i;
            items[i] = (struct ranked){(uint64_t)ranks[kept->parent[number]] << 32 |
                                           (uint32_t)ranks[kept->word[number]],
                                       number};
        }

        sort(items, spare, count);
        for (size_t i = 0; i < count; i++)
            ranks[items[i].number] = (int32_t)i;
    }
}

/* By falling documents; a stable sort of what is in the order of length and words. */
static void order_all(const struct ngram_kept *kept, int n, const int32_t *ranks,
                      struct ranked *items, struct ranked *spare)
{
    for (int k = 0; k < n; k++)
        for (int32_t i = kept->first[k]; i < kept->first[k + 1]; i++)
            items[kept->first[k] + ranks[i]] =
                (struct ranked){(uint64_t)(INT32_MAX - kept->documents[i]), i};
    sort(items, spare, (size_t)kept->n);
}

void ngram_order(const struct ngram_kept *kept, const struct ngram_order *order,
                 struct ngrams *result)
{
    size_t n = (size_t)kept->n;
    struct ranked *items = xcalloc(n, sizeof *items), *spare = xcalloc(n, sizeof *spare);
    int32_t *ranks = xcalloc(n, sizeof *ranks), *numbers = xcalloc(n, sizeof *numbers);
    struct ngrams ngrams = {.n = order->n,
                            .characters = order->characters,
                            .punctuation = order->punctuation,
                            .n_features = kept->n,
                            .parent = xcalloc(n, sizeof *ngrams.parent),
                            .last = xcalloc(n, sizeof *ngrams.last),
                            .documents = xcalloc(n, sizeof *ngrams.documents)};

    order_words(kept, order, ranks, &ngrams);
    rank(kept, ngrams_longest(&ngrams), ranks, items, spare);
    order_all(kept, ngrams_longest(&ngrams), ranks, items, spare);

    for (int32_t i = 0; i < kept->n; i++)
        numbers[items[i].number] = i;
    for (int32_t i = 0; i < kept->n; i++) {
        int32_t number = items[i].number, parent = kept->parent[number];
        ngrams.parent[i] = parent < 0 ? -1 : numbers[parent];
        ngrams.last[i] = ranks[kept->word[number]];
        ngrams.documents[i] = kept->documents[number];
    }

    free(items);
    free(spare);
    free(ranks);
    free(numbers);
    *result = ngrams;
}
