#include "layers/loss.h"

static double sigmoid_of(double logit)
{
    return 1 / (1 + kernels_exp(-logit));
}

double binary_crossentropy(real logit, int y, real *d_logit)
{
    double x = (double)logit;
    if (d_logit)
        *d_logit = (real)(sigmoid_of(x) - y);
    return kernels_softplus(x) - y * x;
}

double categorical_crossentropy(const struct kernels *kernels, int classes,
                                const real *logits, int y, double *terms, real *d_logits)
{
    size_t n = (size_t)classes;
    double max = (double)kernels->largest(n, logits);
    double sum = kernels->exp_sum(n, logits, max, terms);

    if (d_logits) {
        kernels->divide(n, terms, sum, d_logits);
        d_logits[y] = (real)(terms[y] / sum - 1);
    }
    return max + kernels_log(sum) - (double)logits[y];
}

double sigmoids_crossentropy(int classes, const real *logits, int y, real *d_logits)
{
    double sum = 0;

    for (int c = 0; c < classes; c++)
        sum += sigmoid_of((double)logits[c]);
    for (int c = 0; c < classes && d_logits; c++) {
        double p = sigmoid_of((double)logits[c]);
        d_logits[c] = (real)(p * (1 - p) / sum - (c == y ? 1 - p : 0));
    }
    return kernels_log(sum) + kernels_softplus(-(double)logits[y]);
}

double multi_label_crossentropy(const struct kernels *kernels, int n, const real *logits,
                                const uint8_t *y, real *d_logits)
{
    return kernels->labels_loss((size_t)n, logits, y, 1.0 / n, d_logits) / n;
}

void label_probabilities(int n, const real *logits, double *probabilities)
{
    for (int c = 0; c < n; c++)
        probabilities[c] = sigmoid_of((double)logits[c]);
}

void class_probabilities(const struct kernels *kernels, int n_logits, const real *logits,
                         double *probabilities)
{
    if (n_logits == 1) {
        probabilities[1] = sigmoid_of((double)logits[0]);
        probabilities[0] = 1 - probabilities[1];
        return;
    }

    size_t n = (size_t)n_logits;
    double max = (double)kernels->largest(n, logits);
    double sum = kernels->exp_sum(n, logits, max, probabilities);
    for (size_t c = 0; c < n; c++)
        probabilities[c] /= sum;
}

int class_decision(const struct kernels *kernels, int n_logits, const real *logits)
{
    if (n_logits == 1)
        return logits[0] > 0;

    real max = kernels->largest((size_t)n_logits, logits);
    for (int c = 0; c < n_logits; c++)
        if (logits[c] == max)
            return c;
    return 0;
}
