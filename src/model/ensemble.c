#include "model/ensemble.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const ensemble_rule_names[] = {
    [ENSEMBLE_MEAN] = "mean", [ENSEMBLE_SUM] = "sum"};
_Static_assert(COUNT_OF(ensemble_rule_names) == ENSEMBLE_RULES, "a rule has no name");

void ensemble_config_release(struct ensemble_config *config)
{
    free(config->weights);
    free(config->bias);
    decision_release(&config->decision);
    *config = (struct ensemble_config){.n = 0};
}

static double *copy_numbers(const double *numbers, int n)
{
    double *copy = numbers ? xcalloc((size_t)n, sizeof *copy) : NULL;
    if (copy)
        memcpy(copy, numbers, (size_t)n * sizeof *copy);
    return copy;
}

void ensemble_config_copy(const struct ensemble_config *config, int outputs,
                          struct ensemble_config *copy)
{
    *copy = (struct ensemble_config){.n = config->n,
                                     .rule = config->rule,
                                     .weights = copy_numbers(config->weights, config->n),
                                     .bias = copy_numbers(config->bias, outputs)};
}

void ensemble_cool(struct ensemble_config *config, int outputs)
{
    double temperature = config->decision.temperature;
    if (config->rule != ENSEMBLE_SUM || !(temperature > 0))
        return;
    for (int i = 0; i < config->n; i++)
        config->weights[i] /= temperature;
    for (int c = 0; c < outputs; c++)
        config->bias[c] /= temperature;
}

bool ensemble_agree(const struct chain_config *a, const struct chain_config *b)
{
    return chain_outputs(a) == chain_outputs(b) &&
           a->layer[a->n_layers - 1].output.loss == b->layer[b->n_layers - 1].output.loss;
}

void ensemble_init(struct ensemble *ensemble, const struct ensemble_config *config,
                   struct model *const *models)
{
    *ensemble = (struct ensemble){.n = 1, .models = models};
    if (config)
        ensemble->rule.decision = config->decision;
    if (!config || config->n < 2)
        return;

    size_t outputs = (size_t)ensemble_outputs(ensemble), n = (size_t)config->n;
    size_t rows = (size_t)model_lane_rows(models[0]);
    ensemble->n = config->n;
    ensemble->rule = *config;
    ensemble->logits = xcalloc(n * rows, outputs * sizeof *ensemble->logits);
    ensemble->terms = xcalloc(n, sizeof *ensemble->terms);
    ensemble->log_p = xcalloc(n, outputs * sizeof *ensemble->log_p);
    ensemble->rest = xcalloc(n, sizeof *ensemble->rest);
}

void ensemble_release(struct ensemble *ensemble)
{
    free(ensemble->logits);
    free(ensemble->terms);
    free(ensemble->log_p);
    free(ensemble->rest);
    *ensemble = (struct ensemble){.n = 0};
}

int ensemble_judge(const struct ensemble *ensemble, const real *logits,
                   double *probabilities)
{
    const struct chain_config *chain = model_chain(ensemble->models[0]);
    enum loss loss = chain->layer[chain->n_layers - 1].output.loss;
    int class = model_judge(ensemble->models[0], logits, probabilities);

    return decision_class(&ensemble->rule.decision, loss == LOSS_MULTI_LABEL,
                          probabilities, class);
}

/* The logits of member i for row r. */
static real *logits_of(const struct ensemble *ensemble, int i, int r)
{
    size_t rows = (size_t)model_lane_rows(ensemble->models[0]);
    size_t row = (size_t)i * rows + (size_t)r;
    return ensemble->logits + row * (size_t)ensemble_outputs(ensemble);
}

/* log sum_i exp(x[i * stride]), which no large number overflows. */
static double log_sum_exp(int n, const double *x, size_t stride)
{
    double most = x[0], sum = 0;

    for (int i = 1; i < n; i++)
        most = fmax(most, x[(size_t)i * stride]);
    for (int i = 0; i < n; i++)
        sum += kernels_exp(x[(size_t)i * stride] - most);
    return most + kernels_log(sum);
}

