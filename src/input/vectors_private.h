/* How the forms of vectors are read: vectors.c finds the form, one file each reads it. */
#ifndef RNNTRAIN_INPUT_VECTORS_PRIVATE_H
#define RNNTRAIN_INPUT_VECTORS_PRIVATE_H

#include "input/vectors_source.h"
#include "input/vectors_wanted.h"

enum { VECTORS_MOST_WORD = 1 << 16 /* bytes of a word */ };

/* What a file's beginning says; the source then stands at its first row, or in front of a
 * fastText model's arguments. */
struct vectors_head {
    enum vectors_form form;
    int width;
    int64_t n_rows; /* -1: it does not say */
};
int vectors_head_read(struct vectors_source *source, struct vectors_head *head) NODISCARD;

/* Reads all rows; match, values and n_rows of `vectors` are set, the rest is there. */
int vectors_read_text(struct vectors_source *source, const struct vectors_head *head,
                      struct vectors_wanted *wanted, struct vectors *vectors) NODISCARD;
int vectors_read_binary(struct vectors_source *source, const struct vectors_head *head,
                        struct vectors_wanted *wanted, struct vectors *vectors) NODISCARD;
int vectors_read_fasttext(struct vectors_source *source, const struct vectors_head *head,
                          struct vectors_wanted *wanted,
                          struct vectors *vectors) NODISCARD;

/* The width in a fastText model's arguments, in front of which the source stands, as it
 * does afterwards. */
int vectors_fasttext_width(struct vectors_source *source, int *width) NODISCARD;

/* The row of a wanted word. */
static inline float *vectors_row(const struct vectors *vectors, int32_t number)
{
    return vectors->values + (size_t)number * (size_t)vectors->width;
}

/* n little-endian floats. */
void vectors_floats(const char *bytes, size_t n, float *values);

#endif
