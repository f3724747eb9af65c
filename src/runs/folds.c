#include "runs/folds.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/sampler_options.h"
#include "judge/brief.h"
#include "judge/predicted.h"
#include "runs/private.h"
#include "saved/predictions.h"

struct fold {
    struct trainer_config network, side[JOB_SIDES]; /* of a job */
    struct job_config job;
};

struct folds {
    const struct job_config *config;
    struct fold *folds; /* (n) */
    struct run *runs;   /* (n) */
    int n;
};

static bool are_jobs(const struct job_config *config)
{
    bool has_sides = false;
    for (int side = 0; side < JOB_SIDES; side++)
        has_sides |= config->side[side] != NULL;
    return has_sides || config->seeds > 1;
}

static struct trainer_config of_fold(const struct trainer_config *all, char *run_dir,
                                     int i)
{
    struct trainer_config config = *all;

    config.run_dir = run_dir;
    config.sampler.fold = i + 1;
    return config;
}

/* The folder's name is the run's to free. */
static void make_fold(struct folds *folds, int i)
{
    const struct job_config *all = folds->config;
    struct fold *fold = &folds->folds[i];
    struct run *run = &folds->runs[i];
    char *run_dir = xasprintf("%s/fold-%d", all->network->run_dir, i + 1);

    *run = (struct run){.name = xasprintf("fold-%d", i + 1),
                        .job = are_jobs(all) ? &fold->job : NULL,
                        .config = of_fold(all->network, run_dir, i)};
    run->config.record = all->record(&run->config, all->context);
    sampler_options_complete(&run->config.sampler);

    fold->network = of_fold(all->network, run_dir, i);
    fold->network.quiet = true;
    fold->job = *all;
    fold->job.network = &fold->network;
    for (int side = 0; side < JOB_SIDES; side++)
        if (all->side[side]) {
            fold->side[side] = of_fold(all->side[side], run_dir, i);
            fold->side[side].quiet = true;
            fold->job.side[side] = &fold->side[side];
        }
}

static void make_folds(struct folds *folds)
{
    folds->n = folds->config->network->sampler.folds;
    folds->folds = xcalloc((size_t)folds->n, sizeof *folds->folds);
    folds->runs = xcalloc((size_t)folds->n, sizeof *folds->runs);
    for (int i = 0; i < folds->n; i++)
        make_fold(folds, i);
}

/* What was said of a row: row `at` of a fold's validation part. */
struct said {
    int32_t row;
    int fold, at;
};

static int compare_rows(const void *left, const void *right)
{
    const struct said *a = left, *b = right;
    return a->row < b->row ? -1 : a->row > b->row;
}

/* The rows of all folds, ascending; *n of them, the caller's. */
static struct said *list_rows(const struct predictions *folds, int n_folds, int *n)
{
    *n = 0;
    for (int f = 0; f < n_folds; f++)
        *n += folds[f].part[DATASET_VALIDATION].n;

    struct said *said = xcalloc((size_t)*n + 1, sizeof *said);
    int at = 0;
    for (int f = 0; f < n_folds; f++)
        for (int i = 0; i < folds[f].part[DATASET_VALIDATION].n; i++)
            said[at++] = (struct said){folds[f].part[DATASET_VALIDATION].row[i], f, i};
    qsort(said, (size_t)*n, sizeof *said, compare_rows);
    return said;
}

/* One row, the next of `to`. */
static void copy_row(const struct predictions_part *from, int at, int n_labels,
                     struct predictions_part *to, int i)
{
    size_t classes = (size_t)n_labels;
    size_t source = (size_t)at * classes, target = (size_t)i * classes;

    to->row[i] = from->row[at];
    memcpy(to->probabilities + target, from->probabilities + source,
           classes * sizeof *to->probabilities);
    if (to->labels) {
        memcpy(to->labels + target, from->labels + source, classes);
        return;
    }
    to->label[i] = from->label[at];
    to->decided[i] = from->decided[at];
}

/* All folds' validation rows become one part; names are borrowed of the first. */
static struct predictions merge(const struct predictions *folds, int n_folds)
{
    struct predictions all = {.which = xstrdup(folds->which),
                              .data_hash = folds->data_hash,
                              .n_labels = folds->n_labels,
                              .labels = folds->labels,
                              .multi_label = folds->multi_label};
    struct predictions_part *part = &all.part[DATASET_VALIDATION];
    int n = 0;
    struct said *said = list_rows(folds, n_folds, &n);

    predictions_take_room(&all, DATASET_VALIDATION, n);
    part->of = DATASET_TRAIN;
    for (int i = 0; i < n; i++)
        copy_row(&folds[said[i].fold].part[DATASET_VALIDATION], said[i].at, all.n_labels,
                 part, i);
    uint64_t *hashes = xcalloc((size_t)n_folds, sizeof *hashes);
    for (int f = 0; f < n_folds; f++)
        hashes[f] = folds[f].weights;
    all.weights = params_hash_models(hashes, (size_t)n_folds);
    free(hashes);
    free(said);
    return all;
}

static int read_fold(const struct run *run, struct predictions *predictions)
{
    char *path = xasprintf("%s/" PREDICTIONS_FILE, run->config.run_dir);
    int rc = predictions_read(path, predictions);
    free(path);
    return rc;
}

static bool is_like(const struct predictions *a, const struct predictions *b)
{
    return a->data_hash == b->data_hash && a->n_labels == b->n_labels &&
           a->multi_label == b->multi_label;
}

