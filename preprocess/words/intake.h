/* Reads a corpus once, on several threads: documents into the corpus, their words into
 * the spool. The outcome does not depend on the number of threads. */
#ifndef RNNTRAIN_PREPROCESS_WORDS_INTAKE_H
#define RNNTRAIN_PREPROCESS_WORDS_INTAKE_H

#include "corpus/corpus.h"
#include "words/spool.h"
#include "words/text_spool.h"
#include "words/vocabulary.h"

struct intake {
    const struct text_tokenizer *tokenizer; /* how texts are cut into words; borrowed */
    struct reader *reader;
    struct block *first; /* what was taken from the reader before, emptied; or NULL */
    struct corpus *corpus;
    struct vocabulary *vocabulary;
    struct spool *spool;
    struct text_spool *texts; /* NULL: they are not kept */
    const char *encoding;     /* in messages; NULL: UTF-8 */
    bool strict;              /* invalid bytes are an error */
    bool keeps_marks;         /* the spool has them too: see marks.h */
    bool shows_progress;      /* on standard error */
    int n_threads;
};

int intake_run(const struct intake *intake) NODISCARD;

#endif
