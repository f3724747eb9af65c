#include "train/private.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <xxhash.h>

#include "files/file.h"
#include "text/text.h"

/* Set-up. */

static bool exists_in(const char *folder, const char *name)
{
    char *path = xasprintf("%s/%s", folder, name);
    bool exists = access(path, F_OK) == 0;
    free(path);
    return exists;
}

static const char *const run_files[] = {"last.h5", "best.h5", "last.prev.h5",
                                        "best.prev.h5", "epoch.h5"};

static int make_run_dir(const char *folder)
{
    struct stat status;
    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        return fail(ERR_IO, "%s: cannot make the run directory: %s", folder,
                    strerror(errno));
    if (stat(folder, &status) == 0 && !S_ISDIR(status.st_mode))
        return fail(ERR_IO, "%s: cannot make the run directory: it is a file", folder);
    if (access(folder, W_OK | X_OK) != 0)
        return fail(ERR_IO, "%s: cannot write to the run directory: %s", folder,
                    strerror(errno));
    return OK;
}

static int refuse_run(const char *folder)
{
    const char *found = exists_in(folder, "log.jsonl") ? "log.jsonl" : NULL;
    for (size_t i = 0; i < COUNT_OF(run_files) && !found; i++)
        if (exists_in(folder, run_files[i]))
            found = run_files[i];
    if (!found)
        return OK;
    return fail(ERR_EXISTS,
                "%s holds a run (%s): go on with it by --resume, choose another "
                "--run-dir, or discard that run with --overwrite",
                folder, found);
}

static int discard_run(const char *folder)
{
    int rc = OK;
    for (size_t i = 0; i < COUNT_OF(run_files) && !rc; i++) {
        char *path = xasprintf("%s/%s", folder, run_files[i]);
        if (unlink(path) != 0 && errno != ENOENT)
            rc = fail(ERR_IO, "%s: cannot be discarded: %s", path, strerror(errno));
        free(path);
    }
    return rc;
}

/* Two checkpoints must find room, or the first save of the run would fail: the new one
 * beside the one that it replaces. */
static int check_room(const struct trainer *trainer)
{
    enum { OVERHEAD = 1 << 16 }; /* of HDF5, configuration, history */
    size_t arrays = 2 + (size_t)trainer->optim.n_slots; /* weights, best ones, moments */
    int64_t one = (int64_t)(arrays * trainer->params->size * sizeof(float) +
                            strlen(trainer->tokenizer) + OVERHEAD);
    int64_t left = file_free_bytes(trainer->config->run_dir);
    if (left < 0 || left >= 2 * one)
        return OK;
    return fail(ERR_IO,
                "%s: %lld MiB are free, two checkpoints need %lld: make room or choose "
                "another --run-dir",
                trainer->config->run_dir, (long long)left >> 20,
                (long long)(2 * one >> 20) + 1);
}

/* Rank 0. Takes the run directory: makes it, locks it, refuses one that holds a run. */
static int take_run_dir(struct trainer *trainer)
{
    const struct trainer_config *config = trainer->config;
    enum report_mode mode = config->resume      ? REPORT_GO_ON
                            : config->overwrite ? REPORT_OVERWRITE
                                                : REPORT_NEW;
    int rc = make_run_dir(config->run_dir);
    if (!rc && mode == REPORT_NEW)
        rc = refuse_run(config->run_dir);
    if (!rc && mode != REPORT_GO_ON)
        rc = check_room(trainer);
    if (!rc)
        rc = report_open(&trainer->report, config->run_dir, mode);
    if (!rc)
        file_remove_temporaries(config->run_dir, run_files, COUNT_OF(run_files));
    if (!rc && mode == REPORT_OVERWRITE)
        rc = discard_run(config->run_dir);
    return rc;
}

/* What ranks that do not read the file need to know of it: plain data. */
struct shared {
    uint64_t hash;
    struct facts facts; /* but for the labels, whose bytes follow */
    size_t label_bytes;
    struct rows part[DATASET_PARTS]; /* not in memory yet */
};

