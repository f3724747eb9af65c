#if WITH_SUM_OF_LOGITS
/* Logits are the sum of the members', weighed, and of a bias, in 32 bits. Returns the
 * class decided for. */
static int judge(struct workspace *work, double *probabilities)
{
    double logits[OUTPUTS] = {0};

    for (int i = 0; i < N_MEMBERS; i++) {
        const double *x = members[i](work);
        for (int j = 0; j < OUTPUTS; j++)
            logits[j] += member_weights[i] * x[j];
    }
    for (int j = 0; j < OUTPUTS; j++)
        logits[j] = (float)(logits[j] + sum_bias[j]);
    return decide(logits, probabilities);
}

#endif
#if WITH_MEAN_OF_PROBABILITIES
/* Probabilities are the means of the members'. Returns the class decided for. */
static int judge(struct workspace *work, double *probabilities)
{
    double one[MODEL_CLASSES];
#if WITH_DECIDED_MEAN
    double logits[OUTPUTS];
#else
    int best = 0;
#endif

    for (int j = 0; j < MODEL_CLASSES; j++)
        probabilities[j] = 0;
    for (int i = 0; i < N_MEMBERS; i++) {
        decide(members[i](work), one);
        for (int j = 0; j < MODEL_CLASSES; j++)
            probabilities[j] += one[j];
    }
#if WITH_DECIDED_MEAN
    for (int j = 0; j < OUTPUTS; j++) {
        double p = probabilities[MODEL_CLASSES - OUTPUTS + j] / N_MEMBERS;
#if WITH_CATEGORICAL
        logits[j] = (float)(log(p) / temperature);
#else
        logits[j] = (float)(log(p / (1 - p)) / temperature);
#endif
    }
    return decide(logits, probabilities);
#else
    for (int j = 0; j < MODEL_CLASSES; j++) {
        probabilities[j] /= N_MEMBERS;
        best = probabilities[j] > probabilities[best] ? j : best;
    }
    return best;
#endif
}

#endif
