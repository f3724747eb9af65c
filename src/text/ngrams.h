/* N-grams: one to N words that stand side by side, and of each word one to M characters,
 * as features of texts.
 *
 * `struct ngrams` is the list of those that are kept, as plain data: rnnprep counts and
 * writes it, data sets and checkpoints store it (data/ngrams_file.h). `struct
 * ngram_table` finds them in texts. Words are all that text_cut gives, not only those
 * with ids, and with `punctuation` also what it leaves out of ! ? . , ; : ( ) " -, each
 * a word of its own; stop words count as if they were not there. Characters are Unicode's
 * code points, of words and not of marks; a word's beginning and its end are one more
 * each, as in scikit-learn's analyzer "char_wb". A text has a feature or has it not: how
 * often is not asked. Nothing here is collective or prints.
 */
#ifndef RNNTRAIN_TEXT_NGRAMS_H
#define RNNTRAIN_TEXT_NGRAMS_H

#include "text/text.h"

enum { NGRAMS_MOST_WORDS = 5 }; /* of one n-gram, or characters */

/* Where characters are features, each is one of the words below: its bytes behind this
 * one, which alone is a word's beginning or end. Words of texts that begin with it are
 * as words that are none of the list's. */
enum { NGRAMS_CHARACTER = 1, NGRAMS_CHARACTER_BYTES = 5 };

static inline bool ngrams_is_character(const char *word, size_t n)
{
    return n > 0 && *word == NGRAMS_CHARACTER;
}

/* The character that valid UTF-8 begins with, as a word of the list; returns its
 * bytes. */
size_t ngrams_character(const char *text, struct word *character,
                        char bytes[NGRAMS_CHARACTER_BYTES]);

/* All arrays are owned; ngrams_release. An all-zero struct has none (n 0). Features are
 * numbered by falling number of documents, then by rising number of words, then by the
 * words' numbers, first to last; words by falling number of documents, then by their
 * bytes. Every word and every part of a feature is a feature too, so a parent has a
 * smaller number than its children. */
struct ngrams {
    int n;              /* N: words of the longest, 1 .. NGRAMS_MOST_WORDS */
    int characters;     /* M: of the longest, 1 .. NGRAMS_MOST_WORDS; 0: none */
    bool punctuation;   /* its marks are words */
    int32_t n_words;    /* distinct ones */
    int32_t n_features; /* F */
    size_t n_bytes;     /* of words */
    char *words;        /* n_words texts, each with its '\0' */
    int32_t *parent; /* (F) the feature of all words but the last; -1: of a word alone */
    int32_t *last;   /* (F) the last word, 0 .. n_words - 1 */
    int32_t *documents; /* (F) training documents that have it, 1 or more, falling */
};

void ngrams_release(struct ngrams *ngrams);

/* Of the longest n-gram, words or characters. */
static inline int ngrams_longest(const struct ngrams *ngrams)
{
    return ngrams->characters > ngrams->n ? ngrams->characters : ngrams->n;
}

/* What no ngrams_file, however damaged, may make a table of: ERR_FORMAT names the row.
 * `source` begins the message: a path and a group. */
int ngrams_check(const struct ngrams *ngrams, const char *source) NODISCARD;

/* Whether two lists number the same n-grams alike. */
bool ngrams_are_equal(const struct ngrams *a, const struct ngrams *b);

/* Of each feature whether it is of characters, (F) of the caller's to free. */
bool *ngrams_find_spelled(const struct ngrams *ngrams);

/* The numbers of a feature's words, first to last; returns how many there are. */
int ngrams_words_of(const struct ngrams *ngrams, int32_t feature,
                    int32_t words[NGRAMS_MOST_WORDS]);

/* The n words of a feature with blanks between them, of characters as `un*`, `*ing` or
 * `*ti*` within words, `*` of any word; as they are listed, and by their feature. The
 * caller's to free. */
char *ngrams_join(const char *const *words, int n);
char *ngrams_text(const struct ngrams *ngrams, int32_t feature);

/* How many there are and of what; and this with a line for each length, `2 words: 7, most
 * documents have "of the", "in the", ...`, n lines. The caller's to free. */
char *ngrams_title(const struct ngrams *ngrams);
char **ngrams_describe(const struct ngrams *ngrams, size_t *n);

/* Finds the features of texts. `ngrams` was checked and is borrowed until
 * ngram_table_free (NULL is fine). Any number of threads use one table. */
struct ngram_table;
struct ngram_table *ngram_table_new(const struct ngrams *ngrams);
void ngram_table_free(struct ngram_table *table);

/* ngrams_text of a feature; the caller's to free. */
char *ngram_table_text(const struct ngram_table *table, int32_t feature);

/* The number of a word, or -1. */
int32_t ngram_table_find_word(const struct ngram_table *table, const char *text,
                              size_t n);

/* What a text has; zeroed at first, used again for the next text; one a thread. */
struct ngram_features {
    uint32_t *index; /* (n) ascending, each once */
    size_t n, room;
    struct text_cut cut; /* private, as is the rest */
    int32_t *words, *word_of, *found;
    uint32_t *spare;
    size_t words_room;
};

/* The features of n_bytes of valid UTF-8, cut by the tokenizer that the n-grams were
 * counted with. */
void ngram_table_features(const struct ngram_table *table,
                          const struct text_tokenizer *tokenizer, const char *text,
                          size_t n_bytes, struct ngram_features *features);
/* A cut's words by their numbers, -1 for one that is none of the table's, and behind them
 * the characters of each, between -1 and -1; returns how many. `word_of` has which of
 * the cut each is of. Both are borrowed until the next text. */
size_t ngram_table_words(const struct ngram_table *table,
                         const struct text_tokenizer *tokenizer,
                         const struct text_cut *cut, struct ngram_features *features);
/* The features of n of such numbers. */
void ngram_table_find(const struct ngram_table *table, const int32_t *words, size_t n,
                      struct ngram_features *features);
void ngram_features_release(struct ngram_features *features);

/* The feature of n words side by side, 1 .. NGRAMS_MOST_WORDS; -1: they are none. */
int32_t ngram_table_feature(const struct ngram_table *table, const int32_t *words,
                            size_t n);

#endif
