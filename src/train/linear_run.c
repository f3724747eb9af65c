#include "train/private.h"

#include <stdlib.h>

#include "base/signals.h"
#include "train/latent.h"
#include "train/linear_fit.h"

/* A rank's wish, between two passes: a fit that has not ended leaves nothing, but the
 * trials before it are to be saved in time. */
static int wish(void *context)
{
    enum { MARGIN = 2 }; /* seconds */
    const struct trainer *trainer = context;
    double needed = 3 * trainer->pace.save + MARGIN;

    if (signals_noted())
        return WISH_SIGNAL + signals_noted();
    return trainer->deadline > 0 && seconds_now() + needed > trainer->deadline
               ? WISH_STOP_FOR_TIME
               : WISH_NONE;
}

static struct linear_task task_of(const struct trainer *trainer, const int32_t *rows,
                                  int n, enum linear_scaling scaling)
{
    const struct chain_config *chain = model_chain(trainer->model);

    return (struct linear_task){
        .loss = chain->layer[chain->n_layers - 1].output.loss,
        .outputs = chain_outputs(chain),
        .kernels = trainer->kernels,
        .sparse = &trainer->linear.rows[DATASET_TRAIN],
        .labels = &trainer->data.part[DATASET_TRAIN],
        .rows = rows,
        .n = n,
        .scaling = scaling,
    };
}

/* Collective. A task's rows as they are seen by their components, which are made anew
 * only for other rows. */
static void see_components(struct trainer *trainer, struct linear_task *task)
{
    struct linear_side *linear = &trainer->linear;
    const struct sparse *unlabelled = &linear->rows[DATASET_UNLABELLED];

    if (!linear->latent || latent_rows(linear->latent)->n_rows != task->n) {
        latent_free(linear->latent);
        linear->latent =
            latent_new(trainer->comm, task, unlabelled->n_rows ? unlabelled : NULL,
                       trainer->config->linear.width);
    }
    task->dense = latent_rows(linear->latent);
    task->scaling = SCALING_NONE;
}

/* Collective. The weights become those of a fit of what rows are seen by. */
static int fit_components(struct trainer *trainer, const struct linear_task *given,
                          double c, const struct linear_stop *stop, int *passes)
{
    struct linear_task task = *given;
    struct linear_fit *work = NULL;
    float *bias = trainer_tensor(trainer, trainer->weights, LINEAR_BIAS);

    see_components(trainer, &task);
    int rc = linear_fit_new(trainer->comm, &task, &work);
    if (rc)
        return rc;

    size_t n = (size_t)task.dense->n_columns * (size_t)task.outputs;
    float *weights = xcalloc(n, sizeof *weights);
    linear_fit_begin(work, weights, bias);
    int wished = linear_fit_run(work, c, stop, weights, bias);
    *passes = linear_fit_effort(work).passes;
    latent_unfold(trainer->linear.latent, task.outputs, weights,
                  trainer_tensor(trainer, trainer->weights, LINEAR_KERNEL),
                  trainer_tensor(trainer, trainer->weights, LINEAR_IDF));
    linear_fit_free(work);
    free(weights);
    return wished ? trainer_stop(trainer, wished) : OK;
}

/* Collective. From the weights on, which naive Bayes's are then added to where validation
 * judges or the trial says so. */
static int fit_ngrams(struct trainer *trainer, const struct linear_task *task,
                      struct linear_trial *trial, bool judges, bool begins,
                      const struct linear_stop *stop, int *passes)
{
    struct linear_fit *work = NULL;
    float *kernel = trainer_tensor(trainer, trainer->weights, LINEAR_KERNEL);
    float *bias = trainer_tensor(trainer, trainer->weights, LINEAR_BIAS);
    float *idf = trainer_tensor(trainer, trainer->weights, LINEAR_IDF);
    int rc = linear_fit_new(trainer->comm, task, &work);
    if (rc)
        return rc;

    if (begins)
        linear_fit_begin(work, kernel, bias);
    int wished = linear_fit_run(work, trial->c, stop, kernel, bias);
    linear_fit_idf(work, idf);
    if (linear_scaling_is_tf_idf(task->scaling))
        trainer_keep_words(trainer, idf);
    *passes = linear_fit_effort(work).passes;
    if (!wished && (judges || trial->bayes > 0))
        rc = trainer_add_bayes(trainer, work, judges, task->class_weights, trial);
    linear_fit_free(work);
    return wished ? trainer_stop(trainer, wished) : rc;
}

