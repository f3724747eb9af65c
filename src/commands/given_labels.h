/* The labels that a text is given where it may have several: those with a probability
 * above one half. Nothing here is collective.
 */
#ifndef RNNTRAIN_COMMANDS_GIVEN_LABELS_H
#define RNNTRAIN_COMMANDS_GIVEN_LABELS_H

#include <jansson.h>

#include "data/facts.h"

/* Between labels on a line and in a field. */
#define GIVEN_LABELS_SEPARATOR "|"

/* Their names as one text, "" where there are none; the caller's. */
char *given_labels_names(const struct facts *facts, const double *probabilities);
/* The same of their probabilities, with so many digits behind the point. */
char *given_labels_probabilities(const struct facts *facts, const double *probabilities,
                                 int digits);
/* A JSON list of their names. */
json_t *given_labels_json(const struct facts *facts, const double *probabilities);

#endif
