/* A text on its way to words: what cut.c, markup.c and unicode.c do to it in turn. */
#ifndef RNNTRAIN_TEXT_PASSAGE_H
#define RNNTRAIN_TEXT_PASSAGE_H

#include "text/private.h"

#include <unicode/utypes.h>

/* The text stands in one of the cut's two buffers, and a step that changes lengths writes
 * it to the other. */
struct passage {
    struct text_cut *cut;
    char *text;
    size_t n;
    int held; /* the buffer it stands in */
};

/* One of the cut's buffers with room for n bytes and 8 more: words are read so many at a
 * time. */
char *text_buffer(struct text_cut *cut, int which, size_t n);

/* Room for n bytes where the next form of the passage goes; and its n bytes, once they
 * are there, in place of the present ones. */
char *text_next_buffer(const struct passage *passage, size_t n);
void text_take_next(struct passage *passage, size_t n);

/* Decodes character references in place; returns the new length. */
size_t text_decode_references(char *text, size_t n_bytes);
/* The character that "&name;", "&#12;" or "&#xc;" stands for, and its bytes; 0: none. */
UChar32 text_decode_reference(const char *text, size_t n, size_t *n_bytes);

/* Standardizes n bytes in place; returns the new length. */
size_t text_standardize(char *text, size_t n, enum text_standard standard);
/* Whether it takes the byte out. */
bool text_is_stripped(char c, enum text_standard standard);

bool text_is_ascii(const char *text, size_t n);
void text_normalise(struct passage *passage, enum text_form form);
void text_lower_case(const struct text_tokenizer *tokenizer, struct passage *passage);

/* Ends the program where ICU failed. */
void text_check_icu(UErrorCode status);

static inline char text_lower_ascii(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

#endif
