/* Several models whose judgements are one. All read the same rows, and a lone model is an
 * ensemble of one, with its own bits.
 *
 *   ENSEMBLE_MEAN  p = mean_i p_i, of classes or of labels; the logits that come of it
 *                  are log p of classes, log(p / (1 - p)) of labels and of two classes
 *   ENSEMBLE_SUM   logits = sum_i weights[i] logits_i + bias
 *
 * Both in double, members in their order. Members have as many outputs, and outputs of
 * one kind (ensemble_agree); they may read other things of a row, ids or n-grams.
 * Nothing here is collective.
 */
#ifndef RNNTRAIN_MODEL_ENSEMBLE_H
#define RNNTRAIN_MODEL_ENSEMBLE_H

#include "model/decision.h"
#include "model/model.h"

enum ensemble_rule { ENSEMBLE_MEAN, ENSEMBLE_SUM, ENSEMBLE_RULES };

/* For files and people: "mean", "sum". */
extern const char *const ensemble_rule_names[ENSEMBLE_RULES];

/* All zero: one model, and no rule. Arrays are owned where it is read from a file. */
struct ensemble_config {
    int n; /* members */
    enum ensemble_rule rule;
    double *weights; /* (n) of ENSEMBLE_SUM; else NULL */
    double *bias;    /* (outputs) of ENSEMBLE_SUM; else NULL */
    /* Of all as one. The temperature of one model is in its weights, and that of
     * ENSEMBLE_SUM in `weights` and `bias` once ensemble_cool was called; logits of
     * ENSEMBLE_MEAN are divided by it. */
    struct decision decision;
};

/* A copy without its decision, of so many outputs; ensemble_config_release. */
void ensemble_config_copy(const struct ensemble_config *config, int outputs,
                          struct ensemble_config *copy);
/* Frees the arrays; an all-zero struct is fine. */
void ensemble_config_release(struct ensemble_config *config);

/* Divides weights and bias of ENSEMBLE_SUM, of so many outputs, by the temperature of the
 * decision, if there is one: what judges is made of them. */
void ensemble_cool(struct ensemble_config *config, int outputs);

/* Whether two models can be members of one ensemble, as their logits mean the same. */
bool ensemble_agree(const struct chain_config *a, const struct chain_config *b);

/* Members at work, one after another: an ensemble computes on one thread. */
struct ensemble {
    int n;
    struct model *const *models;  /* (n) evaluators that agree; borrowed */
    struct ensemble_config rule;  /* arrays borrowed */
    real *logits;                 /* (n, rows of a lane, outputs); owned, or NULL */
    double *terms, *log_p, *rest; /* of a row, see ensemble.c; owned, or NULL */
};

/* Of as many models as `config` says, NULL: one. Release with ensemble_release, which
 * leaves models and config to their owner. */
void ensemble_init(struct ensemble *ensemble, const struct ensemble_config *config,
                   struct model *const *models);
void ensemble_release(struct ensemble *ensemble);

/* As model_evaluate: at most as many rows as the models' workspaces have. `logits`, if
 * not NULL: (n_rows, 1 or C) of the ensemble. */
struct lane_result ensemble_evaluate(struct ensemble *ensemble, const struct lane *lane,
                                     real *logits);

/* As model_judge, of the ensemble's logits; by its threshold, where it has one. */
int ensemble_judge(const struct ensemble *ensemble, const real *logits,
                   double *probabilities);

/* From which probability on each label is given, (C), where a row may have several; NULL:
 * above one half. */
static inline const double *ensemble_thresholds(const struct ensemble *ensemble)
{
    return ensemble->rule.decision.threshold;
}

/* Logits of a row: 1 or C. */
static inline int ensemble_outputs(const struct ensemble *ensemble)
{
    return chain_outputs(model_chain(ensemble->models[0]));
}

#endif
