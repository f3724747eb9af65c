/* The run's inside.
 *
 * trainer.c runs the phases: setup.c (before the first batch, with load.c for the data
 * and run_dir.c for the folder), start.c (what is said first), epoch.c, step.c (a
 * batch), judged.c (what rows come to), baseline.c (what they come to by less), result.c
 * (what came of it), calibrate.c (how it decides), end.c (how a run ends). Whether its
 * folder is still there: place.c. What is best, and until when it is waited for:
 * stopping.c, of what has a value: monitor.c. When it must end or save: stop.c.
 * Checkpoints: save.c writes them, save_behind.c large ones, and generation.c reads
 * them, with progress as JSON by state.c; replicas.c compares what goes into them. Where
 * weights are, and when they are up to date: weights.c. Where the run stands: begin.c (a
 * new one; vectors.c, its embedding), resume.c (as a checkpoint has it). What each rank
 * did when: tracing.c. What the result says of each row: predictions.c. A run of which
 * nothing is written: dry_run.c. A linear model's n-grams: load_ngrams.c; its fits:
 * linear_run.c, with linear_bayes.c.
 * Models that are done, over the rows of such a run: judging.h.
 */
#ifndef RNNTRAIN_TRAIN_PRIVATE_H
#define RNNTRAIN_TRAIN_PRIVATE_H

#include "train/trainer.h"

#include <jansson.h>

#include <string.h>

#include "ranks/balance.h"
#include "data/dataset.h"
#include "data/sparse.h"
#include "files/directory.h"
#include "train/evaluate.h"
#include "train/optim.h"
#include "train/report.h"
#include "train/stream.h"
#include "train/test_hooks.h"
#include "base/program.h"
#include "base/trace.h"

/* Where the run stands; the same on every rank. */
struct progress {
    int epoch;             /* finished ones */
    int64_t step;          /* optimizer steps taken */
    int batch;             /* finished ones of the epoch after those */
    struct score score;    /* of these batches, sums */
    int64_t moments_steps; /* that the moments had seen before the run began */
    int wait;              /* epochs since the best */
    int best_epoch;
    double best;           /* monitored value: greater is better, losses are negated */
    uint64_t best_hash;    /* of its weights; 0: there is none */
    int64_t skipped;       /* batches whose loss or gradient was not finite */
    enum monitor monitor;  /* by which the run began */
    bool spares_one_class; /* and whether epochs of one class are no reason to stop */
    int rollbacks;         /* to an epoch's beginning, each with half the learning rate */
    bool is_refitted;      /* a linear model: the best trial, on all labelled rows */
    json_t *history;       /* rank 0 */
};

/* The longest that each took in this start, in seconds; 0: not yet done. */
struct pace {
    double step, validation, save;
};

static inline void pace_note(double *longest, double began)
{
    double seconds = seconds_now() - began;
    *longest = seconds > *longest ? seconds : *longest;
}

/* A checkpoint that is still to be written; owned. */
struct image {
    char *bytes;
    size_t n;
};

/* Where a resumed run goes on. */
struct resumed {
    bool is_resumed, is_finished;
    char *from;        /* the checkpoint; rank 0 */
    int64_t log_bytes; /* of the log when it was written; 0: the run begins; rank 0 */
};

/* Logits that a pass over rows came to, as far as this rank computed them. */
struct heard {
    int epoch, n_rows; /* of the pass; 0: there was none */
    size_t record_bytes, bytes, room;
    char *records; /* (bytes) see predictions.c; owned */
};

/* What tf-idf has of them, where some are of characters; see linear_words.c. */
struct linear_words {
    bool *is_spelled;   /* (F) owned, as the others are; NULL: none is */
    struct sparse rows; /* of the training part, once they are asked for */
    uint64_t *start;
    uint32_t *index;
};

/* A linear model's data, and what its trials came to; the same on every rank. */
struct linear_side {
    struct ngrams ngrams; /* the list, for checkpoints; rank 0 */
    struct sparse rows[DATASET_ALL_PARTS];
    struct comm_window window; /* their arrays, one copy a node */
    struct linear_words words;
    struct latent *latent; /* of the rows that were fitted last; NULL: not made */
    struct linear_trial trials[LINEAR_MOST_TRIALS];
};

