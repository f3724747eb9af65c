/* What a model came to over rows, and how eval tells it: as text that fits 80 columns, as
 * JSON, as CSV with a class a row, and as CSV with a judged row a row. Nothing here is
 * collective.
 */
#ifndef RNNTRAIN_COMMANDS_EVALUATION_H
#define RNNTRAIN_COMMANDS_EVALUATION_H

#include "commands/selection.h"
#include "data/facts.h"
#include "judge/bootstrap.h"
#include "judge/figures.h"
#include "train/evaluate.h"

struct evaluation {
    const struct selection *selection; /* borrowed */
    const struct facts *facts;         /* of the model; borrowed */
    const struct dataset *data;        /* that the rows are of; borrowed */
    struct score score;                /* whose loss is the one the run was trained on */
    struct judge *judge;               /* owned */
    struct judge_figures figures;      /* what is below is owned too */
    struct judge_figures baseline;     /* of judge_constant */
    struct judge_intervals intervals;
    uint64_t seed; /* of the intervals */
};

/* From selection, facts, score and judge all the others, by up to n_threads. */
void evaluation_compute(struct evaluation *evaluation, uint64_t seed, int resamples,
                        int n_threads);
void evaluation_release(struct evaluation *evaluation);

/* To standard output. */
void evaluation_print(const struct evaluation *evaluation);
void evaluation_print_json(const struct evaluation *evaluation);
void evaluation_print_csv(const struct evaluation *evaluation);

/* A row a line, in the order of the part: its number there, from 0, its label, what it
 * was taken for, the probabilities and its log loss. Of more than EVALUATION_MOST_COLUMNS
 * classes, or where there are too many to be kept, only the probability of what it was
 * taken for. Behind them where the row came from and its text, as far as the data set
 * kept them. ERR_IO. */
enum { EVALUATION_MOST_COLUMNS = 1000 };
int evaluation_write_rows(const struct evaluation *evaluation,
                          const char *path) NODISCARD;

/* The class that the baseline takes all rows for. */
int evaluation_largest_class(const struct evaluation *evaluation);

/* Rows of one class that were taken for another. */
struct confusion {
    int label, decided;
    int n;
};
/* The commonest first, ties by number; *n of them, the caller's. */
struct confusion *evaluation_confusions(const struct evaluation *evaluation, int *n);

#endif
