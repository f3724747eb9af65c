#include "rnntrain/trainer.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#include "rnntrain/checkpoint.h"
#include "rnntrain/dataset.h"
#include "rnntrain/evaluate.h"
#include "rnntrain/report.h"
#include "rnntrain/text.h"

/* Where the run stands; the same on every rank. */
struct progress {
    int epoch;    /* finished ones */
    int64_t step; /* optimizer steps taken */
    int wait;     /* epochs since the best */
    int best_epoch;
    double best; /* monitored value: greater is better, losses are negated */
    json_t *history;
};

struct trainer {
    const struct trainer_config *config;
    struct comm *comm;
    const struct kernels *kernels;
    char kernel_set[128];
    struct dataset data;
    struct comm_window window; /* the data set's arrays, one copy a node */
    char *tokenizer;           /* JSON, kept words only; rank 0 */
    struct sampler sampler;
    struct model *model;
    const struct params *params;
    struct optim optim;
    struct comm_sum *sum;
    real *weights, *best_weights;
    int *first;          /* (size + 1) lane ranges of the ranks */
    double *lane_values; /* (lanes, LANE_WIDTH) */
    double peak_gflops;
    struct report report;
    struct progress progress;
};

enum { LANE_LOSS, LANE_CORRECT, LANE_WIDTH };

/* Set-up. */

static bool exists_in(const char *folder, const char *name)
{
    char *path = xasprintf("%s/%s", folder, name);
    bool exists = access(path, F_OK) == 0;
    free(path);
    return exists;
}

/* Makes the run directory; refuses one that holds a run. */
static int prepare_run_dir(const struct trainer_config *config)
{
    static const char *const files[] = {"log.jsonl", "last.h5", "best.h5", "last.prev.h5",
                                        "best.prev.h5"};
    const char *folder = config->run_dir;
    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        return fail(ERR_IO, "%s: cannot make the run directory: %s", folder,
                    strerror(errno));
    if (access(folder, W_OK | X_OK) != 0)
        return fail(ERR_IO, "%s: cannot write to the run directory: %s", folder,
                    strerror(errno));
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        if (!exists_in(folder, files[i]))
            continue;
        if (!config->overwrite)
            return fail(
                ERR_EXISTS,
                "%s holds a run (%s): choose another --run-dir, or discard that run "
                "with --overwrite",
                folder, files[i]);
        char *path = xasprintf("%s/%s", folder, files[i]);
        unlink(path);
        free(path);
    }
    return OK;
}

/* What ranks that do not read the file need to know of it. */
struct data_facts {
    int num_words, maxlen, n_labels, id_bytes, pad_pre, truncate_pre;
    int rows[DATASET_PARTS];
};

static void share_facts(struct trainer *trainer)
{
    struct dataset *data = &trainer->data;
    struct data_facts facts = {
        data->num_words,    data->maxlen, data->n_labels, data->id_bytes, data->pad_pre,
        data->truncate_pre, {0}};
    for (int part = 0; part < DATASET_PARTS; part++)
        facts.rows[part] = data->part[part].rows;
    comm_broadcast(trainer->comm, &facts, sizeof facts);
    data->num_words = facts.num_words;
    data->maxlen = facts.maxlen;
    data->id_bytes = facts.id_bytes;
    data->pad_pre = facts.pad_pre;
    data->truncate_pre = facts.truncate_pre;
    data->n_labels = facts.n_labels;
    for (int part = 0; part < DATASET_PARTS; part++)
        data->part[part].rows = facts.rows[part];
}

/* The words that a checkpoint keeps, from the data set's full tokenizer. */
static int keep_tokenizer(struct trainer *trainer)
{
    struct dataset *data = &trainer->data;
    struct text_options padding = {.maxlen = data->maxlen,
                                   .pad_pre = data->pad_pre,
                                   .truncate_pre = data->truncate_pre};
    struct text_tokenizer *tokenizer = NULL;
    int rc = text_from_json(data->tokenizer, data->path, &padding, &tokenizer);
    if (!rc)
        trainer->tokenizer = text_to_json(tokenizer, true);
    text_free(tokenizer);
    free(data->tokenizer);
    data->tokenizer = NULL;
    return rc;
}