/* Collective. What rank 0 has read of the file; its labels are the caller's to free. */
static struct shared share(struct comm *comm, const struct dataset *data, char **labels)
{
    struct shared shared = {.hash = data->hash, .facts = data->facts};
    shared.facts.labels = NULL;
    memcpy(shared.part, data->part, sizeof shared.part);
    *labels = facts_pack_labels(&data->facts, &shared.label_bytes);

    comm_broadcast(comm, &shared, sizeof shared);
    *labels = xrealloc(*labels, shared.label_bytes, 1);
    comm_broadcast(comm, *labels, shared.label_bytes);
    return shared;
}

/* Collective. Readers compare what they opened with rank 0's; the others take it. */
static int share_facts(struct trainer *trainer, bool reads)
{
    struct dataset *data = &trainer->data;
    char *labels = NULL;
    int rc = OK;
    struct shared shared = share(trainer->comm, data, &labels);

    if (reads && data->hash != shared.hash)
        rc = fail(ERR_FORMAT,
                  "%s: rank %d reads another file under this name than rank 0: put "
                  "one data set where every node sees it",
                  trainer->config->data, trainer->comm->rank);
    if (!reads) {
        data->hash = shared.hash;
        data->facts = shared.facts;
        facts_set_labels(&data->facts, labels);
        memcpy(data->part, shared.part, sizeof data->part);
    }
    free(labels);
    return comm_agree(trainer->comm, rc);
}

/* Collective. Files are read and memory is taken: ranks may come a minute apart, and
 * later where a large file is checked (10 MB/s are expected of any device). */
static double set_up_timeout(const struct trainer *trainer)
{
    struct stat status;
    double timeout = trainer->config->stall_timeout, bytes = 0;
    if (trainer->comm->rank == 0 && stat(trainer->config->data, &status) == 0)
        bytes = (double)status.st_size;
    comm_broadcast(trainer->comm, &bytes, sizeof bytes);
    return timeout > 0 ? fmax(60, timeout) + bytes / 1e7 : 0;
}

/* Collective. The first rank of each node checks the file, then others open it too. */
static int open_data(struct trainer *trainer, int readers)
{
    struct comm *comm = trainer->comm;
    struct dataset *data = &trainer->data;
    const char *path = trainer->config->data;
    int rc = OK;
    if (comm->node_rank == 0)
        rc = dataset_open(path, comm->rank == 0 ? DATASET_WORDS_KEPT : DATASET_WORDS_NONE,
                          data);
    rc = comm_agree(comm, rc);
    if (!rc && comm->node_rank > 0 && comm->node_rank < readers)
        rc = dataset_open_again(path, data);
    rc = comm_agree(comm, rc);
    return rc ? rc : share_facts(trainer, comm->node_rank < readers);
}

/* The words that a checkpoint keeps. */
static int read_tokenizer(struct trainer *trainer)
{
    struct text_tokenizer *tokenizer = NULL;
    int rc = dataset_tokenizer(&trainer->data, &tokenizer);
    if (!rc)
        trainer->tokenizer = text_to_json(tokenizer, true);
    text_free(tokenizer);
    return rc;
}

/* More would wait for each other. */
static int n_readers(const struct comm *comm)
{
    enum { READERS = 4 };
    return comm->node_size < READERS ? comm->node_size : READERS;
}

/* Collective. Some ranks of each node read the file, together, into the memory that their
 * node shares. */
static int load_data(struct trainer *trainer)
{
    struct comm *comm = trainer->comm;
    struct dataset *data = &trainer->data;
    bool streams = trainer->config->sampler.shuffle == SHUFFLE_WINDOW;
    enum dataset_extent extent = streams ? DATASET_COLUMNS : DATASET_ALL;
    int readers = n_readers(comm);
    int rc = open_data(trainer, readers);
    if (rc)
        return rc;
    rc = comm_window_open(comm, dataset_bytes(data, extent), &trainer->window);
    if (rc)
        return streams ? rc : fail(rc, "%s, or give --shuffle window", fail_message());
    double began = trace_begin();
    dataset_attach(data, extent, trainer->window.bytes);
    if (comm->node_rank < readers)
        rc = dataset_load(data, comm->node_rank, readers);
    if (!rc && comm->rank == 0)
        rc = read_tokenizer(trainer);
    trace_end(TRACE_READ, began);
    comm_window_sync(comm, &trainer->window);
    return comm_agree(comm, rc);
}

