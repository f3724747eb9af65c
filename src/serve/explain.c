#include "serve/explain.h"
#include "serve/explain_ngrams.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/attribution.h"
#include "text/trace.h"

const char *const explain_method_names[] = {[EXPLAIN_GRADIENTS] = "integrated-gradients",
                                            [EXPLAIN_LEAVE_ONE_OUT] = "leave-one-out",
                                            [EXPLAIN_METHODS] = NULL};
_Static_assert(COUNT_OF(explain_method_names) == EXPLAIN_METHODS + 1,
               "a method has no name");

struct explainer {
    const struct predictor *predictor;
    struct predictor_worker *worker; /* borrowed */
    struct model **paths;            /* (n) of members; NULL: of a linear one; owned */
    struct text_cut cut;             /* all words of the text, with their places */
    struct text_trace trace;
    struct text_ids ids; /* those that have ids, with theirs */
    struct text_trace ids_trace;
    int32_t *x;            /* (maxlen) a row */
    double *probabilities; /* (PREDICTOR_ROWS, C) */
    struct explain_ngrams ngrams;
};

/* What is explained of a text: of a class the logit at `output`, or its negative. */
struct explained {
    int class, output;
    real sign;
};

/* A lane's activations, all of them kept for the pass back, are bounded by its
 * positions. */
static int points_at_once(int maxlen)
{
    enum { MOST_POSITIONS = 1 << 14, MOST = 16 };
    int rows = MOST_POSITIONS / maxlen;

    return rows < 1 ? 1 : rows < MOST ? rows : MOST;
}

static int make_paths(struct explainer *explainer)
{
    const struct predictor *predictor = explainer->predictor;
    int rc = OK;

    for (int i = 0; i < predictor->n && !rc; i++) {
        const struct chain_config *chain = model_chain(predictor->models[i]);
        struct model **path = &explainer->paths[i];
        if (chain_is_linear(chain) || *path)
            continue;

        rc = model_new_path(chain, model_kernels(predictor->models[i]),
                            points_at_once(chain->length), path);
        if (!rc)
            model_pack(*path, predictor->all_weights[i]);
    }
    return rc;
}

int explainer_new(const struct predictor *predictor, struct predictor_worker *worker,
                  struct explainer **result)
{
    int rc = predictor_check_texts(predictor);
    if (rc)
        return rc;

    struct explainer *explainer = xcalloc(1, sizeof *explainer);
    size_t classes = (size_t)predictor->info.facts.n_labels;
    explainer->predictor = predictor;
    explainer->worker = worker ? worker : predictor->own;
    explainer->paths = xcalloc((size_t)predictor->n, sizeof *explainer->paths);
    explainer->x = xcalloc((size_t)predictor->info.facts.maxlen, sizeof *explainer->x);
    explainer->probabilities = xcalloc(PREDICTOR_ROWS, classes * sizeof(double));
    explainer->cut.trace = &explainer->trace;
    explainer->cut.keeps_marks = predictor->table && predictor->ngrams.punctuation;
    explainer->ids.cut.trace = &explainer->ids_trace;

    rc = make_paths(explainer);
    if (rc)
        explainer_free(explainer);
    else
        *result = explainer;
    return rc;
}

void explainer_free(struct explainer *explainer)
{
    if (!explainer)
        return;
    for (int i = 0; i < explainer->predictor->n; i++)
        model_free(explainer->paths[i]);
    free(explainer->paths);

    text_cut_release(&explainer->cut);
    text_trace_release(&explainer->trace);
    text_ids_release(&explainer->ids);
    text_trace_release(&explainer->ids_trace);
    explain_ngrams_release(&explainer->ngrams);
    free(explainer->x);
    free(explainer->probabilities);
    free(explainer);
}

void explanation_release(struct explanation *explanation)
{
    for (size_t i = 0; i < explanation->n_words; i++)
        free(explanation->words[i].word);
    for (size_t i = 0; i < explanation->n_ngrams; i++)
        free(explanation->ngrams[i].words);
    free(explanation->words);
    free(explanation->ngrams);
    *explanation = (struct explanation){.n_words = 0};
}

