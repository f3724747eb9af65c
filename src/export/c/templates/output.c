#if WITH_BINARY
/* sigmoid(logit) is the second class's. */
static int decide(const double *logits, double *probabilities)
{
    probabilities[1] = 1 / (1 + exp(-logits[0]));
    probabilities[0] = 1 - probabilities[1];
    return logits[0] > 0;
}

#else
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
    return best;
}

#endif
