/* The list of n-grams: what stands in a file, and whether it can be one. */
#include "text/ngrams.h"

#include <stdlib.h>
#include <string.h>

#include "base/say.h"

size_t ngrams_character(const char *text, struct word *character,
                        char bytes[NGRAMS_CHARACTER_BYTES])
{
    unsigned char first = (unsigned char)*text;
    size_t n = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;

    bytes[0] = NGRAMS_CHARACTER;
    memcpy(bytes + 1, text, n);
    *character = (struct word){bytes, n + 1};
    return n;
}

void ngrams_release(struct ngrams *ngrams)
{
    free(ngrams->words);
    free(ngrams->parent);
    free(ngrams->last);
    free(ngrams->documents);
    *ngrams = (struct ngrams){0};
}

/* How many words there are; 0: the last one does not end. */
static int32_t count_words(const struct ngrams *ngrams)
{
    int32_t n = 0;
    if (ngrams->n_bytes == 0 || ngrams->words[ngrams->n_bytes - 1])
        return 0;
    for (size_t i = 0; i < ngrams->n_bytes; i++)
        n += !ngrams->words[i] && n < INT32_MAX;
    return n;
}

static int check_words(const struct ngrams *ngrams, const char *source)
{
    const char *word = ngrams->words;
    int32_t n = count_words(ngrams);
    if (n != ngrams->n_words)
        return fail(ERR_FORMAT, "%s/words: %d words that end in 0, expected %d", source,
                    n, ngrams->n_words);

    struct words known = {0};
    int rc = OK;
    for (int32_t i = 0; i < n && !rc; i++, word += strlen(word) + 1) {
        const char *fault = !*word                                       ? "is empty"
                            : !text_is_utf8(word)                        ? "is not UTF-8"
                            : words_add(&known, word, strlen(word)) != i ? "stands twice"
                                                                         : NULL;
        if (fault)
            rc = fail(ERR_FORMAT, "%s/words: word %d %s", source, i, fault);
    }
    words_release(&known);
    return rc;
}

/* What is wrong with feature i; NULL: nothing. *lengths has the words of each before
 * it. */
static const char *find_fault(const struct ngrams *ngrams, int32_t i, char *lengths)
{
    int32_t parent = ngrams->parent[i], documents = ngrams->documents[i];

    if (parent < -1 || parent >= i)
        return "parent: expected -1 or an n-gram before it";
    lengths[i] = (char)(parent < 0 ? 1 : lengths[parent] + 1);

    if (lengths[i] > ngrams_longest(ngrams))
        return "parent: more words than attribute n, or characters";
    if (ngrams->last[i] < 0 || ngrams->last[i] >= ngrams->n_words)
        return "last: no word has this number";
    if (documents < 1 || (i > 0 && documents > ngrams->documents[i - 1]))
        return "documents: expected 1 or more, falling";
    return NULL;
}

/* Words alone are as many as there are words and come in their order: so each is there
 * once. */
static int check_features(const struct ngrams *ngrams, const char *source)
{
    char *lengths = xcalloc((size_t)ngrams->n_features, 1);
    int32_t n_alone = 0;
    int rc = OK;

    for (int32_t i = 0; i < ngrams->n_features && !rc; i++) {
        const char *fault = find_fault(ngrams, i, lengths);
        if (!fault && ngrams->parent[i] < 0 && ngrams->last[i] != n_alone++)
            fault = "last: words alone stand in their order";
        if (fault)
            rc = fail(ERR_FORMAT, "%s: row %d of %s", source, i, fault);
    }

    if (!rc && n_alone != ngrams->n_words)
        rc = fail(ERR_FORMAT, "%s: %d words stand alone, expected all %d", source,
                  n_alone, ngrams->n_words);
    free(lengths);
    return rc;
}

int ngrams_check(const struct ngrams *ngrams, const char *source)
{
    int rc = OK;
    if (ngrams->n < 1 || ngrams->n > NGRAMS_MOST_WORDS)
        return fail(ERR_FORMAT, "%s: attribute n is %d, expected 1 to %d", source,
                    ngrams->n, NGRAMS_MOST_WORDS);
    if (ngrams->characters < 0 || ngrams->characters > NGRAMS_MOST_WORDS)
        return fail(ERR_FORMAT, "%s: attribute characters is %d, expected 0 to %d",
                    source, ngrams->characters, NGRAMS_MOST_WORDS);

    rc = check_words(ngrams, source);
    return rc ? rc : check_features(ngrams, source);
}

bool ngrams_are_equal(const struct ngrams *a, const struct ngrams *b)
{
    size_t bytes = (size_t)a->n_features * sizeof *a->parent;

    return a->n == b->n && a->characters == b->characters &&
           a->punctuation == b->punctuation && a->n_features == b->n_features &&
           a->n_bytes == b->n_bytes && !memcmp(a->words, b->words, a->n_bytes) &&
           !memcmp(a->parent, b->parent, bytes) && !memcmp(a->last, b->last, bytes);
}