/* Collective. The weights, from which it begins, become those of a fit on n training
 * rows; *passes is what it took. Validation, where it judges, decides the shares of
 * `trial`. */
static int fit(struct trainer *trainer, const int32_t *rows, int n,
               struct linear_trial *trial, bool judges, bool begins, int *passes)
{
    struct linear_task task = task_of(trainer, rows, n, trial->scaling);
    const struct linear_stop stop = {LINEAR_TOLERANCE, wish, trainer};
    double *weights = NULL;

    if (linear_scaling_is_tf_idf(trial->scaling))
        task.sparse = trainer_rows_of_words(trainer);

    int rc = trainer->config->loss.class_weight
                 ? trainer_class_weights(trainer, rows, n, &weights)
                 : OK;
    task.class_weights = weights;
    if (!rc && trial->scaling == SCALING_LATENT)
        rc = fit_components(trainer, &task, trial->c, &stop, passes);
    else if (!rc)
        rc = fit_ngrams(trainer, &task, trial, judges, begins, &stop, passes);
    free(weights);
    model_pack(trainer->model, trainer->weights);
    return rc;
}

/* Rows of the training part that are fitted, ascending; the caller's. With `all` those
 * that validation has of it too. */
static int32_t *fitted_rows(const struct trainer *trainer, bool all, int *n)
{
    const struct sampler *sampler = &trainer->sampler;
    int n_part = trainer->data.part[DATASET_TRAIN].n;
    bool *is_fitted = xcalloc((size_t)n_part, sizeof *is_fitted);
    int32_t *rows = xcalloc((size_t)n_part, sizeof *rows);

    for (int i = 0; i < sampler->n_train; i++)
        is_fitted[sampler->train[i]] = true;
    for (int i = 0; i < sampler->n_validation && all; i++)
        is_fitted[sampler->validation[i]] = true;

    *n = 0;
    for (int i = 0; i < n_part; i++)
        if (is_fitted[i])
            rows[(*n)++] = i;
    free(is_fitted);
    return rows;
}

/* Whether validation took rows from the training part, which may be learnt when they have
 * judged. */
static bool has_more_rows(const struct trainer *trainer)
{
    return trainer->sampler.n_validation > 0 &&
           trainer->sampler.validation_part == DATASET_TRAIN;
}

static bool next_trial(const struct trainer *trainer, struct linear_trial *trial)
{
    return trainer->sampler.n_validation > 0 &&
           linear_next_trial(&trainer->config->linear, trainer->linear.trials,
                             trainer->progress.epoch, trial);
}

bool trainer_is_fitted(const struct trainer *trainer)
{
    struct linear_trial trial;

    if (trainer->progress.is_refitted)
        return true;
    bool ends_with_trials =
        !has_more_rows(trainer) || !trainer->config->linear.is_refitted;
    return trainer->progress.epoch > 0 && ends_with_trials &&
           !next_trial(trainer, &trial);
}

/* Whether validation rows decide what of a trial is naive Bayes's. */
static bool shares_are_open(const struct trainer *trainer,
                            const struct linear_trial *trial)
{
    return trial->scaling == SCALING_LOG_COUNT && trainer->sampler.n_validation > 0 &&
           trainer->config->linear.regression < 0;
}

/* From what the last trial left, unless an n-gram stood for something else there. */
static int fit_trial(struct trainer *trainer, struct linear_trial *trial, int *passes)
{
    int done = trainer->progress.epoch, n = 0;
    bool begins = done == 0 || trainer->linear.trials[done - 1].scaling != trial->scaling;
    int32_t *rows = fitted_rows(trainer, false, &n);

    int rc =
        fit(trainer, rows, n, trial, shares_are_open(trainer, trial), begins, passes);
    free(rows);
    return rc;
}

