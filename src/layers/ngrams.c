#include "layers/layer.h"

#include <math.h>
#include <string.h>

#include "data/sparse.h"

/* N-grams instead of ids: a row's sums of the weights of the n-grams that it has, one a
 * logit, in rising order of n-grams, over the length that their idf gives it, which is 1
 * where all idf are 0. kernel (F, C), idf (F): train/linear_fit.h has what they are. The
 * output behind it adds its biases. */
struct ngrams_layer {
    struct layer layer;
    const real *kernel, *idf; /* borrowed from the flat array */
    double *sums;             /* (C) of a row */
};

static struct ngrams_layer *of(struct layer *layer)
{
    return (struct ngrams_layer *)layer;
}

static struct outline outline(const struct chain_config *chain, int i, struct outline in)
{
    (void)i;
    (void)in;
    return (struct outline){0, chain_outputs(chain)};
}

static void tensors(const struct chain_config *chain, int i, struct params *params)
{
    const char *name = chain->layer[i].name;
    size_t n = (size_t)chain->n_ngrams;

    params_add(params, name, "kernel", n, (size_t)chain_outputs(chain));
    params_add(params, name, "idf", n, 0);
}

/* What --model linear says; no stack has it. */
static char *write_words(const struct chain_config *chain,
                         const struct layer_config *layer)
{
    (void)chain;
    (void)layer;
    return xstrdup("ngrams");
}

static int shape(struct layer *layer)
{
    int width = chain_outputs(layer->frame->chain);

    layer->out = (struct shape){.blocks = 1, .width = width, .row = width};
    return OK;
}

/* Nothing is drawn: a fit sets them. */
static void init(const struct layer *layer, uint64_t seed, real *weights)
{
    const struct params *params = layer->frame->params;

    (void)seed;
    for (int k = 0; k < 2; k++)
        memset(layer_gradient(layer, weights, k), 0,
               params->tensors[layer->first_tensor + k].size * sizeof *weights);
}

static void layout(struct layer *layer, struct space *space)
{
    of(layer)->sums = arena_take(&space->lane, (size_t)layer->out.width, sizeof(double));
    layer_take_rows(layer, space);
}

static void pack(struct layer *layer, const real *weights)
{
    of(layer)->kernel = layer_weights(layer, weights, 0);
    of(layer)->idf = layer_weights(layer, weights, 1);
}

static void add_row(struct ngrams_layer *ngrams, const struct sparse *sparse, size_t row,
                    real *y)
{
    size_t width = (size_t)ngrams->layer.out.width;
    double square = 0;

    for (size_t c = 0; c < width; c++)
        ngrams->sums[c] = 0;
    for (uint64_t e = sparse->start[row]; e < sparse->start[row + 1]; e++) {
        const real *kernel = ngrams->kernel + sparse->index[e] * width;
        double idf = (double)ngrams->idf[sparse->index[e]];
        square += idf * idf;
        for (size_t c = 0; c < width; c++)
            ngrams->sums[c] += (double)kernel[c];
    }

    double length = square > 0 ? sqrt(square) : 1;
    for (size_t c = 0; c < width; c++)
        y[c] = (real)(ngrams->sums[c] / length);
}

static void forward(struct layer *layer, const struct pass *pass)
{
    for (int r = 0; r < pass->n_rows; r++)
        add_row(of(layer), pass->from->ngrams, (size_t)pass->rows[r],
                layer->y + r * layer->out.row);
}

const struct layer_ops ngrams_layer = {
    .size = sizeof(struct ngrams_layer),
    .name = "ngrams",
    .outline = outline,
    .tensors = tensors,
    .write_words = write_words,
    .shape = shape,
    .init = init,
    .layout = layout,
    .pack = pack,
    .share = pack,
    .forward = forward,
};