/* Of each word whether it is a character. */
static bool *find_characters(const struct ngrams *ngrams)
{
    bool *are_characters = xcalloc((size_t)ngrams->n_words, sizeof *are_characters);
    const char *word = ngrams->words;

    for (int32_t i = 0; i < ngrams->n_words; i++, word += strlen(word) + 1)
        are_characters[i] = ngrams->characters && ngrams_is_character(word, strlen(word));
    return are_characters;
}

bool *ngrams_find_spelled(const struct ngrams *ngrams)
{
    bool *is_spelled = xcalloc((size_t)ngrams->n_features, sizeof *is_spelled);
    bool *are_characters = find_characters(ngrams);

    for (int32_t i = 0; i < ngrams->n_features; i++)
        is_spelled[i] = ngrams->parent[i] < 0 ? are_characters[ngrams->last[i]]
                                              : is_spelled[ngrams->parent[i]];
    free(are_characters);
    return is_spelled;
}

int ngrams_words_of(const struct ngrams *ngrams, int32_t feature,
                    int32_t words[NGRAMS_MOST_WORDS])
{
    int n = 0;
    for (int32_t i = feature; i >= 0; i = ngrams->parent[i])
        n++;
    for (int32_t i = feature, k = n; i >= 0; i = ngrams->parent[i])
        words[--k] = ngrams->last[i];
    return n;
}

/* The bytes of a word. */
static const char *word_text(const struct ngrams *ngrams, int32_t word)
{
    const char *text = ngrams->words;
    for (int32_t i = 0; i < word; i++)
        text += strlen(text) + 1;
    return text;
}

char *ngrams_join(const char *const *words, int n)
{
    bool is_spelled = ngrams_is_character(words[0], strlen(words[0]));
    size_t room = 3;
    for (int i = 0; i < n; i++)
        room += strlen(words[i]) + 1;

    char *text = xcalloc(room, 1), *to = text;
    if (is_spelled && words[0][1])
        *to++ = '*'; /* it does not begin the word */
    for (int i = 0; i < n; i++) {
        if (i && !is_spelled)
            *to++ = ' ';
        to = stpcpy(to, words[i] + is_spelled);
    }
    if (is_spelled && (words[n - 1][1] || !*text)) /* a beginning alone: of any word */
        *to = '*';
    return text;
}

char *ngrams_text(const struct ngrams *ngrams, int32_t feature)
{
    int32_t numbers[NGRAMS_MOST_WORDS] = {0};
    const char *words[NGRAMS_MOST_WORDS];
    int n = ngrams_words_of(ngrams, feature, numbers);

    for (int i = 0; i < n; i++)
        words[i] = word_text(ngrams, numbers[i]);
    return ngrams_join(words, n);
}

/* `2 words: 7, most documents have "of the", "in the", ...` */
static char *describe(const struct ngrams *ngrams, int length, bool of_characters,
                      const bool *is_spelled)
{
    enum { EXAMPLES = 3 };
    int32_t words[NGRAMS_MOST_WORDS], n = 0;
    char *examples = xstrdup("");

    for (int32_t i = 0; i < ngrams->n_features; i++) {
        if (ngrams_words_of(ngrams, i, words) != length ||
            is_spelled[i] != of_characters || ++n > EXAMPLES)
            continue;
        char *text = ngrams_text(ngrams, i);
        char *more = xasprintf("%s%s \"%s\"", examples, n > 1 ? "," : "", text);
        free(text);
        free(examples);
        examples = more;
    }

    char *line =
        xasprintf("%d %s%s: %d%s%s", length, of_characters ? "character" : "word",
                  plural(length), n, n ? ", most documents have" : "", examples);
    free(examples);
    return line;
}

char *ngrams_title(const struct ngrams *ngrams)
{
    char *characters =
        ngrams->characters
            ? xasprintf(" and of 1 to %d characters of a word", ngrams->characters)
            : xstrdup("");
    char *title =
        xasprintf("%d of 1 to %d words%s, punctuation %s", ngrams->n_features, ngrams->n,
                  characters, ngrams->punctuation ? "kept" : "left out");
    free(characters);
    return title;
}

char **ngrams_describe(const struct ngrams *ngrams, size_t *n)
{
    size_t most = 1 + (size_t)ngrams->n + (size_t)ngrams->characters;
    char **lines = xcalloc(most, sizeof *lines);
    bool *is_spelled = ngrams_find_spelled(ngrams);

    *n = 0;
    lines[(*n)++] = ngrams_title(ngrams);
    for (int k = 1; k <= ngrams->n; k++)
        lines[(*n)++] = describe(ngrams, k, false, is_spelled);
    for (int k = 1; k <= ngrams->characters; k++)
        lines[(*n)++] = describe(ngrams, k, true, is_spelled);
    free(is_spelled);
    return lines;
}
