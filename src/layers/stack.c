#define _GNU_SOURCE /* strsep */

#include "layers/stack.h"

#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "layers/layer.h"

/* The kind that an item's word begins, or LAYER_KINDS. */
static enum layer_kind kind_of(const char *word)
{
    if (strchr(word, '+')) /* side by side: "max+mean" */
        return LAYER_POOLING;
    for (int kind = 0; kind < LAYER_KINDS; kind++)
        if (layer_kinds[kind]->words && names_find(layer_kinds[kind]->words, word) >= 0)
            return (enum layer_kind)kind;
    return LAYER_KINDS;
}

static int refuse_word(const struct stack_item *item)
{
    struct nearest nearest = {.wanted = item->word};
    char *all = xstrdup("");

    for (int kind = 0; kind < LAYER_KINDS; kind++) {
        const char *const *known = layer_kinds[kind]->words;
        for (; known && *known; known++) {
            char *longer = xasprintf("%s%s%s", all, *all ? ", " : "", *known);
            free(all);
            all = longer;
            nearest_offer(&nearest, *known);
        }
    }

    int rc = nearest.name ? stack_fail(item, "no such layer (did you mean %s?): %s",
                                       nearest.name, all)
                          : stack_fail(item, "no such layer: there are %s", all);
    free(all);
    return rc;
}

/* Without spaces around it; cuts the text. */
static char *trim(char *text)
{
    text += strspn(text, " \t\n");
    size_t n = strlen(text);

    while (n > 0 && strchr(" \t\n", text[n - 1]))
        n--;
    text[n] = '\0';
    return text;
}

/* Cuts an item's text at its colons. */
static int cut(char *text, struct stack_item *item)
{
    char *rest = text;

    item->word = trim(strsep(&rest, ":"));
    while (rest) {
        if (item->n == STACK_MOST_ARGUMENTS)
            return stack_fail(item, "more than %d arguments", STACK_MOST_ARGUMENTS);
        item->argument[item->n++] = trim(strsep(&rest, ":"));
    }
    return OK;
}

static int add_layer(struct stack_item *item, struct chain_config *chain)
{
    enum layer_kind kind = kind_of(item->word);

    if (!*item->word)
        return stack_fail(item, "a layer is missing between two commas");
    if (kind == LAYER_KINDS)
        return refuse_word(item);
    if ((kind == LAYER_EMBEDDING) != (chain->n_layers == 0))
        return stack_fail(item, "a stack begins with its embedding, as embedding:64, "
                                "and has no other");

    struct layer_config *layer = chain_add(chain, kind);
    if (!layer)
        return stack_fail(item, "a model has at most %d layers", CHAIN_MOST_LAYERS);
    return layer_kinds[kind]->read_words(item, chain, layer);
}

static int read_item(const char *text, int place, struct chain_config *chain)
{
    char *whole = xstrdup(text), *cuts = xstrdup(text);
    struct stack_item item = {.text = trim(whole), .place = place};

    int rc = cut(cuts, &item);
    if (!rc)
        rc = add_layer(&item, chain);
    free(whole);
    free(cuts);
    return rc;
}

/* A recurrent layer gives every step where a layer above it takes them. */
static void settle_sequences(struct chain_config *chain)
{
    bool is_taken = false;

    for (int i = chain->n_layers - 1; i > 0; i--) {
        struct layer_config *layer = &chain->layer[i];
        if (layer->kind == LAYER_RECURRENT)
            layer->recurrent.sequences = is_taken;
        is_taken |= layer_kinds[layer->kind]->takes_sequence;
    }
}

int stack_read(const char *text, struct chain_config *chain)
{
    char *copy = xstrdup(text), *rest = copy;
    int rc = OK;

    for (int place = 1; rest && !rc; place++)
        rc = read_item(strsep(&rest, ","), place, chain);
    free(copy);
    if (!rc && chain->n_layers == CHAIN_MOST_LAYERS)
        rc = fail(ERR_USAGE, "--stack: a model has at most %d layers, with its output",
                  CHAIN_MOST_LAYERS);

    settle_sequences(chain);
    return rc;
}

char *stack_write(const struct chain_config *chain)
{
    char *text = xstrdup("");

    for (int i = 0; i < chain->n_layers; i++) {
        const struct layer_config *layer = &chain->layer[i];
        const struct layer_ops *ops = layer_kinds[layer->kind];
        if (!ops->write_words)
            continue;

        char *words = ops->write_words(chain, layer);
        if (!words)
            continue;
        char *longer = xasprintf("%s%s%s", text, *text ? ", " : "", words);
        free(words);
        free(text);
        text = longer;
    }
    return text;
}
