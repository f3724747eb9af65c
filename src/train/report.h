/* What a training run says: log.jsonl, one JSON object a line, and the console: a
 * progress bar on a terminal, one line an epoch elsewhere. Rank 0 only: a report that was
 * not opened ignores every call. Nothing here is collective.
 */
#ifndef RNNTRAIN_TRAIN_REPORT_H
#define RNNTRAIN_TRAIN_REPORT_H

#include "base/base.h"
#include "files/directory.h"
#include "judge/figures.h"

#include <stdio.h>

#include <jansson.h>

#include "train/tensorboard.h"

/* What the epochs of this start took, for the line at the end. */
struct report_effort {
    int epochs;
    double seconds, rows, gflop; /* of all ranks */
    double communicated;         /* seconds of rank 0 */
    double imbalance;            /* times seconds */
    double peak_gflops;          /* SGEMM's rate as last measured */
};

struct report {
    bool is_open;
    int fd; /* of the log, locked */
    char *path;
    int64_t written; /* bytes of whole lines */
    char *pending;   /* lines that could not be written yet */
    size_t n_pending;
    bool is_torn; /* part of a line may stand behind the whole ones */
    FILE *console;
    bool is_terminal, quiet;
    bool is_verbose;  /* the speed of each epoch is said too */
    double began;     /* this start; 0: it was not said */
    double last_step; /* when its line was written, or the start */
    bool bar_shown;
    double last_bar; /* when it was drawn */
    struct report_effort effort;
    struct tensorboard *board; /* NULL: none is written; owned */
};

/* What this start has of its own, which equal runs may differ in. */
struct report_origin {
    const char *command;   /* by which it was started, or NULL */
    const char *data_path; /* as the system knows it */
    const char *corpus;    /* SHA-256 of what the data set was made of, or NULL */
    const char *build;     /* XXH64 of the program */
};

struct report_start {
    const char *config; /* JSON */
    struct report_origin origin;
    const char *hosts, *kernels;
    bool bf16, plain_bf16;     /* products are of bf16; without an instruction for them */
    const char *validation;    /* the rule and the classes, for people */
    const char *unseen;        /* classes that no validation row is of, or NULL */
    const char *class_weights; /* the least and the greatest, or NULL: all are 1 */
    int ranks, lanes, classes;
    bool reproducible; /* on any number of ranks */
    bool shares_cores; /* some host has more ranks than cores */
    int n_train, n_validation, n_test;
    const char *watched;      /* what best.h5 and early stopping go by: "val_acc" */
    size_t parameters, bytes; /* of a rank's workspace */
    size_t node_bytes;        /* of weights that a node's ranks share; 0: they do not */
    size_t data_bytes;        /* of the ids in a node's memory */
    size_t n_ngrams;          /* of a linear model, whose rows these bytes are of */
    int window_rows;          /* of which two are in memory; 0: all rows are */
    int chunk_rows;           /* of the file, in which windows are read */
    int wanted_rows; /* of a window that mixes a file sorted by class; 0: it does */
    uint64_t data_hash;
    double epoch_flops, peak_gflops; /* peak: SGEMM rate of all ranks together */
    double core_share;  /* of the cores, that others left while it was measured; 1: all */
    double epoch_moved; /* bytes of a rank's vectors between layers */
    double epoch_bytes; /* that each rank moves of arrays as large as the weights */
    const char *beginning; /* what the weights are, lines each with its '\n', or NULL */
    bool hard_sigmoid;
    const char *layers;       /* lines, each with its '\n', as model_summary has them */
    const char *resumed_from; /* the checkpoint, or NULL: the run begins */
    int epoch, batch;         /* to be gone on with; finished batches of it */
    int64_t step;
};

/* An epoch of a linear model: a fit. */
struct report_trial {
    const char *scaling; /* NULL: the epoch is none */
    double c;
    double regression, bayes; /* shares of their weights */
    int passes;               /* over the rows */
    bool is_last;             /* of all labelled rows: nothing is left to judge it */
};

/* A step inside an epoch. */
struct report_step {
    int epoch, batch, batches; /* from 1 */
    int64_t step;
    double batch_loss;
    double loss, acc; /* of the epoch so far */
    double learning_rate;
};

struct report_epoch {
    int epoch, epochs; /* from 1 */
    double loss, acc, val_loss, val_acc, learning_rate;
    double seconds, samples_per_s, gflops, comm_share, imbalance;
    double peak_gflops; /* SGEMM's rate, of all ranks */
    bool validated, improved;
    bool multi_label; /* texts have several labels: f1 and val_f1 are said */
    double f1, val_f1;
    const double *figures; /* (JUDGE_FIGURES) of validation rows, NaN where not known;
                              NULL: none is */
    const char *watched;   /* a figure that people see too; NULL: none */
    double watched_value;
    int n_validation; /* rows */
    const char
        *one_class; /* that they were all taken for; NULL: for several, or rightly */
    struct report_trial trial;
    bool is_spared; /* such an epoch does not count against patience */
    uint64_t weights;
};

