/* Batches of texts become bytes of an output, in any thread; one writes these in the
 * order of the texts, on standard output or in a file, and counts. */
#ifndef RNNTRAIN_COMMANDS_JUDGEMENTS_H
#define RNNTRAIN_COMMANDS_JUDGEMENTS_H

#include "commands/batch.h"
#include "commands/told.h"
#include "serve/predictor.h"

/* What a batch has come to; all-zero at first, and used again and again. */
struct judged_batch {
    struct told told;
    int64_t n_texts, n_blind, n_words, n_known; /* blind: without a known word */
};
void judged_batch_release(struct judged_batch *judged);

/* Judges a batch by a worker. Of a table, the first batch of all has to be judged before
 * another one is. ERR_FORMAT. */
int judgements_judge(struct told_how *how, struct predictor_worker *worker,
                     const struct batch *batch, struct judged_batch *judged) NODISCARD;

struct judgements;

/* The output, begun: a file of that name is replaced once all is judged; NULL: standard
 * output. Names are borrowed. */
int judgements_new(const char *output, struct judgements **judgements) NODISCARD;
void judgements_free(struct judgements *judgements); /* NULL is fine */

/* Writes what the next batch has come to, so that whoever waits for it has it. ERR_IO. */
int judgements_take(struct judgements *judgements,
                    const struct judged_batch *judged) NODISCARD;

/* Puts the file in its place. */
int judgements_finish(struct judgements *judgements) NODISCARD;
/* Says, on standard error, which texts could not be told apart, if there were any. */
void judgements_print_notes(const struct judgements *judgements);

#endif
