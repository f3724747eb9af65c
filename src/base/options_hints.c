#define _GNU_SOURCE /* environ */
#include "base/options_private.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/say.h"
#include "base/names.h"
#include "base/peers.h"

/* Hidden options are for the project's own tests: nobody means them. */
static bool is_offered(const struct option_table *table, const char *name)
{
    struct option option;
    return options_find(table, name, &option) && *option.help;
}

/* What a name of the peers is here, or what to do instead; NULL: it is none of them. */
static char *hint_of_peers(const struct option_table *table, const char *name)
{
    const char *remark = NULL;
    for (const struct peer *peer = peer_find(peer_options, name); peer;
         peer = peer_find(peer + 1, name)) {
        if (peer->ours && is_offered(table, peer->ours))
            return xasprintf("it is --%s here%s%s", peer->ours, peer->differs ? ", " : "",
                             peer->differs ? peer->differs : "");
        remark = peer->remark ? peer->remark : remark;
    }
    return remark ? xstrdup(remark) : NULL;
}

/* What was probably meant by an unknown name, without parentheses; NULL: nobody knows. */
static char *hint(const struct option_table *table, const char *name)
{
    char *text = hint_of_peers(table, name);
    if (text)
        return text;

    struct nearest nearest = {.wanted = name};
    struct option option;
    for (int i = 0; options_at(table, i, &option); i++)
        if (*option.help)
            nearest_offer(&nearest, option.name);
    return nearest.name ? xasprintf("did you mean --%s?", nearest.name) : NULL;
}

int options_unknown(const struct option_table *table, const char *name,
                    const char *written, const char *source)
{
    char *text = hint(table, name);
    int rc = text ? fail(ERR_USAGE, "%sunknown option %s (%s)", source, written, text)
                  : fail(ERR_USAGE, "%sunknown option %s (%s --help lists them)", source,
                         written, table->program);
    free(text);
    return rc;
}

char *options_value_hint(const struct option *option, const char *value)
{
    if (option->type != OPTION_CHOICE)
        return xstrdup("");

    const struct peer *peer = peer_find(peer_values, value);
    const char *meant = peer && names_find(option->choices, peer->ours) >= 0
                            ? peer->ours
                            : names_nearest(option->choices, value);
    return meant ? xasprintf(" (did you mean %s?)", meant) : xstrdup("");
}

/* The option that a variable of the environment would be: a name of the caller's to free;
 * NULL: it has not the prefix, or nothing behind it. */
static char *option_of(const struct option_table *table, const char *variable)
{
    size_t prefix = strlen(table->environment), n = strcspn(variable, "=");
    if (n <= prefix || strncmp(variable, table->environment, prefix))
        return NULL;

    char *name = xstrndup(variable + prefix, n - prefix);
    for (char *c = name; *c; c++)
        *c = *c == '_' ? '-' : (char)tolower((unsigned char)*c);
    return name;
}

static int check_variable(const struct option_table *table, const char *variable,
                          const char *name)
{
    struct option option;
    char *text = options_find(table, name, &option) ? NULL : hint(table, name);
    int rc = text ? fail(ERR_USAGE, "%.*s in the environment: unknown option --%s (%s)",
                         (int)strcspn(variable, "="), variable, name, text)
                  : OK;
    free(text);
    return rc;
}

int options_check_environment(const struct option_table *table)
{
    int rc = OK;
    for (char **variable = environ; variable && *variable && !rc; variable++) {
        char *name = option_of(table, *variable);
        if (name)
            rc = check_variable(table, *variable, name);
        free(name);
    }
    return rc;
}

void options_environment_notes(const struct option_table *table, FILE *out)
{
    struct option option;
    if (!table->environment)
        return;

    for (char **variable = environ; variable && *variable; variable++) {
        char *name = option_of(table, *variable);
        if (name && !options_find(table, name, &option))
            say_line(out, "%.*s: note: %.*s in the environment is no option of %s",
                     (int)strcspn(table->program, " "), table->program,
                     (int)strcspn(*variable, "="), *variable, table->program);
        free(name);
    }
}