/* Collective. Windows for training and for evaluation. */
static int open_stream(struct trainer *trainer)
{
    const struct sampler_config *config = &trainer->config->sampler;
    if (config->shuffle != SHUFFLE_WINDOW)
        return OK;
    int training = sampler_window_rows(&trainer->sampler);
    int evaluation = stream_window_rows(config->window_rows, config->lane_rows);
    int rc = stream_new(trainer->comm, &trainer->data, n_readers(trainer->comm),
                        training > evaluation ? training : evaluation, &trainer->stream);
    return rc ? fail(rc, "%s, or give fewer --window-rows", fail_message()) : OK;
}

/* Collective. Every rank read its own command line, environment and file. */
static int check_configuration(const struct trainer *trainer)
{
    const struct trainer_config *config = trainer->config;
    char *all =
        xasprintf("%s %s %s %s %d %d %d %d %lld %lld %s", config->data, config->run_dir,
                  config->isa, config->trace ? config->trace : "", (int)config->balancing,
                  config->resume, config->overwrite, config->allow_other_bits,
                  (long long)trainer->hooks->delay, (long long)trainer->hooks->ranges,
                  config->record);
    int rc = comm_same(trainer->comm, all, "configuration",
                       "give all of them the same options, RNNTRAIN_* and --config file");
    free(all);
    return rc;
}

/* Collective. Another build may round otherwise. */
static int check_program(const struct comm *comm)
{
    char *bytes = NULL, text[17];
    size_t n = 0;
    int rc = comm_agree(comm, file_read("/proc/self/exe", &bytes, &n));
    if (rc)
        return rc;
    program_hex(XXH64(bytes, n, 0), text);
    free(bytes);
    return comm_same(comm, text, "program (by its XXH64)",
                     "install one rnntrain where every node sees it");
}

static int check_ranks(const struct trainer *trainer)
{
    const struct sampler_config *config = &trainer->config->sampler;
    int lanes = sampler_lanes(config), ranks = trainer->comm->size;
    if (ranks <= lanes)
        return OK;
    char *smaller = config->batch_size >= ranks
                        ? xasprintf(" (or --lane-rows %d, which changes the bits)",
                                    config->batch_size / ranks)
                        : xstrdup("");
    int rc = fail(ERR_USAGE,
                  "%d ranks, but a batch of %d rows has %d lanes of %d: start at most %d "
                  "ranks, or give --batch-size %d%s",
                  ranks, config->batch_size, lanes, config->lane_rows, lanes,
                  ranks * config->lane_rows, smaller);
    free(smaller);
    return rc;
}

static int check_monitor(const struct trainer_config *config)
{
    bool validates = config->sampler.rule != VALIDATION_NONE;
    if (validates || config->monitor == MONITOR_ACC || config->monitor == MONITOR_LOSS)
        return OK;
    return fail(ERR_USAGE,
                "--validation none leaves no %s to monitor: give --monitor acc or "
                "--monitor loss",
                config->monitor == MONITOR_VAL_ACC ? "val_acc" : "val_loss");
}

static int make_model(struct trainer *trainer)
{
    const struct trainer_config *config = trainer->config;
    struct model_config model = model_options_config(&config->model, &trainer->data.facts);
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

    const size_t *table = trainer->params->tensors[0].shape;
    trainer->sum = comm_sum_new(trainer->comm, trainer->kernels, config->reduction,
                                (struct comm_shape){table[0], table[1], n},
                                sampler_lanes(&config->sampler));
    return OK;
}