/* The first rank of each node reads the file into the memory that its node shares. */
static int load_data(struct trainer *trainer)
{
    struct comm *comm = trainer->comm;
    struct dataset *data = &trainer->data;
    bool reads = comm->node_rank == 0;
    int rc = OK;
    if (reads)
        rc = dataset_open(trainer->config->data, comm->rank == 0, data);
    rc = comm_agree(comm, rc);
    if (rc)
        return rc;
    share_facts(trainer);
    comm_window_open(comm, dataset_bytes(data), &trainer->window);
    if (reads)
        rc = dataset_load(data, trainer->window.bytes);
    else
        dataset_attach(data, trainer->window.bytes);
    comm_window_sync(comm, &trainer->window);
    if (!rc && comm->rank == 0)
        rc = keep_tokenizer(trainer);
    rc = comm_agree(comm, rc);
    comm_broadcast(comm, &data->hash, sizeof data->hash);
    return rc;
}

static int check_ranks(const struct trainer *trainer)
{
    const struct sampler_config *config = &trainer->config->sampler;
    int lanes = sampler_lanes(config), ranks = trainer->comm->size;
    if (ranks <= lanes)
        return OK;
    return fail(
        ERR_USAGE,
        "%d ranks, but a batch of %d rows has %d lanes of %d: start at most %d ranks, or "
        "give --batch-size %d (or --lane-rows %d, which changes the bits)",
        ranks, config->batch_size, lanes, config->lane_rows, lanes,
        ranks * config->lane_rows,
        config->batch_size / ranks > 0 ? config->batch_size / ranks : 1);
}

static int make_model(struct trainer *trainer)
{
    const struct trainer_config *config = trainer->config;
    struct model_config model = config->model;
    model.vocabulary = trainer->data.num_words;
    model.maxlen = trainer->data.maxlen;
    model.classes = trainer->data.n_labels;
    model.pad_pre = trainer->data.pad_pre;
    int rc =
        model_new(&model, trainer->kernels, config->sampler.lane_rows, &trainer->model);
    if (rc)
        return rc;
    trainer->params = model_params(trainer->model);
    size_t n = trainer->params->size;
    trainer->weights = xaligned(n, sizeof(real));
    trainer->best_weights = xaligned(n, sizeof(real));
    struct optim_config optim = config->optim;
    int64_t batches = sampler_batches(&trainer->sampler);
    optim.total_steps = config->epochs * batches;
    optim.warmup_steps = (int64_t)(config->warmup_epochs * (double)batches + 0.5);
    optim_new(&optim, trainer->kernels, n, &trainer->optim);
    trainer->sum =
        comm_sum_new(trainer->comm, trainer->kernels, n, sampler_lanes(&config->sampler));
    return OK;
}

/* Rank 0 draws the weights: libm's log and cos may differ between nodes. */
static void init_weights(struct trainer *trainer)
{
    size_t n_bytes = trainer->params->size * sizeof(real);
    if (trainer->comm->rank == 0)
        model_init_weights(trainer->model, trainer->config->sampler.seed,
                           trainer->weights);
    comm_broadcast(trainer->comm, trainer->weights, n_bytes);
    model_pack(trainer->model, trainer->weights);
}

