/* From the spool to the rows of the data set. */
#ifndef RNNTRAIN_PREPROCESS_WORDS_ENCODE_H
#define RNNTRAIN_PREPROCESS_WORDS_ENCODE_H

#include "corpus/corpus.h"
#include "words/ngram_rows.h"
#include "words/spool.h"

#include "data/dataset.h"
#include "text/text.h"

/* What the documents came to. */
struct tally {
    int64_t n_words;     /* stop words left out */
    int64_t n_unknown;   /* of them without an id of their own */
    int64_t n_ids;       /* before padding */
    int64_t n_truncated; /* ids lost to maxlen */
    int n_longer;        /* documents longer than maxlen */
    int n_empty;         /* documents without an id */
    int32_t *lengths; /* ids before padding, of each row of the labelled parts; owned */
};

/* The documents, and where the numbers of their words lead (fit_tokenizer). */
struct encoding {
    const struct corpus *corpus;
    const struct corpus *unlabelled; /* NULL: there are no texts without labels */
    const struct spool *spool;
    const int32_t *map; /* (n_numbers) */
    int32_t n_numbers;
    const struct text_tokenizer *tokenizer; /* its padding is the rows' */
    const struct ngram_rows *ngrams;        /* NULL: there are none */
    int n_threads;
};

/* Writes the data set, whose y and length are filled for it (memory of the caller), as
 * are `tokenizer` and `kept` (the caller's to free). `tally` is of the labelled parts,
 * `unlabelled` of the other one, without lengths. */
int encode_write(const struct encoding *encoding, struct dataset *data,
                 struct tally *tally, struct tally *unlabelled) NODISCARD;

#endif
