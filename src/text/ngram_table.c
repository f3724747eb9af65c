/* From texts to the n-grams that they have. */
#include "text/ngrams.h"
#include "text/pairs.h"

#include <stdlib.h>
#include <string.h>

struct ngram_table {
    const struct ngrams *ngrams; /* borrowed */
    struct words words;
    int32_t *alone;        /* (n_words) the feature of a word alone */
    struct pairs children; /* (feature, word behind it) -> feature */
};

static void add_features(struct ngram_table *table)
{
    const struct ngrams *ngrams = table->ngrams;

    for (int32_t i = 0; i < ngrams->n_features; i++) {
        int32_t parent = ngrams->parent[i], word = ngrams->last[i];
        if (parent < 0)
            table->alone[word] = i;
        else
            pairs_add(&table->children, parent, word, i);
    }
}

struct ngram_table *ngram_table_new(const struct ngrams *ngrams)
{
    struct ngram_table *table = xcalloc(1, sizeof *table);
    const char *word = ngrams->words;

    table->ngrams = ngrams;
    for (int32_t i = 0; i < ngrams->n_words; i++) {
        size_t n = strlen(word);
        words_add(&table->words, word, n);
        word += n + 1;
    }

    pairs_reserve(&table->children, (size_t)ngrams->n_features);
    table->alone = xcalloc((size_t)ngrams->n_words, sizeof *table->alone);
    add_features(table);
    return table;
}

void ngram_table_free(struct ngram_table *table)
{
    if (!table)
        return;
    words_release(&table->words);
    free(table->alone);
    pairs_release(&table->children);
    free(table);
}

const char *ngram_table_word(const struct ngram_table *table, int32_t word)
{
    return words_text(&table->words, word);
}

int32_t ngram_table_find_word(const struct ngram_table *table, const char *text, size_t n)
{
    return words_find(&table->words, text, n);
}

static void need(struct ngram_features *features, size_t n_words, size_t n_features)
{
    if (features->words_room < n_words) {
        features->words_room = n_words + n_words / 2;
        features->words =
            xrealloc(features->words, features->words_room, sizeof *features->words);
        features->found =
            xrealloc(features->found, features->words_room, sizeof *features->found);
    }
    if (features->room < n_features) {
        features->room = n_features + n_features / 2;
        features->index =
            xrealloc(features->index, features->room, sizeof *features->index);
        features->spare =
            xrealloc(features->spare, features->room, sizeof *features->spare);
    }
}

/* By bytes, least significant first: rows have hundreds of numbers, which comparing would
 * sort in ten times the time. */
static void sort_by_bytes(struct ngram_features *features, uint32_t most)
{
    enum { VALUES = 256 };
    size_t n = features->n;

    for (int shift = 0; shift < 32 && most >> shift; shift += 8) {
        size_t begin[VALUES] = {0}, at = 0;
        for (size_t i = 0; i < n; i++)
            begin[features->index[i] >> shift & (VALUES - 1)]++;
        for (int value = 0; value < VALUES; value++) {
            size_t count = begin[value];
            begin[value] = at;
            at += count;
        }

        for (size_t i = 0; i < n; i++) {
            uint32_t index = features->index[i];
            features->spare[begin[index >> shift & (VALUES - 1)]++] = index;
        }
        uint32_t *sorted = features->spare;
        features->spare = features->index;
        features->index = sorted;
    }
}

static void sort_by_insertion(uint32_t *index, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        uint32_t value = index[i];
        size_t at = i;
        for (; at > 0 && index[at - 1] > value; at--)
            index[at] = index[at - 1];
        index[at] = value;
    }
}

/* Ascending, each once. */
static void tidy(struct ngram_features *features, uint32_t most)
{
    enum { FEW = 48 };
    size_t n = 0;
    if (features->n < FEW)
        sort_by_insertion(features->index, features->n);
    else
        sort_by_bytes(features, most);

    for (size_t i = 0; i < features->n; i++)
        if (i == 0 || features->index[i] != features->index[n - 1])
            features->index[n++] = features->index[i];
    features->n = n;
}

void ngram_table_find(const struct ngram_table *table, const int32_t *words, size_t n,
                      struct ngram_features *features)
{
    const struct ngrams *ngrams = table->ngrams;
    need(features, n, n * (size_t)ngrams->n);

    features->n = 0;
    for (size_t i = 0; i < n; i++)
        features->found[i] = words[i] < 0 ? PAIRS_NONE : table->alone[words[i]];

    for (size_t k = 1; k <= n && k <= (size_t)ngrams->n; k++) {
        for (size_t i = 0; i + k <= n; i++) {
            features->index[features->n] = (uint32_t)features->found[i];
            features->n += features->found[i] >= 0;
        }
        if (k < (size_t)ngrams->n)
            pairs_extend(&table->children, words, n, k, features->found);
    }

    tidy(features, (uint32_t)ngrams->n_features);
}

void ngram_table_features(const struct ngram_table *table,
                          const struct text_tokenizer *tokenizer, const char *text,
                          size_t n_bytes, struct ngram_features *features)
{
    struct text_cut *cut = &features->cut;
    size_t n = 0;

    cut->keeps_marks = table->ngrams->punctuation;
    text_cut(tokenizer, text, n_bytes, cut);
    need(features, cut->n, 0);

    for (size_t i = 0; i < cut->n; i++) {
        const struct word *word = &cut->words[i];
        if (!text_is_stop(tokenizer, word->text, word->n))
            features->words[n++] = words_find(&table->words, word->text, word->n);
    }
    ngram_table_find(table, features->words, n, features);
}

int32_t ngram_table_feature(const struct ngram_table *table, const int32_t *words,
                            size_t n)
{
    int32_t found = words[0] < 0 ? PAIRS_NONE : table->alone[words[0]];

    for (size_t i = 1; i < n && found >= 0; i++) {
        bool has_children = words[i] >= 0 && table->children.n_slots > 0;
        const struct pairs_slot *slot =
            has_children ? pairs_slot(&table->children, found, words[i]) : NULL;
        found = slot && slot->second >= 0 ? slot->value : PAIRS_NONE;
    }
    return found;
}

void ngram_features_release(struct ngram_features *features)
{
    free(features->index);
    free(features->spare);
    free(features->words);
    free(features->found);
    text_cut_release(&features->cut);
    *features = (struct ngram_features){0};
}
