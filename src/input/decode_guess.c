#include "input/decode_guess.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unicode/ucsdet.h>

#include "text/text.h"

static size_t count_bad(const char *bytes, size_t n)
{
    char *clean = NULL;
    size_t n_clean = 0, first_bad = 0;
    size_t n_bad = text_repair_utf8(bytes, n, &clean, &n_clean, &first_bad);
    free(clean);
    return first_bad + 4 > n && n > 64 ? 0 : n_bad; /* a piece may end in a character */
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
