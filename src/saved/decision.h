/* What validation rows chose (model/decision.h), as a model's file has it at
 * /rnntrain/decision, where something was chosen: JSON
 *
 *   {"metric":"f1","temperature":1.25,"thresholds":[0.43]}
 *
 * "temperature" or "thresholds", with "metric", may be missing. A program that knows
 * nothing of it judges as before. Nothing here is collective.
 */
#ifndef RNNTRAIN_SAVED_DECISION_H
#define RNNTRAIN_SAVED_DECISION_H

#include <jansson.h>

#include "data/facts.h"
#include "model/decision.h"

#define DECISION_PATH "/rnntrain/decision"

json_t *decision_json(const struct decision *decision);

/* Of a model with those classes; ERR_FORMAT, and nothing is set; `source` is for
 * messages. */
int decision_read(const char *json, const struct facts *facts, const char *source,
                  struct decision *decision) NODISCARD;

/* "temperature 1.25; pos from 0.43 on, by f1", for people; the caller's. */
char *decision_describe(const struct decision *decision, const struct facts *facts);

#endif