/* The best trial once more, from its weights on. */
static int fit_again(struct trainer *trainer, struct linear_trial *trial, int *passes)
{
    int done = trainer->progress.epoch, n = 0;
    int32_t *rows = fitted_rows(trainer, true, &n);

    *trial = linear_best_trial(&trainer->config->linear, trainer->linear.trials, done);
    if (done > 0)
        memcpy(trainer->weights, trainer->best_weights,
               trainer->params->size * sizeof(real));
    int rc = fit(trainer, rows, n, trial, false, done == 0, passes);
    free(rows);
    trainer->progress.is_refitted = !rc;
    return rc;
}

int trainer_fit_trial(struct trainer *trainer, struct report_trial *report)
{
    struct linear_trial trial = {.c = 0};
    int passes = 0;
    bool is_trial = next_trial(trainer, &trial);
    int rc = is_trial ? fit_trial(trainer, &trial, &passes)
                      : fit_again(trainer, &trial, &passes);

    if (is_trial)
        trainer->linear.trials[trainer->progress.epoch] = trial;
    *report = (struct report_trial){.scaling = linear_scaling_names[trial.scaling],
                                    .c = trial.c,
                                    .regression = trial.regression,
                                    .bayes = trial.bayes,
                                    .passes = passes,
                                    .is_last = !is_trial};
    return rc;
}

void trainer_note_trial(struct trainer *trainer, double value)
{
    if (!trainer->progress.is_refitted)
        trainer->linear.trials[trainer->progress.epoch - 1].value = value;
}

/* A line of the history is a trial. */
static struct linear_trial read_trial(const struct trainer *trainer, const json_t *line)
{
    enum monitor monitor = trainer->progress.monitor;
    bool is_loss = monitor_is_loss(monitor);
    const char *scaling = json_string_value(json_object_get(line, "scaling"));
    double value = json_number_value(json_object_get(line, monitor_names[monitor]));
    const json_t *bayes = json_object_get(line, "bayes");
    struct linear_trial trial = {
        .rung = (int)json_integer_value(json_object_get(line, "rung")),
        .c = json_number_value(json_object_get(line, "c")),
        .regression = bayes ? json_number_value(json_object_get(line, "regression")) : 1,
        .bayes = json_number_value(bayes),
        .value = is_loss ? -value : value};

    for (int i = 0; scaling && i < SCALING_AUTO; i++)
        if (!strcmp(scaling, linear_scaling_names[i]))
            trial.scaling = (enum linear_scaling)i;
    return trial;
}

void trainer_share_trials(struct trainer *trainer)
{
    struct linear_side *linear = &trainer->linear;
    int n = trainer->progress.epoch;

    for (int i = 0; i < n && i < LINEAR_MOST_TRIALS && trainer->comm->rank == 0; i++)
        linear->trials[i] =
            read_trial(trainer, json_array_get(trainer->progress.history, (size_t)i));
    comm_broadcast(trainer->comm, linear->trials, sizeof linear->trials);
}

void trainer_add_trial(const struct trainer *trainer, json_t *line)
{
    const struct linear_trial *trial =
        &trainer->linear.trials[trainer->progress.epoch - 1];
    struct linear_trial best;

    if (trainer->progress.is_refitted) {
        best = linear_best_trial(&trainer->config->linear, trainer->linear.trials,
                                 trainer->progress.epoch - 1);
        trial = &best;
    }
    json_object_set_new(line, "scaling",
                        json_string(linear_scaling_names[trial->scaling]));
    json_object_set_new(line, "rung", json_integer(trial->rung));
    json_object_set_new(line, "c", json_real(trial->c));
    if (trial->bayes > 0) {
        json_object_set_new(line, "regression", json_real(trial->regression));
        json_object_set_new(line, "bayes", json_real(trial->bayes));
    }
}