/* What weights came to over rows that they were not trained on. */
struct report_result {
    const char *which; /* "best" or "last" */
    int epoch;
    bool is_test; /* else validation rows, where there are no test rows */
    double loss, acc;
    bool multi_label;
    double f1;
    int n;
    const char *one_class; /* as of an epoch */
    const double *figures; /* the same */
};

/* What an answer that costs nothing comes to on the same rows. */
struct report_baseline {
    bool is_there;
    const char *label; /* the class that it has for all; NULL: it has no such class */
    double loss;
    double figures[JUDGE_FIGURES]; /* NaN where not known */
};

struct report_baselines {
    bool is_test;
    int n;
    bool multi_label;
    struct report_baseline constant, bayes;
};

/* What validation rows chose at the end, and what they come to without and with it. */
struct report_decision {
    const char *said; /* for people */
    json_t *json;     /* for the log, which takes it */
    int n;
    bool multi_label;
    struct report_baseline before, after;
};

struct report_nonfinite {
    int epoch, batch; /* from 1 */
    int64_t step;
    const char *what;    /* "loss" or "gradient" */
    const char *action;  /* "stop", "skip" or "rollback" */
    const int32_t *rows; /* (n) of the training set */
    int n;
};

/* Opens the log of a run and takes the run's lock, which is on the log and ends with this
 * process. ERR_EXISTS: there is a log (REPORT_NEW), or what has its name is none, or
 * another process has the lock, which REPORT_GO_ON waits for a little. ERR_IO. */
enum report_mode {
    REPORT_NEW,       /* there must be none */
    REPORT_GO_ON,     /* behind what is there */
    REPORT_OVERWRITE, /* from its beginning; what is no log is replaced by one */
    REPORT_AGAIN,     /* as REPORT_GO_ON, nobody is waited for */
};
int report_open(struct report *report, const struct directory *run_dir,
                enum report_mode mode) NODISCARD;
/* Whether the log of the run directory is the one that was opened. */
bool report_is_in_place(const struct report *report, const struct directory *run_dir);
/* Leaves that log and takes the run's lock anew, on an empty log: ERR_EXISTS where there
 * is another one. The report is closed then. */
int report_take_again(struct report *report, const struct directory *run_dir) NODISCARD;
/* ERR_EXISTS where the log does not begin as that of a run on these data does. */
int report_check_owner(const struct report *report, uint64_t data_hash) NODISCARD;
/* Whether the log says, behind its first `from` bytes, that the run came to its end. */
bool report_has_ended(const struct report *report, int64_t from);
/* Leaves the first `keep` bytes of the log, or its whole lines where it has fewer, which
 * is told. */
int report_cut(struct report *report, int64_t keep) NODISCARD;
/* Where lines for people go. */
void report_to_console(struct report *report, FILE *console, bool quiet);
/* How long the log is. */
int64_t report_bytes(const struct report *report);
void report_close(struct report *report);

/* Each writes its line. One that cannot be written is told, kept and tried again with the
 * next; only the first line and the last must be written: ERR_IO. */
int report_start(struct report *report, const struct report_start *start) NODISCARD;
int report_step(struct report *report, const struct report_step *step) NODISCARD;
int report_epoch(struct report *report, const struct report_epoch *epoch) NODISCARD;
/* The start to people alone. */
void report_say_start(struct report *report, const struct report_start *start);
/* The keys that it has in the log, as far as they are known, behind those of an
 * object. */
void report_add_origin(json_t *object, const struct report_origin *origin);
/* And when: "time":"2025-01-31T12:00:00.000Z". */
void report_add_time(json_t *object);
/* Also told, unless the run stops and says so itself. */
int report_nonfinite(struct report *report, const struct report_nonfinite *bad) NODISCARD;
int report_result(struct report *report, const struct report_result *result) NODISCARD;
int report_baselines(struct report *report,
                     const struct report_baselines *baselines) NODISCARD;
int report_decision(struct report *report,
                    const struct report_decision *decision) NODISCARD;
/* `reason`: "epochs", "early_stopping", "stopped" or "diverged"; `text` says it to
 * people, NULL where the program's last message does. */
int report_end(struct report *report, const char *reason, const char *text) NODISCARD;

/* Any other line; releases it. A failure is returned where the line `must` be written,
 * else told and made good with the next line. */
int report_write(struct report *report, json_t *line, bool must) NODISCARD;

/* Redraws the bar, at most ten times a second. */
void report_progress(struct report *report, int epoch, int epochs, int step, int n_steps,
                     double loss);
/* A line for people who must see it: to standard error, also when quiet. */
void report_tell(struct report *report, const char *format, ...) PRINTF_LIKE(2, 3);
/* A line for people. */
void report_say(struct report *report, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