/* Of one of several labels, or of the second of two classes: n p = sum_i sigmoid(x_i) and
 * n (1 - p) = sum_i sigmoid(-x_i), both by their logarithms, as neither is a difference
 * then: the logit of a p next to 1 keeps its digits. */
static real mean_of_sigmoids(struct ensemble *ensemble, int r, int c)
{
    int n = ensemble->n;

    for (int i = 0; i < n; i++) {
        double x = (double)logits_of(ensemble, i, r)[c];
        ensemble->terms[i] = -kernels_softplus(-x);
        ensemble->rest[i] = -kernels_softplus(x);
    }
    return (real)(log_sum_exp(n, ensemble->terms, 1) - log_sum_exp(n, ensemble->rest, 1));
}

/* log p[c] = log sum_i exp(x_i[c] - log sum_k exp x_i[k]) - log n */
static void mean_of_softmaxes(struct ensemble *ensemble, int r, real *logits)
{
    int n = ensemble->n, outputs = ensemble_outputs(ensemble);
    size_t width = (size_t)outputs;
    double log_n = kernels_log(n);

    for (int i = 0; i < n; i++) {
        const real *x = logits_of(ensemble, i, r);
        double *log_p = ensemble->log_p + (size_t)i * width;

        for (int c = 0; c < outputs; c++)
            log_p[c] = (double)x[c];
        double norm = log_sum_exp(outputs, log_p, 1);
        for (int c = 0; c < outputs; c++)
            log_p[c] -= norm;
    }

    for (int c = 0; c < outputs; c++)
        logits[c] = (real)(log_sum_exp(n, ensemble->log_p + c, width) - log_n);
}

static void take_mean(struct ensemble *ensemble, int r, real *logits)
{
    const struct chain_config *chain = model_chain(ensemble->models[0]);
    double temperature = ensemble->rule.decision.temperature;
    int outputs = ensemble_outputs(ensemble);

    if (outputs > 1 && !chain_has_sigmoids(chain))
        mean_of_softmaxes(ensemble, r, logits);
    else
        for (int c = 0; c < outputs; c++)
            logits[c] = mean_of_sigmoids(ensemble, r, c);
    for (int c = 0; c < outputs && temperature > 0; c++)
        logits[c] = (real)((double)logits[c] / temperature);
}

static void take_sum(struct ensemble *ensemble, int r, real *logits)
{
    const struct ensemble_config *rule = &ensemble->rule;

    for (int c = 0; c < ensemble_outputs(ensemble); c++) {
        double sum = 0;
        for (int i = 0; i < ensemble->n; i++)
            sum += rule->weights[i] * (double)logits_of(ensemble, i, r)[c];
        logits[c] = (real)(sum + rule->bias[c]);
    }
}

/* What becomes of row r's logits; the first member's are not needed any more. */
static void (*const takes[])(struct ensemble *, int r, real *logits) = {
    [ENSEMBLE_MEAN] = take_mean, [ENSEMBLE_SUM] = take_sum};
_Static_assert(COUNT_OF(takes) == ENSEMBLE_RULES, "a rule does nothing");

struct lane_result ensemble_evaluate(struct ensemble *ensemble, const struct lane *lane,
                                     real *logits)
{
    struct model *first = ensemble->models[0];
    if (ensemble->n == 1)
        return model_evaluate(first, lane, logits);

    struct rows unlabelled = *lane->from; /* what each says alone is not scored */
    struct lane unscored = *lane;
    unlabelled.y = NULL;
    unlabelled.multi_hot = NULL;
    unscored.from = &unlabelled;
    for (int i = 0; i < ensemble->n; i++)
        (void)model_evaluate(ensemble->models[i], &unscored, logits_of(ensemble, i, 0));

    size_t width = (size_t)ensemble_outputs(ensemble);
    for (int r = 0; r < lane->n_rows; r++) {
        takes[ensemble->rule.rule](ensemble, r, logits_of(ensemble, 0, r));
        for (size_t c = 0; c < width && logits; c++)
            logits[(size_t)r * width + c] = logits_of(ensemble, 0, r)[c];
    }
    return model_score(first, lane, logits_of(ensemble, 0, 0));
}