static int set_up(struct trainer *trainer)
{
    const struct trainer_config *config = trainer->config;
    struct comm *comm = trainer->comm;
    int rc = comm_agree(comm, kernels_select(config->isa, &trainer->kernels));
    if (rc)
        return rc;
    kernels_init_blas();
    kernels_describe(trainer->kernels, trainer->kernel_set, sizeof trainer->kernel_set);
    rc = comm_same(comm, trainer->kernel_set, "kernel set",
                   "give all of them the same --isa and OPENBLAS_CORETYPE");
    if (!rc)
        rc = load_data(trainer);
    if (!rc)
        rc = comm_agree(comm,
                        sampler_new(&trainer->data, &config->sampler, &trainer->sampler));
    if (!rc)
        rc = check_ranks(trainer);
    if (!rc)
        rc = make_model(trainer);
    if (!rc)
        rc = comm_agree(comm, comm->rank == 0 ? prepare_run_dir(config) : OK);
    if (rc)
        return rc;
    trainer->first = xcalloc((size_t)comm->size + 1, sizeof *trainer->first);
    trainer->lane_values = xcalloc((size_t)sampler_lanes(&config->sampler),
                                   LANE_WIDTH * sizeof *trainer->lane_values);
    comm_set_test_delay(config->test_delay_us, config->sampler.seed);
    trainer->progress = (struct progress){.best = -INFINITY, .history = json_array()};
    init_weights(trainer);
    trainer->peak_gflops = comm_min(comm, kernels_probe(3)) * comm->size;
    return OK;
}

static void tear_down(struct trainer *trainer)
{
    report_close(&trainer->report);
    sampler_release(&trainer->sampler);
    model_free(trainer->model);
    optim_release(&trainer->optim);
    comm_sum_free(trainer->sum);
    dataset_release(&trainer->data);
    if (trainer->window.bytes)
        comm_window_close(trainer->comm, &trainer->window);
    json_decref(trainer->progress.history);
    free(trainer->tokenizer);
    free(trainer->weights);
    free(trainer->best_weights);
    free(trainer->first);
    free(trainer->lane_values);
}

/* The start of the log. */

/* "stratified: neg 1250, pos 1250" */
static char *describe_validation(const struct trainer *trainer)
{
    static const char *const rules[] = {"stratified", "keras-tail", "own", "none"};
    const struct sampler *sampler = &trainer->sampler;
    const struct dataset *data = &trainer->data;
    int *counts = xcalloc((size_t)data->n_labels, sizeof *counts);
    char *text = xstrdup(rules[sampler->config.rule]);
    if (sampler->n_validation > 0)
        sampler_count(data, sampler->validation_part, sampler->validation,
                      sampler->n_validation, counts);
    for (int c = 0; c < data->n_labels && sampler->n_validation > 0; c++) {
        char *longer =
            xasprintf("%s%s %s %d", text, c ? "," : ":", data->labels[c], counts[c]);
        free(text);
        text = longer;
    }
    free(counts);
    return text;
}

static double epoch_flops(const struct trainer *trainer)
{
    const struct sampler *sampler = &trainer->sampler;
    struct lane train = {&trainer->data, DATASET_TRAIN, sampler->train, sampler->n_train};
    struct lane validation = {&trainer->data, sampler->validation_part,
                              sampler->validation, sampler->n_validation};
    const struct model_config *config = model_configuration(trainer->model);
    double learned = model_flops(config, (double)model_positions(trainer->model, &train),
                                 sampler->n_train);
    return learned + model_flops(config,
                                 (double)model_positions(trainer->model, &validation),
                                 sampler->n_validation) /
                         3;
}

static int start_report(struct trainer *trainer)
{
    const struct trainer_config *config = trainer->config;
    const struct sampler *sampler = &trainer->sampler;
    char *hosts = comm_hosts(trainer->comm);
    int rc = OK;
    if (trainer->comm->rank == 0) {
        char *validation = describe_validation(trainer);
        struct report_start start = {
            .config = config->record,
            .hosts = hosts,
            .kernels = trainer->kernel_set,
            .validation = validation,
            .ranks = trainer->comm->size,
            .lanes = sampler_lanes(&config->sampler),
            .classes = trainer->data.n_labels,
            .n_train = sampler->n_train,
            .n_validation = sampler->n_validation,
            .n_test = sampler->n_test,
            .parameters = trainer->params->size,
            .bytes = model_bytes(trainer->model) + comm_sum_bytes(trainer->sum) +
                     (size_t)(2 + trainer->optim.n_slots) * trainer->params->size *
                         sizeof(real),
            .data_hash = trainer->data.hash,
            .epoch_flops = epoch_flops(trainer),
            .peak_gflops = trainer->peak_gflops,
        };
        rc = report_open(&trainer->report, config->run_dir, stdout, config->quiet);
        if (!rc)
            rc = report_start(&trainer->report, &start);
        free(validation);
    }
    free(hosts);
    return comm_agree(trainer->comm, rc);
}

