/* Punctuation that n-grams keep as words. */
#include "text/private.h"

#include <string.h>

static const char marks[] = "!?.,;:()\"-";

/* As Chinese and Japanese have them; of three bytes each. */
static const char wide_marks[] = "！？。．，、；：（）“”";
enum { WIDE_BYTES = 3 };

/* A mark that parts no words is a part of them already; one that the split string has is
 * gone before words are found. */
void text_prepare_marks(struct text_tokenizer *tokenizer)
{
    const struct text_options *options = &tokenizer->options;
    bool by_split = options->segment == TEXT_SEGMENT_SPLIT;
    if (options->segment == TEXT_SEGMENT_CHAR)
        return;

    for (const char *mark = marks; *mark; mark++)
        tokenizer->is_mark[(unsigned char)*mark] =
            !by_split || (tokenizer->is_filter[(unsigned char)*mark] &&
                          !strchr(options->split, *mark));
}

bool text_is_mark(const struct text_tokenizer *tokenizer, const char *word, size_t n)
{
    if (n == 1)
        return (unsigned char)*word < 128 && tokenizer->is_mark[(unsigned char)*word];
    if (n != WIDE_BYTES || tokenizer->options.segment != TEXT_SEGMENT_ICU)
        return false;

    for (const char *mark = wide_marks; *mark; mark += WIDE_BYTES)
        if (!memcmp(mark, word, WIDE_BYTES))
            return true;
    return false;
}

bool text_is_stop(const struct text_tokenizer *tokenizer, const char *word, size_t n)
{
    if (tokenizer->options.n_stop_words == 0)
        return false;
    int32_t number = words_find(&tokenizer->words, word, n);
    return number >= 0 && tokenizer->entries[number].is_stop;
}
