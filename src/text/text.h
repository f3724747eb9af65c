/* From texts to ids: Keras's Tokenizer and pad_sequences, byte for byte (see the sources
 * named below), and what Keras has not. Shared by rnnprep, which fits a vocabulary, and
 * by predict, which applies one.
 *
 * Text is UTF-8. A document is cut into words; words are counted over all training
 * documents in their order and numbered by frequency; then the tokenizer is only read.
 * Nothing here is collective or prints.
 *
 * Source: keras-preprocessing 1.1.2 text.py (class Tokenizer) and sequence.py
 * (pad_sequences); Keras 3 keeps the same code in keras/src/legacy/preprocessing/text.py.
 */
#ifndef RNNTRAIN_TEXT_TEXT_H
#define RNNTRAIN_TEXT_TEXT_H

#include "text/words.h"

/* What becomes of <[^>]+> before anything else (not Keras's: its notebook does it by
 * hand). HTML: a space for each, then character references (&eacute; &#39;) are
 * decoded. */
enum text_tags { TEXT_TAGS_REMOVE, TEXT_TAGS_SPACE, TEXT_TAGS_HTML, TEXT_TAGS_KEEP };

/* Where words end: at `split`, once filters have become one (Keras's way); at Unicode's
 * word boundaries, with ICU's dictionaries for scripts without spaces, punctuation left
 * out; behind every character, none filtered (Keras's char_level). */
enum text_segment { TEXT_SEGMENT_SPLIT, TEXT_SEGMENT_ICU, TEXT_SEGMENT_CHAR };

/* Unicode's normal forms (not Keras's). */
enum text_form { TEXT_FORM_NONE, TEXT_FORM_NFC, TEXT_FORM_NFKC };

/* What Keras's TextVectorization does to a text before it is split: A to Z become small,
 * and the 32 ASCII punctuation marks vanish, so that "don't" is the word "dont". */
enum text_standard {
    TEXT_STANDARD_NONE,
    TEXT_STANDARD_LOWER,
    TEXT_STANDARD_STRIP,
    TEXT_STANDARD_LOWER_STRIP
};

/* The names of the above in options and files, NULL at the end. */
extern const char *const text_tag_names[];
extern const char *const text_segment_names[];
extern const char *const text_form_names[];
extern const char *const text_standard_names[]; /* of them, Keras's own names */

/* What `Tokenizer(...)` and pad_sequences take. Strings are owned by whoever owns the
 * struct. */
struct text_options {
    enum text_tags tags;
    enum text_form form;
    enum text_standard standard;
    enum text_segment segment;
    char *filters;   /* UTF-8 characters that become a split; NULL: Keras's default set */
    bool lower;      /* full Unicode lower-casing, as Python's str.lower() */
    char *split;     /* separator between words; NULL: a space */
    char *oov_token; /* NULL: unknown words are dropped */
    char **stop_words; /* words that are left out everywhere (not Keras's) */
    int n_stop_words;
    /* 3, as keras.datasets.imdb: ids are index + 3, a text begins with id 1, words at or
     * beyond num_words have 2; 0: as Tokenizer */
    int index_from;
    /* With index_from: words that the index lacks are dropped, as they are there; false:
     * they have 2 too, as older records of this program have it. */
    bool drops_missing;
    int num_words;     /* ids below it are kept: num_words - 1 words; 0: all */
    bool pad_pre;      /* pads in front (Keras's default) or behind */
    bool truncate_pre; /* a long text loses its beginning (Keras's default) or its end */
    int maxlen;        /* ids a row, 1 or more */
};

struct text_tokenizer; /* opaque: settings, word counts and the index */

/* A tokenizer with no words yet; copies `options`. Free with text_free (NULL is fine). */
struct text_tokenizer *text_new(const struct text_options *options);
void text_free(struct text_tokenizer *tokenizer);
const struct text_options *text_settings(const struct text_tokenizer *tokenizer);
/* Other values of num_words and maxlen, which cutting and counting do not ask. */
void text_set_rows(struct text_tokenizer *tokenizer, int num_words, int maxlen);

/* The words of a document. Zeroed at first, used again for the next document; one a
 * thread. */