/* One step. */

static int compare_ints(const void *left, const void *right)
{
    return *(const int *)left - *(const int *)right;
}

/* Which rank computes which lane: even ranges, or, for tests, others at every step. */
static void set_ranges(struct trainer *trainer, int n_lanes)
{
    int size = trainer->comm->size;
    comm_even_ranges(n_lanes, size, trainer->first);
    if (trainer->config->test_ranges == 0)
        return;
    struct rng rng = {.seed = (uint64_t)trainer->config->test_ranges,
                      .purpose = RNG_TEST,
                      .step = (uint32_t)trainer->progress.step};
    for (int r = 1; r < size; r++)
        trainer->first[r] = (int)rng_below(&rng, (uint32_t)r, (uint32_t)n_lanes + 1);
    qsort(trainer->first + 1, (size_t)size - 1, sizeof(int), compare_ints);
}

/* Computes this rank's lanes of the batch and leaves their gradients in the tree. */
static void compute_lanes(struct trainer *trainer)
{
    const struct sampler *sampler = &trainer->sampler;
    int rank = trainer->comm->rank;
    for (int l = trainer->first[rank]; l < trainer->first[rank + 1]; l++) {
        int start = sampler->lane_start[l];
        struct lane lane = {&trainer->data, DATASET_TRAIN, sampler->lanes + start,
                            sampler->lane_start[l + 1] - start};
        struct lane_result result =
            model_gradient(trainer->model, &lane, sampler->config.seed,
                           (uint32_t)trainer->progress.step, comm_sum_next(trainer->sum));
        comm_sum_push(trainer->sum, l);
        trainer->lane_values[l * LANE_WIDTH + LANE_LOSS] = result.loss;
        trainer->lane_values[l * LANE_WIDTH + LANE_CORRECT] = (double)result.correct;
    }
}

/* One batch: loss and hits are added to the score. */
static int train_batch(struct trainer *trainer, int b, struct score *score)
{
    int n_lanes = 0;
    int n = sampler_batch(&trainer->sampler, b, &n_lanes);
    set_ranges(trainer, n_lanes);
    compute_lanes(trainer);
    comm_gather_lanes(trainer->comm, trainer->lane_values, LANE_WIDTH, trainer->first);
    const real *gradient = comm_sum_finish(trainer->sum, trainer->first);
    double norm = optim_apply(&trainer->optim, trainer->progress.step, gradient, n,
                              trainer->weights);
    double loss = comm_tree_sum(trainer->lane_values + LANE_LOSS, n_lanes, LANE_WIDTH);
    if (!isfinite(norm) || !isfinite(loss))
        return fail(
            ERR_DIVERGED,
            "epoch %d, batch %d: the gradient or the loss is not finite; lower "
            "--learning-rate or set --clip-norm; %s/last.h5 holds the weights of the "
            "last whole epoch",
            trainer->progress.epoch + 1, b + 1, trainer->config->run_dir);
    model_pack(trainer->model, trainer->weights);
    trainer->progress.step++;
    score->loss += loss;
    score->correct +=
        (int64_t)comm_tree_sum(trainer->lane_values + LANE_CORRECT, n_lanes, LANE_WIDTH);
    score->n += n;
    return OK;
}

/* One epoch. */

static int train_epoch(struct trainer *trainer, struct score *score)
{
    int batches = sampler_batches(&trainer->sampler), rc = OK;
    *score = (struct score){0};
    sampler_begin_epoch(&trainer->sampler, trainer->progress.epoch);
    for (int b = 0; b < batches && !rc; b++) {
        rc = train_batch(trainer, b, score);
        if (!rc)
            report_progress(&trainer->report, trainer->progress.epoch + 1,
                            trainer->config->epochs, b + 1, batches,
                            score->loss / score->n);
    }
    score->loss /= score->n ? score->n : 1;
    return rc;
}

