/* How close the judging of texts comes to SGEMM, on one core:
 *
 *   bench_predict ROUNDS CHECKPOINT DATASET [LANE_ROWS [ISA]]
 *
 * takes test rows of DATASET that are full of ids, no pad among them, lets the model of
 * CHECKPOINT judge them in lanes of LANE_ROWS and measures SGEMM 1024^3 before and after
 * each round. The rate counts 2 G H (D + H) flops a position, row and direction, also
 * where x W is looked up, and 2 a head weight and row. Then the same rows as texts, which
 * are cut, looked up, padded and judged; the last line is
 *
 *   share LOW MEDIAN HIGH  gflops MEDIAN  probe MEDIAN  us/row MEDIAN  text us/row MEDIAN
 *   encoding SHARE  kernels NAME
 *
 * of ROUNDS rounds, LOW and HIGH being the quartiles of rate / probe rate, SHARE what
 * texts cost more than ids as a part of all. */
#include "serve/predictor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ROWS = 512 };

struct bench {
    struct predictor predictor;
    struct dataset data;
    const char *isa;
    int lane_rows, n_rows;
    int32_t rows[MOST_ROWS];
    char *texts[MOST_ROWS];
};

/* The row's words, a space behind each: the same ids when they are cut again. */
static char *text_of(const struct bench *bench, int row)
{
    char *text = NULL;
    size_t n = 0;
    FILE *stream = open_memstream(&text, &n);

    for (int t = 0; stream && t < bench->data.facts.maxlen; t++)
        fprintf(stream, "%s ",
                text_word(bench->predictor.tokenizer,
                          rows_id(&bench->data.part[DATASET_TEST], row, t)));
    if (!stream || fclose(stream))
        die("out of memory");
    return text;
}

static int set_up(struct bench *bench, const char *checkpoint, const char *path)
{
    int rc = predictor_open(&bench->predictor, checkpoint, bench->isa, NULL);

    if (!rc)
        rc = dataset_read(path, DATASET_WORDS_NONE, DATASET_ALL, &bench->data);
    if (!rc)
        rc = kernels_open_blas();

    const struct rows *part = &bench->data.part[DATASET_TEST];
    for (int r = 0; r < part->n && bench->n_rows < MOST_ROWS && !rc; r++)
        if (part->length[r] == bench->data.facts.maxlen) {
            bench->texts[bench->n_rows] = text_of(bench, r);
            bench->rows[bench->n_rows++] = r;
        }
    if (!rc && bench->n_rows < bench->lane_rows)
        rc = fail(ERR_FORMAT, "%s: only %d full rows", path, bench->n_rows);
    return rc;
}

/* Seconds a row of all lanes of ids. */
static double judge_ids(struct bench *bench)
{
    double start = seconds_now();
    for (int first = 0; first < bench->n_rows; first += bench->lane_rows) {
        int left = bench->n_rows - first;
        struct lane lane = {&bench->data.part[DATASET_TEST], bench->rows + first,
                            left < bench->lane_rows ? left : bench->lane_rows, NULL};
        (void)model_evaluate(bench->predictor.model, &lane, NULL);
    }
    return (seconds_now() - start) / bench->n_rows;
}

/* The same of texts, as `rnntrain predict` does. */
static double judge_texts(struct bench *bench)
{
    int n_labels = bench->predictor.info.facts.n_labels, classes[MOST_ROWS];
    double *probabilities = xcalloc((size_t)(MOST_ROWS * n_labels), sizeof(double));
    double start = seconds_now();

    for (int first = 0; first < bench->n_rows; first += PREDICTOR_ROWS) {
        int left = bench->n_rows - first;
        predictor_judge(&bench->predictor, bench->texts + first,
                        left < PREDICTOR_ROWS ? left : PREDICTOR_ROWS, probabilities,
                        classes);
    }

    double seconds = (seconds_now() - start) / bench->n_rows;
    free(probabilities);
    return seconds;
}

/* Flops of a row, looked up or not. */
static double row_flops(const struct bench *bench)
{
    struct chain_config chain = *model_chain(bench->predictor.model);
    chain.lookup_bytes = 0;
    return model_forward_flops(&chain, chain.length, 1);
}

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* The quantile q of n values; sorts them. */
static double quantile(double *values, int n, double q)
{
    qsort(values, (size_t)n, sizeof *values, compare);
    return values[(int)(q * (n - 1) + 0.5)];
}

enum { SHARE, RATE, PROBE, IDS, TEXTS, N_FIGURES };

/* SGEMM's rate by the time that passed. */
static double probe(void)
{
    struct kernels_rate rate = kernels_probe(PROBE_MOST, 1);
    return rate.gflops * rate.share;
}

static void measure(struct bench *bench, int n)
{
    double *figure[N_FIGURES];
    char kernels[128];
    const struct kernels *chosen = NULL;

    for (int i = 0; i < N_FIGURES; i++)
        figure[i] = xcalloc((size_t)n, sizeof(double));

    judge_ids(bench); /* first touch of the workspace */
    for (int i = 0; i < n; i++) {
        double before = probe(), ids = judge_ids(bench), after = probe();
        figure[TEXTS][i] = 1e6 * judge_texts(bench);
        figure[IDS][i] = 1e6 * ids;
        figure[RATE][i] = row_flops(bench) / ids * 1e-9;
        figure[PROBE][i] = 2 / (1 / before + 1 / after);
        figure[SHARE][i] = figure[RATE][i] / figure[PROBE][i];
    }

    double texts = quantile(figure[TEXTS], n, 0.5), ids = quantile(figure[IDS], n, 0.5);
    if (kernels_select(bench->isa, &chosen) == OK)
        kernels_describe(chosen, kernels, sizeof kernels);
    printf(
        "share %.3f %.3f %.3f  gflops %.1f  probe %.1f  us/row %.1f  text us/row %.1f  "
        "encoding %.3f  kernels %s\n",
        quantile(figure[SHARE], n, 0.25), quantile(figure[SHARE], n, 0.5),
        quantile(figure[SHARE], n, 0.75), quantile(figure[RATE], n, 0.5),
        quantile(figure[PROBE], n, 0.5), ids, texts, (texts - ids) / texts, kernels);

    for (int i = 0; i < N_FIGURES; i++)
        free(figure[i]);
}

int main(int argc, char **argv)
{
    int rounds = argc > 3 ? (int)strtol(argv[1], NULL, 10) : 0;
    struct bench bench = {.isa = argc > 5 ? argv[5] : "auto",
                          .lane_rows = argc > 4 ? (int)strtol(argv[4], NULL, 10)
                                                : PREDICTOR_LANE_ROWS};

    if (rounds < 1 || bench.lane_rows < 1 || bench.lane_rows > PREDICTOR_ROWS) {
        fputs("usage: bench_predict ROUNDS CHECKPOINT DATASET [LANE_ROWS [ISA]]\n",
              stderr);
        return ERR_USAGE;
    }

    int rc = set_up(&bench, argv[2], argv[3]);
    if (rc)
        fprintf(stderr, "bench_predict: %s\n", fail_message());
    else
        measure(&bench, rounds);

    for (int i = 0; i < bench.n_rows; i++)
        free(bench.texts[i]);
    dataset_release(&bench.data);
    predictor_release(&bench.predictor);
    return rc;
}