struct trainer {
    const struct trainer_config *config;
    const struct test_hooks *hooks;
    char *record;   /* the configuration's, with the monitor of the run; owned */
    char build[17]; /* XXH64 of the program */
    char *data_path, *corpus; /* for the origin of what is written; owned; rank 0 */
    struct comm *comm;
    const struct kernels *kernels;
    char kernel_set[128];
    struct dataset data;
    struct comm_window window; /* the data set's arrays, one copy a node */
    struct stream
        *stream; /* the ids, with SHUFFLE_WINDOW; else NULL, they are in `window` */
    struct sampler sampler;
    struct model *model;
    struct linear_side linear; /* where the model is one */
    const struct params *params;
    struct optim optim;
    struct comm_sum *sum;
    real *weights, *best_weights;
    /* Of a large vocabulary: these and what the optimizer keeps, one copy a node, of
     * which each of its ranks updates a share, or where that cannot be a copy a rank. */
    struct comm_window state;
    bool has_table;        /* then: gradients have touched rows only (optim_table) */
    uint64_t *batch_rows;  /* bits of the rows that the batch reads; NULL without */
    double *class_weights; /* (classes) of a network's rows; NULL: all 1 */
    struct balance balance;
    int *first;                      /* (size + 1) lane ranges of the ranks */
    double *lane_values;             /* (lanes, LANE_WIDTH) */
    double peak_gflops, epoch_flops; /* of all ranks; model flops of an epoch */
    double core_share; /* of the cores, that was left when the peak was last measured */
    double probe_seconds;    /* that this took */
    struct directory folder; /* the run directory; rank 0 */
    struct report report;
    struct trace_file *trace; /* rank 0, with --trace */
    struct progress progress;
    struct resumed resumed;
    char *beginning;    /* what the weights are, where they are not drawn; rank 0 */
    uint64_t best_file; /* hash of the weights in best.h5, as far as rank 0 knows */
    struct heard heard, validated, tested; /* the last pass; those of the result */
    struct image pending_best;             /* rank 0: could not be written yet */
    struct save_behind *behind; /* rank 0: a checkpoint on its way; NULL: none */
    bool owes_best;             /* rank 0: best.h5 goes with the next one */
    bool is_saved;              /* rank 0: last.h5 holds the last state that it should */
    struct pace pace;
    double deadline; /* by which there is a checkpoint, on seconds_now's clock; or 0 */
    double saved_at; /* the last checkpoint inside an epoch, or the start */
};

/* LANE_WISH: what the lane's rank wants after this batch, an enum wish. The last three
 * are counts of labels. */
enum {
    LANE_LOSS,
    LANE_CORRECT,
    LANE_WORK,
    LANE_SECONDS,
    LANE_WISH,
    LANE_TRUE_POSITIVES,
    LANE_FALSE_POSITIVES,
    LANE_FALSE_NEGATIVES,
    LANE_WIDTH
};

/* The greatest of all ranks' wishes is done: a checkpoint; the end, as time is up; the
 * end, as signal number wish - WISH_SIGNAL came. */
enum wish { WISH_NONE, WISH_SAVE, WISH_STOP_FOR_TIME, WISH_SIGNAL };

/* What a batch came to. */
struct outcome {
    int n;                 /* rows */
    int wish;              /* the greatest of all ranks */
    const char *nonfinite; /* what is not, or NULL; weights are then as they were */
    double loss;           /* its mean, where it is finite */
};

/* Collective. Loads the data, makes the model, draws the weights, takes the run
 * directory. */
int trainer_set_up(struct trainer *trainer) NODISCARD;

/* What an epoch computes, in flops. */
double trainer_epoch_flops(const struct trainer *trainer);
/* Collective. Measures SGEMM's rate by products of n^3, by processor time, of which the
 * greatest counts, and how much of the cores others left. */
void trainer_probe(struct trainer *trainer, int n);
/* Of how large products, which takes a hundredth of the run at most. */
int trainer_probe_size(const struct trainer *trainer);
/* Whether others were at work on the cores then. */
bool trainer_was_busy(const struct trainer *trainer);
/* Collective. Says what will be trained, to the log and to people. */
int trainer_start_report(struct trainer *trainer) NODISCARD;
/* Rank 0. Says that another program opened a file for writing which is read all the
 * same. */
void trainer_tell_unsealed(struct trainer *trainer, const char *path);
void trainer_tear_down(struct trainer *trainer);

/* Collective. Some ranks of the first node read the file, together, into the memory that
 * their node shares, and all others get it from there; where ids stay in the file ranks
 * of each node open it. trainer_open_stream: windows for training and for evaluation,
 * with SHUFFLE_WINDOW. */
