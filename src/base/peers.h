/* What other programs call options, values and commands that have another name here:
 * Keras, PyTorch, Hugging Face, scikit-learn, fastText. None of them is accepted; a
 * refusal says what the name is here. Names are compared as by names_alike. Nothing here
 * is collective.
 */
#ifndef RNNTRAIN_BASE_PEERS_H
#define RNNTRAIN_BASE_PEERS_H

#include "base/base.h"

struct peer {
    const char *name;    /* there */
    const char *ours;    /* the name here, or NULL */
    const char *differs; /* what ours means where that may be another thing, or NULL */
    const char *remark;  /* what to do where nothing here is called `ours`, or NULL */
};

/* Ends with a name NULL. */
extern const struct peer peer_options[], peer_values[], peer_commands[];

/* Row `i` or the first behind it that is of this name; NULL: none. */
const struct peer *peer_find(const struct peer *peers, const char *name);

#endif
