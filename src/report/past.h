/* Runs that are there, as their folders have them: the log, event by event, and what the
 * result said of each row. A folder that holds a job of several runs stands for all of
 * them. What a log does not say is NaN or 0; lines that are no JSON are passed over.
 * Nothing here is collective.
 */
#ifndef RNNTRAIN_REPORT_PAST_H
#define RNNTRAIN_REPORT_PAST_H

#include <jansson.h>

#include "saved/predictions.h"

/* More runs are refused, and epochs behind these passed over. */
enum { PAST_MOST_RUNS = 512, PAST_MOST_EPOCHS = 1000000 };

/* A number for each epoch, under its name in the log. */
enum past_value {
    PAST_LOSS,
    PAST_VAL_LOSS,
    PAST_ACC,
    PAST_VAL_ACC,
    PAST_F1,
    PAST_VAL_F1,
    PAST_VAL_AUC,
    PAST_RATE,
    PAST_SECONDS,
    PAST_SAMPLES,
    PAST_GFLOPS,
    PAST_PEAK_SHARE,
    PAST_COMM_SHARE,
    PAST_IMBALANCE,
    PAST_VALUES
};
extern const char *const past_value_names[PAST_VALUES];

/* What the weights came to at the end, over test rows or, where there are none,
 * validation rows. */
struct past_result {
    bool is_there, is_test;
    char which[8]; /* "best" or "last" */
    int epoch;
    int64_t n;
    double loss, acc, f1;
};

struct past_run {
    char *path;          /* the folder */
    char *name;          /* what people call it: unlike the others' */
    char *log;           /* its bytes */
    json_t *start, *end; /* events, NULL: there is none; the last "start" or "resume" */
    json_t *config;      /* of start, borrowed; NULL */
    int n_epochs;
    double *epoch;              /* (n_epochs) their numbers, from 1 */
    double *value[PAST_VALUES]; /* (n_epochs) */
    int best_epoch;             /* 0: nobody knows */
    char weights[17];           /* hash of the best epoch's, as the log has it */
    bool several_labels;
    bool is_joint; /* models of a job as one, or folds: no epochs, no options */
    struct past_result result;
    json_t *decision;   /* event: what validation rows chose for it; NULL: nothing */
    double naive_bayes; /* accuracy or F1 of it on the rows of the result; or NaN */
    bool has_predictions;
    char *predictions_fault; /* why the file that is there could not be read; NULL */
    struct predictions predictions;
    int group; /* runs of one configuration but for their seeds have one number */
};

struct past {
    int n, n_groups;
    struct past_run *runs; /* (n) owned */
};

/* The runs of n folders, by their logs alone. ERR_NO_INPUT: one of them holds none;
 * ERR_USAGE: they are too many. */
int past_read(const char *const *folders, int n, struct past *past) NODISCARD;
/* And what they said of rows, where there is such a file. One that cannot be read is left
 * out: a note on standard error says why. */
void past_read_predictions(struct past *past);
void past_release(struct past *past);

/* Of a run's epoch, from 1; NaN where it is not known. */
double past_at(const struct past_run *run, enum past_value value, int epoch);
/* Whether any epoch has it. */
bool past_has(const struct past_run *run, enum past_value value);
/* All epochs' seconds. */
double past_seconds(const struct past_run *run);
/* The score that people look at: accuracies or, of several labels, F1. */
static inline enum past_value past_score(const struct past_run *run)
{
    return run->several_labels ? PAST_F1 : PAST_ACC;
}
static inline enum past_value past_val_score(const struct past_run *run)
{
    return run->several_labels ? PAST_VAL_F1 : PAST_VAL_ACC;
}

/* A text of an event, "" where it has none; borrowed. */
const char *past_text(const json_t *event, const char *key);
/* The run's folder and a name in it; the caller's. */
char *past_path(const struct past_run *run, const char *name);
/* The best by validation, or where nothing validated the first. */
int past_best(const struct past *past);

#endif
