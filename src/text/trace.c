#include "text/trace.h"
#include "text/passage.h"

#include <stdlib.h>
#include <string.h>

#include <unicode/ucasemap.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utf8.h>

enum { NOW, NEXT };

void text_trace_release(struct text_trace *trace)
{
    free(trace->words);
    free(trace->of[NOW]);
    free(trace->of[NEXT]);
    *trace = (struct text_trace){0};
}

static void need(struct text_trace *trace, int which, size_t n)
{
    if (trace->room[which] >= n)
        return;
    trace->room[which] = 2 * n + 64;
    trace->of[which] =
        xrealloc(trace->of[which], trace->room[which], sizeof *trace->of[which]);
}

void text_trace_step(struct text_trace *trace, size_t n_from, size_t n_to)
{
    if (!trace || n_from == 0)
        return;
    if (trace->at + n_from > trace->n[NOW])
        die("a passage has fewer bytes than were traced");

    const struct text_place *from = trace->of[NOW] + trace->at;
    size_t first = trace->n[NEXT];

    need(trace, NEXT, first + n_to);
    for (size_t i = 0; i < n_to; i++)
        trace->of[NEXT][first + i] =
            (struct text_place){from[0].start, from[n_from - 1].end};
    trace->n[NEXT] += n_to;
    trace->at += n_from;
}

void text_trace_turn(struct text_trace *trace)
{
    if (!trace)
        return;

    struct text_place *became = trace->of[NEXT];
    size_t room = trace->room[NEXT], n = trace->n[NEXT];

    trace->of[NEXT] = trace->of[NOW];
    trace->room[NEXT] = trace->room[NOW];
    trace->of[NOW] = became;
    trace->room[NOW] = room;
    trace->n[NOW] = n;
    trace->n[NEXT] = trace->at = 0;
}

static void begin(struct text_trace *trace, size_t n)
{
    need(trace, NOW, n);
    for (size_t i = 0; i < n; i++)
        trace->of[NOW][i] = (struct text_place){i, i + 1};
    trace->n[NOW] = n;
    trace->n[NEXT] = trace->at = 0;
}

/* As text_strip_tags goes over it. */
void text_trace_tags(struct text_trace *trace, const char *text, size_t n,
                     enum text_tags tags)
{
    if (!trace)
        return;

    bool may_end = true; /* whether a '>' is still to come */
    begin(trace, n);
    for (size_t i = 0; i < n;) {
        const char *close = tags != TEXT_TAGS_KEEP && may_end && text[i] == '<'
                                ? memchr(text + i, '>', n - i)
                                : NULL;
        may_end = may_end && (close || text[i] != '<');
        size_t length = close ? (size_t)(close - text) - i + 1 : 1;

        if (length == 2 && close) /* <> is no tag */
            length = 1;
        text_trace_step(trace, length, length == 1 || tags != TEXT_TAGS_REMOVE);
        i += length;
    }
    text_trace_turn(trace);
}

void text_trace_references(struct text_trace *trace, const char *text, size_t n)
{
    for (size_t i = 0; i < n && trace;) {
        size_t length = 0;
        UChar32 c = text[i] == '&' ? text_decode_reference(text + i, n - i, &length) : 0;

        if (!c)
            length = 1;
        text_trace_step(trace, length, c ? U8_LENGTH(c) : 1);
        i += length;
    }
    text_trace_turn(trace);
}

/* Bytes of the normal form of n bytes. */
static size_t normal_bytes(const UNormalizer2 *normalizer, const char *text, size_t n)
{
    UErrorCode status = U_ZERO_ERROR;
    int32_t n_wide = 0, n_normal, n_bytes = 0, room = (int32_t)n + 1;
    UChar *wide = xrealloc(NULL, (size_t)room, sizeof *wide);
    u_strFromUTF8(wide, room, &n_wide, text, (int32_t)n, &status);

    n_normal = unorm2_normalize(normalizer, wide, n_wide, NULL, 0, &status);
    if (status == U_BUFFER_OVERFLOW_ERROR)
        status = U_ZERO_ERROR;
    UChar *normal = xrealloc(NULL, (size_t)n_normal + 1, sizeof *normal);
    unorm2_normalize(normalizer, wide, n_wide, normal, n_normal + 1, &status);
    text_check_icu(status);

    u_strToUTF8(NULL, 0, &n_bytes, normal, n_normal, &status);
    free(wide);
    free(normal);
    return (size_t)n_bytes;
}

/* Where a character has a boundary before it what follows is normalised by itself. */
void text_trace_form(struct text_trace *trace, const char *text, size_t n,
                     enum text_form form)
{
    if (!trace)
        return;

    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *normalizer = form == TEXT_FORM_NFC
                                         ? unorm2_getNFCInstance(&status)
                                         : unorm2_getNFKCInstance(&status);
    text_check_icu(status);

    for (size_t i = 0, next = 0; i < n; i = next) {
        UChar32 c = 0;
        for (size_t at = i; at < n; next = at) {
            size_t before = at;
            U8_NEXT(text, at, n, c);
            if (before > i && unorm2_hasBoundaryBefore(normalizer, c))
                break;
        }
        text_trace_step(trace, next - i, normal_bytes(normalizer, text + i, next - i));
    }
    text_trace_turn(trace);
}

void text_trace_standard(struct text_trace *trace, const char *text, size_t n,
                         enum text_standard standard)
{
    for (size_t i = 0; i < n && trace; i++)
        text_trace_step(trace, 1, text_is_stripped(text[i], standard) ? 0 : 1);
    text_trace_turn(trace);
}

/* A character alone has as many bytes as within its text: the one that asks for its
 * neighbours, a final sigma, has two in both forms. */
void text_trace_lower(struct text_trace *trace, const struct text_tokenizer *tokenizer,
                      const char *text, size_t n)
{
    for (size_t i = 0, next = 0; i < n && trace; i = next) {
        UErrorCode status = U_ZERO_ERROR;
        char lower[64];
        UChar32 c = 0;

        U8_NEXT(text, next, n, c);
        size_t n_lower = 1;
        if (c >= 0x80)
            n_lower =
                (size_t)ucasemap_utf8ToLower(tokenizer->case_map, lower, sizeof lower,
                                             text + i, (int32_t)(next - i), &status);
        text_check_icu(status);
        text_trace_step(trace, next - i, n_lower);
    }
    text_trace_turn(trace);
}

void text_trace_words(struct text_trace *trace, const struct text_cut *cut,
                      const char *passage, size_t n)
{
    if (!trace)
        return;
    if (trace->n[NOW] != n)
        die("a passage of %zu bytes was traced as one of %zu", n, trace->n[NOW]);

    if (trace->words_room < cut->n) {
        trace->words_room = 2 * cut->n;
        trace->words = xrealloc(trace->words, trace->words_room, sizeof *trace->words);
    }
    for (size_t i = 0; i < cut->n; i++) {
        const struct text_place *first =
            trace->of[NOW] + (size_t)(cut->words[i].text - passage);
        trace->words[i] =
            (struct text_place){first[0].start, first[cut->words[i].n - 1].end};
    }
    trace->n_words = cut->n;
}
