#include "layers/dropout.h"

#include <stdlib.h>
#include <string.h>

#include "base/names.h"

/* Dropout: in training an element is kept, and scaled by 1 / (1 - rate), or becomes 0;
 * which, is a function of (seed, purpose, step, row, element). Vectors are dropped where
 * they stand, sequences as they are pulled; over an embedding its kernel does it while it
 * looks rows up. A spatial one keeps or drops a number of a row's vectors at all
 * positions alike. Source: Keras Dropout, SpatialDropout1D. */
struct dropout_layer {
    struct layer layer;
    struct position_bits bits;
    bool is_on_embedding;
    real *dx; /* (R, row) dL/d(inputs) of a step of another sequence */
};

static struct dropout_layer *of(struct layer *layer)
{
    return (struct dropout_layer *)layer;
}

static const char *name_of(const struct layer_config *layer)
{
    return layer->dropout.spatial ? "spatial_dropout1d" : "dropout";
}

static struct outline outline(const struct chain_config *chain, int i, struct outline in)
{
    (void)chain;
    (void)i;
    return in;
}

static int shape(struct layer *layer)
{
    struct dropout_layer *dropout = of(layer);
    double rate = layer->config->dropout.rate;

    if (!(rate >= 0 && rate < 1))
        return fail(ERR_USAGE, "layer %s: %g is no rate from 0 to below 1",
                    layer->config->name, rate);
    if (!layer->below)
        return fail(ERR_USAGE, "layer %s: ids cannot be dropped", layer->config->name);
    bool is_spatial = layer->config->dropout.spatial;
    int rc = is_spatial ? layer_expect_sequence(layer) : OK;
    if (rc)
        return rc;

    layer->out = layer->in;
    dropout->is_on_embedding = embedding_below(layer) == layer->below;
    int width = dropout->is_on_embedding ? layer->in.width : layer->in.row;
    size_t words = ((size_t)width + 31) / 32, length = (size_t)layer->in.length;
    dropout->bits = (struct position_bits){
        .rate = rate,
        .words = (int)words,
        .row = length && !is_spatial ? length * words : words,
        .position = is_spatial ? 0 : words,
    };
    if (dropout->is_on_embedding && rate > 0)
        embedding_set_dropout(layer->below, &dropout->bits);
    return OK;
}

static void layout(struct layer *layer, struct space *space)
{
    struct dropout_layer *dropout = of(layer);
    size_t rows = (size_t)layer->frame->rows, n = rows * dropout->bits.row;
    bool has_dx = layer->in.length > 0 && !dropout->is_on_embedding;

    dropout->bits.bits = arena_take(&space->backward, n, sizeof(uint32_t));
    dropout->dx = arena_take(&space->backward, has_dx ? rows * (size_t)layer->in.row : 0,
                             sizeof(real));
    layer->y = layer->below->y;
    layer->dy = layer->below->dy;
}

static real keep_scale(const struct dropout_layer *dropout)
{
    return (real)(1 / (1 - dropout->bits.rate));
}

static bool drops(const struct layer *layer, const struct pass *pass)
{
    return pass->trains && layer->config->dropout.rate > 0;
}

const struct position_bits *dropout_bits(const struct layer *layer,
                                         const struct pass *pass)
{
    return drops(layer, pass) ? &((const struct dropout_layer *)layer)->bits : NULL;
}

real dropout_scale(const struct layer *layer)
{
    return keep_scale((const struct dropout_layer *)layer);
}

static struct rng stream(const struct layer *layer, const struct pass *pass, int r)
{
    return (struct rng){.seed = pass->seed,
                        .purpose = (uint32_t)layer->config->dropout.purpose,
                        .step = pass->step,
                        .row = (uint32_t)pass->rows[r]};
}

/* Keep bits of all positions that a row has: word t * words and on of its stream. Those
 * that do not depend on the position are its first ones. */
static void draw(const struct layer *layer, const struct pass *pass, int r)
{
    const struct position_bits *bits = &((const struct dropout_layer *)layer)->bits;
    const struct plan *plan = &pass->plans->plan[PLAN_WHOLE];
    bool is_one = layer->in.length == 0 || bits->position == 0;
    int first = is_one ? 0 : layer->in.length - plan->count[r], words = bits->words;
    struct rng rng = stream(layer, pass, r);

    layer->frame->kernels->keep_bits(
        &rng, (uint32_t)(first * words), (is_one ? 1 : plan->count[r]) * words,
        rng_drop_threshold(bits->rate),
        bits->bits + (size_t)r * bits->row + (size_t)(first * words));
}

