#include "train/private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/crew.h"
#include "base/say.h"
#include "data/folds.h"
#include "files/build.h"

/* Collective. Files are read and memory is taken: ranks may come a minute apart, and
 * later where a large file is checked (10 MB/s are expected of any device). */
static double set_up_timeout(const struct trainer *trainer)
{
    const char *const files[] = {trainer->config->data, trainer->config->vectors};
    struct stat status;
    double timeout = trainer->config->stall_timeout, bytes = 0;
    for (size_t i = 0; i < COUNT_OF(files) && trainer->comm->rank == 0; i++)
        if (files[i] && stat(files[i], &status) == 0)
            bytes += (double)status.st_size;
    comm_broadcast(trainer->comm, &bytes, sizeof bytes);
    return timeout > 0 ? fmax(60, timeout) + bytes / 1e7 : 0;
}

/* Collective. Every rank read its own command line, environment and file. */
static int check_configuration(const struct trainer *trainer)
{
    const struct trainer_config *config = trainer->config;
    char *all = xasprintf("%s %s %s %s %d %d %d %d %d %lld %lld %s", config->data,
                          config->run_dir, config->isa,
                          config->trace ? config->trace : "", (int)config->balancing,
                          config->resume, config->overwrite, config->allow_other_bits,
                          config->dry_run, (long long)trainer->hooks->delay,
                          (long long)trainer->hooks->ranges, config->record);
    int rc = comm_same(trainer->comm, all, "configuration",
                       "give all of them the same options, RNNTRAIN_* and --config file");
    free(all);
    return rc;
}

/* Collective. Another build may round otherwise. */
static int check_program(struct trainer *trainer)
{
    const struct comm *comm = trainer->comm;
    int rc = comm_agree(comm, build_id(trainer->build));
    if (rc)
        return rc;
    return comm_same(comm, trainer->build, "program (by its XXH64)",
                     "install one rnntrain where every node sees it");
}

/* What a step of lanes of so few rows takes, measured with keras-lstm and keras-bilstm
 * (src/README.md): a product reads all weights for them. */
static const char *price_of(int lane_rows)
{
    static const struct {
        int rows; /* at least */
        const char *price;
    } prices[] = {{16, "costs no time"},
                  {8, "costs hardly any time"},
                  {4, "costs up to a tenth more time"},
                  {2, "costs a quarter more time"},
                  {1, "takes twice the time"}};
    size_t i = 0;

    while (prices[i].rows > lane_rows)
        i++;
    return prices[i].price;
}

static int check_ranks(const struct trainer *trainer)
{
    const struct sampler_config *config = &trainer->config->sampler;
    int lanes = sampler_lanes(config), ranks = trainer->comm->size;
    if (ranks <= lanes)
        return OK;

    int rows = config->batch_size / ranks;
    char *smaller = rows > 0
                        ? xasprintf(" (or --lane-rows %d, which changes the bits and %s)",
                                    rows, price_of(rows))
                        : xstrdup("");
    int rc =
        fail(ERR_USAGE,
             "%d ranks, but a batch of %d row%s has %d lane%s of %d: start at most %d "
             "rank%s, or give --batch-size %d%s",
             ranks, config->batch_size, plural(config->batch_size), lanes, plural(lanes),
             config->lane_rows, lanes, plural(lanes), ranks * config->lane_rows, smaller);
    free(smaller);
    return rc;
}

static int check_monitor(const struct trainer_config *config)
{
    bool validates = config->sampler.rule != VALIDATION_NONE;
    if (validates || !monitor_validates(config->monitor))
        return OK;
    return fail(ERR_USAGE,
                "--validation none leaves no %s to monitor: give --monitor acc or "
                "--monitor loss",
                monitor_names[config->monitor]);
}

