/* What is to be judged, as batches one after another: lines as they come, one text, or
 * the texts of whatever rnnprep reads. */
#ifndef RNNTRAIN_COMMANDS_SOURCE_H
#define RNNTRAIN_COMMANDS_SOURCE_H

#include "commands/batch.h"
#include "input/options.h"

/* What it is read as; all borrowed. */
struct source_how {
    const char *path; /* "-": standard input */
    const struct input_settings *input;
    bool whole; /* the input is one text */
    bool keeps_lines,
        keeps_texts; /* what is kept of lines, and of texts that have rows */
    int64_t skip;    /* texts that are passed over */
};

struct source;
int source_open(const struct source_how *how, struct source **source) NODISCARD;
void source_close(struct source *source); /* NULL is fine */

/* The next texts, into a batch whose memory is used again; *end: there are none. Lines
 * are taken together only while more of them are there: whoever waits for the answer to
 * one gets it. ERR_USAGE where fewer texts came than were to be passed over. */
int source_take(struct source *source, struct batch *batch, bool *end) NODISCARD;

/* Says, on standard error, what was odd, once all is read. */
void source_print_notes(const struct source *source);

#endif
