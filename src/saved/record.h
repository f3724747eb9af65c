/* The record of options in a checkpoint, a JSON text of all of a run's options: what of
 * it says which model it is, how it was optimized and which rows it saw. What only the
 * run's course had of it is left alone. Nothing here is collective.
 *
 * Records outlive releases, in both directions:
 *   - The keys of the first version stand in every record.
 *   - A key that came later stands in a record only where its value is another one than
 *     its absence means: what all programs did before there was the key, whatever the
 *     option's default becomes. So a file that uses nothing new has nothing new in it.
 *   - A later key that makes another model is named in the list "needs" too. Who does not
 *     know one of those must not judge with the model. Any other unknown key, or unknown
 *     value of a known one, is of training: who judges ignores it, who resumes or learns
 *     on from it refuses, and names the version that wrote it.
 * record_keys.c has the keys; a new option has its row there.
 */
#ifndef RNNTRAIN_SAVED_RECORD_H
#define RNNTRAIN_SAVED_RECORD_H

#include "base/options.h"
#include "data/sampler.h"
#include "model/linear_options.h"
#include "model/optimizer.h"
#include "model/options.h"

struct record {
    struct model_options model;
    struct optim_config optim;     /* without the steps of warm-up and of the run */
    struct sampler_config sampler; /* window_rows is never 0 */
    struct linear_config linear;
    bool knows_training; /* else a later version wrote what is not known here: `optim`,
                            `sampler` and `linear` are not those of the run */
};

/* Where a record was read from, for messages. */
struct record_source {
    const char *path;
    const char *provenance; /* JSON: "version" of who wrote it; NULL: nobody knows */
};

/* Reads records of this build, of older ones and of later ones, and those of Keras's
 * models, which say less: what is missing has the value that its absence means.
 * ERR_FORMAT. */
int record_read(const char *json, const struct record_source *source,
                struct record *record) NODISCARD;

/* ERR_USAGE: it is of a language model, which an earlier build trained. */
int record_check_classifier(const char *json, const char *path) NODISCARD;

/* ERR_USAGE, as where such a run is resumed, unless all that the record says of training
 * is known: the file is whole, but not for this. `doing` says what it is wanted for. */
int record_check_training(const struct record *record, const struct record_source *source,
                          const char *doing) NODISCARD;

/* The record of a configuration, keys sorted; the caller's to free. */
char *record_write(const struct option_table *table, const void *config);

/* A record in today's words, for options_from_json with all options; the caller's to
 * free. A text that is no JSON stays as it is. */
char *record_renew(const char *json);

/* A record in today's words, in which no known key is missing; the caller's to free. */
char *record_complete(const char *json);

/* The first key of a record that this program does not know, the caller's to free; NULL:
 * it knows all. */
char *record_unknown_key(const char *json);

/* The version that wrote it, or "a later version"; the caller's to free. */
char *record_writer(const char *provenance);

#endif
