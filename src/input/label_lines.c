#include "input/label_lines.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "text/words.h"

/* A separator such as @@ within a word that ends at a blank: that is no label. */
static bool holds_double_mark(const char *word, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (word[i] == word[i - 1] && ispunct((unsigned char)word[i]))
            return true;
    return false;
}

/* The first words of lines, and where else they stand. */
struct first_words {
    struct words words;
    int *n_lines; /* that begin with each */
    int n;        /* lines */
    bool is_bare; /* a line has no blank behind a label */
};

static void take_line(struct first_words *first, const char *line, size_t n)
{
    const char *blank = memchr(line, ' ', n);
    size_t word = blank ? (size_t)(blank - line) : 0;
    if (n == 0)
        return;
    first->n++;
    if (!word || holds_double_mark(line, word)) {
        first->is_bare = true;
        return;
    }

    int32_t known = first->words.n, number = words_add(&first->words, line, word);
    if (number == known) {
        first->n_lines = xrealloc(first->n_lines, (size_t)known + 1, sizeof(int));
        first->n_lines[number] = 0;
    }
    first->n_lines[number]++;
}

/* Counts the lines that begin with each. */
static void take_lines(const struct beginning *beginning, struct first_words *first)
{
    const char *head = beginning->text;
    for (size_t at = 0; at < beginning->n && !first->is_bare;) {
        size_t end = at;
        while (end < beginning->n && head[end] != '\n' && head[end] != '\r')
            end++;
        if (end < beginning->n || beginning->whole)
            take_line(first, head + at, end - at);
        at = end + 1;
    }
}

/* How often each first word stands within a line; owned by the caller. */
static int *count_within(const struct beginning *beginning, const struct words *words)
{
    int *counts = xcalloc((size_t)words->n + 1, sizeof *counts);
    const char *head = beginning->text;
    for (size_t at = 0; at < beginning->n;) {
        size_t end = at;
        while (end < beginning->n && !strchr(" \r\n", head[end]))
            end++;
        bool is_within = at > 0 && head[at - 1] == ' ';
        int32_t number =
            is_within && end > at ? words_find(words, head + at, end - at) : -1;
        if (number >= 0)
            counts[number]++;
        at = end + 1;
    }
    return counts;
}

/* Words of a language begin lines and stand within them; labels seldom do. */
static bool stand_within(const struct beginning *beginning,
                         const struct first_words *first)
{
    int *within = count_within(beginning, &first->words);
    int n_such = 0;
    for (int32_t i = 0; i < first->words.n; i++)
        n_such += within[i] * 20 > first->n ? first->n_lines[i] : 0;
    free(within);
    return n_such * 10 > first->n * 6;
}

/* Words that begin sentences and are no class's name. */
static bool is_function_word(const char *word)
{
    static const char *const words[] = {
        "the",  "this",  "that", "these", "those", "an",  "my",   "his",  "her",  "our",
        "your", "their", "its",  "it",    "he",    "she", "we",   "they", "you",  "i'm",
        "it's", "there", "what", "when",  "how",   "if",  "and",  "but",  "is",   "was",
        "der",  "die",   "das",  "ein",   "eine",  "ich", "wir",  "sie",  "es",   "nicht",
        "le",   "la",    "les",  "un",    "une",   "je",  "nous", "il",   "elle", "ce",
        "el",   "los",   "las",  "una",   "yo",    "gli", "che",  "non",  "uma",  "het",
        "een",  "ik",    "wij",  "de"};
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (!strcasecmp(word, words[i]))
            return true;
    return false;
}

/* A fifth of the lines, by two such words or more. */
static bool begin_sentences(const struct first_words *first)
{
    int n_words = 0, n_lines = 0;
    for (int32_t i = 0; i < first->words.n; i++)
        if (is_function_word(words_text(&first->words, i))) {
            n_words++;
            n_lines += first->n_lines[i];
        }
    return n_words > 1 && n_lines * 5 >= first->n;
}

/* Names of classes within classes, as DESC:manner: no word of a sentence is one. */
static bool are_compound(const struct first_words *first)
{
    for (int32_t i = 0; i < first->words.n; i++) {
        const char *word = words_text(&first->words, i), *mark = strchr(word, ':');
        if (!mark || mark == word || !isalnum((unsigned char)mark[1]))
            return false;
    }
    return true;
}

bool label_lines_are(const struct beginning *beginning)
{
    enum { SORTED_LINES = 20, FEW_WORDS = 4 };
    struct first_words first = {0};
    int n_single = 0;
    take_lines(beginning, &first);
    for (int32_t i = 0; i < first.words.n; i++)
        n_single += first.n_lines[i] == 1;

    int n = first.words.n;
    bool alike = n > 0 && !first.is_bare && (n > 1 || first.n >= SORTED_LINES) &&
                 n * (n > FEW_WORDS ? 5 : 2) <= first.n &&
                 (n <= FEW_WORDS || n_single * 10 <= n || are_compound(&first)) &&
                 !stand_within(beginning, &first) && !begin_sentences(&first);
    words_release(&first.words);
    free(first.n_lines);
    return alike;
}
