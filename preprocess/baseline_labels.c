#include "baseline_labels.h"

#include <math.h>
#include <stdlib.h>

/* score(c) = log P(c) - log P(not c) + sum over ids of log P(id | c) - log P(id | not c),
 * add-one smoothing. */
struct odds {
    size_t n_labels, n_ids;
    double *all;    /* (ids) counts of training */
    double *of_id;  /* (labels, ids) counts of texts with the label, then their odds */
    double *before; /* (labels) texts with the label, then the odds without a text */
};

static void count(struct odds *odds, const struct rows *train, int row)
{
    const uint8_t *labels = rows_multi_hot(train, row);
    for (int t = 0; t < train->maxlen; t++)
        odds->all[rows_id(train, row, t)]++;

    for (size_t c = 0; c < odds->n_labels; c++) {
        odds->before[c] += labels[c];
        for (int t = 0; t < train->maxlen && labels[c]; t++)
            odds->of_id[c * odds->n_ids + (size_t)rows_id(train, row, t)]++;
    }
}

/* The pad does not speak. */
static void turn_counts(struct odds *odds, size_t c, int n)
{
    double *of_id = odds->of_id + c * odds->n_ids, with = 0, without = 0;
    for (size_t id = 1; id < odds->n_ids; id++) {
        with += of_id[id] + 1;
        without += odds->all[id] - of_id[id] + 1;
    }

    of_id[0] = 0;
    for (size_t id = 1; id < odds->n_ids; id++)
        of_id[id] =
            log((of_id[id] + 1) / with) - log((odds->all[id] - of_id[id] + 1) / without);
    odds->before[c] = log(odds->before[c] / n) - log(1 - odds->before[c] / n);
}

static struct odds fit(const struct dataset *data)
{
    const struct rows *train = &data->part[DATASET_TRAIN];
    struct odds odds = {.n_labels = (size_t)data->facts.n_labels,
                        .n_ids = (size_t)data->facts.num_words};
    odds.all = xcalloc(odds.n_ids, sizeof *odds.all);
    odds.of_id = xcalloc(odds.n_labels * odds.n_ids, sizeof *odds.of_id);
    odds.before = xcalloc(odds.n_labels, sizeof *odds.before);

    for (int row = 0; row < train->n; row++)
        count(&odds, train, row);
    for (size_t c = 0; c < odds.n_labels; c++)
        turn_counts(&odds, c, train->n);
    return odds;
}

static bool decide(const struct odds *odds, const struct rows *test, int row, size_t c)
{
    double score = odds->before[c];
    for (int t = 0; t < test->maxlen; t++)
        score += odds->of_id[c * odds->n_ids + (size_t)rows_id(test, row, t)];
    return score > 0;
}

struct label_decisions baseline_labels(const struct dataset *data)
{
    const struct rows *test = &data->part[DATASET_TEST];
    struct odds odds = fit(data);
    struct label_decisions decisions = {0};

    for (int row = 0; row < test->n; row++) {
        bool is_whole = true;
        for (size_t c = 0; c < odds.n_labels; c++) {
            bool is_on = rows_multi_hot(test, row)[c],
                 is_given = decide(&odds, test, row, c);
            decisions.n_right += is_given && is_on;
            decisions.n_wrong += is_given && !is_on;
            decisions.n_missed += !is_given && is_on;
            is_whole &= is_given == is_on;
        }
        decisions.n_whole += is_whole;
    }

    free(odds.all);
    free(odds.of_id);
    free(odds.before);
    return decisions;
}

double baseline_micro_f1(const struct label_decisions *decisions)
{
    double twice = 2 * (double)decisions->n_right;
    double all = twice + (double)(decisions->n_wrong + decisions->n_missed);
    return all > 0 ? twice / all : 0;
}