static struct score evaluate_part(struct trainer *trainer, enum dataset_part part,
                                  const int32_t *rows, int n)
{
    return evaluate(trainer->comm, trainer->model, &trainer->data, part, rows, n,
                    trainer->config->sampler.lane_rows);
}

/* The monitored value, greater being better. Accuracies are ratios of integers over the
 * same n, so equal counts are equal values. */
static double monitored(const struct trainer *trainer, const struct score *train,
                        const struct score *validation)
{
    switch (trainer->config->monitor) {
    case MONITOR_VAL_ACC:
        return score_accuracy(validation);
    case MONITOR_VAL_LOSS:
        return -validation->loss;
    case MONITOR_ACC:
        return score_accuracy(train);
    default:
        return -train->loss;
    }
}

/* Keras's EarlyStopping: better means strictly better by more than min_delta. */
static bool update_best(struct trainer *trainer, double value)
{
    struct progress *progress = &trainer->progress;
    bool improved = value - trainer->config->min_delta > progress->best;
    progress->wait = improved ? 0 : progress->wait + 1;
    if (improved) {
        progress->best = value;
        progress->best_epoch = progress->epoch;
        memcpy(trainer->best_weights, trainer->weights,
               trainer->params->size * sizeof(real));
    }
    return improved;
}

/* The deterministic state of the run as JSON. */
static char *state_json(const struct trainer *trainer)
{
    const struct progress *progress = &trainer->progress;
    json_t *root = json_object();
    json_object_set_new(root, "epoch", json_integer(progress->epoch));
    json_object_set_new(root, "step", json_integer(progress->step));
    json_object_set_new(root, "wait", json_integer(progress->wait));
    json_object_set_new(root, "best_epoch", json_integer(progress->best_epoch));
    json_object_set_new(
        root, "best", isfinite(progress->best) ? json_real(progress->best) : json_null());
    json_object_set(root, "history", progress->history);
    char *text =
        json_dumps(root, JSON_SORT_KEYS | JSON_COMPACT | JSON_REAL_PRECISION(17));
    json_decref(root);
    return text;
}

static int save(struct trainer *trainer, const char *name)
{
    char *path = xasprintf("%s/%s", trainer->config->run_dir, name);
    char *provenance = xasprintf("{\"ranks\":%d}", trainer->comm->size);
    char *optimizer = optim_to_json(&trainer->config->optim);
    struct checkpoint info = {.config = xstrdup(trainer->config->record),
                              .state = state_json(trainer),
                              .provenance = provenance,
                              .data = trainer->data,
                              .n_slots = trainer->optim.n_slots};
    info.data.tokenizer = trainer->tokenizer;
    const float *slots[2] = {(const float *)trainer->optim.slot[0],
                             (const float *)trainer->optim.slot[1]};
    int rc = checkpoint_write(path, &info, model_configuration(trainer->model), optimizer,
                              trainer->params, (const float *)trainer->weights, slots);
    free(info.config);
    free(info.state);
    free(provenance);
    free(optimizer);
    free(path);
    return rc;
}

static void add_history(struct trainer *trainer, const struct score *train,
                        const struct score *validation, uint64_t hash)
{
    char text[17];
    snprintf(text, sizeof text, "%016llx", (unsigned long long)hash);
    json_array_append_new(trainer->progress.history,
                          json_pack("{s:f,s:f,s:f,s:f,s:s}", "loss", train->loss, "acc",
                                    score_accuracy(train), "val_loss", validation->loss,
                                    "val_acc", score_accuracy(validation), "weights",
                                    text));
}

/* Rank 0 writes what the epoch gave: best first, so that last never names a missing best.
 */
static int record_epoch(struct trainer *trainer, struct report_epoch *epoch,
                        const struct score *train, const struct score *validation)
{
    if (trainer->comm->rank != 0)
        return OK;
    epoch->weights = params_hash(trainer->params, trainer->weights);
    add_history(trainer, train, validation, epoch->weights);
    int rc = epoch->improved ? save(trainer, "best.h5") : OK;
    if (!rc)
        rc = save(trainer, "last.h5");
    if (!rc)
        rc = report_epoch(&trainer->report, epoch);
    return rc;
}