/* Rank 0. All rows as if one model had judged them. */
static int report_together(struct job *job, const struct predictions *all)
{
    struct judge *judge = judge_of_predictions(all, &all->part[DATASET_VALIDATION]);
    struct judge_figures figures = {.n = 0};
    enum judge_figure f1 = all->multi_label ? JUDGE_MICRO_F1 : JUDGE_MACRO_F1;

    judge_compute_brief(judge, &figures);
    json_t *line = json_pack("{s:s,s:i,s:f,s:f,s:f}", "event", "out_of_fold", "n",
                             judge->n, "loss", judge_log_loss(judge), "acc",
                             figures.value[JUDGE_ACC], "f1", figures.value[f1]);
    if (all->multi_label)
        json_object_set_new(line, "multi_label", json_true());
    if (isfinite(figures.value[JUDGE_ROC_AUC]))
        json_object_set_new(line, "auc", json_real(figures.value[JUDGE_ROC_AUC]));
    report_say(&job->report,
               "together   loss %.4f  acc %.4f  f1 %.4f  of %d rows, each judged by the "
               "fold that had not learnt it: %s/" PREDICTIONS_FILE,
               judge_log_loss(judge), figures.value[JUDGE_ACC], figures.value[f1],
               judge->n, job->config->network->run_dir);
    judge_figures_release(&figures);
    judge_free(judge);
    return report_write(&job->report, line, false);
}

/* Rank 0. A fold with too many classes has no file. */
static int put_together(struct job *job, const struct folds *folds)
{
    struct predictions *own = xcalloc((size_t)folds->n, sizeof *own);
    int rc = OK;

    for (int i = 0; i < folds->n && !rc; i++) {
        rc = read_fold(&folds->runs[i], &own[i]);
        if (!rc && !is_like(&own[i], own))
            rc = fail(ERR_FORMAT, "%s/" PREDICTIONS_FILE " is of other data than fold-1",
                      folds->runs[i].config.run_dir);
    }
    if (rc == ERR_NO_INPUT) {
        report_tell(&job->report, "%s: there are no predictions of all rows",
                    fail_message());
        rc = OK;
    } else if (!rc) {
        struct predictions all = merge(own, folds->n);
        rc = predictions_write(&all, &job->folder);
        if (!rc)
            rc = report_together(job, &all);
        all.labels = NULL;
        predictions_release(&all);
    }
    for (int i = 0; i < folds->n; i++)
        predictions_release(&own[i]);
    free(own);
    return rc;
}

/* What was watched, where the table would not have it. */
static void add_watched(const struct job *job, const struct folds *folds,
                        struct scores_spread *spread)
{
    enum monitor monitor = folds->runs->summary.monitor;
    enum monitor told = job->multi_label ? MONITOR_VAL_F1 : MONITOR_VAL_ACC;
    if (folds->runs->job || monitor == MONITOR_VAL_LOSS || monitor == told ||
        !monitor_validates(monitor))
        return;
    for (int i = 0; i < folds->n; i++)
        spread->values[i] = folds->runs[i].summary.best;
    scores_spread_add(spread, monitor_names[monitor]);
}

/* Rank 0. */
static int report(struct job *job, const struct folds *folds)
{
    struct scores *scores = xcalloc((size_t)folds->n, sizeof *scores);
    struct scores_spread spread = scores_spread_begin("folds", folds->n);
    int rc = OK;

    for (int i = 0; i < folds->n; i++)
        scores[i] = scores_of_run(&folds->runs[i]);
    job->multi_label = scores->several_labels;
    for (int i = 0; i < folds->n && !rc; i++) {
        rc = scores_report(job, folds->runs[i].name, &scores[i]);
        spread.values[i] = scores[i].validation.loss;
    }
    scores_spread_add(&spread, "val_loss");
    scores_spread_accuracy(job, scores, &spread);
    add_watched(job, folds, &spread);
    free(scores);
    int told = scores_spread_report(job, &spread);
    return rc ? rc : told;
}

/* Rank 0. */
static int finish(struct job *job, const struct folds *folds)
{
    int rc = report(job, folds);
    return rc ? rc : put_together(job, folds);
}

static int work(struct job *job, void *context)
{
    const struct folds *folds = context;
    const struct job_config *config = folds->config;
    int lanes = sampler_lanes(&config->network->sampler);
    const struct runs_shares shares = {config->seeds * lanes, config->n_groups,
                                       are_jobs(config)};

    int rc = job_check_ranks(job, folds->n, shares.most_ranks);
    if (!rc)
        rc = runs_train(job->comm, folds->runs, folds->n, &shares, config->hooks);
    return rc ? rc
              : comm_agree(job->comm, job->comm->rank == 0 ? finish(job, folds) : OK);
}

int folds_run(struct comm *comm, const struct job_config *config)
{
    struct job_config all = *config;
    struct folds folds = {.config = config};
    struct job job = {.config = &all, .comm = comm, .judges_alone = true};
    all.seeds = 1;
    memset(all.side, 0, sizeof all.side); /* these are of each fold */
    job.identity = json_pack("{s:i,s:i}", "folds", config->network->sampler.folds,
                             "seeds", config->seeds);
    job_identify_sides(config, job.identity);
    job_make_runs(&job);
    run_release(&job.networks[0]);
    job.networks[0].name = xstrdup("fold-1");
    make_folds(&folds);

    int rc = job_carry_out(&job, work, &folds);
    for (int i = 0; i < folds.n; i++)
        run_release(&folds.runs[i]);
    free(folds.runs);
    free(folds.folds);
    job_release(&job);
    return rc;
}
