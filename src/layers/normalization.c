#include "layers/normalization.h"

#include <stdlib.h>

static const double usual_epsilon = 1e-3; /* Keras's */

void normalization_tensors(const struct chain_config *chain, int i, struct params *params)
{
    const struct layer_config *layer = &chain->layer[i];
    size_t n = (size_t)chain_outline(chain, i).width;

    if (!layer->normalization.no_scale)
        params_add(params, layer->name, "gamma", n, 0);
    if (!layer->normalization.no_center)
        params_add(params, layer->name, "beta", n, 0);
}

int normalization_read_words(struct stack_item *item, struct chain_config *chain,
                             struct layer_config *layer)
{
    (void)chain;
    layer->normalization.epsilon = usual_epsilon;
    layer->normalization.no_center = stack_take_word(item, "no_center");
    layer->normalization.no_scale = stack_take_word(item, "no_scale");
    int rc = stack_take_value(item, "epsilon", 1e6, &layer->normalization.epsilon);
    return rc ? rc : stack_end(item, "epsilon=0.001, no_center, no_scale");
}

char *normalization_write_words(const struct layer_config *layer, const char *word)
{
    char *epsilon = stack_number(layer->normalization.epsilon);
    bool is_usual = layer->normalization.epsilon == usual_epsilon;
    char *text = xasprintf("%s%s%s%s%s", word,
                           is_usual ? "" : ":epsilon=", is_usual ? "" : epsilon,
                           layer->normalization.no_center ? ":no_center" : "",
                           layer->normalization.no_scale ? ":no_scale" : "");

    free(epsilon);
    return text;
}
