/* The labels that a text is given where it may have several: those with a probability
 * from the model's threshold on, or above one half (model/decision.h). Nothing here is
 * collective.
 */
#ifndef RNNTRAIN_COMMANDS_GIVEN_LABELS_H
#define RNNTRAIN_COMMANDS_GIVEN_LABELS_H

#include <jansson.h>

#include "data/facts.h"
#include "model/decision.h"

/* Between labels on a line and in a field. */
#define GIVEN_LABELS_SEPARATOR "|"

/* Their names as one text, "" where there are none; the caller's. */
char *given_labels_names(const struct facts *facts, const struct decision *decision,
                         const double *probabilities);
/* The same of labels with a 1, (C) flags. */
char *given_labels_flagged(const struct facts *facts, const uint8_t *flags);
/* The same of their probabilities, with so many digits behind the point. */
char *given_labels_probabilities(const struct facts *facts,
                                 const struct decision *decision,
                                 const double *probabilities, int digits);
/* A JSON list of their names. */
json_t *given_labels_json(const struct facts *facts, const struct decision *decision,
                          const double *probabilities);

#endif
