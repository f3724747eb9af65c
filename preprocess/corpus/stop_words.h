/* Words that are left out, by language or from a file. */
#ifndef RNNTRAIN_PREPROCESS_CORPUS_STOP_WORDS_H
#define RNNTRAIN_PREPROCESS_CORPUS_STOP_WORDS_H

#include "base/base.h"

/* `given`: a language (english, german, french, spanish, italian, portuguese, dutch) or a
 * file with a word a line. Release with lines_release. */
int stop_words_read(const char *given, char ***words, int *n) NODISCARD;

#endif
