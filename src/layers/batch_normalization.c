#include "layers/channels.h"
#include "layers/normalization.h"

#include <math.h>
#include <string.h>

/* As it judges: y = scale x + shift, of the moving mean and variance that it was trained
 * to. Its training is refused: it would take mean and variance of a whole batch, so that
 * a lane's result depended on the other lanes; frozen it stays as it is. Source: Keras
 * BatchNormalization of the last axis. */
struct batch_normalization_layer {
    struct layer layer;
    real *scales, *shifts; /* (row) */
    real *dx;              /* (R, row) of a step of a sequence */
};

static struct batch_normalization_layer *of(struct layer *layer)
{
    return (struct batch_normalization_layer *)layer;
}

static void tensors(const struct chain_config *chain, int i, struct params *params)
{
    const char *name = chain->layer[i].name;
    size_t n = (size_t)chain_outline(chain, i).width;

    normalization_tensors(chain, i, params);
    params_add(params, name, "moving_mean", n, 0);
    params_add(params, name, "moving_variance", n, 0);
}

static int shape(struct layer *layer)
{
    layer->out = layer->in;
    layer->out.skipped = SKIPPED_OTHER;
    if (!layer->below)
        return fail(ERR_USAGE, "layer %s: ids cannot be normalized", layer->config->name);
    if (layer->frame->trains && !layer->config->frozen)
        return fail(ERR_USAGE,
                    "layer %s: a BatchNormalization is not trained here: it takes means "
                    "over a whole batch, and the same bits on any number of ranks need "
                    "rows that do not depend on each other; --freeze %s keeps it as it "
                    "is and trains the others, and a LayerNormalization can be trained",
                    layer->config->name, layer->config->name);
    return OK;
}

static void init(const struct layer *layer, uint64_t seed, real *weights)
{
    const struct tensor *tensor = &layer->frame->params->tensors[layer->first_tensor];
    const struct tensor *end =
        layer->frame->params->tensors + layer->frame->params->n_tensors;

    (void)seed;
    for (; tensor < end && !strcmp(tensor->layer, layer->config->name); tensor++) {
        bool is_one =
            !strcmp(tensor->name, "gamma") || !strcmp(tensor->name, "moving_variance");
        for (size_t i = 0; i < tensor->size; i++)
            weights[tensor->offset + i] = is_one;
    }
}

static void layout(struct layer *layer, struct space *space)
{
    size_t row = (size_t)layer->in.row;

    of(layer)->scales = arena_take(&space->weights, row, sizeof(real));
    of(layer)->shifts = arena_take(&space->weights, row, sizeof(real));
    of(layer)->dx =
        arena_take(&space->backward, (size_t)layer->frame->rows * row, sizeof(real));
    if (layer->in.length == 0)
        layer_take_rows(layer, space);
}

static void pack(struct layer *layer, const real *weights)
{
    const struct layer_config *config = layer->config;
    int k = 0, n = layer->in.blocks * layer->in.width;
    const real *gamma =
        config->normalization.no_scale ? NULL : layer_weights(layer, weights, k++);
    const real *beta =
        config->normalization.no_center ? NULL : layer_weights(layer, weights, k++);
    const real *mean = layer_weights(layer, weights, k);
    const real *variance = layer_weights(layer, weights, k + 1);

    for (int d = 0; d < n; d++) {
        double scale = (gamma ? (double)gamma[d] : 1) /
                       sqrt((double)variance[d] + config->normalization.epsilon);
        double shift = (beta ? (double)beta[d] : 0) - (double)mean[d] * scale;
        of(layer)->scales[channels_place(layer, d)] = (real)scale;
        of(layer)->shifts[channels_place(layer, d)] = (real)shift;
    }
}

static void apply(const struct layer *layer, int n_rows, const real *x, real *y,
                  size_t row)
{
    const struct batch_normalization_layer *own =
        (const struct batch_normalization_layer *)layer;

    for (size_t r = 0; r < (size_t)n_rows; r++)
        layer->frame->kernels->scale_shift((size_t)layer->in.row, x + r * row,
                                           own->scales, own->shifts, y + r * row);
}

static void forward(struct layer *layer, const struct pass *pass)
{
    if (layer->in.length == 0)
        apply(layer, pass->n_rows, layer->below->y, layer->y, (size_t)layer->in.row);
}

static void pull(struct layer *layer, const struct pass *pass, const struct steps *steps,
                 int s, real *x, size_t row)
{
    layer->below->ops->pull(layer->below, pass, steps, s, x, row);
    apply(layer, steps->active[s], x, x, row);
}

/* dx = scale dy */
static void apply_back(const struct layer *layer, int n_rows, const real *dy, size_t row,
                       real *dx)
{
    const struct batch_normalization_layer *own =
        (const struct batch_normalization_layer *)layer;
    size_t width = (size_t)layer->in.row;

    for (size_t r = 0; r < (size_t)n_rows; r++) {
        memcpy(dx + r * width, dy + r * row, width * sizeof(real));
        layer->frame->kernels->multiply(width, dx + r * width, own->scales);
    }
}

/* What it has been trained to stays. */
static void backward(struct layer *layer, const struct pass *pass)
{
    const struct tensor *tensors = layer->frame->params->tensors;

    for (int t = layer->first_tensor; t < layer->frame->params->n_tensors; t++)
        if (!strcmp(tensors[t].layer, layer->config->name))
            memset(pass->gradient + tensors[t].offset, 0, tensors[t].size * sizeof(real));
    if (layer->in.length == 0)
        apply_back(layer, pass->n_rows, layer->dy, (size_t)layer->in.row,
                   layer->below->dy);
}

static void push(struct layer *layer, const struct pass *pass, const struct steps *steps,
                 int s, const real *dy, size_t row)
{
    apply_back(layer, steps->active[s], dy, row, of(layer)->dx);
    layer->below->ops->push(layer->below, pass, steps, s, of(layer)->dx,
                            (size_t)layer->in.row);
}

static const char *const words[] = {"batch-norm", NULL};

static char *write_words(const struct chain_config *chain,
                         const struct layer_config *layer)
{
    (void)chain;
    return normalization_write_words(layer, words[0]);
}

const struct layer_ops batch_normalization_layer = {
    .size = sizeof(struct batch_normalization_layer),
    .name = "batch_normalization",
    .words = words,
    .read_words = normalization_read_words,
    .write_words = write_words,
    .outline = channels_outline,
    .tensors = tensors,
    .shape = shape,
    .init = init,
    .layout = layout,
    .pack = pack,
    .forward = forward,
    .pull = pull,
    .backward = backward,
    .clear = channels_clear,
    .push = push,
};
