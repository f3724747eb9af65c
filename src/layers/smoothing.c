#include "layers/smoothing.h"

#include "kernels/kernels.h"

double smooth_binary(real logit, int y, double s, real *d_logit)
{
    double slope = s * (y - 0.5);

    *d_logit += (real)slope;
    return slope * (double)logit;
}

double smooth_categorical(int classes, const real *logits, int y, double s,
                          real *d_logits)
{
    double mean = 0;

    for (int c = 0; c < classes; c++) {
        mean += (double)logits[c] / classes;
        d_logits[c] -= (real)(s / classes);
    }
    d_logits[y] += (real)s;
    return s * ((double)logits[y] - mean);
}

/* log sigmoid(x), whose derivative is 1 - sigmoid(x) = sigmoid(-x). */
static double log_sigmoid(real x)
{
    return -kernels_softplus(-(double)x);
}

double smooth_sigmoids(int classes, const real *logits, int y, double s, real *d_logits)
{
    double mean = 0;

    for (int c = 0; c < classes; c++) {
        double share = (c == y) - 1.0 / classes;
        mean += log_sigmoid(logits[c]) / classes;
        d_logits[c] += (real)(s * share / (1 + kernels_exp((double)logits[c])));
    }
    return s * (log_sigmoid(logits[y]) - mean);
}

double smooth_labels(int n, const real *logits, const uint8_t *y, double s,
                     real *d_logits)
{
    double sum = 0;

    for (int c = 0; c < n; c++) {
        double slope = s * ((y[c] != 0) - 0.5) / n;
        sum += slope * (double)logits[c];
        d_logits[c] += (real)slope;
    }
    return sum;
}
