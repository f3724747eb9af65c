/* How long judging takes, on one core, whatever it looks up or shares:
 *
 *   bench_evaluate ROUNDS MAXLEN REAL [rnntrain's options]
 *
 * evaluates a batch of synthetic rows of MAXLEN positions, of which the share REAL is no
 * pad, in lanes of 32 rows, as predict does, the longest together; the last line is
 *
 *   ms LEAST MEDIAN  rows N  kernels NAME
 *
 * a batch, of ROUNDS rounds, behind one that learns what evaluation learns once. */
#include "commands/config.h"

#include <stdio.h>
#include <stdlib.h>

#include "data/rows.h"
#include "model/model.h"
#include "synthetic.h"

enum { LANE_ROWS = 32 };

struct bench {
    struct config config;
    struct dataset data;
    int32_t *order; /* rows, the longest first */
    struct model *model;
    real *weights;
};

static int set_up(struct bench *bench, int maxlen, double real_share)
{
    const struct trainer_config *config = &bench->config.trainer;
    const struct kernels *kernels = NULL;
    struct chain_config chain;
    int rows = config->sampler.batch_size;

    make_rows(&bench->data, rows, maxlen, real_share, 2);
    bench->order = xcalloc((size_t)rows, sizeof *bench->order);
    for (int r = 0; r < rows; r++)
        bench->order[r] = r;
    rows_sort_by_length(&bench->data.part[DATASET_TRAIN], bench->order, rows);

    char *set = kernels_name(config->isa, config->precision);
    int rc = model_options_chain(&config->model, &bench->data.facts, &chain);
    if (!rc)
        rc = kernels_select(set, &kernels);
    free(set);
    if (!rc)
        rc = model_new_evaluator(&chain, kernels, LANE_ROWS, &bench->model);
    if (rc)
        return rc;

    bench->weights = xaligned(model_params(bench->model)->size, sizeof(real));
    model_init_weights(bench->model, 1, bench->weights);
    model_pack(bench->model, bench->weights);
    return OK;
}

static double judge_all(struct bench *bench)
{
    const struct rows *rows = &bench->data.part[DATASET_TRAIN];
    double began = seconds_now();

    for (int first = 0; first < rows->n; first += LANE_ROWS) {
        int left = rows->n - first;
        struct lane lane = {rows, bench->order + first,
                            left < LANE_ROWS ? left : LANE_ROWS, NULL};
        (void)model_evaluate(bench->model, &lane, NULL);
    }
    return 1e3 * (seconds_now() - began);
}

int main(int argc, char **argv)
{
    struct bench bench = {.order = NULL};
    int rounds = argc > 3 ? atoi(argv[1]) : 0, n_operands = 0;
    const char **operands = xcalloc((size_t)argc + 1, sizeof *operands);

    if (rounds < 1) {
        fputs("usage: bench_evaluate ROUNDS MAXLEN REAL [rnntrain's options]\n", stderr);
        return ERR_USAGE;
    }
    const struct config_sources sources = {
        .table = &cmd_train_table, .argc = argc - 4, .argv = argv + 4};
    int rc = config_resolve(&sources, &bench.config, operands, &n_operands);
    if (!rc)
        rc = set_up(&bench, atoi(argv[2]), atof(argv[3]));
    if (rc) {
        fprintf(stderr, "bench_evaluate: %s\n", fail_message());
        return rc;
    }

    double *ms = xcalloc((size_t)rounds, sizeof *ms);
    (void)judge_all(&bench);
    for (int i = 0; i < rounds; i++)
        ms[i] = judge_all(&bench);
    printf("ms %.2f %.2f  rows %d  kernels %s %s\n", quantile(ms, rounds, 0),
           quantile(ms, rounds, 0.5), bench.data.part[DATASET_TRAIN].n,
           bench.config.trainer.isa, precision_names[bench.config.trainer.precision]);

    free(ms);
    free(bench.weights);
    model_free(bench.model);
    free(bench.order);
    free(bench.data.part[DATASET_TRAIN].x);
    free(bench.data.part[DATASET_TRAIN].y);
    free(bench.data.part[DATASET_TRAIN].length);
    config_release(&bench.config);
    free(operands);
    return OK;
}
