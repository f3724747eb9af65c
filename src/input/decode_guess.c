#include "input/decode_guess.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unicode/ucsdet.h>

#include "text/text.h"

/* Parts that are no UTF-8 but may be another encoding's: zero bytes are of none, and
 * among as many characters of UTF-8, which hardly come about by chance, they are damage.
 */
static size_t count_bad(const char *bytes, size_t n)
{
    char *clean = NULL;
    size_t n_clean = 0, first_bad = 0, n_zeros = 0, n_wide = 0;
    size_t n_bad = text_repair_utf8(bytes, n, &clean, &n_clean, &first_bad);

    for (size_t i = 0; i < n; i++)
        n_zeros += bytes[i] == '\0';
    for (size_t i = 0; i < n_clean; i++)
        n_wide += ((unsigned char)clean[i] & 0xC0) == 0xC0; /* U+FFFD for each bad part */
    free(clean);

    bool is_cut = first_bad + 4 > n && n > 64; /* a piece may end in a character */
    bool is_damage = n_wide >= 2 * n_bad;
    return is_cut || is_damage || n_zeros > n_bad ? 0 : n_bad - n_zeros;
}

void decode_guess(const char *bytes, size_t n, size_t fewest, char name[32])
{
    UErrorCode status = U_ZERO_ERROR;
    UCharsetDetector *detector;
    const UCharsetMatch *match;
    const char *found = "";
    *name = '\0';
    if (count_bad(bytes, n) < fewest)
        return;

    detector = ucsdet_open(&status);
    ucsdet_setText(detector, bytes, n < 65536 ? (int32_t)n : 65536, &status);
    match = ucsdet_detect(detector, &status);
    if (match)
        found = ucsdet_getName(match, &status);
    if (!U_FAILURE(status) && strcmp(found, "UTF-8") != 0)
        snprintf(name, 32, "%s", found);
    ucsdet_close(detector);
}
