/* Words that the right ones are told apart from: those of a step are the same for all of
 * its positions and lanes, so that they are one matrix.
 *
 * They are drawn, each once, from a log-uniform law over ids, which are by frequency:
 *
 *   q(k) = log((k + 1) / k) / log(V),  k = 1 .. V - 1
 *
 * A word is among them with a chance of 1 - (1 - q)^n after n draws. A sum over them,
 * each term weighed by its inverse, is in the mean that over all words. Sources:
 * TensorFlow log_uniform_candidate_sampler, whose expected counts these chances are;
 * Horvitz & Thompson 1952.
 *
 * Lives in the model's workspace. Nothing here is collective.
 */
#ifndef RNNTRAIN_LAYERS_NEGATIVES_H
#define RNNTRAIN_LAYERS_NEGATIVES_H

#include "base/base.h"
#include "base/rng.h"

struct negatives {
    int vocabulary; /* V */
    int n;          /* words, see negatives_number */
    int32_t *ids;   /* (n) */
    double *chance; /* (n) of each that it is among them */
    int32_t *place; /* (V) from 1 on where a word stands among them; 0: it does not */
};

/* As many words as are wanted, or all but the pad, where that is at most twice as many:
 * then nothing is left to chance. */
int negatives_number(int vocabulary, int wanted);

/* Fixes the sizes; then lays out (twice, see struct arena). */
void negatives_init(struct negatives *negatives, int vocabulary, int wanted);
void negatives_layout(struct negatives *negatives, struct arena *arena);

/* Those that a stream of random numbers gives. */
void negatives_draw(struct negatives *negatives, const struct rng *rng);

/* log q of a word. */
double negatives_log_law(int vocabulary, int32_t id);

#endif
