#include "model/linear_options.h"

#include <math.h>

const char *const linear_scaling_names[] = {[SCALING_LOG_COUNT] = "log-count",
                                            [SCALING_TF_IDF] = "tf-idf",
                                            [SCALING_NONE] = "none",
                                            [SCALING_LATENT] = "latent",
                                            [SCALING_SHARED_TF_IDF] = "shared-tf-idf",
                                            [SCALING_AUTO] = "auto",
                                            NULL};
_Static_assert(COUNT_OF(linear_scaling_names) == LINEAR_SCALINGS + 1,
               "a scaling has no name");

#define AT(field) offsetof(struct linear_config, field)
#define GROUP "Linear model"

static const struct option linear_table[] = {
    {"linear-scaling", OPTION_CHOICE, AT(scaling), "auto", 0, 0, linear_scaling_names,
     "what an n-gram stands for: its log-count ratio (NB-SVM), or its tf-idf in a row of "
     "length 1, shared-tf-idf: which n-grams of a single text have no part in; auto: the "
     "better one of the first two on validation rows; latent: a weight of both, and the "
     "model sees rows by their components in all texts of the data set, those of rnnprep "
     "--unlabelled too",
     GROUP, false},
    {"linear-components", OPTION_COUNT, AT(width), "128", 1, 4096, NULL,
     "with --linear-scaling latent: how many components rows are seen by", GROUP, false},
    {"linear-c", OPTION_DOUBLE, AT(c), "0", 0, 1e9, NULL,
     "weight of the losses beside |w|^2 / 2, scikit-learn's C; 0: the best one on "
     "validation rows",
     GROUP, false},
    {"linear-refit", OPTION_BOOL, AT(is_refitted), "true", 0, 0, NULL,
     "fit the best one again with validation rows too, when they have judged; without, "
     "they go on judging it",
     GROUP, false},
    {"linear-regression", OPTION_DOUBLE, AT(regression), "-1", -1, 1e9, NULL,
     "of log-count ratios: what the regression's weights are multiplied by, before those "
     "of naive Bayes are added; -1: validation rows decide both",
     GROUP, false},
    {"linear-bayes", OPTION_DOUBLE, AT(bayes), "0", 0, 1e9, NULL,
     "beside --linear-regression: what naive Bayes's weights are multiplied by", GROUP,
     false},
};

const struct option_table linear_options_table = {
    .options = linear_table, .n_options = (int)COUNT_OF(linear_table)};

/* Each scaling's C where nothing judges; others are this times powers of 4. */
static const double usual[] = {[SCALING_LOG_COUNT] = 1,
                               [SCALING_TF_IDF] = 40,
                               [SCALING_NONE] = 0.2,
                               [SCALING_LATENT] = 0.03125,
                               [SCALING_SHARED_TF_IDF] = 40};
_Static_assert(COUNT_OF(usual) == SCALING_AUTO, "a scaling has no usual C");

/* Beyond 64 times the usual C only chance goes on gaining, and what is fitted again on
 * all rows follows single ones of them. */
enum { FACTOR_BITS = 2, LEAST_RUNG = -5, MOST_RUNG = 3 };

static struct linear_trial trial_at(const struct linear_config *config,
                                    enum linear_scaling scaling, int rung)
{
    double c = config->c > 0 ? config->c : ldexp(usual[scaling], FACTOR_BITS * rung);
    struct linear_trial trial = {
        .scaling = scaling, .rung = rung, .c = c, .regression = 1};

    if (scaling == SCALING_LOG_COUNT && config->regression >= 0) {
        trial.regression = config->regression;
        trial.bayes = config->bayes;
    }
    return trial;
}

/* The first of the best. */
static const struct linear_trial *best_of(const struct linear_trial *done, int n)
{
    const struct linear_trial *best = done;

    for (int i = 1; i < n; i++)
        if (done[i].value > best->value)
            best = &done[i];
    return best;
}

static bool is_done(const struct linear_trial *done, int n, enum linear_scaling scaling,
                    int rung)
{
    for (int i = 0; i < n; i++)
        if (done[i].scaling == scaling && done[i].rung == rung)
            return true;
    return false;
}

/* The scalings that are tried first, each at its usual C. */
static int n_scalings(const struct linear_config *config)
{
    return config->scaling == SCALING_AUTO ? 2 : 1;
}

static enum linear_scaling scaling_at(const struct linear_config *config, int i)
{
    return config->scaling == SCALING_AUTO ? (enum linear_scaling)i : config->scaling;
}

bool linear_next_trial(const struct linear_config *config,
                       const struct linear_trial *done, int n, struct linear_trial *next)
{
    if (n + 1 >= LINEAR_MOST_TRIALS)
        return false;
    if (n < n_scalings(config)) {
        *next = trial_at(config, scaling_at(config, n), 0);
        return true;
    }

    const struct linear_trial *best = best_of(done, n);
    for (int way = -1; way <= 1 && config->c <= 0; way += 2) {
        int rung = best->rung + way;
        if (rung < LEAST_RUNG || rung > MOST_RUNG ||
            is_done(done, n, best->scaling, rung))
            continue;
        *next = trial_at(config, best->scaling, rung);
        return true;
    }
    return false;
}

struct linear_trial linear_best_trial(const struct linear_config *config,
                                      const struct linear_trial *done, int n)
{
    return n > 0 ? *best_of(done, n) : trial_at(config, scaling_at(config, 0), 0);
}
