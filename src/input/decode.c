#include "input/decode.h"

#include <stdlib.h>
#include <string.h>

#include <unicode/ucnv.h>
#include <unicode/ucnv_cb.h>
#include <unicode/ustring.h>

int decode_check(const char *encoding)
{
    UErrorCode status = U_ZERO_ERROR;
    UConverter *converter = ucnv_open(encoding, &status);
    if (U_FAILURE(status))
        return fail(ERR_USAGE,
                    "--encoding %s: no such encoding; expected utf-8, utf-16, latin1, "
                    "cp1252, gb18030, shift_jis, koi8-r or another that ICU has",
                    encoding);
    ucnv_close(converter);
    return OK;
}

/* Counts, then puts U+FFFD in place of what the encoding does not have. */
static void count_bad(const void *context, UConverterToUnicodeArgs *args,
                      const char *bytes, int32_t n, UConverterCallbackReason reason,
                      UErrorCode *status)
{
    static const UChar replacement = 0xfffd;
    struct decoder *decoder = (struct decoder *)(uintptr_t)context;
    (void)bytes;
    if (reason > UCNV_IRREGULAR)
        return;
    if (decoder->n_bad++ == 0)
        decoder->first_bad = decoder->n_bytes - (args->sourceLimit - args->source) - n;
    *status = U_ZERO_ERROR;
    ucnv_cbToUWriteUChars(args, &replacement, 1, 0, status);
}

/* The encoding whose byte order mark stands there, and the mark's bytes; NULL: none. ICU
 * knows other marks, as "+/v8" of UTF-7: those are text. */
static const char *find_mark(const char *bytes, size_t n, size_t *n_mark)
{
    static const char *const marked[] = {"UTF-8", "UTF-16LE", "UTF-16BE", "UTF-32LE",
                                         "UTF-32BE"};
    UErrorCode status = U_ZERO_ERROR;
    int32_t length = 0;
    const char *found =
        ucnv_detectUnicodeSignature(bytes, n < 64 ? (int32_t)n : 64, &length, &status);

    for (size_t i = 0; found && i < COUNT_OF(marked); i++)
        if (!strcmp(found, marked[i])) {
            *n_mark = (size_t)length;
            return marked[i];
        }
    return NULL;
}

static void start(struct decoder *decoder, const char *encoding, const char *bytes,
                  size_t n, size_t *n_mark)
{
    UErrorCode status = U_ZERO_ERROR;
    const char *found = find_mark(bytes, n, n_mark);
    bool is_utf8 = found ? !strcmp(found, "UTF-8")
                         : !encoding || !ucnv_compareNames(encoding, "UTF-8");

    decoder->started = true;
    if (is_utf8)
        return;
    decoder->from = ucnv_open(found ? found : encoding, &status);
    ucnv_setToUCallBack(decoder->from, count_bad, decoder, NULL, NULL, &status);
    if (U_FAILURE(status))
        die("ICU: %s", u_errorName(status));
}

/* Appends UTF-16 to the text. */
static void append(struct decoder *decoder, const UChar *wide, int32_t n, size_t *used)
{
    UErrorCode status = U_ZERO_ERROR;
    int32_t written = 0;
    size_t needed = *used + 3 * (size_t)n + 1;
    if (decoder->room < needed) {
        decoder->room = 2 * needed;
        decoder->text = xrealloc(decoder->text, decoder->room, 1);
    }
    u_strToUTF8WithSub(decoder->text + *used, (int32_t)(3 * n + 1), &written, wide, n,
                       0xfffd, NULL, &status);
    if (U_FAILURE(status))
        die("ICU: %s", u_errorName(status));
    *used += (size_t)written;
}

/* Appends the text of n bytes, which may begin and end within a character. */
static void convert(struct decoder *decoder, const char *bytes, size_t n, bool last,
                    size_t *used)
{
    enum { PIECE = 4096 };
    UChar wide[PIECE];
    const char *at = bytes, *end = bytes + n;
    UErrorCode status = U_BUFFER_OVERFLOW_ERROR;
    int32_t held = 0; /* 1: the first half of a pair, whose second half did not fit */

    decoder->n_bytes += (int64_t)n;
    while (status == U_BUFFER_OVERFLOW_ERROR) {
        UChar *to = wide + held;
        status = U_ZERO_ERROR;
        ucnv_toUnicode(decoder->from, &to, wide + PIECE, &at, end, NULL, last, &status);
        if (U_FAILURE(status) && status != U_BUFFER_OVERFLOW_ERROR)
            die("ICU: %s", u_errorName(status));
        held = status == U_BUFFER_OVERFLOW_ERROR && U16_IS_LEAD(to[-1]);
        append(decoder, wide, (int32_t)(to - wide) - held, used);
        if (held)
            wide[0] = to[-1];
    }
}

/* Ends the character that the piece before has begun, byte by byte: where that is bad,
 * ICU goes back to bytes that it kept, and count_bad cannot tell where they stood. The
 * result is the bytes that this took. */
static size_t end_character(struct decoder *decoder, const char *bytes, size_t n,
                            size_t *used)
{
    for (size_t at = 0; at < n; at++) {
        UErrorCode status = U_ZERO_ERROR;
        int32_t n_begun = ucnv_toUCountPending(decoder->from, &status);
        if (n_begun <= 0)
            return at;

        int64_t began = decoder->n_bytes - n_begun;
        bool was_good = decoder->n_bad == 0;
        convert(decoder, bytes + at, 1, false, used);
        if (was_good && decoder->n_bad)
            decoder->first_bad = began;
    }
    return n;
}

void decode_piece(struct decoder *decoder, const char *encoding, const char *bytes,
                  size_t n, bool last, const char **text, size_t *n_text)
{
    size_t at = 0, used = 0;
    if (!decoder->started && n)
        start(decoder, encoding, bytes, n, &at);
    decoder->n_bytes += (int64_t)at;

    if (!decoder->from) {
        decoder->n_bytes += (int64_t)(n - at);
        *text = bytes + at;
        *n_text = n - at;
        return;
    }

    at += end_character(decoder, bytes + at, n - at, &used);
    convert(decoder, bytes + at, n - at, last, &used);
    *text = decoder->text;
    *n_text = used;
}

void decode_release(struct decoder *decoder)
{
    if (decoder->from)
        ucnv_close(decoder->from);
    free(decoder->text);
    *decoder = (struct decoder){0};
}
