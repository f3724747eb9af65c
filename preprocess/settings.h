/* What the options of rnnprep say. */
#ifndef PREPROCESS_SETTINGS_H
#define PREPROCESS_SETTINGS_H

#include "input/options.h"

struct settings {
    char *test, *validation, *classes, *unlabelled;
    struct input_settings input;
    char *labels;
    double test_split, validation_split;
    int merge_labels, missing_labels;
    bool drop_duplicates, strict;
    bool keep_origin, keep_text;
    char *id_column;
    char *tokenizer, *imdb_word_index;
    int64_t num_words, maxlen, min_count, vocab_limit;
    int segment, normalize, tags, padding, truncating;
    bool char_level, lower;
    char *filters, *split, *oov_token, *stop_words;
    int64_t ngrams, ngram_characters, ngram_min_count, ngram_limit;
    bool ngram_punctuation;
    int64_t vectors;
    char *output, *report, *save_tokenizer;
    int64_t threads;
    bool quiet;
    int purpose; /* enum purpose */
    int argc;    /* not options: the arguments that they came from, so that it can */
    char *const *argv; /* be found out which of them were given */
};

extern const struct option_table cmd_prepare_table;

/* Of these the options that say what a word is, to be a part of other tables too. */
extern const struct option_table settings_word_options;

/* Whether they name a vocabulary that is there, in place of a new one. */
bool settings_bring_words(const struct settings *settings);

/* What no single option shows wrong. */
int settings_check(const struct settings *settings) NODISCARD;

#endif
