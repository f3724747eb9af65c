/* From the words of the corpus to the tokenizer's. */
#ifndef RNNTRAIN_PREPROCESS_WORDS_FIT_H
#define RNNTRAIN_PREPROCESS_WORDS_FIT_H

#include "corpus/corpus.h"
#include "words/spool.h"
#include "words/vocabulary.h"

#include "text/text.h"

/* Counts the training documents' words in the order of rows and gives the tokenizer its
 * index, unless it has one (`is_fitted`). *map leads from a number of the spool to
 * text_find_numbers's place of its word, TEXT_STOP or VOCABULARY_FORGOTTEN; it is the
 * caller's to free. */
int fit_tokenizer(const struct corpus *corpus, const struct spool *spool,
                  const struct vocabulary *vocabulary, bool is_fitted, int64_t min_count,
                  struct text_tokenizer *tokenizer, int32_t **map) NODISCARD;

#endif
