/* Texts on their way to explanations of their judgements, on standard output: for people,
 * in colour or not, or as JSON Lines. */
#ifndef RNNTRAIN_COMMANDS_EXPLAINING_H
#define RNNTRAIN_COMMANDS_EXPLAINING_H

#include "serve/explain.h"

enum colour { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER };
extern const char *const colour_names[]; /* NULL at the end */

/* --explain's values: 0 none, else 1 + the method. */
extern const char *const explaining_names[];

struct explaining;

/* All is borrowed. ERR_USAGE: the model has no tokenizer. */
int explaining_new(const struct predictor *predictor, enum explain_method method,
                   bool json, enum colour colour,
                   struct explaining **explaining) NODISCARD;
void explaining_free(struct explaining *explaining); /* NULL is fine */

/* Explains a text: valid UTF-8. */
void explaining_tell(struct explaining *explaining, const char *text);
/* Says, on standard error, where gaps stayed large. */
void explaining_print_notes(const struct explaining *explaining);

#endif
