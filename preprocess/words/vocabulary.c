#include "words/vocabulary.h"

#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

void vocabulary_find_places(struct vocabulary *vocabulary, const struct word *words,
                            size_t n, int32_t *places)
{
    int32_t place = vocabulary->words.n;
    words_add_all(&vocabulary->words, words, n, places);
    if (vocabulary->words.n > vocabulary->known_room) {
        vocabulary->known_room = 2 * vocabulary->words.n;
        vocabulary->known = xrealloc(vocabulary->known, (size_t)vocabulary->known_room,
                                     sizeof *vocabulary->known);
    }
    if (vocabulary->n_numbers > INT32_MAX - (vocabulary->words.n - place))
        die("more than %d words, those forgotten included", INT32_MAX);
    for (; place < vocabulary->words.n; place++)
        vocabulary->known[place] = (struct vocabulary_word){0, vocabulary->n_numbers++};
}

void vocabulary_meet(struct vocabulary *vocabulary, int32_t *places, size_t n)
{
    /* nothing was forgotten: a word's place is its number, and nobody asks for counts */
    if (!vocabulary->limit)
        return;

    for (size_t i = 0; i < n; i++) {
        struct vocabulary_word *word = &vocabulary->known[places[i]];
        word->count++;
        places[i] = word->number;
    }
}

static void forget(struct vocabulary *vocabulary, int32_t place)
{
    if (vocabulary->n_forgotten == vocabulary->forgotten_room) {
        vocabulary->forgotten_room = 2 * vocabulary->forgotten_room + 65536;
        vocabulary->forgotten =
            xrealloc(vocabulary->forgotten, vocabulary->forgotten_room,
                     sizeof *vocabulary->forgotten);
    }
    uint64_t hash = XXH3_64bits(words_text(&vocabulary->words, place),
                                words_length(&vocabulary->words, place));
    vocabulary->forgotten[vocabulary->n_forgotten++] =
        (struct vocabulary_forgotten){hash, vocabulary->known[place].number};
}

/* Met most often first; then met first. */
static int compare_words(const void *left, const void *right)
{
    const struct vocabulary_word *a = left, *b = right;
    if (a->count != b->count)
        return a->count < b->count ? 1 : -1;
    return a->number < b->number ? -1 : a->number > b->number;
}

void vocabulary_end_block(struct vocabulary *vocabulary)
{
    int32_t n = vocabulary->words.n;
    if (!vocabulary->limit || n <= 2 * vocabulary->limit)
        return;

    struct vocabulary_word *ranked = xcalloc((size_t)n, sizeof *ranked);
    memcpy(ranked, vocabulary->known, (size_t)n * sizeof *ranked);
    qsort(ranked, (size_t)n, sizeof *ranked, compare_words);

    struct vocabulary_word last = ranked[vocabulary->limit - 1];
    struct words kept = {0};
    free(ranked);

    for (int32_t place = 0; place < n; place++) {
        const struct vocabulary_word word = vocabulary->known[place];
        if (compare_words(&word, &last) > 0)
            forget(vocabulary, place);
        else
            vocabulary->known[words_add(&kept, words_text(&vocabulary->words, place),
                                        words_length(&vocabulary->words, place))] = word;
    }

    words_release(&vocabulary->words);
    vocabulary->words = kept;
}

/* What a hash leads to. */
struct target {
    uint64_t hash;
    int32_t place;
};

static int compare_targets(const void *left, const void *right)
{
    const struct target *a = left, *b = right;
    return a->hash < b->hash ? -1 : a->hash > b->hash;
}

/* Numbers that were forgotten lead to their word if it is known again. */
static void lead_forgotten(const struct vocabulary *vocabulary, int32_t *map)
{
    size_t n = (size_t)vocabulary->words.n;
    struct target *targets = xcalloc(n, sizeof *targets);
    for (int32_t place = 0; place < vocabulary->words.n; place++)
        targets[place] =
            (struct target){XXH3_64bits(words_text(&vocabulary->words, place),
                                        words_length(&vocabulary->words, place)),
                            place};

    qsort(targets, n, sizeof *targets, compare_targets);

    for (size_t i = 0; i < vocabulary->n_forgotten; i++) {
        const struct vocabulary_forgotten *forgotten = &vocabulary->forgotten[i];
        struct target key = {forgotten->hash, 0};
        const struct target *found =
            bsearch(&key, targets, n, sizeof *targets, compare_targets);
        map[forgotten->number] = found ? found->place : VOCABULARY_FORGOTTEN;
    }
    free(targets);
}

int32_t *vocabulary_places(const struct vocabulary *vocabulary)
{
    int32_t *map = xcalloc((size_t)vocabulary->n_numbers, sizeof *map);
    for (int32_t place = 0; place < vocabulary->words.n; place++)
        map[vocabulary->known[place].number] = place;
    if (vocabulary->n_forgotten)
        lead_forgotten(vocabulary, map);
    return map;
}

void vocabulary_release(struct vocabulary *vocabulary)
{
    words_release(&vocabulary->words);
    free(vocabulary->known);
    free(vocabulary->forgotten);
    *vocabulary = (struct vocabulary){0};
}