/* Tensors one behind the other that train are one part of the flat array. */
static int leave_frozen(struct trainer *trainer)
{
    const struct params *params = trainer->params;
    const struct chain_config *chain = model_chain(trainer->model);
    struct optim_part *parts = xcalloc((size_t)params->n_tensors, sizeof *parts);
    bool joins = false;
    int n = 0;

    for (int i = 0; i < params->n_tensors; i++) {
        const struct tensor *tensor = &params->tensors[i];
        bool trains = !chain->layer[tensor->place].frozen;
        if (trains && !joins)
            parts[n++] = (struct optim_part){tensor->offset, 0};
        if (trains)
            parts[n - 1].n = tensor->offset + tensor->size - parts[n - 1].first;
        joins = trains;
    }
    if (n > 0)
        optim_train_only(&trainer->optim, parts, n);
    free(parts);
    return n > 0 ? OK
                 : fail(ERR_USAGE, "all layers are frozen, so nothing would train: "
                                   "--freeze none trains all, --freeze NAMES all others");
}

/* Weights that are fitted: no batch's gradient is ever added, and nothing has moments. */
static int make_linear(struct trainer *trainer, const struct chain_config *chain)
{
    int rc = model_new_evaluator(chain, trainer->kernels,
                                 trainer->config->sampler.lane_rows, &trainer->model);
    if (rc)
        return rc;

    trainer->params = model_params(trainer->model);
    return OK;
}

static void join_lanes(void *model, int first, int n, real *gradient)
{
    model_join(model, first, n, gradient);
}

static void make_sum(struct trainer *trainer)
{
    const struct trainer_config *config = trainer->config;
    const struct tensor *table = &trainer->params->tensors[0];
    size_t most = trainer->has_table ? model_most_touched(trainer->model) : 0;
    const struct comm_shape shape = {table->shape[0], table->shape[1],
                                     trainer->params->size, most};
    const struct comm_joint joint = {model_joint_size(trainer->model), MODEL_JOINT_LANES,
                                     join_lanes, trainer->model};

    trainer->sum = comm_sum_new(trainer->comm, trainer->kernels, config->reduction, shape,
                                sampler_lanes(&config->sampler), LANE_WIDTH);
    comm_sum_join(trainer->sum, &joint);
}

static int perturb(struct trainer *trainer)
{
    double epsilon = trainer->config->loss.adversarial;

    if (!(epsilon > 0))
        return OK;
    if (model_chain(trainer->model)->layer[0].frozen)
        return fail(ERR_USAGE, "--adversarial has an embedding learn to withstand moves, "
                               "and --freeze keeps it as it is: leave one of them out");
    model_perturb_embeddings(trainer->model, epsilon);
    return OK;
}

static int make_model(struct trainer *trainer)
{
    const struct trainer_config *config = trainer->config;
    struct chain_config chain;

    int rc = model_options_chain(&config->model, &trainer->data.facts, &chain);
    if (!rc && trainer_is_linear(trainer))
        return make_linear(trainer, &chain);
    if (!rc)
        rc = model_new(&chain, trainer->kernels, config->sampler.lane_rows,
                       &trainer->model);
    if (!rc)
        rc = perturb(trainer);
    if (rc)
        return rc;

    trainer->params = model_params(trainer->model);
    return OK;
}

/* Collective. What a step needs beside the model. */
static int make_update(struct trainer *trainer)
{
    int rc = trainer_make_weights(trainer);
    if (rc || trainer_is_linear(trainer))
        return rc;

    make_sum(trainer);
    return leave_frozen(trainer);
}

enum { PROBES = 3 };

/* Of ranks that share cores nobody can tell whether others are there too. Small products
 * are done within a millisecond: there the system says how long this process waited. */
void trainer_probe(struct trainer *trainer, int n)
{
    const struct comm *comm = trainer->comm;
    bool crowded = comm->node_size > comm->node_cores;
    double share = crowded ? (double)comm->node_cores / comm->node_size : 1;
    double began = seconds_now();
    struct kernels_rate rate = kernels_probe(n, PROBES);

    double peak = comm_min(comm, rate.gflops * share) * comm->size;
    if (peak > trainer->peak_gflops)
        trainer->peak_gflops = peak;
    double left = n < PROBE_MOST ? crew_core_share() : rate.share;
    trainer->core_share = comm_min(comm, crowded ? 1 : left);
    trainer->probe_seconds = comm_max(comm, seconds_now() - began);
}

