/* How close a whole training step comes to SGEMM, on one core or, by mpirun, on one a
 * rank:
 *
 *   bench_step ROUNDS MAXLEN REAL [CLASSES] [rnntrain's options]
 *
 * trains batches of synthetic rows of MAXLEN positions, of which the share REAL is no
 * pad, each of one of CLASSES (2), and measures SGEMM 1024^3 before and after each step,
 * all ranks together, the slowest counting for all; the last line is
 *
 *   share LOW MEDIAN HIGH  gflops MEDIAN  probe MEDIAN  ms LEAST MEDIAN  cpu LEAST MEDIAN
 *   kernels NAME
 *
 * of ROUNDS rounds, LOW and HIGH being the quartiles of step rate / probe rate, cpu the
 * milliseconds of this rank's processor time. The step is forward, backward, canonical
 * sum, update and packing, as in the trainer. */
#include "commands/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "data/sampler_options.h"
#include "model/model.h"
#include "ranks/balance.h"
#include "ranks/comm.h"
#include "train/optim.h"
#include "synthetic.h"

struct bench {
    struct config config;
    int rounds;
    struct dataset data;
    struct sampler sampler;
    const struct kernels *kernels;
    struct model *model;
    struct comm comm;
    struct comm_sum *sum;
    int *first; /* (ranks + 1) even ranges of lanes */
    struct optim optim;
    real *weights;
    int64_t step;
};

static void join_lanes(void *model, int first, int n, real *gradient)
{
    model_join(model, first, n, gradient);
}

static void make_sum(struct bench *bench)
{
    const struct tensor *table = &model_params(bench->model)->tensors[0];
    const struct comm_shape shape = {table->shape[0], table->shape[1],
                                     model_params(bench->model)->size, 0};
    const struct comm_joint joint = {model_joint_size(bench->model), MODEL_JOINT_LANES,
                                     join_lanes, bench->model};

    bench->sum = comm_sum_new(&bench->comm, bench->kernels, COMM_CANONICAL, shape,
                              sampler_lanes(&bench->config.trainer.sampler), 0);
    comm_sum_join(bench->sum, &joint);
}

static int set_up(struct bench *bench, int maxlen, double real_share, int classes)
{
    struct trainer_config *config = &bench->config.trainer;
    struct chain_config chain;
    char *set = kernels_name(config->isa, config->precision);

    make_rows(&bench->data, config->sampler.batch_size, maxlen, real_share, classes);
    config->sampler.rule = VALIDATION_NONE;
    sampler_options_complete(&config->sampler);
    int rc = model_options_chain(&config->model, &bench->data.facts, &chain);
    if (!rc)
        rc = kernels_select(set, &bench->kernels);
    free(set);
    if (!rc)
        rc = kernels_open_blas();
    if (!rc)
        rc = sampler_new(&bench->data, &config->sampler, &bench->sampler);
    if (!rc)
        rc = model_new(&chain, bench->kernels, config->sampler.lane_rows, &bench->model);
    if (rc)
        return rc;

    size_t n = model_params(bench->model)->size;
    bench->weights = xaligned(n, sizeof(real));
    model_init_weights(bench->model, config->sampler.seed, bench->weights);
    model_pack(bench->model, bench->weights);
    optim_new(&config->optim, bench->kernels, n, &bench->optim);

    bench->first = xcalloc((size_t)bench->comm.size + 1, sizeof *bench->first);
    make_sum(bench);
    return OK;
}

/* Trains one batch; returns the positions computed by all ranks. */
static double train_batch(struct bench *bench)
{
    int n_lanes = 0, rank = bench->comm.rank;
    double positions = 0;

    sampler_begin_epoch(&bench->sampler, (int)bench->step);
    int n = sampler_batch(&bench->sampler, 0, &n_lanes);
    balance_even_ranges(n_lanes, bench->comm.size, bench->first);
    for (int l = 0; l < n_lanes; l++) {
        int start = bench->sampler.lane_start[l];
        struct lane lane = {&bench->data.part[DATASET_TRAIN],
                            bench->sampler.lanes + start,
                            bench->sampler.lane_start[l + 1] - start, NULL};
        positions += model_positions(bench->model, &lane, true);

        if (l < bench->first[rank] || l >= bench->first[rank + 1])
            continue;
        struct comm_lane gradient = comm_sum_next(bench->sum);
        const struct lane_gradient to = {.flat = gradient.values,
                                         .touched = gradient.touched};
        (void)model_lane_gradient(bench->model, &lane, l, 1, (uint32_t)bench->step, &to);
        comm_sum_push(bench->sum, l);
    }

    const real *gradient = comm_sum_finish(bench->sum, bench->first, NULL).values;
    optim_apply(&bench->optim, bench->step++, gradient, n, bench->weights);
    model_pack(bench->model, bench->weights);
    return positions;
}