int trainer_load_data(struct trainer *trainer) NODISCARD;
int trainer_open_stream(struct trainer *trainer) NODISCARD;

/* Rank 0. Takes the run directory: makes it, locks it, refuses one that holds a run. */
int trainer_take_run_dir(struct trainer *trainer) NODISCARD;
/* Rank 0. ERR_USAGE: the run would begin with a file that --overwrite discards, and could
 * neither begin again nor be gone on with. */
int trainer_check_beginning(const struct trainer *trainer) NODISCARD;
/* Rank 0. Two checkpoints must find room in the folder, or the first save of the run
 * would fail: the new one beside the one that it replaces. */
int trainer_check_room(const struct trainer *trainer, const char *folder) NODISCARD;
/* Rank 0. ERR_EXISTS: its folder, which is open, holds a run. */
int trainer_refuse_run(const struct trainer *trainer) NODISCARD;

/* With --dry-run. Rank 0: what taking the run directory would come to, without a trace of
 * it; a folder that is there is open then. */
int trainer_check_run_dir(struct trainer *trainer) NODISCARD;
/* Collective. Times a few steps and says what all will take. */
int trainer_rehearse(struct trainer *trainer) NODISCARD;

/* What each class counts where n training rows are learnt, of --class-weight, which is
 * there: (classes) numbers, the caller's. */
int trainer_class_weights(const struct trainer *trainer, const int32_t *rows, int n,
                          double **weights) NODISCARD;
/* The least and the greatest of them, for people; the caller's. NULL: there are none. */
char *trainer_describe_class_weights(const struct trainer *trainer);

/* Collective. The kernel set of the configuration. ERR_USAGE. */
int trainer_select_kernels(struct trainer *trainer) NODISCARD;
/* Collective. All of the data that the run works on: split, and read ahead or in memory,
 * with the n-grams of a linear model. */
int trainer_take_data(struct trainer *trainer) NODISCARD;
/* Collective. The n-grams of all rows into the memory that a node shares, and their list
 * on rank 0. */
int trainer_load_ngrams(struct trainer *trainer) NODISCARD;
void trainer_release_ngrams(struct trainer *trainer);
/* Collective. Notes which of them are of characters. */
void trainer_find_spelled(struct trainer *trainer);
/* The training part's rows without those, borrowed; and their idf, (F) numbers, as 0. */
const struct sparse *trainer_rows_of_words(struct trainer *trainer);
void trainer_keep_words(const struct trainer *trainer, real *idf);
void trainer_release_words(struct linear_words *words);
/* What they take of a node's memory. */
size_t trainer_ngram_bytes(const struct trainer *trainer);
/* Collective. Memory for weights, best weights and what the optimizer keeps. */
int trainer_make_weights(struct trainer *trainer) NODISCARD;
void trainer_release_weights(struct trainer *trainer);
/* Whether several ranks have one copy of them. */
static inline bool trainer_shares_weights(const struct trainer *trainer)
{
    return trainer->state.handle != NULL;
}
/* What a rank needs for the rows that batches touch, as many as the first one does, and
 * the program itself. */
size_t trainer_table_bytes(const struct trainer *trainer);
/* Collective. Rank 0's array, as large as the weights, to all; or of the weights alone
 * what is not the table of a large vocabulary, whose rows the ranks draw: each those that
 * it updates, the same numbers everywhere. */
void trainer_share_array(const struct trainer *trainer, real *array);
void trainer_share_others(const struct trainer *trainer);
void trainer_draw_rows(struct trainer *trainer);
/* Collective. Weights and moments are those of the steps taken: to be asked before they
 * are read but for what a batch reads (trainer_ready_batch): n rows, those of the
 * sampler's lanes, whose ids stand at `ids` or in the data set. */
void trainer_settle(struct trainer *trainer);
void trainer_ready_batch(struct trainer *trainer, int n, const void *ids);
/* Collective in a node: all of its ranks have written what they write. */
void trainer_sync_weights(struct trainer *trainer);

/* Collective. The next trial of a linear model, or its last fit, and what to say of it.
 * ERR_STOPPED. */
int trainer_fit_trial(struct trainer *trainer, struct report_trial *report) NODISCARD;
/* Collective. Behind a fit on log-count ratios: the weights become a sum of its own and
 * naive Bayes's, by the shares of `trial`, which validation rows decide where they
 * judge. */
