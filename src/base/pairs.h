/* A JSON object for people: "units 64, optimizer adam, ...". */
#ifndef RNNTRAIN_BASE_PAIRS_H
#define RNNTRAIN_BASE_PAIRS_H

#include <jansson.h>

/* To standard output, in lines that fit a terminal, behind a label. Objects within follow
 * in lines of their own, as "options: maxlen 10, ...". Reals have six digits. */
void pairs_print(const char *label, json_t *object);
/* The same of a text; nothing where it is no object, or NULL. */
void pairs_print_text(const char *label, const char *json);

#endif
