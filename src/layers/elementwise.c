#include "layers/channels.h"

#include <stdlib.h>
#include <string.h>

#include "base/names.h"

enum { MOST_ALPHA = 1000 };

/* y = f(x) of each number, where no Dense has the activation. A sequence is computed as
 * it is pulled, and once more for its slopes as gradients are pushed. Source: Keras
 * Activation, ReLU, LeakyReLU, ELU. */
struct elementwise_layer {
    struct layer layer;
    real *slope;  /* (R, row) */
    real *x, *dx; /* (R, row) of a step of a sequence */
};

static struct elementwise_layer *of(struct layer *layer)
{
    return (struct elementwise_layer *)layer;
}

static const char *name_of(const struct layer_config *layer)
{
    if (layer->activation.how == ACTIVATION_LEAKY_RELU)
        return "leaky_re_lu";
    return layer->activation.how == ACTIVATION_ELU ? "elu" : "activation";
}

static bool keeps_zero(enum activation how)
{
    return how != ACTIVATION_SIGMOID && how != ACTIVATION_SOFTPLUS &&
           how != ACTIVATION_EXPONENTIAL;
}

static int shape(struct layer *layer)
{
    layer->out = layer->in;
    if (layer->in.skipped == SKIPPED_PADS || !keeps_zero(layer->config->activation.how))
        layer->out.skipped = SKIPPED_OTHER;
    return layer->below
               ? OK
               : fail(ERR_USAGE, "layer %s: ids have no activation", layer->config->name);
}

static void layout(struct layer *layer, struct space *space)
{
    size_t n = (size_t)layer->frame->rows * (size_t)layer->in.row;

    of(layer)->slope = arena_take(&space->backward, n, sizeof(real));
    if (layer->in.length == 0) {
        layer_take_rows(layer, space);
        return;
    }
    of(layer)->x = arena_take(&space->backward, n, sizeof(real));
    of(layer)->dx = arena_take(&space->backward, n, sizeof(real));
}

static void apply(const struct layer *layer, size_t n, const real *x, real *y,
                  real *slope)
{
    enum activation how = layer->config->activation.how;
    double alpha = activation_alpha(how, layer->config->activation.alpha);

    layer->frame->kernels->activate[how](n, (real)alpha, x, y, slope);
}

static void forward(struct layer *layer, const struct pass *pass)
{
    if (layer->in.length == 0)
        apply(layer, (size_t)pass->n_rows * (size_t)layer->in.row, layer->below->y,
              layer->y, pass->trains ? of(layer)->slope : NULL);
}

static void backward(struct layer *layer, const struct pass *pass)
{
    size_t n = (size_t)pass->n_rows * (size_t)layer->in.row;

    if (layer->in.length > 0)
        return;
    memcpy(layer->below->dy, layer->dy, n * sizeof(real));
    layer->frame->kernels->multiply(n, layer->below->dy, of(layer)->slope);
}

static void pull(struct layer *layer, const struct pass *pass, const struct steps *steps,
                 int s, real *x, size_t row)
{
    layer->below->ops->pull(layer->below, pass, steps, s, x, row);
    for (size_t r = 0; r < (size_t)steps->active[s]; r++)
        apply(layer, (size_t)layer->in.row, x + r * row, x + r * row, NULL);
}

static void push(struct layer *layer, const struct pass *pass, const struct steps *steps,
                 int s, const real *dy, size_t row)
{
    struct elementwise_layer *own = of(layer);
    size_t width = (size_t)layer->in.row, rows = (size_t)steps->active[s];

    channels_pull_again(layer, pass, steps, s, own->x);
    apply(layer, rows * width, own->x, own->x, own->slope);
    for (size_t r = 0; r < rows; r++)
        memcpy(own->dx + r * width, dy + r * row, width * sizeof(real));
    layer->frame->kernels->multiply(rows * width, own->dx, own->slope);
    layer->below->ops->push(layer->below, pass, steps, s, own->dx, width);
}

static const char *const words[] = {"activation", NULL};
static const char *const names[] = {ACTIVATION_LIST(ACTIVATION_NAME) NULL};

static int read_words(struct stack_item *item, struct chain_config *chain,
                      struct layer_config *layer)
{
    int how = stack_take_name(item, names), rc = OK;
    char *known = names_join(names, ", ");

    (void)chain;
    if (how < 0)
        rc = stack_fail(item, "expected one of %s", known);
    else
        layer->activation.how = (enum activation)how;
    free(known);
    if (!rc)
        rc = stack_take_value(item, "alpha", MOST_ALPHA, &layer->activation.alpha);
    return rc ? rc : stack_end(item, "its name, and alpha=0.3 of elu or leaky_relu");
}

static char *write_words(const struct chain_config *chain,
                         const struct layer_config *layer)
{
    enum activation how = layer->activation.how;
    double alpha = activation_alpha(how, layer->activation.alpha);
    bool is_usual = alpha == activation_alpha(how, 0);

    (void)chain;
    if (is_usual || (how != ACTIVATION_ELU && how != ACTIVATION_LEAKY_RELU))
        return xasprintf("activation:%s", names[how]);
    char *number = stack_number(alpha);
    char *text = xasprintf("activation:%s:alpha=%s", names[how], number);
    free(number);
    return text;
}

const struct layer_ops elementwise_layer = {
    .size = sizeof(struct elementwise_layer),
    .name_of = name_of,
    .words = words,
    .read_words = read_words,
    .write_words = write_words,
    .outline = channels_outline,
    .shape = shape,
    .layout = layout,
    .forward = forward,
    .pull = pull,
    .backward = backward,
    .clear = channels_clear,
    .push = push,
};
