#if WITH_NGRAMS
/* y (n) = x + b, in 32 bits */
static void add_biases(const double *x, const float *b, int n, double *y)
{
    for (int j = 0; j < n; j++)
        y[j] = (float)((float)x[j] + b[j]);
}

#endif
#if WITH_BINARY
/* sigmoid(logit) is the second class's. */
static int decide(const double *logits, double *probabilities)
{
    probabilities[1] = 1 / (1 + exp(-logits[0]));
    probabilities[0] = 1 - probabilities[1];
#if WITH_CLASS_THRESHOLD
    return probabilities[1] >= class_threshold;
#else
    return logits[0] > 0;
#endif
}

#endif
#if WITH_CATEGORICAL
/* softmax(logits); the first of the largest wins. */
static int decide(const double *logits, double *probabilities)
{
    int best = 0;
    double sum = 0;
    for (int j = 1; j < MODEL_CLASSES; j++)
        best = logits[j] > logits[best] ? j : best;
    for (int j = 0; j < MODEL_CLASSES; j++) {
        probabilities[j] = exp(logits[j] - logits[best]);
        sum += probabilities[j];
    }
    for (int j = 0; j < MODEL_CLASSES; j++)
        probabilities[j] /= sum;
#if WITH_CLASS_THRESHOLD
    best = probabilities[1] >= class_threshold;
#endif
    return best;
}

#endif
#if WITH_EACH
/* sigmoid(logits), each for itself; the first of the largest is returned. */
static int decide(const double *logits, double *probabilities)
{
    int best = 0;
    for (int j = 0; j < MODEL_CLASSES; j++) {
        probabilities[j] = 1 / (1 + exp(-logits[j]));
        best = logits[j] > logits[best] ? j : best;
    }
    return best;
}

#endif