/* What this rank could compute beside those that share its core. */
static double probe(const struct comm *comm)
{
    bool crowded = comm->node_size > comm->node_cores;
    double share = crowded ? (double)comm->node_cores / comm->node_size : 1;
    return kernels_probe(3, crowded) * share;
}

int trainer_set_up(struct trainer *trainer)
{
    const struct trainer_config *config = trainer->config;
    struct comm *comm = trainer->comm;
    int rc = check_configuration(trainer);
    comm_set_stall_timeout(comm, set_up_timeout(trainer));
    if (!rc)
        rc = trainer_open_trace(trainer);
    if (!rc)
        rc = comm_agree(comm, kernels_select(config->isa, &trainer->kernels));
    if (!rc)
        rc = comm_agree(comm, kernels_open_blas());
    if (rc)
        return rc;
    kernels_describe(trainer->kernels, trainer->kernel_set, sizeof trainer->kernel_set);
    rc = check_program(comm);
    if (!rc)
        rc = comm_same(comm, trainer->kernel_set, "kernel set",
                       "give all of them the same --isa and OPENBLAS_CORETYPE");
    if (!rc)
        rc = load_data(trainer);
    if (!rc)
        rc = comm_agree(comm,
                        sampler_new(&trainer->data, &config->sampler, &trainer->sampler));
    if (!rc)
        rc = open_stream(trainer);
    if (!rc)
        rc = check_monitor(config);
    if (!rc)
        rc = check_ranks(trainer);
    if (!rc)
        rc = comm_agree(comm, make_model(trainer)); /* hosts differ in memory */
    if (!rc)
        rc = comm_agree(comm, comm->rank == 0 ? take_run_dir(trainer) : OK);
    if (rc)
        return rc;
    balance_new(comm->size, config->balancing == BALANCE_OFF, &trainer->balance);
    trainer->first = xcalloc((size_t)comm->size + 1, sizeof *trainer->first);
    trainer->lane_values = xcalloc((size_t)sampler_lanes(&config->sampler),
                                   LANE_WIDTH * sizeof *trainer->lane_values);
    test_hooks_delay(trainer);
    trainer->is_saved = true;
    rc = trainer_begin(trainer);
    if (!rc && config->resume)
        rc = trainer_resume(trainer);
    if (!rc && config->resume && !trainer->resumed.is_finished)
        rc = comm_agree(comm, comm->rank == 0 ? check_room(trainer) : OK);
    if (rc)
        return rc;
    trainer->peak_gflops = comm_min(comm, probe(comm)) * comm->size;
    trainer_set_deadline(trainer);
    comm_set_stall_timeout(comm, config->stall_timeout);
    return OK;
}

void trainer_tear_down(struct trainer *trainer)
{
    stream_free(trainer->stream); /* it may still be reading */
    report_close(&trainer->report);
    free(trainer->resumed.from);
    sampler_release(&trainer->sampler);
    model_free(trainer->model);
    optim_release(&trainer->optim);
    comm_sum_free(trainer->sum);
    dataset_release(&trainer->data);
    if (trainer->window.bytes)
        comm_window_close(trainer->comm, &trainer->window);
    json_decref(trainer->progress.history);
    free(trainer->tokenizer);
    free(trainer->beginning);
    trainer_release_image(&trainer->pending_best);
    free(trainer->weights);
    free(trainer->best_weights);
    balance_release(&trainer->balance);
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
    int *counts = xcalloc((size_t)data->facts.n_labels, sizeof *counts);
    char *text = xstrdup(rules[sampler->config.rule]);
    if (sampler->n_validation > 0)
        rows_count(&data->part[sampler->validation_part], sampler->validation,
                   sampler->n_validation, data->facts.n_labels, counts);
    for (int c = 0; c < data->facts.n_labels && sampler->n_validation > 0; c++) {
        char *longer = xasprintf("%s%s %s %d", text, c ? "," : ":", data->facts.labels[c],
                                 counts[c]);
        free(text);
        text = longer;
    }
    free(counts);
    return text;
}

