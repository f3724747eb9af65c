/* What options.c (options -> chain), options_of.c (chain -> options) and freeze.c
 * share. */
#ifndef RNNTRAIN_MODEL_OPTIONS_PRIVATE_H
#define RNNTRAIN_MODEL_OPTIONS_PRIVATE_H

#include "model/options.h"

/* Freezes the layers of a list of names. ERR_USAGE: there is none of such a name, or it
 * has no weights. */
int model_options_freeze(const char *names, struct chain_config *chain) NODISCARD;

/* The names of the chain's frozen layers, at most FREEZE_BYTES. ERR_USAGE: more. */
int model_options_frozen(const struct chain_config *chain, char *names) NODISCARD;

#endif