static void forward(struct layer *layer, const struct pass *pass)
{
    const struct dropout_layer *dropout = of(layer);
    int row = layer->in.row;

    for (int r = 0; r < pass->n_rows && drops(layer, pass); r++) {
        draw(layer, pass, r);
        if (layer->in.length == 0 && !layer->passes_on)
            layer->frame->kernels->drop(row, dropout->bits.bits + r * dropout->bits.words,
                                        keep_scale(dropout), layer->y + r * row);
    }
}

static void backward(struct layer *layer, const struct pass *pass)
{
    const struct dropout_layer *dropout = of(layer);
    int words = dropout->bits.words, row = layer->in.row;

    if (layer->in.length > 0 || layer->passes_on || !drops(layer, pass))
        return;
    for (int r = pass->n_rows; r-- > 0;) /* the last one was written last */
        layer->frame->kernels->drop(row, dropout->bits.bits + r * words,
                                    keep_scale(dropout), layer->dy + r * row);
}

/* Drops elements of step s, whose rows stand `row` apart. */
static void drop_step(const struct layer *layer, const struct steps *steps, int s,
                      real *x, size_t row)
{
    const struct dropout_layer *dropout = (const struct dropout_layer *)layer;
    const uint32_t *bits =
        dropout->bits.bits + (size_t)steps_time(steps, s) * dropout->bits.position;

    for (size_t r = 0; r < (size_t)steps->active[s]; r++)
        layer->frame->kernels->drop(layer->in.row, bits + r * dropout->bits.row,
                                    keep_scale(dropout), x + r * row);
}

static void pull(struct layer *layer, const struct pass *pass, const struct steps *steps,
                 int s, real *x, size_t row)
{
    layer->below->ops->pull(layer->below, pass, steps, s, x, row);
    if (!of(layer)->is_on_embedding && drops(layer, pass))
        drop_step(layer, steps, s, x, row);
}

static void clear(struct layer *layer, const struct pass *pass)
{
    if (layer->below->ops->clear)
        layer->below->ops->clear(layer->below, pass);
}

static void push(struct layer *layer, const struct pass *pass, const struct steps *steps,
                 int s, const real *dx, size_t row)
{
    struct layer *below = layer->below;
    real *dropped = of(layer)->dx;
    size_t width = (size_t)layer->in.row;

    if (of(layer)->is_on_embedding || !drops(layer, pass)) {
        below->ops->push(below, pass, steps, s, dx, row);
        return;
    }
    for (size_t r = 0; r < (size_t)steps->active[s]; r++)
        memcpy(dropped + r * width, dx + r * row, width * sizeof *dropped);
    drop_step(layer, steps, s, dropped, width);
    below->ops->push(below, pass, steps, s, dropped, width);
}

enum { DROPOUT, SPATIAL_DROPOUT };

static const char *const words[] = {
    [DROPOUT] = "dropout", [SPATIAL_DROPOUT] = "spatial-dropout", NULL};

static int read_words(struct stack_item *item, struct chain_config *chain,
                      struct layer_config *layer)
{
    int rc = stack_take_number(item, "rate", 0.99, &layer->dropout.rate);

    (void)chain;
    layer->dropout.spatial = names_find(words, item->word) == SPATIAL_DROPOUT;
    return rc ? rc : stack_end(item, "its rate");
}

static char *write_words(const struct chain_config *chain,
                         const struct layer_config *layer)
{
    char *rate = stack_number(layer->dropout.rate);
    char *text = xasprintf(
        "%s:%s", words[layer->dropout.spatial ? SPATIAL_DROPOUT : DROPOUT], rate);

    (void)chain;
    free(rate);
    return text;
}

const struct layer_ops dropout_layer = {
    .size = sizeof(struct dropout_layer),
    .name_of = name_of,
    .words = words,
    .read_words = read_words,
    .write_words = write_words,
    .outline = outline,
    .shape = shape,
    .layout = layout,
    .forward = forward,
    .pull = pull,
    .backward = backward,
    .clear = clear,
    .push = push,
};
