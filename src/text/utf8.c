/* UTF-8 that is not valid, found and made so. */
#include "text/text.h"

#include <stdlib.h>
#include <string.h>

#include <unicode/utf8.h>

/* Whether all bytes are ASCII and none is NUL; without branches, as vectors. */
static bool is_plain(const char *text, size_t n)
{
    unsigned char all = 0, any_zero = 0;
    for (size_t i = 0; i < n; i++) {
        all |= (unsigned char)text[i];
        any_zero |= text[i] == 0;
    }
    return all < 128 && !any_zero;
}

size_t text_repair_utf8(const char *text, size_t n_bytes, char **clean, size_t *n_clean,
                        size_t *first_bad)
{
    size_t n_bad = 0, used = 0;
    char *result = NULL;

    if (is_plain(text, n_bytes))
        return 0;
    if (n_bytes > INT32_MAX / 4)
        die("a document of %zu bytes is too long", n_bytes);

    for (int32_t i = 0; i < (int32_t)n_bytes;) {
        int32_t start = i;
        UChar32 c;
        U8_NEXT(text, i, (int32_t)n_bytes, c);

        c = c == 0 ? -1 : c; /* no C string holds NUL */
        if (c < 0 && n_bad++ == 0) {
            *first_bad = (size_t)start;
            result = xrealloc(NULL, 3 * n_bytes + 1, 1);
            memcpy(result, text, (size_t)start);
            used = (size_t)start;
        }

        if (!result) /* nothing is copied before something is bad */
            continue;

        const char *from = c < 0 ? "\xef\xbf\xbd" : text + start;
        size_t length = c < 0 ? 3 : (size_t)(i - start);
        memcpy(result + used, from, length);
        used += length;
    }

    if (n_bad) {
        result[used] = '\0';
        *clean = result;
        *n_clean = used;
    }
    return n_bad;
}

bool text_is_utf8(const char *text)
{
    char *clean = NULL;
    size_t n = 0, first_bad = 0;
    size_t n_bad =
        text ? text_repair_utf8(text, strlen(text), &clean, &n, &first_bad) : 0;
    free(clean);
    return n_bad == 0;
}