struct linear_fit;
int trainer_add_bayes(struct trainer *trainer, struct linear_fit *fit, bool judges,
                      const double *class_weights, struct linear_trial *trial) NODISCARD;
/* The tensors of a linear model, in their order, and where one is in a flat array. */
enum { LINEAR_KERNEL, LINEAR_IDF, LINEAR_BIAS };
static inline float *trainer_tensor(const struct trainer *trainer, real *weights, int i)
{
    return (float *)weights + trainer->params->tensors[i].offset;
}
/* What validation said of the trial that is done. */
void trainer_note_trial(struct trainer *trainer, double value);
/* Rank 0. What it was, for the history; and what all of them were, of the history, to all
 * (collective). */
void trainer_add_trial(const struct trainer *trainer, json_t *line);
void trainer_share_trials(struct trainer *trainer);

/* Collective. The order of the epoch that comes next. */
void trainer_begin_pass(struct trainer *trainer);
/* Collective. One batch: loss and hits are added to the epoch's. Fails where rows cannot
 * be read: then nothing is changed. */
int trainer_train_batch(struct trainer *trainer, int b,
                        struct outcome *outcome) NODISCARD;
/* Collective. An epoch from the batch on that comes next, validated and recorded;
 * ERR_STOPPED, ERR_DIVERGED. */
int trainer_run_epoch(struct trainer *trainer) NODISCARD;
/* Who computes on this run's ranks, in its lanes, by models that the ensemble has. */
struct evaluator trainer_evaluator(struct trainer *trainer, struct ensemble *ensemble);
/* Rows of a part that are judged together. */
struct judged_rows {
    enum dataset_part part;
    const int32_t *rows; /* (n) */
    int n;
};

/* What they come to; NaN is what is not known (judge/brief.h). */
struct judgement {
    struct score score;
    double value[JUDGE_FIGURES];
};
/* Collective. The model as it is packed over rows, at least one: the same on every rank.
 * Figures are left out where they would take long and are not watched: those that rows
 * are sorted for, of many classes; all of many labels.
 * The logits are kept in *heard, where they are to be written. */
int trainer_judge(struct trainer *trainer, const struct judged_rows *rows,
                  struct heard *heard, struct judgement *judgement) NODISCARD;
struct judgement trainer_no_judgement(void);
/* Of rows that a judge was told, all of them. */
struct report_baseline trainer_figures_of(const struct judge *judge);
/* Collective. What --calibrate chooses, into the file of the result; ERR_USAGE: it cannot
 * be chosen. */
int trainer_check_calibration(const struct trainer *trainer) NODISCARD;
int trainer_calibrate(struct trainer *trainer) NODISCARD;
/* Collective. What answers that cost nothing come to on the same rows: the shares of
 * classes in the training rows and, where the ids are in memory, naive Bayes. */
int trainer_report_baselines(struct trainer *trainer,
                             const struct judged_rows *rows) NODISCARD;
/* Collective. Over n rows of a part; their logits (n, outputs) on every rank. */
int trainer_evaluate(struct trainer *trainer, enum dataset_part part, const int32_t *rows,
                     int n, struct score *score) NODISCARD;
int trainer_logits(struct trainer *trainer, enum dataset_part part, const int32_t *rows,
                   int n, real *logits) NODISCARD;

/* Before a pass over n rows: whether its logits are to be written; then each lane is
 * heard (struct listener). */
bool trainer_begin_heard(const struct trainer *trainer, int n, struct heard *heard);
void trainer_hear(void *heard, const struct lane *lane, const real *logits);
/* Bytes of a row that is heard: its number, then its logits. */
size_t trainer_heard_bytes(int outputs);
/* Collective. What was heard of rows of the data's part `of`, said by the evaluator's
 * ensemble, becomes a part of rank 0's predictions. */
struct predictions;
void trainer_gather_heard(const struct heard *heard, const struct evaluator *by,
                          const struct dataset *data, enum dataset_part of,
                          struct predictions *predictions, enum dataset_part part);
/* After an epoch: what its validation said may be what the result says. */
void trainer_keep_heard(struct trainer *trainer, bool improved);
/* Collective. Rank 0 writes predictions.h5 (saved/predictions.h) of the passes that were
 * heard; where it cannot, that is told. */
int trainer_write_predictions(struct trainer *trainer) NODISCARD;
void trainer_release_heard(struct trainer *trainer);