static double logit_of(const struct explainer *explainer, int i,
                       const struct explained *decision)
{
    const real *logits = predictor_worker_logits(explainer->worker, i);

    return (double)(decision->sign * logits[decision->output]);
}

static struct explained decide(struct explainer *explainer, const char *text,
                               struct explanation *explanation)
{
    const struct predictor *predictor = explainer->predictor;
    struct explained decision = {.sign = 1};

    predictor_worker_judge(explainer->worker, &text, 1, explainer->probabilities,
                           &decision.class);
    if (chain_is_binary(model_chain(predictor->model)))
        decision.sign = decision.class == 1 ? 1 : -1;
    else
        decision.output = decision.class;

    explanation->class = decision.class;
    explanation->probability = explainer->probabilities[decision.class];
    explanation->logit = logit_of(explainer, 0, &decision);
    return decision;
}

static void take_words(struct explainer *explainer, const char *text,
                       struct explanation *explanation)
{
    struct text_cut *cut = &explainer->cut;

    text_cut(explainer->predictor->tokenizer, text, strlen(text), cut);
    explanation->words = xcalloc(cut->n, sizeof *explanation->words);
    explanation->n_words = cut->n;
    for (size_t i = 0; i < cut->n; i++)
        explanation->words[i] =
            (struct explained_word){.word = xstrndup(cut->words[i].text, cut->words[i].n),
                                    .start = explainer->trace.words[i].start,
                                    .end = explainer->trace.words[i].end};
}

/* Shares of the ids that the row has, to their words: both cuts have them in one order,
 * and at the same places. */
static void add_shares(const struct explainer *explainer, const double *shares,
                       double weight, struct explanation *explanation)
{
    const struct text_ids *ids = &explainer->ids;
    const struct facts *facts = &explainer->predictor->info.facts;
    size_t maxlen = (size_t)facts->maxlen, at = 0;
    size_t kept = ids->n < maxlen ? ids->n : maxlen;
    size_t first = facts->truncate_pre ? ids->n - kept : 0;

    for (size_t i = 0; i < kept; i++) {
        int32_t word = ids->word_of[first + i];
        if (word < 0)
            continue;

        size_t start = explainer->ids_trace.words[word].start;
        while (at < explanation->n_words && explanation->words[at].start < start)
            at++;
        if (at < explanation->n_words)
            explanation->words[at++].share += weight * shares[i];
    }
}

/* Of a member with words' vectors; adds to baseline and logit. */
static void follow_path(struct explainer *explainer, int i,
                        const struct explained *decision, double weight, double tolerance,
                        struct explanation *explanation, double *logit)
{
    const struct predictor *predictor = explainer->predictor;
    const struct facts *facts = &predictor->info.facts;
    const struct text_options padding = facts_padding(facts);
    const struct path_target target = {.start = text_start_id(predictor->tokenizer),
                                       .output = decision->output,
                                       .sign = decision->sign};
    int32_t length =
        text_pad(&padding, explainer->ids.ids, explainer->ids.n, explainer->x);
    const struct rows rows = {.n = 1,
                              .maxlen = facts->maxlen,
                              .id_bytes = sizeof *explainer->x,
                              .pad_pre = facts->pad_pre,
                              .x = explainer->x,
                              .length = &length};
    struct attribution attribution = {0};

    attribution_find(explainer->paths[i], &rows, &target, tolerance, &attribution);
    add_shares(explainer, attribution.shares, weight, explanation);
    explanation->baseline += weight * attribution.baseline;
    explanation->points += attribution.points;
    *logit += weight * attribution.logit;
    attribution_release(&attribution);
}

static void weigh_ngrams(struct explainer *explainer, int i,
                         const struct explained *decision, double weight,
                         struct explanation *explanation, double *logit)
{
    const struct predictor *predictor = explainer->predictor;
    const struct model *model = predictor->models[i];
    const struct params *params = model_params(model);
    const real *weights = predictor->all_weights[i];
    double sign = (double)decision->sign;
    double sum = explain_ngrams_weigh(&explainer->ngrams, model, weights,
                                      decision->output, weight * sign);
    const struct tensor *bias = &params->tensors[params->n_tensors - 1];
    double b = (double)weights[bias->offset + (size_t)decision->output];

