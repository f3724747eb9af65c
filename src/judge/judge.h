/* What a model's probabilities over n rows come to: the rows one by one, and how much of
 * them is kept. figures.h adds them up, bootstrap.h says how sure that is.
 *
 * A row has one of C classes, or any of C labels. All that is counted is an integer, and
 * what is not is added in the canonical tree (ranks/comm.h) over rows that were put in an
 * order of their own, by what they are and what is said of them: neither the order in
 * which they stand nor who computed which matters to any bit. Nothing here is collective.
 */
#ifndef RNNTRAIN_JUDGE_JUDGE_H
#define RNNTRAIN_JUDGE_JUDGE_H

#include <math.h>

#include "base/base.h"

/* What a figure is that has no value. */
#define JUDGE_UNDEFINED ((double)NAN)

/* More probabilities than that, n C, are not kept: nothing then needs their order. */
enum { JUDGE_MOST_PROBABILITIES = 1 << 25 };

/* What is known of a row and what a model says of it. All is borrowed. */
struct judge_row {
    int label;                   /* 0 .. C - 1, where a row has one */
    const uint8_t *labels;       /* (C) 0 or 1, where it may have several; else NULL */
    const double *probabilities; /* (C) each within [0, 1], or NaN */
    int decided;                 /* the class, where a row has one */
    /* (C) from which on a label is given; NULL: where its probability is above one
     * half. */
    const double *thresholds;
};

struct judge {
    int n, classes;
    bool multi_label;
    int32_t *label, *decided; /* (n) where a row has one label; else NULL */
    uint8_t *there, *given;   /* (n, C) where it may have several; else NULL */
    double *probabilities;    /* (n, C), or NULL: they are too many */
    double *loss, *brier;     /* (n) a row's terms of log loss and Brier score, or NULL */
    double *sure;             /* (n) what its reliability is asked of; NULL: labels */
    int32_t *place;           /* (n) their order; NULL: judge_arrange was not called */
    uint32_t *ranks;          /* (C, n) see ranking.h; NULL: there are none */
};

/* Of n rows, 1 or more, of C classes, 2 or more, or labels. */
struct judge *judge_new(int n, int classes, bool multi_label);
/* Of rows that have one class, whose decisions alone are told, as probabilities of many
 * classes are much to hand over: nothing but judge_count comes of it. */
struct judge *judge_new_of_decisions(int n, int classes);
void judge_free(struct judge *judge); /* NULL is fine */

/* Row i, each once. */
void judge_take(struct judge *judge, int i, const struct judge_row *row);

/* A row that another judge of as many rows and classes has taken: its bytes, to be taken
 * over. */
size_t judge_row_bytes(const struct judge *judge);
void judge_pack(const struct judge *judge, int i, char *to);
void judge_unpack(struct judge *judge, int i, const char *from);

/* After the last row: puts all in order, and by each probability, where these were kept
 * and none is NaN. */
void judge_arrange(struct judge *judge);

/* The same rows judged by one answer: all are taken for the class that most of them are
 * of, the first of those, or given the labels that most of them have, with the shares of
 * classes or labels as probabilities. No other constant has a smaller log loss.
 * Source: scikit-learn's DummyClassifier(strategy="prior"), fitted on these rows. It is
 * to be arranged. */
struct judge *judge_constant(const struct judge *judge);

#endif