/* What is validated and saved as the model: the weights, or with --ema their averages. */
static inline real *trainer_model_weights(const struct trainer *trainer)
{
    return trainer->optim.average ? trainer->optim.average : trainer->weights;
}

/* Whether it is weights of n-grams, which are fitted: an epoch is a trial of a scaling
 * and a C, the last one the best of them on all labelled rows. */
static inline bool trainer_is_linear(const struct trainer *trainer)
{
    return model_options_are_linear(&trainer->config->model);
}

static inline bool trainer_stops_early(const struct trainer *trainer)
{
    int patience = trainer->config->patience;
    return !trainer_is_linear(trainer) && patience > 0 &&
           trainer->progress.wait >= patience;
}

/* Whether a linear model needs no fit any more. */
bool trainer_is_fitted(const struct trainer *trainer);

static inline bool trainer_is_done(const struct trainer *trainer)
{
    if (trainer_is_linear(trainer))
        return trainer_is_fitted(trainer);
    return trainer->progress.epoch >= trainer->config->epochs ||
           trainer_stops_early(trainer);
}

/* Whether the epoch that ended has the best weights, which are then kept; if not, it is
 * waited for the next best one. */
bool trainer_update_best(struct trainer *trainer, const struct score *train,
                         const struct judgement *validation);
/* What it came to by a monitor that is a figure of validation rows (monitor_figure). */
double trainer_watched_figure(const struct trainer *trainer,
                              const struct judgement *validation);
/* Collective. ERR_USAGE where the monitor has no value on the run's validation rows. */
int trainer_check_monitor(const struct trainer *trainer) NODISCARD;
/* Whether such an epoch, which is none of the best, does not count against patience. */
bool trainer_spares(const struct trainer *trainer, const struct score *validation);
/* Rank 0. What a run of that record watches (NULL: it names nothing). */
enum monitor trainer_recorded_monitor(const char *monitor);
/* Rank 0. Whether a run that began by it can be gone on with, though its options now say
 * another: where they leave it open. */
bool trainer_may_watch(const struct trainer *trainer, enum monitor monitor,
                       bool spares_one_class);
/* Rank 0. The configuration with that monitor; the caller's to free. */
char *trainer_record_of(const struct trainer *trainer, enum monitor monitor);

/* Collective. Whether the run directory, which is not taken yet, has a checkpoint to go
 * on from. */
bool trainer_can_resume(const struct trainer *trainer);
/* Collective. With --resume: takes the run up from the newest whole checkpoint of its
 * directory, if there is one. */
int trainer_resume(struct trainer *trainer) NODISCARD;
/* Collective. Weights, moments and progress are those of the epoch's beginning again. */
int trainer_begin_epoch_again(struct trainer *trainer) NODISCARD;
/* Weights from the seed or from another model, moments and progress of a run that begins.
 * Collective. trainer_reset_progress: the last alone, which is not. */
int trainer_begin(struct trainer *trainer) NODISCARD;
void trainer_reset_progress(struct trainer *trainer);
/* Rank 0. Weights and moments that were read of a model get its classes in the order of
 * the data's, by their names; *note, the caller's, says so, or NULL. ERR_FORMAT where the
 * names are others. */
struct checkpoint;
int trainer_take_classes(struct trainer *trainer, const struct checkpoint *info,
                         char **note) NODISCARD;
/* Rank 0. The embedding of a run that begins gets the vectors of its file, and words that
 * are not in it the deviation of those; trainer->beginning says so. */
int trainer_take_vectors(struct trainer *trainer) NODISCARD;
/* Rank 0. Weights, moments, best weights and progress of a checkpoint of this run, a name
 * in its directory, and how long its log was. ERR_USAGE where it is of another run,
 * ERR_FORMAT where it is damaged: progress is then as it was. */
int trainer_load_generation(struct trainer *trainer, const char *name,
                            int64_t *log_bytes) NODISCARD;

/* Steps that a checkpoint may have, far more than anybody trains: doubles hold them. */
#define TRAINER_MOST_STEPS (INT64_C(1) << 53)

/* Rank 0. Progress as JSON, the same in equal runs, and what equal runs may differ in;
 * the caller's to free. */