    explanation->baseline += weight * sign * b;
    *logit += weight * sign * (sum + b);
}

static double weight_of(const struct predictor *predictor, int i)
{
    const struct ensemble_config *rule = &predictor->info.ensemble;

    if (predictor->n == 1)
        return 1;
    return rule->rule == ENSEMBLE_SUM ? rule->weights[i] : 1.0 / predictor->n;
}

static void take_gap(struct explanation *explanation)
{
    double sum = 0;

    for (size_t i = 0; i < explanation->n_words; i++)
        sum += explanation->words[i].share;
    double gap = fabs(sum - (explanation->logit - explanation->baseline));
    explanation->gap = gap > 0 ? gap / fmax(fabs(explanation->logit), DBL_MIN) : 0;
}

static void integrate(struct explainer *explainer, const char *text,
                      const struct explained *decision, struct explanation *explanation)
{
    const struct predictor *predictor = explainer->predictor;
    const struct ensemble_config *rule = &predictor->info.ensemble;
    bool is_mean = predictor->n > 1 && rule->rule == ENSEMBLE_MEAN;
    double allowed = EXPLAIN_MOST_GAP / 2 * fabs(explanation->logit) / predictor->n;
    double logit = 0;

    if (predictor_reads_ids(predictor))
        text_encode(predictor->tokenizer, text, strlen(text), &explainer->ids);
    if (predictor_reads_ngrams(predictor))
        explain_ngrams_find(&explainer->ngrams, predictor, &explainer->cut);
    if (predictor->n > 1 && !is_mean)
        explanation->baseline = (double)decision->sign * rule->bias[decision->output];

    for (int i = 0; i < predictor->n; i++) {
        double weight = weight_of(predictor, i);
        if (explainer->paths[i])
            follow_path(explainer, i, decision, weight, allowed / fabs(weight),
                        explanation, &logit);
        else
            weigh_ngrams(explainer, i, decision, weight, explanation, &logit);
    }

    if (is_mean)
        explanation->logit = logit;
    if (predictor_reads_ngrams(predictor))
        explain_ngrams_tell(&explainer->ngrams, predictor, explanation);
    take_gap(explanation);
}

static char *without_word(const char *text, const struct explained_word *word)
{
    return xasprintf("%.*s%s", (int)word->start, text, text + word->end);
}

static void leave_out(struct explainer *explainer, const char *text,
                      const struct explained *decision, struct explanation *explanation)
{
    size_t classes = (size_t)explainer->predictor->info.facts.n_labels;
    char *shorter[PREDICTOR_ROWS];

    for (size_t first = 0; first < explanation->n_words; first += PREDICTOR_ROWS) {
        struct explained_word *words = explanation->words + first;
        size_t left = explanation->n_words - first;
        int n = left < PREDICTOR_ROWS ? (int)left : PREDICTOR_ROWS;

        for (int i = 0; i < n; i++)
            shorter[i] = without_word(text, &words[i]);
        predictor_worker_judge(explainer->worker, (const char *const *)shorter, n,
                               explainer->probabilities, NULL);
        for (int i = 0; i < n; i++) {
            words[i].without =
                explainer->probabilities[(size_t)i * classes + (size_t)decision->class];
            words[i].share = explanation->logit - logit_of(explainer, i, decision);
            free(shorter[i]);
        }
    }
}

void explain_text(struct explainer *explainer, const char *text,
                  enum explain_method method, struct explanation *explanation)
{
    *explanation = (struct explanation){.method = method};
    struct explained decision = decide(explainer, text, explanation);

    take_words(explainer, text, explanation);
    if (method == EXPLAIN_LEAVE_ONE_OUT)
        leave_out(explainer, text, &decision, explanation);
    else
        integrate(explainer, text, &decision, explanation);
}
