#include "layers/recurrent_layer.h"

#include <stdlib.h>

#include "base/names.h"
#include "layers/stack.h"

/* Of each cell, in one direction and in both. */
const char *const recurrent_words[] = {"lstm", "bilstm", "gru", "bigru",
                                       "rnn",  "birnn",  NULL};
_Static_assert(COUNT_OF(recurrent_words) == 2 * CELL_KINDS + 1, "a cell has no words");

/* The index of the name that is there; `otherwise` where none is. */
static int take_name(struct stack_item *item, const char *const *names, int otherwise)
{
    int found = stack_take_name(item, names);
    return found < 0 ? otherwise : found;
}

static int read_modes(struct stack_item *item, struct layer_config *layer)
{
    static const char *const activations[] = {CELL_ACTIVATION_LIST(CELL_ACTIVATION_NAME)
                                                  NULL};
    const char *merges[MERGE_MODES + 1] = {NULL};

    for (int i = 0; i < MERGE_MODES; i++)
        merges[i] = merge_mode_names[i];
    layer->recurrent.hard_sigmoid = stack_take_word(item, "hard_sigmoid");
    layer->recurrent.reset_after = stack_take_word(item, "reset_after");
    layer->recurrent.backwards = stack_take_word(item, "backwards");
    layer->recurrent.activation =
        (enum cell_activation)take_name(item, activations, CELL_TANH);
    layer->recurrent.merge = (enum merge_mode)take_name(item, merges, MERGE_CONCAT);

    if (layer->recurrent.reset_after && layer->recurrent.cell != CELL_GRU)
        return stack_fail(item, "reset_after is for gru and bigru");
    if (layer->recurrent.hard_sigmoid && layer->recurrent.cell == CELL_SIMPLE)
        return stack_fail(item, "hard_sigmoid is for the gates of lstm and gru");
    if (layer->recurrent.merge != MERGE_CONCAT && !layer->recurrent.bidirectional)
        return stack_fail(item, "%s is for two directions: bilstm, bigru, birnn",
                          merge_mode_names[layer->recurrent.merge]);
    return OK;
}

int recurrent_read_words(struct stack_item *item, struct chain_config *chain,
                         struct layer_config *layer)
{
    const double most = 0.99;
    int word = names_find(recurrent_words, item->word);
    int rc = stack_take_count(item, "units", LAYER_MOST_UNITS, &layer->recurrent.units);

    (void)chain;
    layer->recurrent.cell = (enum recurrent_cell)(word / 2);
    layer->recurrent.bidirectional = word % 2;
    if (!rc)
        rc = read_modes(item, layer);
    if (!rc)
        rc = stack_take_value(item, "dropout", most, &layer->recurrent.dropout);
    if (!rc)
        rc = stack_take_value(item, "recurrent-dropout", most,
                              &layer->recurrent.recurrent_dropout);
    return rc ? rc
              : stack_end(item, "its units, tanh, relu, sigmoid, linear, hard_sigmoid, "
                                "reset_after, concat, sum, ave, mul, backwards, "
                                "dropout=0.2, recurrent-dropout=0.2");
}

/* ":key=0.2", or nothing. */
static char *write_rate(const char *key, double rate)
{
    if (!(rate > 0))
        return xstrdup("");
    char *number = stack_number(rate), *text = xasprintf(":%s=%s", key, number);
    free(number);
    return text;
}

char *recurrent_write_words(const struct chain_config *chain,
                            const struct layer_config *layer)
{
    int word = 2 * (int)layer->recurrent.cell + layer->recurrent.bidirectional;
    bool has_activation = layer->recurrent.activation != CELL_TANH;
    bool merges = layer->recurrent.merge != MERGE_CONCAT;
    char *dropout = write_rate("dropout", layer->recurrent.dropout);
    char *recurrent = write_rate("recurrent-dropout", layer->recurrent.recurrent_dropout);

    (void)chain;
    char *text = xasprintf(
        "%s:%d%s%s%s%s%s%s%s%s%s", recurrent_words[word], layer->recurrent.units,
        has_activation ? ":" : "",
        has_activation ? cell_activation_names[layer->recurrent.activation] : "",
        layer->recurrent.hard_sigmoid ? ":hard_sigmoid" : "",
        layer->recurrent.reset_after ? ":reset_after" : "", merges ? ":" : "",
        merges ? merge_mode_names[layer->recurrent.merge] : "",
        layer->recurrent.backwards ? ":backwards" : "", dropout, recurrent);
    free(dropout);
    free(recurrent);
    return text;
}
