/* What rnnprep says it did. */
#ifndef PREPROCESS_SUMMARY_H
#define PREPROCESS_SUMMARY_H

#include "clean.h"
#include "corpus.h"

#include "rnntrain/text.h"

/* Counts over all documents of the corpus. */
struct tally {
    int64_t n_ids;       /* before padding */
    int64_t n_words;     /* stop words left out */
    int64_t n_unknown;   /* of them without an id of their own */
    int64_t n_truncated; /* ids lost to maxlen */
    int n_longer;        /* documents longer than maxlen */
    int n_empty;         /* documents without an id */
    int n_duplicates;    /* test documents whose text stands in train too */
};

/* Test documents whose text is that of a training document. */
int summary_duplicates(const struct corpus *corpus);

void summary_print(const struct corpus *corpus, const struct text_tokenizer *tokenizer,
                   const struct repairs *repairs, const struct tally *tally,
                   const char *output);

#endif
