/* N-grams: one to N words that stand side by side, as features of texts.
 *
 * `struct ngrams` is the list of those that are kept, as plain data: rnnprep counts and
 * writes it, data sets and checkpoints store it (data/ngrams_file.h). `struct
 * ngram_table` finds them in texts. Words are all that text_cut gives, not only those
 * with ids, and with `punctuation` also what it leaves out of ! ? . , ; : ( ) " -, each
 * a word of its own; stop words count as if they were not there. A text has a feature or
 * has it not: how often is not asked. Nothing here is collective or prints.
 */
#ifndef RNNTRAIN_TEXT_NGRAMS_H
#define RNNTRAIN_TEXT_NGRAMS_H

#include "text/text.h"

enum { NGRAMS_MOST_WORDS = 5 }; /* of one n-gram */

/* All arrays are owned; ngrams_release. An all-zero struct has none (n 0). Features are
 * numbered by falling number of documents, then by rising number of words, then by the
 * words' numbers, first to last; words by falling number of documents, then by their
 * bytes. Every word and every part of a feature is a feature too, so a parent has a
 * smaller number than its children. */
struct ngrams {
    int n;              /* N: words of the longest, 1 .. NGRAMS_MOST_WORDS */
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

/* What no ngrams_file, however damaged, may make a table of: ERR_FORMAT names the row.
 * `source` begins the message: a path and a group. */
int ngrams_check(const struct ngrams *ngrams, const char *source) NODISCARD;

/* Whether two lists number the same n-grams alike. */
bool ngrams_are_equal(const struct ngrams *a, const struct ngrams *b);

/* The numbers of a feature's words, first to last; returns how many there are. */
int ngrams_words_of(const struct ngrams *ngrams, int32_t feature,
                    int32_t words[NGRAMS_MOST_WORDS]);

/* A feature's words with blanks between them; and `2 words: 7, most documents have "of
 * the", "in the", ...` of those of n_words words. The caller's to free. */
char *ngrams_text(const struct ngrams *ngrams, int32_t feature);
char *ngrams_describe(const struct ngrams *ngrams, int n_words);

/* Finds the features of texts. `ngrams` was checked and is borrowed until
 * ngram_table_free (NULL is fine). Any number of threads use one table. */
struct ngram_table;
struct ngram_table *ngram_table_new(const struct ngrams *ngrams);
void ngram_table_free(struct ngram_table *table);

/* The text of word 0 .. n_words - 1, with a final '\0'; borrowed. */
const char *ngram_table_word(const struct ngram_table *table, int32_t word);

/* The number of a word, or -1. */
int32_t ngram_table_find_word(const struct ngram_table *table, const char *text,
                              size_t n);

/* What a text has; zeroed at first, used again for the next text; one a thread. */
struct ngram_features {
    uint32_t *index; /* (n) ascending, each once */
    size_t n, room;
    struct text_cut cut; /* private, as is the rest */
    int32_t *words, *found;
    uint32_t *spare;
    size_t words_room;
};

/* The features of n_bytes of valid UTF-8, cut by the tokenizer that the n-grams were
 * counted with. */
void ngram_table_features(const struct ngram_table *table,
                          const struct text_tokenizer *tokenizer, const char *text,
                          size_t n_bytes, struct ngram_features *features);
/* The same of n words by their numbers, -1 for one that is none of the table's. */
void ngram_table_find(const struct ngram_table *table, const int32_t *words, size_t n,
                      struct ngram_features *features);
void ngram_features_release(struct ngram_features *features);

/* The feature of n words side by side, 1 .. NGRAMS_MOST_WORDS; -1: they are none. */
int32_t ngram_table_feature(const struct ngram_table *table, const int32_t *words,
                            size_t n);

#endif