char *trainer_state(const struct trainer *trainer);
char *trainer_provenance(const struct trainer *trainer);
/* Where a run comes from: rank 0 learns it of the data as they are read. */
void trainer_note_data(struct trainer *trainer);
struct report_origin trainer_origin(const struct trainer *trainer);
/* A state, against what the run can have come to; ERR_FORMAT. The history is owned. */
int trainer_read_state(const struct trainer *trainer, const json_t *root,
                       const char *source, struct progress *progress) NODISCARD;
/* Of a state, a number that stands there only where it is not 0; of another kind, or out
 * of 0 to `most`, it is 0. */
int64_t trainer_read_count(const json_t *root, const char *key, int64_t most);
/* Whether the state is of a run on the same data. */
bool trainer_is_state_of(const struct trainer *trainer, const json_t *root);

/* Collective. Sets the deadline from --max-time and Slurm's end of the job. */
void trainer_set_deadline(struct trainer *trainer);
/* What this rank wants after batch b. */
int trainer_wish(const struct trainer *trainer, int b);

/* Collective. last.h5, of replicas that were compared, or that are compared before; where
 * it `must` succeed, a failure ends the run. */
int trainer_save(struct trainer *trainer, bool must) NODISCARD;
int trainer_checkpoint(struct trainer *trainer, bool must) NODISCARD;

/* Collective. The best weights and the last ones over the test rows or, where there are
 * none, over the validation rows; warns of a result that judges all as one class. */
int trainer_judge_result(struct trainer *trainer) NODISCARD;

/* Collective. Whether the run directory or its log is not where it was; then
 * trainer_end_moved ends the run with a checkpoint to be gone on with (ERR_STOPPED),
 * whose place it says. trainer_check_result: the same of a run that is complete
 * (ERR_IO). */
bool trainer_has_moved(const struct trainer *trainer) NODISCARD;
int trainer_end_moved(struct trainer *trainer) NODISCARD;
int trainer_check_result(const struct trainer *trainer) NODISCARD;

/* Collective. Each ends the run: as a wish says, with a checkpoint to be gone on with
 * (ERR_STOPPED); as rows cannot be read, what was trained with the others being kept (rc,
 * whose message becomes longer); diverged, whose message stays the last one unless the
 * log cannot be written; with all done (OK). */
int trainer_stop(struct trainer *trainer, int wish) NODISCARD;
int trainer_end_unread(struct trainer *trainer, int rc) NODISCARD;
int trainer_end_diverged(struct trainer *trainer) NODISCARD;
int trainer_end(struct trainer *trainer) NODISCARD;

/* Collective. With --trace: begins to record, as soon as all ranks are here; all ranks'
 * spans since the last call into the file. */
int trainer_open_trace(struct trainer *trainer) NODISCARD;
int trainer_write_trace(struct trainer *trainer) NODISCARD;

/* Rank 0. Writes best.h5 and last.h5, which holds the best weights too, where they are
 * others: a run goes on from last.h5 alone. A write that fails is said and tried again
 * with the next checkpoint; where it `must` succeed the failure is returned. */
int trainer_save_best(struct trainer *trainer) NODISCARD;
int trainer_save_last(struct trainer *trainer, bool must) NODISCARD;
/* Rank 0. Whether checkpoints are so large that a thread puts them in place; begins one,
 * and waits for it where it `must` succeed, or a failure is said with the next. What was
 * begun before it is waited for, as it must be before the folder is looked at:
 * trainer_await_save. */
bool trainer_saves_behind(const struct trainer *trainer);
int trainer_save_behind(struct trainer *trainer, bool must) NODISCARD;
int trainer_await_save(struct trainer *trainer) NODISCARD;
/* Rank 0. Either checkpoint, on disk beside its name; whether the last weights are the
 * best ones. */
struct file_target;
int trainer_build_last(struct trainer *trainer, struct file_target **target,
                       bool *is_best) NODISCARD;
int trainer_build_best(struct trainer *trainer, struct file_target **target) NODISCARD;
/* Rank 0. rc, unless it is a failed write, which is said, as the next checkpoint may make
 * it good. */
int trainer_put_off(struct trainer *trainer, int rc) NODISCARD;
/* Rank 0. That checkpoint is the one to which a rollback returns. */
int trainer_mark_epoch(struct trainer *trainer, const char *name) NODISCARD;
void trainer_release_image(struct image *image);
/* Collective. All ranks hold the same weights and moments, bit for bit, or
 * ERR_INTERNAL. */
int trainer_check_replicas(struct trainer *trainer) NODISCARD;

#endif