struct text_cut {
    bool keeps_marks;   /* of the caller: those of text_mark too, as words of their own */
    struct word *words; /* borrowed until the next document */
    size_t n, room;
    struct text_trace *trace; /* of the caller: where words stand is noted; or NULL */
    char *buffer[2];          /* private, as is the rest */
    size_t buffer_room[2];
    struct UBreakIterator *breaks;
};

/* Cuts n_bytes of valid UTF-8 into words, stop words among them. Any number of
 * threads. */
void text_cut(const struct text_tokenizer *tokenizer, const char *text, size_t n_bytes,
              struct text_cut *cut);
void text_cut_release(struct text_cut *cut);

/* The number of a word that is one only of a cut that keeps marks, or -1: one of
 * ! ? . , ; : ( ) " - that is a filter, or with TEXT_SEGMENT_ICU any of these and of
 * their wide forms in Chinese and Japanese. TEXT_SEGMENT_CHAR has none: there every
 * character is a word anyway. */
enum { TEXT_MARKS = 22 };
int text_mark_number(const struct text_tokenizer *tokenizer, const char *word, size_t n);
/* The mark of a number, as a text. */
const char *text_mark(int number);
/* Whether it is a stop word. */
bool text_is_stop(const struct text_tokenizer *tokenizer, const char *word, size_t n);

/* Counts the words of one document of `n_bytes` of valid UTF-8. */
void text_fit(struct text_tokenizer *tokenizer, const char *text, size_t n_bytes);

/* What text_fit does, for words that are counted elsewhere. text_find_numbers: a place
 * for each word, from 0; new words are to come in the order of their first appearance;
 * TEXT_STOP for a stop word; see words_add_all. text_add_counts: times the word at a
 * place was seen, and in how many documents. text_add_documents: documents in all. */
enum { TEXT_STOP = -1 };
void text_find_numbers(struct text_tokenizer *tokenizer, const struct word *words,
                       size_t n, int32_t *numbers);
void text_add_counts(struct text_tokenizer *tokenizer, int32_t number, int64_t count,
                     int64_t n_documents);
void text_add_documents(struct text_tokenizer *tokenizer, int64_t n);

/* Orders words by count, ties by first appearance, and numbers them from 1. Words that
 * were seen less than max(1, min_count) times get no index. */
void text_freeze(struct text_tokenizer *tokenizer, int64_t min_count);
/* The id of the word at a place; 0: it has none below num_words. */
int32_t text_known_id(const struct text_tokenizer *tokenizer, int32_t number);
/* What stands for words without an id: the OOV token's, or 0: they are dropped; and for
 * those that the index has at or beyond num_words, which keras.datasets.imdb does not
 * drop. */
int32_t text_unknown_id(const struct text_tokenizer *tokenizer);
int32_t text_beyond_id(const struct text_tokenizer *tokenizer);
/* Whether the index has the word at a place at or beyond num_words. */
bool text_is_beyond(const struct text_tokenizer *tokenizer, int32_t number);
/* The id that every text begins with; 0: there is none. */
int32_t text_start_id(const struct text_tokenizer *tokenizer);

/* Words known after freezing, and the word of index 1 .. text_n_words ("" otherwise;
 * borrowed until text_free). text_word_count: how often it was seen in fitting. */
int text_n_words(const struct text_tokenizer *tokenizer);
const char *text_word(const struct text_tokenizer *tokenizer, int index);
int64_t text_word_count(const struct text_tokenizer *tokenizer, int index);

/* The largest id that text_encode can give: what the rows of an embedding must exceed. */
int text_max_id(const struct text_tokenizer *tokenizer);

/* What a document became. `ids` is grown as needed and reused; text_ids_release. */
struct text_ids {
    int32_t *ids;
    int32_t *word_of; /* (n) which word of the cut each is of; -1: of none */
    size_t n, capacity;
    size_t n_words;   /* of the document, stop words left out */
    size_t n_unknown; /* of them outside the vocabulary: dropped, or the OOV token's id */
    struct text_cut cut; /* private */
};

/* All ids of a document before padding. */
void text_encode(const struct text_tokenizer *tokenizer, const char *text, size_t n_bytes,
                 struct text_ids *result);
