/* rnnprep baseline: unigram naive Bayes on a data set, to see what word order is worth.
 *
 * Multinomial, add-one smoothing: score(c) = log P(c) + sum over ids of log P(id | c).
 * Source: Manning, Raghavan & Schuetze, Introduction to Information Retrieval, ch. 13. */
#include "programs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "baseline_labels.h"
#include "data/dataset.h"
#include "unsealed.h"

struct bayes {
    int n_classes, n_ids;
    double *log_prior;      /* (classes) */
    double *log_likelihood; /* (classes, ids) */
};

static void fit(struct bayes *bayes, const struct dataset *data)
{
    const struct rows *train = &data->part[DATASET_TRAIN];
    size_t n_ids = (size_t)bayes->n_ids;
    double *counts = bayes->log_likelihood;
    for (int row = 0; row < train->n; row++) {
        bayes->log_prior[train->y[row]]++;
        for (int t = 0; t < data->facts.maxlen; t++)
            counts[(size_t)train->y[row] * n_ids + (size_t)rows_id(train, row, t)]++;
    }
    for (int c = 0; c < bayes->n_classes; c++) {
        double total = 0;
        for (size_t id = 1; id < n_ids; id++)
            total += counts[(size_t)c * n_ids + id] += 1;
        counts[(size_t)c * n_ids] = total; /* the pad does not speak */
        for (size_t id = 0; id < n_ids; id++)
            counts[(size_t)c * n_ids + id] = log(counts[(size_t)c * n_ids + id] / total);
        bayes->log_prior[c] = log(bayes->log_prior[c] / train->n);
    }
}

static int decide(const struct bayes *bayes, const struct rows *test, int row)
{
    int best = 0;
    double best_score = -(double)INFINITY;
    for (int c = 0; c < bayes->n_classes; c++) {
        double score = bayes->log_prior[c];
        for (int t = 0; t < test->maxlen; t++)
            score += bayes->log_likelihood[c * bayes->n_ids + rows_id(test, row, t)];
        if (score > best_score) {
            best_score = score;
            best = c;
        }
    }
    return best;
}

static void judge_labels(const struct dataset *data)
{
    struct label_decisions decisions = baseline_labels(data);
    int n = data->part[DATASET_TEST].n;
    printf("unigram naive Bayes, a label at a time: test micro-F1 %.4f; all labels right "
           "of %.4f (%d of %d)\n",
           baseline_micro_f1(&decisions), (double)decisions.n_whole / n,
           decisions.n_whole, n);
}

static int judge(const char *path, struct dataset *data)
{
    const struct rows *test = &data->part[DATASET_TEST];
    struct bayes bayes = {.n_classes = data->facts.n_labels,
                          .n_ids = data->facts.num_words};
    int correct = 0;
    if (test->n == 0)
        return fail(ERR_FORMAT, "%s: it has no test part", path);
    if (data->facts.multi_label) {
        judge_labels(data);
        return OK;
    }

    bayes.log_prior = xcalloc((size_t)bayes.n_classes, sizeof(double));
    bayes.log_likelihood =
        xcalloc((size_t)bayes.n_classes * (size_t)bayes.n_ids, sizeof(double));
    fit(&bayes, data);

    for (int row = 0; row < test->n; row++)
        correct += decide(&bayes, test, row) == test->y[row];
    printf("unigram naive Bayes: test acc %.4f (%d of %d)\n", (double)correct / test->n,
           correct, test->n);
    free(bayes.log_prior);
    free(bayes.log_likelihood);
    return OK;
}

static int run(const void *settings, const char *const *operands, int n)
{
    const char *path = operands[0];
    (void)settings;
    (void)n;
    struct dataset data = {0};
    int rc = dataset_read(path, DATASET_WORDS_NONE, DATASET_ALL, &data);
    if (!rc) {
        print_unsealed(data.is_unsealed, data.path);
        rc = judge(path, &data);
    }
    dataset_release(&data);
    return rc;
}

const struct option_table cmd_baseline_table = {
    .program = "rnnprep baseline",
    .synopsis = "FILE",
    .example = "  rnnprep baseline dataset.h5\n",
    .about = "Judges the test part of a data set by unigram naive Bayes, which sees no\n"
             "order of words: what a trained model is to be compared with.\n\n"
             "  FILE  a data set with a test part\n",
    .min_operands = 1,
    .max_operands = 1,
};

int cmd_baseline(int argc, char **argv)
{
    return program_run(&cmd_baseline_table, NULL, argc, argv, run);
}
