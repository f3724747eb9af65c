/* From the words of the corpus to the tokenizer's. */
#ifndef RNNTRAIN_PREPROCESS_WORDS_FIT_H
#define RNNTRAIN_PREPROCESS_WORDS_FIT_H

#include "corpus/corpus.h"
#include "words/spool.h"
#include "words/vocabulary.h"

#include "text/text.h"

/* What is counted; all is borrowed. */
struct fitting {
    const struct corpus *corpus;     /* its training part */
    const struct corpus *unlabelled; /* the same of more texts; NULL: there are none */
    const struct spool *spool;
    const struct vocabulary *vocabulary;
    bool is_fitted; /* nothing is: the tokenizer has its index */
    int64_t min_count;
};

/* Counts the training documents' words in the order of rows, then those of the others,
 * and gives the tokenizer its index, unless it has one. *map leads from a number of the
 * spool to text_find_numbers's place of its word, TEXT_STOP or VOCABULARY_FORGOTTEN; it
 * is the caller's to free. */
int fit_tokenizer(const struct fitting *fitting, struct text_tokenizer *tokenizer,
                  int32_t **map) NODISCARD;

#endif
