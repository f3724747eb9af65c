#include "layers/positions.h"

/* All positions of a row side by side, (t, feature); a vector a row stays as it is. Under
 * a mask skipped positions are what enum skipped says. Source: Keras Flatten.
 *
 * Where no position is skipped, steps are pulled to where they stay, and the layer below
 * reads its gradients where they are: nothing of a lane's largest array is copied. An
 * output of few units needs no such array (output_positions.h). */
struct flatten_layer {
    struct layer layer;
    real *step; /* (R, row) where positions are skipped: a step's vectors or gradients */
};

static struct flatten_layer *of(struct layer *layer)
{
    return (struct flatten_layer *)layer;
}

static struct outline outline(const struct chain_config *chain, int i, struct outline in)
{
    (void)chain;
    (void)i;
    return (struct outline){0, in.length > 0 ? in.length * in.width : in.width};
}

static bool skips_pads(const struct layer_config *layer)
{
    (void)layer;
    return false;
}

static int shape(struct layer *layer)
{
    struct shape in = layer->in;

    layer->out = in;
    layer->out.length = 0;
    layer->out.alike = false;
    if (in.length > 0) {
        layer->out.blocks = in.length * in.blocks;
        layer->out.row = in.length * in.row;
        layer->below->lends = !layer->frame->mask && layer->below->borrows;
    }
    return in.length > 0 ? layer_expect_all_positions(layer) : OK;
}

static void layout(struct layer *layer, struct space *space)
{
    size_t n = (size_t)layer->frame->rows * (size_t)layer->in.row;

    if (layer->in.length == 0) {
        layer->y = layer->below->y;
        layer->dy = layer->below->dy;
        return;
    }
    if (!layer->passes_on)
        layer_take_rows(layer, space);
    of(layer)->step = arena_take(&space->lane, layer->frame->mask ? n : 0, sizeof(real));
}

static struct positions positions_in(const struct layer *layer, real *rows)
{
    return (struct positions){rows, (size_t)layer->out.row, (size_t)layer->in.row};
}

static void forward(struct layer *layer, const struct pass *pass)
{
    if (layer->in.length > 0 && !layer->passes_on)
        positions_pull(layer, pass, positions_in(layer, layer->y), of(layer)->step);
}

static void backward(struct layer *layer, const struct pass *pass)
{
    struct layer *below = layer->below;

    if (layer->in.length == 0 || layer->passes_on)
        return;
    if (below->lends)
        below->ops->borrow(below, layer->dy, (size_t)layer->out.row,
                           (size_t)layer->in.row);
    else
        positions_push(layer, pass, positions_in(layer, layer->dy), of(layer)->step);
}

static const char *const words[] = {"flatten", NULL};

static int read_words(struct stack_item *item, struct chain_config *chain,
                      struct layer_config *layer)
{
    (void)chain;
    (void)layer;
    return stack_end(item, "nothing");
}

static char *write_words(const struct chain_config *chain,
                         const struct layer_config *layer)
{
    (void)chain;
    (void)layer;
    return xstrdup("flatten");
}

const struct layer_ops flatten_layer = {
    .size = sizeof(struct flatten_layer),
    .name = "flatten",
    .words = words,
    .read_words = read_words,
    .write_words = write_words,
    .takes_sequence = true,
    .outline = outline,
    .skips_pads = skips_pads,
    .shape = shape,
    .layout = layout,
    .forward = forward,
    .backward = backward,
};
