/* What a judgement rests on: how much each word of a text speaks for the class that the
 * text is given, as shares of its logit. Of two classes by a sigmoid the first one's
 * logit is the negative of the second one's; of several labels the most probable is
 * explained. No MPI.
 *
 *   integrated gradients   shares of the words' vectors (model/attribution.h). All add up
 *                          to logit - baseline, but for the gap.
 *   leave-one-out          the logit - that of the text without the word's bytes, each
 *                          judged as any text is.
 *
 * What a linear model or member adds is exact, w * x of each n-gram: it is spread evenly
 * over the places where the n-gram stands, and over its words. Of several models shares,
 * logits and baselines are weighted as their rule weighs them, a mean of probabilities as
 * the mean.
 */
#ifndef RNNTRAIN_SERVE_EXPLAIN_H
#define RNNTRAIN_SERVE_EXPLAIN_H

#include <jansson.h>

#include "serve/predictor.h"

enum explain_method { EXPLAIN_GRADIENTS, EXPLAIN_LEAVE_ONE_OUT, EXPLAIN_METHODS };
extern const char *const explain_method_names[EXPLAIN_METHODS + 1]; /* NULL at the end */

/* The gap that is aimed at, as a share of the logit. */
#define EXPLAIN_MOST_GAP 1e-3

struct explained_word {
    char *word;        /* as the model has it; owned */
    size_t start, end; /* bytes of the text */
    double share;      /* above 0: it speaks for the class */
    double without;    /* leave-one-out: the class's probability without the word */
};

struct explained_ngram {
    char *words; /* with blanks between them; owned */
    double share;
};

struct explanation {
    enum explain_method method;
    int class;          /* the explained one */
    double probability; /* of it */
    double logit;       /* of it */
    double baseline;    /* gradients: the same where no word is */
    double gap;         /* |sum of shares - (logit - baseline)| / |logit| */
    int points;         /* of the path that were computed */
    size_t n_words;     /* all words of the text, those without a share too */
    struct explained_word *words;
    size_t n_ngrams; /* of linear models, the largest shares first */
    struct explained_ngram *ngrams;
};
void explanation_release(struct explanation *explanation);

/* {"text", "label", "probability", "logit", "baseline", "method", "gap", "points",
 * "words": [{"word", "start", "end", "share", "without"}], "ngrams": [{"ngram",
 * "share"}]}; baseline, gap and points of gradients only, without of leave-one-out only,
 * ngrams where there are some. */
json_t *explanation_json(const struct explanation *explanation,
                         const struct predictor *predictor, const char *text);

/* One thread's. `worker` NULL: the predictor's own. ERR_USAGE: no tokenizer. */
struct explainer;
int explainer_new(const struct predictor *predictor, struct predictor_worker *worker,
                  struct explainer **explainer) NODISCARD;
void explainer_free(struct explainer *explainer); /* NULL is fine */

/* `text`: valid UTF-8. Release with explanation_release. */
void explain_text(struct explainer *explainer, const char *text,
                  enum explain_method method, struct explanation *explanation);

#endif
