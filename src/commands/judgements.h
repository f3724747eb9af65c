/* Texts on their way to their judgements: judged together, told on standard output or in
 * a file. */
#ifndef RNNTRAIN_COMMANDS_JUDGEMENTS_H
#define RNNTRAIN_COMMANDS_JUDGEMENTS_H

#include "commands/kept.h"
#include "serve/predictor.h"

struct judgements;

/* ERR_USAGE: the output's name ends in neither .csv, .tsv nor .jsonl. All is borrowed;
 * `output` NULL: standard output, as JSON Lines or as class and probability. JSON and
 * tables have probabilities with so many significant digits, of which 17 are all. */
int judgements_new(struct predictor *predictor, const char *output, bool jsonl,
                   int digits, struct judgements **judgements) NODISCARD;
void judgements_free(struct judgements *judgements); /* NULL is fine */

/* Whether anything but the judgement is told of a text. */
bool judgements_keep(const struct judgements *judgements);

/* The next text, taken, as is what is kept of it; it may wait for others. */
int judgements_add(struct judgements *judgements, char *text, struct kept kept) NODISCARD;
/* Judges those that wait. */
int judgements_flush(struct judgements *judgements) NODISCARD;
/* Room for that many is left until they are judged. */
int judgements_room(const struct judgements *judgements);

/* Writes the file. */
int judgements_finish(struct judgements *judgements) NODISCARD;
/* Says, on standard error, which texts could not be told apart, if there were any. */
void judgements_print_notes(const struct judgements *judgements);

#endif