void text_ids_release(struct text_ids *result);

/* pad_sequences of one row: writes exactly `maxlen` ids to `row`; returns the ids
 * kept. */
int text_pad(const struct text_options *options, const int32_t *ids, size_t n_ids,
             int32_t *row);

/* Keras's `Tokenizer.to_json()` (nested values are JSON strings, as Keras writes them)
 * and its reader. `kept_only` leaves out the words that no id below num_words names,
 * which is what a checkpoint stores. `source` names the text in messages; maxlen and both
 * sides come from `padding`. The text is the caller's to free. */
char *text_to_json(const struct text_tokenizer *tokenizer, bool kept_only);
int text_from_json(const char *json, const char *source,
                   const struct text_options *padding,
                   struct text_tokenizer **tokenizer) NODISCARD;

/* JSON of many words that text_to_json wrote `kept_only`, as it would be written again
 * once text_from_json has read it: in the order of the index. It is looked through, but
 * no tokenizer is made of it, which takes a fifth of the time. *max_id: text_max_id. The
 * text is the caller's to free. False: it is any other JSON, right or wrong. */
bool text_order_json(const char *json, const struct text_options *padding, char **ordered,
                     int *max_id);

/* The tokenizer of a file that somebody made with Keras: to_json(), also dumped once more
 * as a JSON string; get_config(); {"word_index": {...}} or {"word": id, ...} alone; a
 * pickle of any of them or of the Tokenizer. A byte order mark is passed over. *assumed:
 * what the file did not say, for people; NULL: nothing; the caller's to free. */
int text_from_file(const char *path, const struct text_options *padding,
                   struct text_tokenizer **tokenizer, char **assumed) NODISCARD;
/* The same of n bytes. */
int text_from_bytes(const char *bytes, size_t n, const char *source,
                    const struct text_options *padding, struct text_tokenizer **tokenizer,
                    char **assumed) NODISCARD;

/* The tokenizer of keras.datasets.imdb from its word index, {"the": 1, "and": 2, ...}, in
 * any of the forms above, also with 3 added already, {"<START>": 1, "<UNK>": 2, "the": 4,
 * ...}: see index_from; words are cut as Tokenizer does. `options`: num_words and
 * padding. */
int text_from_word_index_file(const char *path, const struct text_options *options,
                              struct text_tokenizer **tokenizer) NODISCARD;
/* The same of n bytes. */
int text_from_word_index(const char *bytes, size_t n, const char *source,
                         const struct text_options *options,
                         struct text_tokenizer **tokenizer) NODISCARD;

/* The text without tags, or with a space for each, to `stripped` (n_bytes), which may be
 * `text`; returns the new length. */
size_t text_strip_tags(const char *text, size_t n_bytes, enum text_tags tags,
                       char *stripped);

/* Whether a string is valid UTF-8, which JSON asks for; NULL is. */
bool text_is_utf8(const char *text);

/* Makes UTF-8 valid: each maximal invalid part becomes U+FFFD, as Python's
 * errors="replace" does; so does NUL, which no C string holds. Returns the number of
 * replacements; where it is not 0, *clean is a new string of *n_clean bytes, the caller's
 * to free, and *first_bad the offset of the first bad byte. */
size_t text_repair_utf8(const char *text, size_t n_bytes, char **clean, size_t *n_clean,
                        size_t *first_bad);

/* What text_cut knows of Unicode and HTML, as tables for programs that are to cut as it
 * does; each returns how many there are and allocates them, the caller's to free.
 *
 * Simple lower-case mappings, ascending: every step-th character from first to last has
 * its own so far away. What they lack of full ones are U+0130 and the final sigma. */
struct text_mapping {
    uint32_t first, last, step;
    int32_t distance;
};
size_t text_lower_mappings(struct text_mapping **mappings);

/* The characters that have a property: where runs of them begin and end, in turns. */
enum text_property { TEXT_CASED, TEXT_CASE_IGNORABLE };
size_t text_property_bounds(enum text_property property, uint32_t **bounds);

/* Named characters, such as eacute; the names are borrowed for ever. */
struct text_reference {
    const char *name;
    uint32_t character;
};
size_t text_references(struct text_reference **references);

#endif
