/* What is kept of a text's row beside its judgement: its columns or fields, or its
 * name. */
#ifndef RNNTRAIN_COMMANDS_KEPT_H
#define RNNTRAIN_COMMANDS_KEPT_H

#include <jansson.h>

#include "commands/texts.h"

/* All-zero: nothing is kept. */
struct kept {
    char *json;     /* {"a": 1, ... without the brace that ends it; owned */
    json_t *fields; /* the same as an object; NULL: Python's JSON (NaN), not read here */
};

/* A text of a row, or of a file; `is_named`: it is one of several files, whose name is
 * its "id". */
struct kept kept_of_text(const struct one_text *text, bool is_named);
/* A line by itself. */
struct kept kept_of_line(const char *line);

/* `name`, or predicted_<name> where the row has that itself; the caller's to free. */
char *kept_free_name(const struct kept *kept, const char *name);

void kept_release(struct kept *kept);

#endif
