/* From texts to vectors of their words: ranked, co-occurrences counted, factorised. */
#ifndef RNNTRAIN_PREPROCESS_VECTORS_MAKE_H
#define RNNTRAIN_PREPROCESS_VECTORS_MAKE_H

#include "corpus/corpus.h"
#include "vectors/texts.h"

struct make_options {
    const char *dim_option; /* "--dim", in messages */
    int dim, window;
    double deviation;
    uint64_t seed;
    int64_t most, min_count; /* see texts_rank */
    int n_threads;
};

/* Adds the texts of the part DATASET_TRAIN. */
void make_add_texts(struct texts *texts, const struct corpus *corpus);

/* Ranks the texts' words and makes their vectors (texts->words.n, dim), the caller's to
 * free; n_elements: pairs that meet more often than by chance. ERR_USAGE where there are
 * fewer words than numbers in a vector, ERR_IO. */
int make_vectors(struct texts *texts, const struct text_tokenizer *tokenizer,
                 const struct make_options *options, float **vectors,
                 int64_t *n_elements) NODISCARD;

#endif
