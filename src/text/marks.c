/* Punctuation that n-grams keep as words. */
#include "text/private.h"

#include <string.h>

/* Those of ASCII first; behind them what Chinese and Japanese have in their place. */
static const char *const marks[] = {"!",  "?",  ".",  ",",  ";",  ":",  "(",  ")",
                                    "\"", "-",  "！", "？", "。", "．", "，", "、",
                                    "；", "：", "（", "）", "“",  "”"};
_Static_assert(COUNT_OF(marks) == TEXT_MARKS, "every mark has a number");
enum { ASCII_MARKS = 10 };

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
        tokenizer->is_mark[mark] =
            !by_split || (tokenizer->is_filter[mark] && !strchr(options->split, mark));
    }
}

int text_mark_number(const struct text_tokenizer *tokenizer, const char *word, size_t n)
{
    bool is_ascii = n == 1;
    bool may_be = is_ascii ? (unsigned char)*word < 128 && tokenizer->is_mark[(int)*word]
                           : n == 3 && tokenizer->options.segment == TEXT_SEGMENT_ICU;

    for (int i = is_ascii ? 0 : ASCII_MARKS; may_be && i < TEXT_MARKS; i++)
        if (strlen(marks[i]) == n && !memcmp(marks[i], word, n))
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
