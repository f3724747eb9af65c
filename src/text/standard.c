/* What Keras's TextVectorization calls standardizing: tf.strings, which knows ASCII. */
#include "text/passage.h"

static bool is_punctuation(char c)
{
    return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') ||
           (c >= '{' && c <= '~');
}

bool text_is_stripped(char c, enum text_standard standard)
{
    return standard >= TEXT_STANDARD_STRIP && is_punctuation(c);
}

size_t text_standardize(char *text, size_t n, enum text_standard standard)
{
    bool lowers = standard != TEXT_STANDARD_STRIP;
    size_t used = 0;

    for (size_t i = 0; i < n; i++)
        if (!text_is_stripped(text[i], standard))
            text[used++] = lowers ? text_lower_ascii(text[i]) : text[i];
    return used;
}
