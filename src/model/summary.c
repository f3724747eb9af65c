#include "model/summary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/program.h"
#include "layers/layer.h"
#include "model/model.h"

/* What is added up. */
struct totals {
    size_t parameters, frozen;
    double flops;
};

/* 1234567 as "1.23 M"; at most 16 bytes. */
static void rounded(double value, char *text)
{
    static const char *const units[] = {"", " k", " M", " G", " T"};
    int unit = 0;

    for (; value >= 999.5 && unit + 1 < (int)COUNT_OF(units); unit++)
        value /= 1000;
    snprintf(text, 16, "%.3g%s", value, units[unit]);
}

static size_t parameters_of(const struct params *params, int place)
{
    size_t n = 0;

    for (int i = 0; i < params->n_tensors; i++)
        if (params->tensors[i].place == place)
            n += params->tensors[i].size;
    return n;
}

/* Of a row whose positions are all computed. */
static double flops_of(const struct chain_config *chain, int i)
{
    const struct layer_ops *ops = layer_kinds[chain->layer[i].kind];
    if (!ops->work)
        return 0;

    struct work work = ops->work(chain, i, true);
    int length = i > 0 ? chain_outline(chain, i - 1).length : chain->length;
    return work.position * length + work.row;
}

/* The words of a layer in a stack; its output has none. */
static char *words_of(const struct chain_config *chain, const struct layer_config *layer)
{
    const struct layer_ops *ops = layer_kinds[layer->kind];

    char *words = ops->write_words ? ops->write_words(chain, layer) : NULL;
    if (words)
        return words;
    return xasprintf("%s", layer->output.loss == LOSS_BINARY        ? "1 sigmoid"
                           : layer->output.loss == LOSS_MULTI_LABEL ? "sigmoids"
                                                                    : "softmax");
}

static char *line_of(const struct chain_config *chain, int i, const struct params *params,
                     struct totals *totals)
{
    const struct layer_config *layer = &chain->layer[i];
    struct outline outline = chain_outline(chain, i);
    size_t parameters = parameters_of(params, i);
    double flops = flops_of(chain, i);
    char shape[32], count[32], cost[16];
    char *words = words_of(chain, layer);

    totals->parameters += parameters;
    totals->frozen += layer->frozen ? parameters : 0;
    totals->flops += flops;

    if (outline.length > 0)
        snprintf(shape, sizeof shape, "(%d, %d)", outline.length, outline.width);
    else
        snprintf(shape, sizeof shape, "(%d)", outline.width);
    program_thousands((int64_t)parameters, count);
    rounded(flops, cost);

    char *line = xasprintf("%-22.22s %-20.20s %-13s %11s %8s%s\n", layer->name, words,
                           shape, count, cost, layer->frozen ? " f" : "");
    free(words);
    return line;
}

static char *sums(const struct totals *totals)
{
    char all[32], frozen[32], cost[16], bytes[16];

    program_thousands((int64_t)totals->parameters, all);
    program_thousands((int64_t)totals->frozen, frozen);
    rounded(totals->flops, cost);
    rounded((double)totals->parameters * sizeof(float), bytes);
    char *stay = totals->frozen ? xasprintf(", %s frozen (f)", frozen) : xstrdup("");
    char *text = xasprintf("%s parameters (%sB)%s, %s training flops a row\n", all, bytes,
                           stay, cost);
    free(stay);
    return text;
}

static char *joined(char *text, char *line)
{
    char *longer = xasprintf("%s%s", text, line);

    free(text);
    free(line);
    return longer;
}

char *model_summary(const struct chain_config *chain)
{
    struct params params = {0};
    struct totals totals = {0};
    char *text = xasprintf("%-22s %-20s %-13s %11s %8s\n", "layer", "in a stack",
                           "gives a row", "parameters", "flops");

    model_tensors(chain, &params);
    for (int i = 0; i < chain->n_layers; i++)
        text = joined(text, line_of(chain, i, &params, &totals));
    params_release(&params);
    return joined(text, sums(&totals));
}
