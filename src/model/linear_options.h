/* What rnntrain's options say about weights of n-grams. Nothing here is collective.
 */
#ifndef RNNTRAIN_MODEL_LINEAR_OPTIONS_H
#define RNNTRAIN_MODEL_LINEAR_OPTIONS_H

#include "base/options.h"

/* What an n-gram stands for in a row that has it. */
enum linear_scaling {
    /* log((1 + p) / |1 + p|) - log((1 + q) / |1 + q|), p and q the rows of the class and
     * the others that have it. Source: Wang & Manning 2012. */
    SCALING_LOG_COUNT,
    /* log((1 + n) / (1 + documents)) + 1, over the length of the row that these make.
     * Source: scikit-learn's TfidfVectorizer(binary=True). */
    SCALING_TF_IDF,
    SCALING_NONE, /* 1 */
    /* Of the components of all texts, those without labels among them, what it adds to
     * each: train/latent.h. Source: Deerwester et al. 1990, latent semantic analysis. */
    SCALING_LATENT,
    /* SCALING_TF_IDF, but 0 of n-grams that one text alone has: they say little, and make
     * the rows of a small corpus longer than all others do. */
    SCALING_SHARED_TF_IDF,
    SCALING_AUTO, /* for options only: the best of the first two on validation rows */
    LINEAR_SCALINGS
};
extern const char *const linear_scaling_names[LINEAR_SCALINGS + 1];

static inline bool linear_scaling_is_tf_idf(enum linear_scaling scaling)
{
    return scaling == SCALING_TF_IDF || scaling == SCALING_SHARED_TF_IDF;
}

struct linear_config {
    enum linear_scaling scaling;
    int width;        /* components of SCALING_LATENT */
    double c;         /* what losses weigh beside the norm of the weights; 0: chosen */
    bool is_refitted; /* with validation rows too, when they have judged */
    /* Log-count ratios: what the regression's weights and naive Bayes's are multiplied
     * by, before they are added. A regression of -1: validation rows decide both. */
    double regression, bayes;
};

/* Of a struct linear_config. */
extern const struct option_table linear_options_table;

/* A fit that validation rows judge. */
struct linear_trial {
    enum linear_scaling scaling;
    int rung; /* of the ladder of C */
    double c;
    double regression, bayes; /* what their weights are multiplied by, 1 and 0 alone */
    double value;             /* what validation said, greater is better */
};
/* Two scalings, and a ladder up and down. */
enum { LINEAR_MOST_TRIALS = 24 };

/* Which fit is tried behind the n that are done: each scaling at its usual C, then the
 * neighbours of the best, until both are worse; false: none. */
bool linear_next_trial(const struct linear_config *config,
                       const struct linear_trial *done, int n, struct linear_trial *next);
/* The best of those done; of none what is usual. */
struct linear_trial linear_best_trial(const struct linear_config *config,
                                      const struct linear_trial *done, int n);

#endif
