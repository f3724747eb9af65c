#include "judge/predicted.h"

#include <stdlib.h>

struct judge *judge_of_predictions(const struct predictions *predictions,
                                   const struct predictions_part *part)
{
    size_t classes = (size_t)predictions->n_labels;
    double *probabilities = xcalloc(classes, sizeof *probabilities);
    struct judge *judge =
        judge_new(part->n, predictions->n_labels, predictions->multi_label);

    for (int i = 0; i < part->n; i++) {
        struct judge_row row = {.probabilities = probabilities};
        for (size_t c = 0; c < classes; c++)
            probabilities[c] = (double)part->probabilities[(size_t)i * classes + c];
        if (part->labels) {
            row.labels = part->labels + (size_t)i * classes;
        } else {
            row.label = part->label[i];
            row.decided = part->decided[i];
        }
        judge_take(judge, i, &row);
    }
    free(probabilities);
    return judge;
}
