/* The record of options in a checkpoint, a JSON text that options_to_json made of all of
 * a run's options: what of it says which model it is, how it was optimized and which rows
 * it saw. What only the run's course had of it is left alone. Nothing here is collective.
 */
#ifndef RNNTRAIN_SAVED_RECORD_H
#define RNNTRAIN_SAVED_RECORD_H

#include "data/sampler.h"
#include "model/optimizer.h"
#include "model/options.h"

struct record {
    struct model_options model;
    struct optim_config optim;     /* without the steps of warm-up and of the run */
    struct sampler_config sampler; /* window_rows is never 0 */
};

/* Reads records of this build and of older ones, and those of Keras's models, which say
 * less: the rest has its defaults. `source` is named in messages; ERR_FORMAT. */
int record_read(const char *json, const char *source, struct record *record) NODISCARD;

/* A record in today's words, for options_from_json with all options; the caller's to
 * free. A text that is no JSON stays as it is. */
char *record_renew(const char *json);

#endif
