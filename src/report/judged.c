#include "report/judged.h"

#include "judge/predicted.h"

#include <math.h>
#include <stdlib.h>

bool judged_compute(const struct past_run *run, uint64_t seed, int resamples,
                    struct judged *judged)
{
    const struct predictions *predictions = &run->predictions;
    const struct predictions_part *test = &predictions->part[DATASET_TEST];
    enum dataset_part part = test->n > 0 ? DATASET_TEST : DATASET_VALIDATION;
    *judged = (struct judged){.predictions = predictions,
                              .rows = &predictions->part[part],
                              .part = dataset_part_names[part]};
    if (!run->has_predictions || judged->rows->n == 0)
        return false;

    judged->judge = judge_of_predictions(predictions, judged->rows);
    struct judge *constant = judge_constant(judged->judge);
    judge_arrange(judged->judge);
    judge_arrange(constant);
    judge_compute(judged->judge, NULL, &judged->figures);
    judge_compute(constant, NULL, &judged->baseline);
    judge_bootstrap(judged->judge, seed, resamples, &judged->intervals);
    judge_free(constant);
    return true;
}

void judged_release(struct judged *judged)
{
    judge_figures_release(&judged->figures);
    judge_figures_release(&judged->baseline);
    judge_intervals_release(&judged->intervals);
    judge_free(judged->judge);
    *judged = (struct judged){.judge = NULL};
}

double judged_probability(const struct judged *judged, int i)
{
    const struct predictions_part *rows = judged->rows;
    size_t classes = (size_t)judged->predictions->n_labels;
    const float *probabilities = rows->probabilities + (size_t)i * classes;
    double least = 1;
    if (!rows->labels)
        return (double)probabilities[rows->label[i]];

    for (size_t c = 0; c < classes; c++) {
        double p = (double)probabilities[c];
        least = fmin(least, rows->labels[(size_t)i * classes + c] ? p : 1 - p);
    }
    return least;
}

bool judged_is_right(const struct judged *judged, int i)
{
    const struct predictions_part *rows = judged->rows;
    size_t classes = (size_t)judged->predictions->n_labels;
    if (!rows->labels)
        return rows->label[i] == rows->decided[i];

    for (size_t c = 0; c < classes; c++) {
        size_t at = (size_t)i * classes + c;
        if ((rows->probabilities[at] > 0.5F) != (rows->labels[at] != 0))
            return false;
    }
    return true;
}
