/* What the sources of this folder share: the inside of a tokenizer. */
#ifndef RNNTRAIN_TEXT_PRIVATE_H
#define RNNTRAIN_TEXT_PRIVATE_H

#include "text/text.h"
#include "text/words.h"

#include <jansson.h>
#include <unicode/ucasemap.h>

/* What is known of a word, by its number. */
struct text_entry {
    int64_t count;       /* times seen in fitting */
    int64_t n_documents; /* documents it was seen in */
    int32_t index;       /* once frozen; 0: a stop word, or none */
    bool is_stop;
};

struct text_tokenizer {
    struct text_options options; /* owned copies */
    bool is_filter[128];         /* ASCII filters; options.filters has those beyond */
    bool has_wide_filters;       /* there are some beyond */
    uint8_t mark_of[128];        /* 1 + text_mark_number of the byte; 0: none */
    bool by_table; /* lower-casing and filtering of ASCII are one look-up: */
    char table[256];
    struct text_range {
        uint8_t first, width;
    } splits[128]; /* bytes first .. first + width that the table makes a split */
    int n_splits;
    UCaseMap *case_map;
    struct words words;         /* in order of addition */
    struct text_entry *entries; /* (words.n) */
    int32_t capacity;           /* of entries */
    int64_t n_documents;
    int32_t *by_index; /* number of the word of index text_first_index() + i */
    int32_t n_indexed;
};

/* Index of the most frequent word: 1, or 2 where the OOV token has 1. */
int text_first_index(const struct text_tokenizer *tokenizer);

/* text_max_id where `last` is the last index. */
int text_max_id_of(const struct text_tokenizer *tokenizer, int last);

/* Number of the word, added if there is none yet. */
int32_t text_add_word(struct text_tokenizer *tokenizer, const char *text, size_t n);

/* Prepares what text_cut looks up, from the options. */
void text_prepare_cut(struct text_tokenizer *tokenizer);
/* Of its table what text_split_by_table looks up. */
void text_prepare_split(struct text_tokenizer *tokenizer);

/* Looks n bytes up in the table, in place, and adds the words between splits; the last
 * byte is a split. */
void text_split_by_table(const struct text_tokenizer *tokenizer, char *text, size_t n,
                         struct text_cut *cut);

/* The same of a cut that keeps marks, for which the table leaves them as they are. */
void text_split_keeping_marks(const struct text_tokenizer *tokenizer, char *text,
                              size_t n, struct text_cut *cut);

/* Room for n more words. */
void text_need_words(struct text_cut *cut, size_t n);

/* Which bytes are marks, from the options. */
void text_prepare_marks(struct text_tokenizer *tokenizer);

/* Words by index, so that ties stay as they were: (*most + 1) of them, NULL where there
 * is none; the caller's to free. `from` is added to each index, which is `lowest` or more
 * then. ERR_FORMAT: it has another value than such a number, or one twice. */
int text_order_words(const json_t *index, const char *source, int from, int lowest,
                     size_t *most, const char ***ordered) NODISCARD;
/* Adds the words of an index, ordered; ERR_FORMAT: it has gaps. */
int text_add_words(const char *const *ordered, size_t most, const char *source,
                   struct text_tokenizer *tokenizer) NODISCARD;
/* The index as it was added: not sorted again, since counts may be missing. */
void text_restore_index(struct text_tokenizer *tokenizer);

/* Whether a value is {"word": id, ...}. */
bool text_is_word_index(const json_t *value);
/* The word of an id if no text can hold it, such as <PAD> or <OOV>; NULL: there is
 * none. */
const char *text_find_special(const json_t *index, int id);

/* The tokenizer of an object as to_json() gives it, whose tables may also be objects
 * themselves. */
int text_from_value(const json_t *root, const char *source,
                    const struct text_options *padding,
                    struct text_tokenizer **tokenizer) NODISCARD;
/* Of a key an object, or one that stands in a string, as Keras writes its dictionaries;
 * NULL if there is none. To be given to json_decref. */
json_t *text_load_dump(const json_t *config, const char *key);
/* Its beginning: the options, and no words but stop words. */
int text_begin(const json_t *root, const char *source, const struct text_options *padding,
               struct text_tokenizer **tokenizer) NODISCARD;
/* Whether the token of unknown words has the place in the index that Keras gives it. */
int text_check_token(const char *const *ordered, const char *source,
                     const struct text_options *options) NODISCARD;
/* The same as text_from_value of n bytes of JSON with long dictionaries in strings, in a
 * tenth of the time; false where there are none, or anything is not as it should be: then
 * text_from_value says what. */
bool text_from_large_json(const char *json, size_t n, const struct text_options *padding,
                          struct text_tokenizer **tokenizer);
/* The same of {"word": id, ...} alone; *assumed, the caller's, says what that leaves
 * open. */
bool text_from_large_index(const char *json, size_t n, const struct text_options *padding,
                           struct text_tokenizer **tokenizer, char **assumed);
/* A word index alone as the tokenizer that it is usually from, and what was assumed; both
 * are the caller's. Only the words of the ids 0 to 2 are looked at. */
int text_complete_index(const json_t *given, const char *source, json_t **config,
                        char **assumed) NODISCARD;
/* What a file of n bytes holds: JSON, with or without a byte order mark, also within a
 * string; or a pickle. To be given to json_decref. `lead` begins what is said of
 * others. */
int text_load_value(const char *bytes, size_t n, const char *source, const char *lead,
                    json_t **value) NODISCARD;

/* Reads a file that may hold a tokenizer; the bytes are the caller's to free. */
int text_read_file(const char *path, char **bytes, size_t *n) NODISCARD;

/* Frees the strings of options that are owned. */
void text_release_options(struct text_options *options);

#endif
