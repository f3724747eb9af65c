#define _GNU_SOURCE /* memmem */
#include "text/passage.h"
#include "text/trace.h"

#include <stdlib.h>
#include <string.h>

#include <unicode/ubrk.h>
#include <unicode/utext.h>

void text_prepare_cut(struct text_tokenizer *tokenizer)
{
    const struct text_options *options = &tokenizer->options;
    UErrorCode status = U_ZERO_ERROR;

    for (const char *c = options->filters; *c; c++)
        if ((unsigned char)*c < 128)
            tokenizer->is_filter[(unsigned char)*c] = true;
        else
            tokenizer->has_wide_filters = true;

    tokenizer->by_table = !tokenizer->has_wide_filters && strlen(options->split) == 1;
    for (int c = 0; c < 256; c++) {
        char lower = options->lower ? text_lower_ascii((char)c) : (char)c;
        bool filtered = c < 128 && tokenizer->is_filter[(unsigned char)lower];
        tokenizer->table[c] = filtered ? *options->split : lower;
    }

    text_prepare_split(tokenizer);
    text_prepare_marks(tokenizer);
    tokenizer->case_map = ucasemap_open("", 0, &status);
    text_check_icu(status);
}

/* Bytes of the character at text[0] (valid UTF-8). */
static size_t character_bytes(const char *text)
{
    unsigned char c = (unsigned char)*text;
    return c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

static bool is_filtered(const struct text_tokenizer *tokenizer, const char *character,
                        size_t n)
{
    if (n == 1)
        return tokenizer->is_filter[(unsigned char)*character];
    if (!tokenizer->has_wide_filters)
        return false;

    for (const char *filter = tokenizer->options.filters; *filter;
         filter += character_bytes(filter))
        if (character_bytes(filter) == n && !memcmp(filter, character, n))
            return true;
    return false;
}

static size_t append(char *result, size_t used, const char *text, size_t n)
{
    memcpy(result + used, text, n);
    return used + n;
}

/* Replaces every filter character by the split string, of any length; marks that are kept
 * get one on each side. */
static void apply_filters(const struct text_tokenizer *tokenizer, struct passage *passage)
{
    const char *split = tokenizer->options.split, *text = passage->text;
    size_t n_split = strlen(split), used = 0;
    char *result = text_next_buffer(passage, passage->n * (2 * n_split + 1) + 1);
    struct text_trace *trace = passage->cut->trace;

    for (size_t i = 0; i < passage->n;) {
        size_t length = character_bytes(text + i), before = used;
        bool filtered = is_filtered(tokenizer, text + i, length);
        bool kept = passage->cut->keeps_marks &&
                    text_mark_number(tokenizer, text + i, length) >= 0;

        if (filtered)
            used = append(result, used, split, n_split);
        if (!filtered || kept)
            used = append(result, used, text + i, length);
        if (kept)
            used = append(result, used, split, n_split);
        text_trace_step(trace, length, used - before);
        i += length;
    }

    text_trace_turn(trace);
    text_take_next(passage, used);
}

void text_need_words(struct text_cut *cut, size_t n)
{
    if (cut->room - cut->n < n) {
        cut->room = 2 * cut->room + n;
        cut->words = xrealloc(cut->words, cut->room, sizeof *cut->words);
    }
}

static void add_word(struct text_cut *cut, const char *text, size_t n)
{
    if (n == 0)
        return;
    text_need_words(cut, 1);
    cut->words[cut->n++] = (struct word){text, n};
}

/* The byte behind the text, for which text_cut has room, becomes a split: so the last
 * word ends as all others do. */
static void split_by_table(const struct text_tokenizer *tokenizer,
                           struct passage *passage)
{
    passage->text[passage->n] = *tokenizer->options.split;
    if (passage->cut->keeps_marks)
        text_split_keeping_marks(tokenizer, passage->text, passage->n + 1, passage->cut);
    else
        text_split_by_table(tokenizer, passage->text, passage->n + 1, passage->cut);
}

static void split_by_string(const struct text_tokenizer *tokenizer,
                            struct passage *passage)
{
    const char *split = tokenizer->options.split, *text = passage->text;
    const char *end = text + passage->n;
    size_t n_split = strlen(split);

    for (;;) {
        const char *found = memmem(text, (size_t)(end - text), split, n_split);
        add_word(passage->cut, text, (size_t)((found ? found : end) - text));
        if (!found)
            return;
        text = found + n_split;
    }
}

static void split_characters(struct passage *passage)
{
    const char *text = passage->text, *end = text + passage->n;
    for (; text < end; text += character_bytes(text))
        add_word(passage->cut, text, character_bytes(text));
}

/* Unicode's word boundaries (UAX 29), and ICU's dictionaries for Chinese, Japanese, Thai,
 * Khmer, Lao and Burmese; what is neither letter, number nor ideograph is left out, but
 * for marks that are kept. */
static void split_by_boundaries(const struct text_tokenizer *tokenizer,
                                struct passage *passage)
{
    struct text_cut *cut = passage->cut;
    UErrorCode status = U_ZERO_ERROR;
    UText text = UTEXT_INITIALIZER;

    if (!cut->breaks)
        cut->breaks = ubrk_open(UBRK_WORD, "", NULL, 0, &status);
    utext_openUTF8(&text, passage->text, (int64_t)passage->n, &status);
    ubrk_setUText(cut->breaks, &text, &status);
    text_check_icu(status);

    int32_t start = ubrk_first(cut->breaks);
    for (int32_t end; (end = ubrk_next(cut->breaks)) != UBRK_DONE; start = end) {
        const char *word = passage->text + start;
        size_t n = (size_t)(end - start);
        if (ubrk_getRuleStatus(cut->breaks) >= UBRK_WORD_NONE_LIMIT ||
            (cut->keeps_marks && text_mark_number(tokenizer, word, n) >= 0))
            add_word(cut, word, n);
    }

    utext_close(&text);
}

void text_cut(const struct text_tokenizer *tokenizer, const char *text, size_t n_bytes,
              struct text_cut *cut)
{
    const struct text_options *options = &tokenizer->options;
    struct passage passage = {cut, text_buffer(cut, 0, n_bytes + 1), n_bytes, 0};
    if (n_bytes > INT32_MAX / 8)
        die("a document of %zu bytes is too long", n_bytes);

    cut->n = 0;
    text_trace_tags(cut->trace, text, n_bytes, options->tags);
    passage.n = text_strip_tags(text, n_bytes, options->tags, passage.text);
    if (options->tags == TEXT_TAGS_HTML) {
        text_trace_references(cut->trace, passage.text, passage.n);
        passage.n = text_decode_references(passage.text, passage.n);
    }
    if (options->form && !text_is_ascii(passage.text, passage.n)) {
        text_trace_form(cut->trace, passage.text, passage.n, options->form);
        text_normalise(&passage, options->form);
    }
    if (options->standard) {
        text_trace_standard(cut->trace, passage.text, passage.n, options->standard);
        passage.n = text_standardize(passage.text, passage.n, options->standard);
    }

    /* the table lower-cases ASCII while it splits */
    bool by_table = options->segment == TEXT_SEGMENT_SPLIT && tokenizer->by_table;
    if (options->lower && !(by_table && text_is_ascii(passage.text, passage.n))) {
        text_trace_lower(cut->trace, tokenizer, passage.text, passage.n);
        text_lower_case(tokenizer, &passage);
    }

    switch (options->segment) {
    case TEXT_SEGMENT_SPLIT:
        if (by_table) {
            split_by_table(tokenizer, &passage);
            break;
        }
        apply_filters(tokenizer, &passage);
        split_by_string(tokenizer, &passage);
        break;
    case TEXT_SEGMENT_ICU:
        split_by_boundaries(tokenizer, &passage);
        break;
    case TEXT_SEGMENT_CHAR:
        split_characters(&passage);
        break;
    }
    text_trace_words(cut->trace, cut, passage.text, passage.n);
}

void text_cut_release(struct text_cut *cut)
{
    free(cut->words);
    free(cut->buffer[0]);
    free(cut->buffer[1]);
    if (cut->breaks)
        ubrk_close(cut->breaks);
    *cut = (struct text_cut){0};
}
