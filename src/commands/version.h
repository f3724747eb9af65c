/* What `rnntrain --version` tells behind the version. */
#ifndef RNNTRAIN_COMMANDS_VERSION_H
#define RNNTRAIN_COMMANDS_VERSION_H

#include <jansson.h>

/* Names and texts: see struct program. */
json_t *version_facts(void);

#endif
