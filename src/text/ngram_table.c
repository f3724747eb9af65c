/* From texts to the n-grams that they have. */
#include "text/ngrams.h"
#include "text/pairs.h"

#include <stdlib.h>
#include <string.h>

struct ngram_table {
    const struct ngrams *ngrams; /* borrowed */
    struct words words;
    int32_t
        ascii[128]; /* the words that characters are; of 0 where words begin and end */
    int32_t *alone; /* (n_words) the feature of a word alone */
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

static int32_t find_character(const struct ngram_table *table, const char *text,
                              size_t *n_bytes)
{
    char bytes[NGRAMS_CHARACTER_BYTES];
    struct word character;

    *n_bytes = ngrams_character(text, &character, bytes);
    return words_find(&table->words, character.text, character.n);
}

/* The same, of ASCII without looking it up. */
static int32_t character_of(const struct ngram_table *table, const char *text,
                            size_t *n_bytes)
{
    unsigned char first = (unsigned char)*text;
    if (first >= COUNT_OF(table->ascii))
        return find_character(table, text, n_bytes);

    *n_bytes = 1;
    return table->ascii[first];
}

static void find_ascii(struct ngram_table *table)
{
    const char boundary = NGRAMS_CHARACTER;

    table->ascii[0] = words_find(&table->words, &boundary, 1);
    for (int c = 1; c < (int)COUNT_OF(table->ascii); c++) {
        const char text[] = {(char)c, '\0'};
        size_t n_bytes = 0;
        table->ascii[c] = find_character(table, text, &n_bytes);
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
    find_ascii(table);
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

char *ngram_table_text(const struct ngram_table *table, int32_t feature)
{
    int32_t numbers[NGRAMS_MOST_WORDS] = {0};
    const char *words[NGRAMS_MOST_WORDS];
    int n = ngrams_words_of(table->ngrams, feature, numbers);

    for (int i = 0; i < n; i++)
        words[i] = words_text(&table->words, numbers[i]);
    return ngrams_join(words, n);
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
        features->word_of =
            xrealloc(features->word_of, features->words_room, sizeof *features->word_of);
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
    size_t longest = (size_t)ngrams_longest(ngrams);
    need(features, n, n * longest);

    features->n = 0;
    for (size_t i = 0; i < n; i++)
        features->found[i] = words[i] < 0 ? PAIRS_NONE : table->alone[words[i]];

    for (size_t k = 1; k <= n && k <= longest; k++) {
        for (size_t i = 0; i + k <= n; i++) {
            features->index[features->n] = (uint32_t)features->found[i];
            features->n += features->found[i] >= 0;
        }
        if (k < longest)
            pairs_extend(&table->children, words, n, k, features->found);
    }

    tidy(features, (uint32_t)ngrams->n_features);
}

static void add_word(struct ngram_features *features, size_t *n, int32_t word,
                     size_t word_of)
{
    features->words[*n] = word;
    features->word_of[(*n)++] = (int32_t)word_of;
}

/* A word's characters, its beginning and its end, and what parts them from others. */
static void add_characters(const struct ngram_table *table, const struct word *word,
                           size_t word_of, struct ngram_features *features, size_t *n)
{
    need(features, *n + word->n + 3, 0);
    add_word(features, n, table->ascii[0], word_of);
    for (size_t i = 0, n_bytes = 1; i < word->n; i += n_bytes) {
        add_word(features, n, character_of(table, word->text + i, &n_bytes), word_of);
    }
    add_word(features, n, table->ascii[0], word_of);
    add_word(features, n, -1, word_of);
}

size_t ngram_table_words(const struct ngram_table *table,
                         const struct text_tokenizer *tokenizer,
                         const struct text_cut *cut, struct ngram_features *features)
{
    bool has_characters = table->ngrams->characters > 0;
    size_t n = 0;

    need(features, cut->n + 1, 0);
    for (size_t i = 0; i < cut->n; i++) {
        const struct word *word = &cut->words[i];
        bool is_none = has_characters && ngrams_is_character(word->text, word->n);
        if (!text_is_stop(tokenizer, word->text, word->n))
            add_word(features, &n,
                     is_none ? -1 : words_find(&table->words, word->text, word->n), i);
    }
    if (!has_characters)
        return n;

    add_word(features, &n, -1, 0);
    for (size_t i = 0; i < cut->n; i++) {
        const struct word *word = &cut->words[i];
        bool is_mark =
            cut->keeps_marks && text_mark_number(tokenizer, word->text, word->n) >= 0;
        if (!is_mark && !text_is_stop(tokenizer, word->text, word->n))
            add_characters(table, word, i, features, &n);
    }
    return n;
}

void ngram_table_features(const struct ngram_table *table,
                          const struct text_tokenizer *tokenizer, const char *text,
                          size_t n_bytes, struct ngram_features *features)
{
    features->cut.keeps_marks = table->ngrams->punctuation;
    text_cut(tokenizer, text, n_bytes, &features->cut);
    size_t n = ngram_table_words(table, tokenizer, &features->cut, features);
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
    free(features->word_of);
    free(features->found);
    text_cut_release(&features->cut);
    *features = (struct ngram_features){0};
}
