/* What rnntrain inspect shows, as one JSON object for programs, to standard output.
 */
#ifndef RNNTRAIN_COMMANDS_INSPECT_JSON_H
#define RNNTRAIN_COMMANDS_INSPECT_JSON_H

#include "data/dataset.h"
#include "serve/predictor.h"

/* {"kind":"checkpoint"|"keras"|"ensemble", "file", "input", "labels", "parameters",
 * "weights" (their hash), "tensors", "state", "config", "provenance"}; of an ensemble the
 * last five stand in each of its "members". */
void inspect_json_model(const struct predictor *predictor, bool any_length);

/* {"kind":"dataset", "file", "hash", "input", "labels", "rows", "ngrams", "vectors",
 * "provenance"}. ERR_IO, ERR_FORMAT. */
int inspect_json_dataset(const struct dataset *data) NODISCARD;

#endif