/* The slowest rank's rate by the time that passed, for each of them. */
static double probe_all(const struct comm *comm)
{
    struct kernels_rate rate = kernels_probe(PROBE_MOST, 1);
    return comm_min(comm, rate.gflops * rate.share) * comm->size;
}

static void measure(struct bench *bench)
{
    int n = bench->rounds;
    double *share = xcalloc((size_t)n, sizeof *share),
           *rate = xcalloc((size_t)n, sizeof *rate);
    double *probe = xcalloc((size_t)n, sizeof *probe),
           *ms = xcalloc((size_t)n, sizeof *ms);
    double *cpu = xcalloc((size_t)n, sizeof *cpu);
    char kernels[128];

    (void)train_batch(bench); /* first touch of the workspace */
    for (int i = 0; i < n; i++) {
        double before = probe_all(&bench->comm), start = seconds_now();
        clock_t used = clock();
        double positions = train_batch(bench);
        cpu[i] = 1e3 * (double)(clock() - used) / CLOCKS_PER_SEC;
        double seconds = comm_max(&bench->comm, seconds_now() - start);
        double after = probe_all(&bench->comm);
        rate[i] =
            model_flops(model_chain(bench->model), positions, bench->sampler.n_train) /
            seconds * 1e-9;
        probe[i] = 2 / (1 / before + 1 / after);
        share[i] = rate[i] / probe[i];
        ms[i] = 1e3 * seconds;
    }

    kernels_describe(bench->kernels, kernels, sizeof kernels);
    if (bench->comm.rank == 0)
        printf(
            "share %.3f %.3f %.3f  gflops %.1f  probe %.1f  ms %.1f %.1f  cpu %.1f %.1f  "
            "kernels %s\n",
            quantile(share, n, 0.25), quantile(share, n, 0.5), quantile(share, n, 0.75),
            quantile(rate, n, 0.5), quantile(probe, n, 0.5), quantile(ms, n, 0),
            quantile(ms, n, 0.5), quantile(cpu, n, 0), quantile(cpu, n, 0.5), kernels);

    free(share);
    free(rate);
    free(probe);
    free(ms);
    free(cpu);
}

static void tear_down(struct bench *bench)
{
    struct rows *part = &bench->data.part[DATASET_TRAIN];

    free(part->x);
    free(part->y);
    free(part->length);
    sampler_release(&bench->sampler);
    model_free(bench->model);
    comm_sum_free(bench->sum);
    optim_release(&bench->optim);
    free(bench->weights);
    free(bench->first);
    config_release(&bench->config);
}

int main(int argc, char **argv)
{
    struct bench bench = {.rounds = argc > 3 ? atoi(argv[1]) : 0};
    const char **operands = xcalloc((size_t)argc + 1, sizeof *operands);
    int n_operands = 0;

    if (bench.rounds < 1) {
        fputs("usage: bench_step ROUNDS MAXLEN REAL [CLASSES] [rnntrain's options]\n",
              stderr);
        return ERR_USAGE;
    }

    comm_init(&bench.comm);
    const struct config_sources sources = {
        .table = &cmd_train_table, .argc = argc - 4, .argv = argv + 4};
    int rc = config_resolve(&sources, &bench.config, operands, &n_operands);
    if (!rc)
        rc = set_up(&bench, atoi(argv[2]), atof(argv[3]),
                    n_operands > 0 ? atoi(operands[0]) : 2);
    if (rc)
        fprintf(stderr, "bench_step: %s\n", fail_message());
    else
        measure(&bench);
    tear_down(&bench);
    free(operands);
    comm_finalize(&bench.comm);
    return rc;
}
