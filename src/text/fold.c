#include "text/fold.h"

#include <stdlib.h>
#include <string.h>

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utf8.h>

#include "text/passage.h"

static bool is_unseen(UChar32 c)
{
    return u_isUWhiteSpace(c) || c == 0xfeff || c == 0x200b || c == 0x200e ||
           c == 0x200f || c == 0x2060;
}

char *text_trimmed(const char *text)
{
    int32_t n = (int32_t)strlen(text), begin = 0, end = n;
    if (!text_is_utf8(text))
        return xstrdup(text);

    for (int32_t next = 0; begin < n; begin = next) {
        UChar32 c;
        U8_NEXT(text, next, n, c);
        if (!is_unseen(c))
            break;
    }

    for (int32_t last = n; end > begin; end = last) {
        UChar32 c;
        U8_PREV(text, 0, last, c);
        if (!is_unseen(c))
            break;
    }
    return xstrndup(text + begin, (size_t)(end - begin));
}

/* By way of UTF-16, which is what ICU's C interface takes. */
static char *normalised(const char *text, const UNormalizer2 *normalizer)
{
    UErrorCode status = U_ZERO_ERROR;
    int32_t n_bytes = (int32_t)strlen(text), n = 0, n_normal;
    if (text_is_ascii(text, (size_t)n_bytes) || !text_is_utf8(text))
        return xstrdup(text);

    UChar *wide = xcalloc((size_t)n_bytes + 1, sizeof *wide);
    u_strFromUTF8(wide, n_bytes + 1, &n, text, n_bytes, &status);
    n_normal = unorm2_normalize(normalizer, wide, n, NULL, 0, &status);
    if (status == U_BUFFER_OVERFLOW_ERROR)
        status = U_ZERO_ERROR;

    UChar *normal = xcalloc((size_t)n_normal + 1, sizeof *normal);
    unorm2_normalize(normalizer, wide, n, normal, n_normal + 1, &status);
    char *result = xcalloc(3 * (size_t)n_normal + 1, 1);
    u_strToUTF8(result, 3 * n_normal + 1, NULL, normal, n_normal, &status);
    text_check_icu(status);
    free(wide);
    free(normal);
    return result;
}

char *text_composed(const char *text)
{
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *normalizer = unorm2_getNFCInstance(&status);
    text_check_icu(status);
    return normalised(text, normalizer);
}

char *text_folded(const char *text)
{
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *normalizer = unorm2_getNFKCCasefoldInstance(&status);
    text_check_icu(status);

    char *folded = normalised(text, normalizer);
    for (char *c = folded; *c; c++)
        *c = text_lower_ascii(*c); /* of ASCII, which was not normalised */
    return folded;
}

bool text_has_control(const char *text)
{
    int32_t n = (int32_t)strlen(text);
    for (int32_t at = 0; at < n;) {
        UChar32 c;
        U8_NEXT(text, at, n, c);
        if (c >= 0 && u_charType(c) == U_CONTROL_CHAR)
            return true;
    }
    return false;
}
