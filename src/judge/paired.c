#include "judge/paired.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"

static bool is_right(const struct judge *judge, int i)
{
    size_t width = (size_t)judge->classes, at = (size_t)i * width;

    return judge->multi_label ? memcmp(judge->there + at, judge->given + at, width) == 0
                              : judge->label[i] == judge->decided[i];
}

/* P(X <= k), X binomial(n, 1/2): terms from the greatest down, until they count no
 * more. */
static double binomial_tail(int64_t k, int64_t n)
{
    double term = exp(lgamma((double)n + 1) - lgamma((double)k + 1) -
                      lgamma((double)(n - k) + 1) - (double)n * log(2));
    double sum = 0;

    for (; k >= 0 && term > sum * 1e-18; k--) {
        sum += term;
        term *= (double)k / (double)(n - k + 1);
    }
    return sum;
}

/* What each row adds to a difference. */
struct differences {
    int n;
    double *right, *loss; /* (n) */
};

static void resample(const struct differences *rows, uint64_t seed, int r, double *acc,
                     double *log_loss)
{
    const struct rng rng = {
        .seed = seed, .purpose = RNG_BOOTSTRAP, .step = (uint32_t)r, .row = 0};
    double right = 0, loss = 0;

    for (int i = 0; i < rows->n; i++) {
        uint32_t row = rng_below(&rng, (uint32_t)i, (uint32_t)rows->n);
        right += rows->right[row];
        loss += rows->loss[row];
    }
    *acc = right / rows->n;
    *log_loss = loss / rows->n;
}

static void find_intervals(const struct differences *rows, uint64_t seed,
                           struct judge_paired *paired)
{
    size_t n = (size_t)paired->resamples;
    double *acc = xcalloc(2 * n, sizeof *acc), *log_loss = acc + n;

    for (int r = 0; r < paired->resamples; r++)
        resample(rows, seed, r, &acc[r], &log_loss[r]);
    paired->acc_interval = judge_interval_of(acc, paired->resamples);
    paired->log_loss_interval = judge_interval_of(log_loss, paired->resamples);
    free(acc);
}

void judge_compare(const struct judge *a, const struct judge *b, uint64_t seed,
                   int resamples, struct judge_paired *paired)
{
    const struct judge_interval unknown = {JUDGE_UNDEFINED, JUDGE_UNDEFINED};
    struct differences rows = {.n = a->n};
    rows.right = xcalloc((size_t)a->n, sizeof *rows.right);
    rows.loss = xcalloc((size_t)a->n, sizeof *rows.loss);
    *paired = (struct judge_paired){.n = a->n,
                                    .resamples = resamples,
                                    .acc_interval = unknown,
                                    .log_loss_interval = unknown};

    for (int i = 0; i < a->n; i++) {
        bool of_a = is_right(a, i), of_b = is_right(b, i);
        paired->right_a += of_a;
        paired->right_b += of_b;
        paired->only_a += of_a && !of_b;
        paired->only_b += of_b && !of_a;
        rows.right[i] = of_a - of_b;
        rows.loss[i] = a->loss[i] - b->loss[i];
        paired->log_loss += rows.loss[i] / a->n;
    }
    paired->acc = (double)(paired->right_a - paired->right_b) / a->n;

    int64_t split = paired->only_a + paired->only_b;
    int64_t least = paired->only_a < paired->only_b ? paired->only_a : paired->only_b;
    paired->p = split ? fmin(1, 2 * binomial_tail(least, split)) : 1;
    if (resamples > 0)
        find_intervals(&rows, seed, paired);
    free(rows.right);
    free(rows.loss);
}
