#include "layers/channels.h"
#include "layers/normalization.h"

#include <string.h>

/* y = gamma (x - mean) / sqrt(variance + epsilon) + beta, mean and variance being those
 * of the vector itself. A sequence is computed as it is pulled, and once more as
 * gradients are pushed. Source: Keras LayerNormalization of the last axis; Ba, Kiros and
 * Hinton 2016. */
struct layer_normalization_layer {
    struct layer layer;
    real *ones, *gamma, *beta; /* (row), zero at padding */
    real *dgamma, *dbeta;      /* (row) */
    real *x, *dx;              /* (R, row) of a step of a sequence */
};

static struct layer_normalization_layer *of(struct layer *layer)
{
    return (struct layer_normalization_layer *)layer;
}

/* Where its tensors come among the layer's, -1 where it has none. */
static int gamma_tensor(const struct layer *layer)
{
    return layer->config->normalization.no_scale ? -1 : 0;
}

static int beta_tensor(const struct layer *layer)
{
    return layer->config->normalization.no_center ? -1 : gamma_tensor(layer) + 1;
}

static int shape(struct layer *layer)
{
    layer->out = layer->in;
    layer->out.skipped = SKIPPED_OTHER;
    return layer->below ? OK
                        : fail(ERR_USAGE, "layer %s: ids cannot be normalized",
                               layer->config->name);
}

static void init(const struct layer *layer, uint64_t seed, real *weights)
{
    int n = layer->in.blocks * layer->in.width;

    (void)seed;
    for (int d = 0; d < n && gamma_tensor(layer) >= 0; d++)
        layer_gradient(layer, weights, gamma_tensor(layer))[d] = 1;
    for (int d = 0; d < n && beta_tensor(layer) >= 0; d++)
        layer_gradient(layer, weights, beta_tensor(layer))[d] = 0;
}

static void layout(struct layer *layer, struct space *space)
{
    struct layer_normalization_layer *own = of(layer);
    size_t row = (size_t)layer->in.row, n = (size_t)layer->frame->rows * row;

    own->ones = arena_take(&space->weights, row, sizeof(real));
    own->gamma = arena_take(&space->weights, row, sizeof(real));
    own->beta = arena_take(&space->weights, row, sizeof(real));
    own->dgamma = arena_take(&space->backward, row, sizeof(real));
    own->dbeta = arena_take(&space->backward, row, sizeof(real));
    if (layer->in.length == 0) {
        layer_take_rows(layer, space);
        return;
    }
    own->x = arena_take(&space->backward, n, sizeof(real));
    own->dx = arena_take(&space->backward, n, sizeof(real));
}

static void pack(struct layer *layer, const real *weights)
{
    int gamma = gamma_tensor(layer), beta = beta_tensor(layer);

    channels_pack(layer, NULL, 1, of(layer)->ones);
    channels_pack(layer, gamma < 0 ? NULL : layer_weights(layer, weights, gamma), 1,
                  of(layer)->gamma);
    channels_pack(layer, beta < 0 ? NULL : layer_weights(layer, weights, beta), 0,
                  of(layer)->beta);
}

static struct normalize sweep(struct layer *layer, int rows)
{
    return (struct normalize){
        .rows = rows,
        .row = layer->in.row,
        .width = layer->in.blocks * layer->in.width,
        .epsilon = (real)layer->config->normalization.epsilon,
        .ones = of(layer)->ones,
        .gamma = of(layer)->gamma,
        .beta = of(layer)->beta,
    };
}

static void forward(struct layer *layer, const struct pass *pass)
{
    struct normalize s = sweep(layer, pass->n_rows);
    size_t row = (size_t)layer->in.row;

    if (layer->in.length == 0)
        layer->frame->kernels->normalize(&s, layer->below->y, row, layer->y, row);
}

static void clear_gradients(struct layer *layer)
{
    size_t n_bytes = (size_t)layer->in.row * sizeof(real);

    memset(of(layer)->dgamma, 0, n_bytes);
    memset(of(layer)->dbeta, 0, n_bytes);
}

static void backward(struct layer *layer, const struct pass *pass)
{
    struct normalize s = sweep(layer, pass->n_rows);
    struct layer *below = layer->below;
    int gamma = gamma_tensor(layer), beta = beta_tensor(layer);

    if (layer->in.length == 0) {
        clear_gradients(layer);
        layer->frame->kernels->normalize_backward(&s, below->y, layer->dy,
                                                  (size_t)layer->in.row, below->dy,
                                                  of(layer)->dgamma, of(layer)->dbeta);
    }
    if (gamma >= 0)
        channels_unpack(layer, of(layer)->dgamma,
                        layer_gradient(layer, pass->gradient, gamma));
    if (beta >= 0)
        channels_unpack(layer, of(layer)->dbeta,
                        layer_gradient(layer, pass->gradient, beta));
}

static void pull(struct layer *layer, const struct pass *pass, const struct steps *steps,
                 int s, real *x, size_t row)
{
    struct normalize n = sweep(layer, steps->active[s]);

    layer->below->ops->pull(layer->below, pass, steps, s, x, row);
    layer->frame->kernels->normalize(&n, x, row, x, row);
}

static void clear(struct layer *layer, const struct pass *pass)
{
    clear_gradients(layer);
    channels_clear(layer, pass);
}

static void push(struct layer *layer, const struct pass *pass, const struct steps *steps,
                 int s, const real *dy, size_t row)
{
    struct layer_normalization_layer *own = of(layer);
    struct normalize n = sweep(layer, steps->active[s]);

    channels_pull_again(layer, pass, steps, s, own->x);
    layer->frame->kernels->normalize_backward(&n, own->x, dy, row, own->dx, own->dgamma,
                                              own->dbeta);
    layer->below->ops->push(layer->below, pass, steps, s, own->dx, (size_t)layer->in.row);
}

static const char *const words[] = {"layer-norm", NULL};

static char *write_words(const struct chain_config *chain,
                         const struct layer_config *layer)
{
    (void)chain;
    return normalization_write_words(layer, words[0]);
}

const struct layer_ops layer_normalization_layer = {
    .size = sizeof(struct layer_normalization_layer),
    .name = "layer_normalization",
    .words = words,
    .read_words = normalization_read_words,
    .write_words = write_words,
    .outline = channels_outline,
    .tensors = normalization_tensors,
    .shape = shape,
    .init = init,
    .layout = layout,
    .pack = pack,
    .forward = forward,
    .pull = pull,
    .backward = backward,
    .clear = clear,
    .push = push,
};
