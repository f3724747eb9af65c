/* Multinomial naive Bayes on the words of rows in memory, with one added to each count:
 * what a model should be better than. Nothing here is collective.
 *
 *   p(c | row) ~ p(c) prod over its words w of (n_cw + 1) / (n_c + V)
 *
 * n_cw: how often w stands in rows of class c, n_c: their sum over the V words that the
 * learnt rows have; others say nothing. Labels of which a row may have several are told
 * each from its absence. Source: scikit-learn's MultinomialNB, with its defaults, on
 * counts of words.
 */
#ifndef RNNTRAIN_TRAIN_NAIVE_BAYES_H
#define RNNTRAIN_TRAIN_NAIVE_BAYES_H

#include "data/rows.h"

struct naive_bayes;

/* Learns n of the rows, by their numbers, of ids below n_ids and so many classes or
 * labels. NULL: the ids are not in memory, or words times classes are too many. */
struct naive_bayes *naive_bayes_new(const struct rows *rows, const int32_t *numbers,
                                    int n, int n_ids, int classes);
void naive_bayes_free(struct naive_bayes *bayes); /* NULL is fine */

/* Probabilities (C) of a row, of the same data set. */
void naive_bayes_judge(const struct naive_bayes *bayes, const struct rows *rows, int row,
                       double *probabilities);

#endif
