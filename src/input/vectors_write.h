/* Word vectors as a file that others read: word2vec's binary (.bin), its text (.vec) or
 * GloVe's (.txt), each also with .gz behind it. Nothing here is collective. */
#ifndef RNNTRAIN_INPUT_VECTORS_WRITE_H
#define RNNTRAIN_INPUT_VECTORS_WRITE_H

#include "text/words.h"

/* ERR_USAGE: the name says no form. */
int vectors_write_check(const char *path) NODISCARD;

/* Words with blanks in them have no place in such a file. */
bool vectors_write_takes(const char *word, size_t n);

/* The vectors (words->n, width) of the words, all of which it takes, in their order;
 * replaced at once. Text has 6 digits. ERR_IO. */
int vectors_write(const char *path, const struct words *words, int width,
                  const float *values) NODISCARD;

#endif
