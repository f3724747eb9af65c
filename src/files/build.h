/* What a program is made of: what --version tells, and what logs and checkpoints know it
 * by. Nothing here is collective. */
#ifndef RNNTRAIN_FILES_BUILD_H
#define RNNTRAIN_FILES_BUILD_H

#include <jansson.h>

#include "base/base.h"

/* XXH64 of the program's file, as program_hex writes it; ERR_IO. */
int build_id(char text[17]) NODISCARD;

/* A JSON object of texts: "build", "compiler" and "hdf5"; json_decref. */
json_t *build_facts(void);

/* A fact more; the value is taken over. */
void build_add(json_t *facts, const char *name, char *value);

#endif
