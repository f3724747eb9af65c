/* Which labels a file has, told apart by hashes: labels that are others may look the
 * same, once in a thousand pairs. */
#ifndef RNNTRAIN_INPUT_LABEL_SET_H
#define RNNTRAIN_INPUT_LABEL_SET_H

#include "base/base.h"

enum { LABEL_SET_WORDS = 16, LABEL_SET_BITS = 64 * LABEL_SET_WORDS };

struct label_set {
    uint64_t words[LABEL_SET_WORDS];
};

/* A label's number: 0 to LABEL_SET_BITS - 1. */
int label_set_number(const char *label);
void label_set_add(struct label_set *set, int number);
void label_set_join(struct label_set *set, const struct label_set *other);
void label_set_meet(struct label_set *set, const struct label_set *other);

int label_set_count(const struct label_set *set);
bool label_set_shares(const struct label_set *set, const struct label_set *other);
/* Whether all labels of `other` are in the set. */
bool label_set_holds(const struct label_set *set, const struct label_set *other);

#endif
