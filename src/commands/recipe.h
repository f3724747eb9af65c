/* Recipes: options that go together, by name. Those of the notebook are the same for all
 * data; others follow from what a data set is. README's "Recipes" has the rule.
 */
#ifndef RNNTRAIN_COMMANDS_RECIPE_H
#define RNNTRAIN_COMMANDS_RECIPE_H

#include "commands/config.h"

enum recipe {
    RECIPE_NONE,
    RECIPE_LSTM,
    RECIPE_BILSTM,
    RECIPE_GRU,
    RECIPE_FAST,
    RECIPE_AUTO,
    RECIPE_BEST,
    RECIPES
};
extern const char *const recipe_names[RECIPES + 1];

bool recipe_asks_data(enum recipe recipe);
/* Collective over the ranks of `comm`, of which one reads; NULL: this process does. */
int recipe_read_facts(const struct comm *comm, const char *path,
                      struct recipe_facts *facts) NODISCARD;

/* Sets the recipe's options, which are defaults for all other sources: `named` is what
 * those say. Where it asks, config->facts were read. ERR_USAGE: it is not for such
 * data. */
int recipe_apply(enum recipe recipe, const struct config *named,
                 struct config *config) NODISCARD;

#endif
