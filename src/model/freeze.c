#define _GNU_SOURCE /* strsep */

#include "model/options_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "layers/layer.h"

static struct layer_config *find(struct chain_config *chain, const char *name)
{
    for (int i = 0; i < chain->n_layers; i++)
        if (!strcmp(chain->layer[i].name, name))
            return &chain->layer[i];
    return NULL;
}

static bool has_weights(const struct layer_config *layer)
{
    return layer_kinds[layer->kind]->tensors &&
           (layer->kind != LAYER_POOLING || layer_attends(layer));
}

/* Names of all layers that have weights, with commas; the caller's. */
static char *all_names(const struct chain_config *chain)
{
    char *all = xstrdup("");

    for (int i = 0; i < chain->n_layers; i++) {
        if (!has_weights(&chain->layer[i]))
            continue;
        char *longer = xasprintf("%s%s%s", all, *all ? ", " : "", chain->layer[i].name);
        free(all);
        all = longer;
    }
    return all;
}

static int freeze_one(struct chain_config *chain, const char *name)
{
    struct layer_config *layer = find(chain, name);

    if (layer && has_weights(layer)) {
        layer->frozen = true;
        return OK;
    }

    char *all = all_names(chain);
    int rc = fail(ERR_USAGE, "--freeze: no layer with weights is called %s: there are %s",
                  *name ? name : "\"\"", all);
    free(all);
    return rc;
}

int model_options_freeze(const char *names, struct chain_config *chain)
{
    char *copy = xstrdup(names), *rest = copy, *name;
    int rc = OK;

    if (!*names || !strcmp(names, "none"))
        rest = NULL;
    while (!rc && (name = strsep(&rest, ","))) {
        name += strspn(name, " ");
        name[strcspn(name, " ")] = '\0';
        rc = freeze_one(chain, name);
    }
    free(copy);
    return rc;
}

int model_options_frozen(const struct chain_config *chain, char *names)
{
    size_t n = 0;

    *names = '\0';
    for (int i = 0; i < chain->n_layers; i++) {
        if (!chain->layer[i].frozen)
            continue;
        n += (size_t)snprintf(names + n, FREEZE_BYTES - n, "%s%s", n ? "," : "",
                              chain->layer[i].name);
        if (n >= FREEZE_BYTES)
            return fail(ERR_USAGE,
                        "the names of the frozen layers take more than %d bytes",
                        FREEZE_BYTES - 1);
    }
    return OK;
}
