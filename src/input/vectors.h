/* Vectors of words as people have them: GloVe's text, word2vec's text (.vec, with a line
 * "n d" in front) and binary, fastText's .bin, each also packed (gz, bz2, xz, zst) or a
 * file of an archive, "glove.zip/glove.50d.txt". The file is read once, as a stream, and
 * only the vectors of wanted words are kept. Nothing here is collective.
 */
#ifndef RNNTRAIN_INPUT_VECTORS_H
#define RNNTRAIN_INPUT_VECTORS_H

#include "text/words.h"

enum { VECTORS_MOST_WIDTH = 8192 };

enum vectors_form {
    VECTORS_GLOVE,    /* "word 0.1 0.2" a line */
    VECTORS_TEXT,     /* the same behind a line "n d" */
    VECTORS_BINARY,   /* "n d\n", then "word " and d floats */
    VECTORS_FASTTEXT, /* a model of fastText, whose n-grams give vectors of any word */
    VECTORS_FORMS
};
extern const char *const vectors_form_names[VECTORS_FORMS];

/* Where a word's vector is from; a later one takes the place of an earlier one. */
enum vectors_match {
    VECTORS_MISSING,
    VECTORS_PARTS,  /* fastText: the mean of its n-grams, as the file lacks the word */
    VECTORS_FOLDED, /* the file's first word that is the same in lower case */
    VECTORS_EXACT,
    VECTORS_MATCHES
};

struct vectors {
    enum vectors_form form;
    int width;
    int64_t n_rows;       /* of the file */
    int32_t n;            /* wanted words */
    float *values;        /* (n, width), finite; zeros of missing words */
    unsigned char *match; /* (n) an enum vectors_match */
    int32_t n_of_match[VECTORS_MATCHES];
    int64_t n_twice;     /* rows of wanted words that had been there: the first counts */
    int64_t first_twice; /* the first of these, from 1 */
};

/* How wide the vectors of a file are, by its beginning. ERR_NO_INPUT, ERR_FORMAT where it
 * has none, ERR_USAGE where an archive has several files. */
int vectors_width(const char *path, int *width) NODISCARD;

/* Reads the vectors of the wanted words. ERR_FORMAT, with line or byte: a row is short,
 * of another width or not finite, or there are not as many as the file says. Release with
 * vectors_release. */
int vectors_read(const char *path, const struct words *wanted,
                 struct vectors *vectors) NODISCARD;
void vectors_release(struct vectors *vectors);

/* Leaves `width` numbers of each vector, fewer than there are: the principal components
 * of the found words. The same bits on every processor. */
void vectors_reduce(struct vectors *vectors, int width);

/* Standard deviation of the found vectors' numbers; 0: nothing was found. */
double vectors_deviation(const struct vectors *vectors);

#endif