int trainer_probe_size(const struct trainer *trainer)
{
    const double share = 0.01;
    double all = trainer->epoch_flops * trainer->config->epochs;
    double most = share * all / trainer->comm->size;
    int n = PROBE_MOST;

    while (n > PROBE_LEAST && PROBES * 2.0 * n * n * n > most)
        n /= 2;
    return n;
}

bool trainer_was_busy(const struct trainer *trainer)
{
    const double noise = 0.2; /* the system's own work, in 50 ms and more */
    return trainer->core_share < 1 - noise;
}

/* Collective. From here on a rank that does not come is noticed. */
static int agree_on_run(struct trainer *trainer)
{
    int rc = check_configuration(trainer);
    comm_set_stall_timeout(trainer->comm, set_up_timeout(trainer));
    return rc ? rc : trainer_open_trace(trainer);
}

int trainer_select_kernels(struct trainer *trainer)
{
    char *name = kernels_name(trainer->config->isa, trainer->config->precision);
    int rc = comm_agree(trainer->comm, kernels_select(name, &trainer->kernels));

    free(name);
    return rc;
}

/* Collective. The same arithmetic on all ranks. */
static int open_kernels(struct trainer *trainer)
{
    const struct comm *comm = trainer->comm;
    int rc = trainer_select_kernels(trainer);
    if (!rc)
        rc = comm_agree(comm, kernels_open_blas());
    if (rc)
        return rc;

    kernels_describe(trainer->kernels, trainer->kernel_set, sizeof trainer->kernel_set);
    rc = check_program(trainer);
    return rc ? rc
              : comm_same(
                    comm, trainer->kernel_set, "kernel set",
                    "give all of them the same --isa, --precision and OPENBLAS_CORETYPE");
}

/* Collective. What a fold asks of the rows, whose ids may not be in memory: rank 0 has
 * the file open. */
static int hash_rows(struct trainer *trainer, uint64_t **hashes)
{
    const struct comm *comm = trainer->comm;
    const struct dataset *data = &trainer->data;
    size_t n = (size_t)data->part[DATASET_TRAIN].n;

    int rc = comm_agree(comm, comm->rank == 0 ? folds_hash_rows(data, hashes) : OK);
    if (rc)
        return rc;
    if (comm->rank > 0)
        *hashes = xcalloc(n + 1, sizeof **hashes);
    comm_broadcast(comm, *hashes, n * sizeof **hashes);
    return OK;
}

/* Collective. */
static int split_rows(struct trainer *trainer)
{
    const struct sampler_config *config = &trainer->config->sampler;
    uint64_t *hashes = NULL;

    int rc = config->fold ? hash_rows(trainer, &hashes) : OK;
    if (!rc)
        rc = comm_agree(trainer->comm, sampler_new_hashed(&trainer->data, config, hashes,
                                                          &trainer->sampler));
    free(hashes);
    return rc;
}

int trainer_take_data(struct trainer *trainer)
{
    int rc = trainer_load_data(trainer);
    if (!rc && trainer->comm->rank == 0)
        trainer_note_data(trainer);
    if (!rc)
        rc = split_rows(trainer);
    if (!rc)
        rc = trainer_check_monitor(trainer);
    if (!rc)
        rc = trainer_check_calibration(trainer);
    if (!rc && trainer_is_linear(trainer) && trainer->data.facts.has_ngrams)
        rc = trainer_load_ngrams(trainer);
    return rc ? rc : trainer_open_stream(trainer);
}

/* What training rows of each class count. */
static int weigh_classes(struct trainer *trainer)
{
    const struct sampler *sampler = &trainer->sampler;

    if (!trainer->config->loss.class_weight)
        return OK;
    int rc = trainer_class_weights(trainer, sampler->train, sampler->n_train,
                                   &trainer->class_weights);
    if (!rc)
        model_weigh_classes(trainer->model, trainer->class_weights);
    return rc;
}

