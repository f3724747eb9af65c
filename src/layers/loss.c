#include "layers/loss.h"

#include "kernels/kernels.h"

static double sigmoid_of(double logit)
{
    return 1 / (1 + kernels_exp(-logit));
}

double binary_crossentropy(real logit, int y, real *d_logit)
{
    double x = (double)logit;
    *d_logit = (real)(sigmoid_of(x) - y);
    return kernels_softplus(x) - y * x;
}

static double largest(int n, const real *x)
{
    double max = (double)x[0];
    for (int i = 1; i < n; i++)
        max = (double)x[i] > max ? (double)x[i] : max;
    return max;
}

double categorical_crossentropy(int classes, const real *logits, int y, real *d_logits)
{
    double max = largest(classes, logits), sum = 0;
    for (int c = 0; c < classes; c++)
        sum += kernels_exp((double)logits[c] - max);
    for (int c = 0; c < classes; c++)
        d_logits[c] = (real)(kernels_exp((double)logits[c] - max) / sum - (c == y));
    return max + kernels_log(sum) - (double)logits[y];
}

void class_probabilities(int classes, const real *logits, double *probabilities)
{
    if (classes == 2) {
        probabilities[1] = sigmoid_of((double)logits[0]);
        probabilities[0] = 1 - probabilities[1];
        return;
    }
    double max = largest(classes, logits), sum = 0;
    for (int c = 0; c < classes; c++)
        sum += probabilities[c] = kernels_exp((double)logits[c] - max);
    for (int c = 0; c < classes; c++)
        probabilities[c] /= sum;
}

int class_decision(int classes, const real *logits)
{
    if (classes == 2)
        return logits[0] > 0;
    int best = 0;
    for (int c = 1; c < classes; c++)
        best = logits[c] > logits[best] ? c : best;
    return best;
}
