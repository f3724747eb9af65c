/* The keys of records, and what the absence of each means. */
#ifndef RNNTRAIN_SAVED_RECORD_KEYS_H
#define RNNTRAIN_SAVED_RECORD_KEYS_H

#include <jansson.h>

#include "base/base.h"

struct record_key {
    const char *name;
    const char *absent; /* JSON: what its absence means, for ever */
    bool is_later;      /* it came after the first version: written where it differs */
    bool is_model;      /* of a later key: it makes another model */
};

/* The name of the list of later keys that a reader must know. */
#define RECORD_NEEDS "needs"

/* All keys; behind the last one is one without a name. */
extern const struct record_key record_keys[];

/* NULL where none has that name. */
const struct record_key *record_key_find(const struct record_key *keys, const char *name);

/* Takes later keys out that have the value of their absence, and lists those that a
 * reader must know. */
void record_keys_leave_out(const struct record_key *keys, json_t *record);
/* Puts in what is missing. */
void record_keys_complete(const struct record_key *keys, json_t *record);

#endif
