#if WITH_ATTENTION
/* The hidden layer in front of the scores: kernel (width, units), bias and v (units). */
struct attention {
    const float *kernel, *bias, *v;
    int units;
};

/* v . tanh(x kernel + bias); u (units) is of use at work. */
static double attention_score(const struct attention *a, const double *x, int width,
                              double *u)
{
    double score = 0;
    weigh(x, width, a->kernel, a->bias, a->units, u);
    for (int j = 0; j < a->units; j++)
        score += tanh(u[j]) * a->v[j];
    return score;
}

/* One more vector x, whose exponential is `more`, beside those whose sums y holds, times
 * `less`. */
static void attention_add(const double *x, int width, double less, double more, double *y)
{
    for (int j = 0; j < width; j++)
        y[j] = y[j] * less + x[j] * more;
}

/* The sum of the vectors in x (length, width), each times the softmax over all steps of
 * its score; exponentials are relative to the greatest score so far. */
static void take_attention(const double *x, int length, int width,
                           const struct attention *a,
#if WITH_MASK
                           const int *ids, /* pads do not count; or NULL */
#endif
                           double *u, double *y)
{
    double most = -HUGE_VAL, sum = 0;
    memset(y, 0, (size_t)width * sizeof *y);
    for (int t = 0; t < length; t++, x += width) {
#if WITH_MASK
        if (ids && !ids[t])
            continue;
#endif
        double score = attention_score(a, x, width, u);
        double greatest = fmax(most, score);
        double less = exp(most - greatest), more = exp(score - greatest);
        attention_add(x, width, less, more, y);
        sum = sum * less + more;
        most = greatest;
    }
    for (int j = 0; j < width && sum > 0; j++)
        y[j] /= sum;
}

#endif
