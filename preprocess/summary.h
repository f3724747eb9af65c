/* What rnnprep says it did: for people on standard output, for programs as JSON. */
#ifndef PREPROCESS_SUMMARY_H
#define PREPROCESS_SUMMARY_H

#include "choosing.h"
#include "unlabelled.h"
#include "words/encode.h"
#include "words/ngram_count.h"

#include "data/own_vectors.h"

struct summary {
    const struct corpus *corpus; /* all borrowed */
    const struct reader_notes *notes;
    const struct text_tokenizer *tokenizer;
    const struct tally *tally;
    const struct unlabelled *unlabelled; /* NULL: there are none */
    const struct tally *unlabelled_tally;
    int64_t n_forgotten;               /* words that the limit of the vocabulary forgot */
    const struct own_vectors *vectors; /* NULL: there are none */
    const struct ngrams *ngrams;       /* the same */
    const struct ngram_tally *ngram_tally; /* NULL: they are another data set's */
    bool is_fitted; /* the vocabulary is this corpus's: counts are known */
    const struct choosing *choosing; /* NULL: nothing was chosen */
    const char *output;
};

void summary_print(const struct summary *summary);

/* The same as a JSON object; the caller's to free. */
char *summary_json(const struct summary *summary);

#endif
