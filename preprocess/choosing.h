/* Options that --for chooses while a corpus is read: by the rule of choose.h, as its
 * facts come to be known, and only those that the user has left open. */
#ifndef PREPROCESS_CHOOSING_H
#define PREPROCESS_CHOOSING_H

#include <jansson.h>

#include "choose.h"
#include "settings.h"

struct choosing {
    struct settings settings; /* the user's, whose strings are borrowed, and what was
                               * chosen */
    bool is_open[CHOOSE_OPTIONS];
    char *value[CHOOSE_OPTIONS]; /* what was chosen; NULL: nothing yet; owned */
    struct choose_facts facts;   /* the caller's to fill in */
};

/* Finds out what the user has left open. Without --for that is nothing. */
int choosing_begin(struct choosing *choosing, const struct settings *given) NODISCARD;

/* Chooses the open options of a stage from the facts; whether one is another than it was
 * chosen before. */
bool choosing_take(struct choosing *choosing, enum choose_stage stage);

/* What was chosen, as options to type, those with their usual values left out; and all of
 * the stage CHOOSE_CUTTING. The caller's to free. */
char *choosing_options(const struct choosing *choosing);
char *choosing_cutting(const struct choosing *choosing);

/* And why, for people on standard output and as a JSON object. */
void choosing_print(const struct choosing *choosing);
json_t *choosing_json(const struct choosing *choosing);

void choosing_release(struct choosing *choosing);

#endif
