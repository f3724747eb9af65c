/* A model as a table, as Keras's Model.summary has one: layer by layer what it gives and
 * what it costs. Nothing here is collective.
 */
#ifndef RNNTRAIN_MODEL_SUMMARY_H
#define RNNTRAIN_MODEL_SUMMARY_H

#include "layers/chain.h"

/* Lines of at most 80 columns, each with its '\n', the caller's to free: a line a layer,
 * with its words in a --stack, the shape of what it gives a row, its parameters, and the
 * model flops that a row of `length` positions takes in a training step (model_flops);
 * then the sums, with the bytes of the weights, and how many do not train. */
char *model_summary(const struct chain_config *chain);

#endif
