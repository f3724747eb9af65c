/* Punctuation that n-grams keep as words. */
#include "text/private.h"

#include <string.h>

/* Those of ASCII first; behind them what Chinese and Japanese have in their place. */
static const char *const marks[] = {"!",  "?",  ".",  ",",  ";",  ":",  "(",  ")",
                                    "\"", "-",  "！", "？", "。", "．", "，", "、",
                                    "；", "：", "（", "）", "“",  "”"};
_Static_assert(COUNT_OF(marks) == TEXT_MARKS, "every mark has a number");
enum { ASCII_MARKS = 10, WIDE_BYTES = 3 };

/* A mark that parts no words is a part of them already; one that the split string has is
 * gone before words are found. */
void text_prepare_marks(struct text_tokenizer *tokenizer)
{
    const struct text_options *options = &tokenizer->options;
    bool by_split = options->segment == TEXT_SEGMENT_SPLIT;
    if (options->segment == TEXT_SEGMENT_CHAR)
        return;

    for (int i = 0; i < ASCII_MARKS; i++) {
        unsigned char mark = (unsigned char)*marks[i];
        bool parts_words =
            !by_split || (tokenizer->is_filter[mark] && !strchr(options->split, mark));
        tokenizer->mark_of[mark] = (uint8_t)(parts_words ? i + 1 : 0);
    }
}

int text_mark_number(const struct text_tokenizer *tokenizer, const char *word, size_t n)
{
    unsigned char first = (unsigned char)*word;
    if (n == 1)
        return first < 128 ? tokenizer->mark_of[first] - 1 : -1;
    if (n != WIDE_BYTES || tokenizer->options.segment != TEXT_SEGMENT_ICU)
        return -1;

    for (int i = ASCII_MARKS; i < TEXT_MARKS; i++)
        if (!memcmp(marks[i], word, WIDE_BYTES))
            return i;
    return -1;
}

const char *text_mark(int number)
{
    return marks[number];
}

bool text_is_stop(const struct text_tokenizer *tokenizer, const char *word, size_t n)
{
    if (tokenizer->options.n_stop_words == 0)
        return false;
    int32_t number = words_find(&tokenizer->words, word, n);
    return number >= 0 && tokenizer->entries[number].is_stop;
}
