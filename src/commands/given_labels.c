#include "commands/given_labels.h"

#include <stdlib.h>

/* Takes `all`, the caller's from then on. */
static char *join(char *all, const char *next)
{
    char *joined =
        all ? xasprintf("%s" GIVEN_LABELS_SEPARATOR "%s", all, next) : xstrdup(next);
    free(all);
    return joined;
}

char *given_labels_names(const struct facts *facts, const struct decision *decision,
                         const double *probabilities)
{
    char *all = NULL;

    for (int c = 0; c < facts->n_labels; c++)
        if (decision_gives(decision, c, probabilities[c]))
            all = join(all, facts->labels[c]);
    return all ? all : xstrdup("");
}

char *given_labels_flagged(const struct facts *facts, const uint8_t *flags)
{
    char *all = NULL;

    for (int c = 0; c < facts->n_labels; c++)
        if (flags[c])
            all = join(all, facts->labels[c]);
    return all ? all : xstrdup("");
}

char *given_labels_probabilities(const struct facts *facts,
                                 const struct decision *decision,
                                 const double *probabilities, int digits)
{
    char *all = NULL;

    for (int c = 0; c < facts->n_labels; c++)
        if (decision_gives(decision, c, probabilities[c])) {
            char *number = xasprintf("%.*f", digits, probabilities[c]);
            all = join(all, number);
            free(number);
        }
    return all ? all : xstrdup("");
}

json_t *given_labels_json(const struct facts *facts, const struct decision *decision,
                          const double *probabilities)
{
    json_t *list = json_array();

    for (int c = 0; c < facts->n_labels; c++)
        if (decision_gives(decision, c, probabilities[c]))
            json_array_append_new(list, json_string(facts->labels[c]));
    return list;
}
