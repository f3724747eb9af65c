/* Which encoding bytes look like, by ICU's detector. */
#ifndef RNNTRAIN_INPUT_DECODE_GUESS_H
#define RNNTRAIN_INPUT_DECODE_GUESS_H

#include "base/base.h"

/* A name for --encoding where `fewest` or more sequences of the n bytes are no UTF-8; "":
 * they are, or nothing fits. */
void decode_guess(const char *bytes, size_t n, size_t fewest, char name[32]);

#endif
