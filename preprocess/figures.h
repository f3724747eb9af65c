/* The figures of a summary: what other choices of num_words and maxlen would keep, how
 * long documents are, how even the classes. */
#ifndef PREPROCESS_FIGURES_H
#define PREPROCESS_FIGURES_H

#include "summary.h"

enum { FIGURES_CHOICES = 10, FIGURES_BARS = 8 };

/* Values of an option in ascending order, and what each would keep. */
struct choices {
    int n;
    struct candidate {
        int value;
        double kept;  /* share of the training documents' words, of all ids */
        double whole; /* maxlen: share of documents that lose nothing */
    } choice[FIGURES_CHOICES];
};

/* Of the option --num-words. */
struct choices figures_num_words(const struct text_tokenizer *tokenizer);

/* Ids of documents before padding. */
struct lengths {
    int n;                 /* documents */
    int32_t *sorted;       /* (n) owned */
    struct choices maxlen; /* of the option --maxlen */
    int n_bars;            /* of a histogram: documents of `from` to `to` ids */
    struct bar {
        int from, to, n;
    } bar[FIGURES_BARS];
};

/* Release with figures_release. */
struct lengths figures_lengths(const struct summary *summary);
void figures_release(struct lengths *lengths);

/* The length that this share of the documents, in percent, does not exceed. */
int figures_length(const struct lengths *lengths, int percentile);

/* What the training documents look like. */
struct choose_facts figures_looks(const struct corpus *corpus);

/* Documents of all parts. */
int figures_documents(const struct corpus *corpus);

/* Class weights as scikit-learn's "balanced" has them: n / (C n_c), of training
 * documents; and whether they are far from 1. */
double figures_class_weight(const struct corpus *corpus, int c);
bool figures_is_skewed(const struct corpus *corpus);

/* Where documents may have several labels: how many one has, in the mean, and how many
 * have none. */
double figures_labels_a_document(const struct corpus *corpus);
int figures_unlabelled(const struct corpus *corpus);

/* Index of the most frequent word that num_words leaves out; above text_n_words: none. */
int figures_first_lost(const struct text_tokenizer *tokenizer);

/* In percent; 0 of nothing. */
double figures_percent(int64_t part, int64_t whole);

#endif
