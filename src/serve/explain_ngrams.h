/* The exact part of an explanation: what the n-grams of a text add to a logit. */
#ifndef RNNTRAIN_SERVE_EXPLAIN_NGRAMS_H
#define RNNTRAIN_SERVE_EXPLAIN_NGRAMS_H

#include "serve/explain.h"

/* The n-grams of a text at their places. Arrays are owned; explain_ngrams_release. */
struct explain_ngrams {
    size_t n, room;
    struct ngram_place {
        int32_t feature;
        int first, n;            /* in words.word_of */
    } * places;                  /* sorted by feature */
    struct ngram_features words; /* the text's, and their characters */
    size_t n_features;
    int32_t *features; /* (n_features) each once, rising */
    double *shares;    /* (n_features) */
};

/* Of a text that was cut as the n-grams' texts are; shares are zero. */
void explain_ngrams_find(struct explain_ngrams *ngrams, const struct predictor *predictor,
                         const struct text_cut *cut);
/* Adds `weight` times what each adds to output `output` of a linear member, whose weights
 * these are. Returns their sum, without the bias. */
double explain_ngrams_weigh(struct explain_ngrams *ngrams, const struct model *model,
                            const real *weights, int output, double weight);
/* Their shares to the words of the cut, whose words are the explanation's, and to its
 * list. */
void explain_ngrams_tell(const struct explain_ngrams *ngrams,
                         const struct predictor *predictor,
                         struct explanation *explanation);
void explain_ngrams_release(struct explain_ngrams *ngrams);

#endif