/* Collective. The model, and what shares its lanes out. */
static int prepare(struct trainer *trainer)
{
    const struct trainer_config *config = trainer->config;
    struct comm *comm = trainer->comm;
    int rc = check_monitor(config);
    if (!rc && !trainer_is_linear(trainer)) /* whose rows are dealt otherwise */
        rc = check_ranks(trainer);
    if (!rc)
        rc = comm_agree(comm, make_model(trainer)); /* hosts differ in memory */
    if (!rc)
        rc = make_update(trainer);
    if (!rc)
        rc = weigh_classes(trainer);
    if (!rc)
        model_smooth_labels(trainer->model, config->loss.label_smoothing);
    if (rc)
        return rc;

    balance_new(comm->size, config->balancing == BALANCE_OFF, &trainer->balance);
    trainer->first = xcalloc((size_t)comm->size + 1, sizeof *trainer->first);
    trainer->lane_values = xcalloc((size_t)sampler_lanes(&config->sampler),
                                   LANE_WIDTH * sizeof *trainer->lane_values);
    return OK;
}

static int take_run_dir(struct trainer *trainer)
{
    return trainer->config->dry_run ? trainer_check_run_dir(trainer)
                                    : trainer_take_run_dir(trainer);
}

/* Collective. Weights and progress: the run's beginning, or where it was left. The folder
 * is taken behind the beginning: a model that is refused leaves no run in it. */
static int take_up(struct trainer *trainer)
{
    const struct comm *comm = trainer->comm;
    bool resumes = trainer->config->resume, dry = trainer->config->dry_run;
    bool begins = !resumes || !trainer_can_resume(trainer);
    test_hooks_delay(trainer);
    trainer->is_saved = true;
    if (!begins)
        trainer_reset_progress(trainer);
    int rc = begins ? trainer_begin(trainer) : OK;
    if (!rc)
        rc = comm_agree(comm, comm->rank == 0 ? take_run_dir(trainer) : OK);
    if (!rc && resumes)
        rc = trainer_resume(trainer);
    if (!rc && !begins && !trainer->resumed.is_resumed) /* its files have gone since */
        rc = trainer_begin(trainer);
    if (!rc && resumes && !trainer->resumed.is_finished && !dry)
        rc = comm_agree(comm, comm->rank == 0
                                  ? trainer_check_room(trainer, trainer->config->run_dir)
                                  : OK);
    return rc;
}

int trainer_set_up(struct trainer *trainer)
{
    struct comm *comm = trainer->comm;
    test_hooks_nodes(trainer);
    int rc = agree_on_run(trainer);
    if (!rc)
        rc = open_kernels(trainer);
    if (!rc)
        rc = trainer_take_data(trainer);
    if (!rc)
        rc = prepare(trainer);
    if (!rc)
        rc = take_up(trainer);
    if (rc)
        return rc;

    if (!trainer->resumed.is_finished) {
        trainer->epoch_flops = trainer_epoch_flops(trainer);
        trainer_probe(trainer, trainer_probe_size(trainer));
    }
    trainer_set_deadline(trainer);
    comm_set_stall_timeout(comm, trainer->config->stall_timeout);
    return OK;
}

void trainer_tear_down(struct trainer *trainer)
{
    stream_free(trainer->stream); /* it may still be reading */
    if (trainer_await_save(trainer))
        say_line(stderr, "%s", fail_message());
    report_close(&trainer->report);
    directory_close(&trainer->folder);
    free(trainer->resumed.from);
    sampler_release(&trainer->sampler);
    model_free(trainer->model);
    comm_sum_free(trainer->sum);
    trainer_release_ngrams(trainer);
    dataset_release(&trainer->data);
    if (trainer->window.bytes)
        comm_window_close(trainer->comm, &trainer->window);

    json_decref(trainer->progress.history);
    free(trainer->record);
    free(trainer->data_path);
    free(trainer->corpus);
    free(trainer->beginning);
    trainer_release_image(&trainer->pending_best);
    trainer_release_heard(trainer);
    trainer_release_weights(trainer);
    free(trainer->class_weights);
    balance_release(&trainer->balance);
    free(trainer->first);
    free(trainer->lane_values);
}
