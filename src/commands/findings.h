/* What the commands that check something say of it: a table, a line or some a check, or
 * JSON. Printed on one rank.
 */
#ifndef RNNTRAIN_COMMANDS_FINDINGS_H
#define RNNTRAIN_COMMANDS_FINDINGS_H

#include "base/base.h"

struct finding {
    const char *check; /* its name in the table */
    int level;
    char *says, *cure; /* owned; cure: NULL where all is well */
};

/* In the order in which they are said. */
struct findings {
    const char *const *levels; /* what levels are called, 0 is well; borrowed */
    struct finding *list;      /* (n) owned */
    int n;
};

/* Both texts are taken, `check` is borrowed; `cure` is NULL at level 0. */
void findings_add(struct findings *findings, const char *check, int level, char *says,
                  char *cure);
int findings_count(const struct findings *findings, int level);
/* A table 80 columns wide, or an array of objects: check, level, says, cure. */
void findings_say(const struct findings *findings, bool json);
void findings_release(struct findings *findings);

#endif