/* What --window-rows should be where a window has too few of the file's chunks; 0: it has
 * enough, or all rows. */
static int wanted_window(const struct trainer *trainer)
{
    enum { ENOUGH_CHUNKS = 8 };
    const struct sampler_config *config = &trainer->config->sampler;
    int chunk_rows = trainer->data.part[DATASET_TRAIN].chunk_rows;
    int64_t all = (int64_t)sampler_batches(&trainer->sampler) * config->batch_size;
    int64_t enough = (int64_t)ENOUGH_CHUNKS * chunk_rows;
    if (!trainer->stream || config->window_rows >= enough || config->window_rows >= all)
        return 0;
    return (int)(enough < all ? enough : all);
}

static double epoch_flops(const struct trainer *trainer)
{
    const struct sampler *sampler = &trainer->sampler;
    struct lane train = {&trainer->data.part[DATASET_TRAIN], sampler->train,
                         sampler->n_train, NULL};
    struct lane validation = {&trainer->data.part[sampler->validation_part],
                              sampler->validation, sampler->n_validation, NULL};
    const struct model_config *config = model_configuration(trainer->model);
    double learned = model_flops(config, model_positions(trainer->model, &train, true),
                                 sampler->n_train);
    return learned + model_forward_flops(
                         config, model_positions(trainer->model, &validation, false),
                         sampler->n_validation);
}

int trainer_start_report(struct trainer *trainer)
{
    const struct trainer_config *config = trainer->config;
    const struct sampler *sampler = &trainer->sampler;
    const struct resumed *resumed = &trainer->resumed;
    if (resumed->is_finished) {
        if (trainer->comm->rank == 0 && !config->quiet)
            printf("%s is finished, after %d epochs: nothing is left to resume\n",
                   config->run_dir, trainer->progress.epoch);
        return OK;
    }
    char *hosts = comm_hosts(trainer->comm);
    bool crowded = comm_max(trainer->comm, (double)trainer->comm->node_size /
                                               trainer->comm->node_cores) > 1;
    int rc = OK;
    trainer->epoch_flops = epoch_flops(trainer);
    if (trainer->comm->rank == 0) {
        char *validation = describe_validation(trainer);
        struct report_start start = {
            .config = config->record,
            .hosts = hosts,
            .kernels = trainer->kernel_set,
            .shares_cores = crowded,
            .reproducible = config->reduction == COMM_CANONICAL,
            .validation = validation,
            .ranks = trainer->comm->size,
            .lanes = sampler_lanes(&config->sampler),
            .classes = trainer->data.facts.n_labels,
            .n_train = sampler->n_train,
            .n_validation = sampler->n_validation,
            .n_test = sampler->n_test,
            .parameters = trainer->params->size,
            .bytes = model_bytes(trainer->model) + comm_sum_bytes(trainer->sum) +
                     (size_t)(2 + trainer->optim.n_slots) * trainer->params->size *
                         sizeof(real),
            .data_bytes = trainer->stream ? stream_bytes(trainer->stream)
                                          : dataset_bytes(&trainer->data, DATASET_ALL),
            .window_rows = trainer->stream ? sampler_window_rows(sampler) : 0,
            .chunk_rows = trainer->data.part[DATASET_TRAIN].chunk_rows,
            .wanted_rows = wanted_window(trainer),
            .data_hash = trainer->data.hash,
            .epoch_flops = trainer->epoch_flops,
            .peak_gflops = trainer->peak_gflops,
            .resumed_from = resumed->from,
            .beginning = trainer->beginning,
            .hard_sigmoid = config->model.gates == MODEL_HARD_SIGMOID,
            .epoch = trainer->progress.epoch + 1,
            .batch = trainer->progress.batch,
            .step = trainer->progress.step,
        };
        report_to_console(&trainer->report, stdout, config->quiet);
        rc = report_cut(&trainer->report, resumed->log_bytes);
        if (!rc)
            rc = report_start(&trainer->report, &start);
        free(validation);
    }
    free(hosts);
    return comm_agree(trainer->comm, rc);
}
