/* Normal form and case of a passage. */
#include "text/passage.h"

#include <stdlib.h>

#include <unicode/unorm2.h>
#include <unicode/ustring.h>

void text_check_icu(UErrorCode status)
{
    if (U_FAILURE(status))
        die("ICU: %s", u_errorName(status));
}

/* NFC or NFKC, by way of UTF-16, which is what ICU's C interface takes. */
void text_normalise(struct passage *passage, enum text_form form)
{
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *normalizer = form == TEXT_FORM_NFC
                                         ? unorm2_getNFCInstance(&status)
                                         : unorm2_getNFKCInstance(&status);
    int32_t n = 0, room = (int32_t)passage->n + 1;
    UChar *wide = xrealloc(NULL, (size_t)room, sizeof *wide);
    u_strFromUTF8(wide, room, &n, passage->text, (int32_t)passage->n, &status);

    int32_t n_normal = unorm2_normalize(normalizer, wide, n, NULL, 0, &status);
    if (status == U_BUFFER_OVERFLOW_ERROR)
        status = U_ZERO_ERROR;

    UChar *normal = xrealloc(NULL, (size_t)n_normal + 1, sizeof *normal);
    unorm2_normalize(normalizer, wide, n, normal, n_normal + 1, &status);

    /* three bytes hold what a unit of UTF-16 becomes: a surrogate pair has four of six */
    int32_t bytes_room = 3 * n_normal + 1, used = 0;
    u_strToUTF8(text_next_buffer(passage, (size_t)bytes_room), bytes_room, &used, normal,
                n_normal, &status);

    text_check_icu(status);
    free(wide);
    free(normal);
    text_take_next(passage, (size_t)used);
}

/* Goes to the end whatever it finds: without a branch the loop becomes vectors. */
bool text_is_ascii(const char *text, size_t n)
{
    unsigned char all = 0;
    for (size_t i = 0; i < n; i++)
        all |= (unsigned char)text[i];
    return all < 128;
}

/* Python's str.lower(): full mappings, final sigma. */
void text_lower_case(const struct text_tokenizer *tokenizer, struct passage *passage)
{
    if (text_is_ascii(passage->text, passage->n)) {
        for (size_t i = 0; i < passage->n; i++)
            passage->text[i] = text_lower_ascii(passage->text[i]);
        return;
    }

    size_t room = passage->n + passage->n / 2 + 16; /* and a byte behind the text */
    for (;;) {
        UErrorCode status = U_ZERO_ERROR;
        int32_t used = ucasemap_utf8ToLower(
            tokenizer->case_map, text_next_buffer(passage, room + 1), (int32_t)room,
            passage->text, (int32_t)passage->n, &status);

        if (status == U_BUFFER_OVERFLOW_ERROR) {
            room = (size_t)used + 1;
            continue;
        }
        text_check_icu(status);
        text_take_next(passage, (size_t)used);
        return;
    }
}
