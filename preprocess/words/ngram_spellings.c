#include "words/ngram_spellings.h"

#include <stdlib.h>

#include "text/ngrams.h"

/* The characters of a word to `to`, which has room for each of its bytes and two more;
 * returns how many. */
static size_t spell(struct words *characters, const char *word, size_t n, int32_t *to)
{
    const char boundary = NGRAMS_CHARACTER;
    size_t n_spelled = 0;

    to[n_spelled++] = words_add(characters, &boundary, 1);
    for (size_t i = 0; i < n;) {
        char bytes[NGRAMS_CHARACTER_BYTES];
        struct word character;
        i += ngrams_character(word + i, &character, bytes);
        to[n_spelled++] = words_add(characters, character.text, character.n);
    }
    to[n_spelled++] = words_add(characters, &boundary, 1);
    return n_spelled;
}

void ngram_spellings_make(const struct vocabulary *vocabulary, int32_t first,
                          struct ngram_spellings *spellings)
{
    const struct words *words = &vocabulary->words;
    size_t n_words = (size_t)words->n, n = 0;

    *spellings = (struct ngram_spellings){
        .places = vocabulary_places(vocabulary),
        .n_numbers = vocabulary->n_numbers,
        .start = xcalloc(n_words + 1, sizeof *spellings->start),
        .spelled = xcalloc(words->n_bytes + 2 * n_words, sizeof *spellings->spelled)};

    for (int32_t word = 0; word < words->n; word++) {
        spellings->start[word] = n;
        n += spell(&spellings->characters, words_text(words, word),
                   words_length(words, word), spellings->spelled + n);
    }
    spellings->start[n_words] = n;

    spellings->map = xcalloc((size_t)spellings->characters.n, sizeof *spellings->map);
    for (int32_t i = 0; i < spellings->characters.n; i++)
        spellings->map[i] = first + i;
}

void ngram_spellings_release(struct ngram_spellings *spellings)
{
    words_release(&spellings->characters);
    free(spellings->map);
    free(spellings->places);
    free(spellings->start);
    free(spellings->spelled);
    *spellings = (struct ngram_spellings){0};
}

size_t ngram_spelling(const struct ngram_spellings *spellings, int32_t number,
                      const int32_t **characters)
{
    int32_t word = spellings->places[number];
    if (word < 0)
        return 0;

    *characters = spellings->spelled + spellings->start[word];
    return spellings->start[word + 1] - spellings->start[word];
}