static int run_epoch(struct trainer *trainer)
{
    const struct sampler *sampler = &trainer->sampler;
    double start = seconds_now(), communicated = comm_seconds(trainer->comm);
    struct score train, validation = {0};
    int rc = train_epoch(trainer, &train);
    if (rc)
        return rc;
    if (sampler->n_validation > 0)
        validation = evaluate_part(trainer, sampler->validation_part, sampler->validation,
                                   sampler->n_validation);
    double seconds = seconds_now() - start;
    trainer->progress.epoch++;
    bool improved = update_best(trainer, monitored(trainer, &train, &validation));
    double gflops = epoch_flops(trainer) / seconds * 1e-9;
    struct report_epoch epoch = {
        .epoch = trainer->progress.epoch,
        .epochs = trainer->config->epochs,
        .loss = train.loss,
        .acc = score_accuracy(&train),
        .val_loss = validation.loss,
        .val_acc = score_accuracy(&validation),
        .validated = sampler->n_validation > 0,
        .improved = improved,
        .learning_rate = optim_rate(&trainer->optim.config, trainer->progress.step - 1),
        .seconds = seconds,
        .samples_per_s = train.n / seconds,
        .gflops = gflops,
        .peak_share = gflops / trainer->peak_gflops,
        .comm_share = (comm_seconds(trainer->comm) - communicated) / seconds,
    };
    return comm_agree(trainer->comm, record_epoch(trainer, &epoch, &train, &validation));
}

/* The run. */

static bool stops_early(const struct trainer *trainer)
{
    int patience = trainer->config->patience;
    return patience > 0 && trainer->progress.wait >= patience;
}

static int end_report(struct trainer *trainer)
{
    const struct progress *progress = &trainer->progress;
    bool early = stops_early(trainer);
    char *text =
        early ? xasprintf("stopped after epoch %d: no improvement in %d epochs, best "
                          "was epoch %d",
                          progress->epoch, progress->wait, progress->best_epoch)
              : xasprintf("all %d epochs done, best was epoch %d", progress->epoch,
                          progress->best_epoch);
    int rc = report_end(&trainer->report, early ? "early_stopping" : "epochs", text);
    free(text);
    return comm_agree(trainer->comm, rc);
}

static int test_weights(struct trainer *trainer, const char *which, int epoch,
                        const real *weights)
{
    const struct sampler *sampler = &trainer->sampler;
    if (sampler->n_test == 0)
        return OK;
    model_pack(trainer->model, weights);
    struct score score =
        evaluate_part(trainer, DATASET_TEST, sampler->test, sampler->n_test);
    return comm_agree(trainer->comm,
                      report_test(&trainer->report, which, epoch, score.loss,
                                  score_accuracy(&score), score.n));
}

static int run_all(struct trainer *trainer)
{
    int rc = set_up(trainer);
    if (!rc)
        rc = start_report(trainer);
    while (!rc && trainer->progress.epoch < trainer->config->epochs &&
           !stops_early(trainer))
        rc = run_epoch(trainer);
    if (!rc)
        rc = test_weights(trainer, "best", trainer->progress.best_epoch,
                          trainer->best_weights);
    if (!rc)
        rc = test_weights(trainer, "last", trainer->progress.epoch, trainer->weights);
    if (!rc)
        rc = end_report(trainer);
    if (!rc)
        report_say(&trainer->report, "result   the %s weights: %s/%s.h5",
                   trainer->config->result_is_last ? "last" : "best", trainer->config->run_dir,
                   trainer->config->result_is_last ? "last" : "best");
    return rc;
}

int trainer_run(struct comm *comm, const struct trainer_config *config)
{
    struct trainer trainer = {.config = config, .comm = comm};
    int rc = run_all(&trainer);
    tear_down(&trainer);
    return rc;
}
