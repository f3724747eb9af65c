/* How judgements are told: two columns, an object of JSON or a row of a table a text, as
 * bytes; the work of any thread. */
#ifndef RNNTRAIN_COMMANDS_TOLD_H
#define RNNTRAIN_COMMANDS_TOLD_H

#include "commands/kept.h"
#include "data/facts.h"
#include "model/decision.h"

enum told_form { TOLD_COLUMNS, TOLD_JSONL, TOLD_TABLE };

/* What all texts are told by. */
struct told_how {
    const struct facts *facts; /* of the model; borrowed, as is the decision */
    const struct decision *decision;
    const char *output; /* the file's name, for messages; NULL: standard output */
    enum told_form form;
    char separator; /* of a table */
    int digits;     /* of probabilities in JSON and tables; 17 are all there are */

    /* Of a table: the columns of its first row, which has to be told before any other;
     * owned, see told_release. */
    char **columns;
    int n_columns;
};

/* ERR_USAGE: the output's name ends in neither .csv, .tsv nor .jsonl. */
int told_by(const struct facts *facts, const struct decision *decision,
            const char *output, bool jsonl, int digits, struct told_how *how) NODISCARD;
void told_release(struct told_how *how);

/* The columns as bytes, the caller's, and back. */
char *told_pack_columns(const struct told_how *how, size_t *n);
void told_take_columns(struct told_how *how, const char *bytes, size_t n);

/* What has been told, all-zero at first. */
struct told {
    char *bytes; /* (n_bytes) owned */
    size_t n_bytes, room;
};

/* A text's judgement; `number` is the text's, from 1. */
struct judgement {
    const double *probabilities;
    int class;
    size_t n_words, n_known;
    int64_t number;
};

/* Adds a text. ERR_FORMAT: its row does not fit the table. */
int told_add(struct told *told, struct told_how *how, const struct judgement *judgement,
             const struct kept *kept) NODISCARD;

#endif
