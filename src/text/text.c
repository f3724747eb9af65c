#include "text/private.h"

#include <stdlib.h>
#include <string.h>

static const char default_filters[] = "!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n";
static const char default_split[] = " ";

const char *const text_tag_names[] = {"remove", "space", "html", "keep", NULL};
const char *const text_segment_names[] = {"split", "icu", "char", NULL};
const char *const text_form_names[] = {"none", "nfc", "nfkc", NULL};
const char *const text_standard_names[] = {"none", "lower", "strip_punctuation",
                                           "lower_and_strip_punctuation", NULL};

static char *copy_or(const char *text, const char *fallback)
{
    return text ? xstrdup(text) : fallback ? xstrdup(fallback) : NULL;
}

static void copy_options(const struct text_options *from, struct text_options *to)
{
    *to = *from;
    to->filters = copy_or(from->filters, default_filters);
    to->split = copy_or(from->split, default_split);
    to->oov_token = copy_or(from->oov_token, NULL);

    to->stop_words = xcalloc((size_t)from->n_stop_words, sizeof *to->stop_words);
    for (int i = 0; i < from->n_stop_words; i++)
        to->stop_words[i] = xstrdup(from->stop_words[i]);
}

void text_release_options(struct text_options *options)
{
    for (int i = 0; i < options->n_stop_words; i++)
        free(options->stop_words[i]);
    free(options->stop_words);
    free(options->filters);
    free(options->split);
    free(options->oov_token);
}

struct text_tokenizer *text_new(const struct text_options *options)
{
    struct text_tokenizer *tokenizer = xcalloc(1, sizeof *tokenizer);
    copy_options(options, &tokenizer->options);
    text_prepare_cut(tokenizer);

    for (int i = 0; i < options->n_stop_words; i++) {
        const char *word = options->stop_words[i];
        int32_t number = text_add_word(tokenizer, word, strlen(word));
        tokenizer->entries[number].is_stop = true;
    }
    return tokenizer;
}

void text_free(struct text_tokenizer *tokenizer)
{
    if (!tokenizer)
        return;
    words_release(&tokenizer->words);
    free(tokenizer->entries);
    free(tokenizer->by_index);
    ucasemap_close(tokenizer->case_map);
    text_release_options(&tokenizer->options);
    free(tokenizer);
}

const struct text_options *text_settings(const struct text_tokenizer *tokenizer)
{
    return &tokenizer->options;
}

void text_set_rows(struct text_tokenizer *tokenizer, int num_words, int maxlen)
{
    tokenizer->options.num_words = num_words;
    tokenizer->options.maxlen = maxlen;
}
