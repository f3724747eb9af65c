#include "layers/output.h"

#include <string.h>

#include "layers/dense.h"
#include "layers/logits.h"
#include "layers/loss.h"
#include "layers/output_positions.h"
#include "layers/smoothing.h"
#include "layers/stack.h"

/* Up to so many outputs W is kept as rows, one an output, and each logit is a dot
 * product; more are computed in tiles (logits.h), which gives the same bits. */
enum { FEW_UNITS = 16 };

/* Dense(1) or Dense(C): y are logits, whose sigmoid or softmax the loss contains. Source:
 * Keras Dense, kernel (F, C), bias (C). */
struct output_layer {
    struct layer layer;
    real *w, *dw; /* (units, in.row) */
    real *b, *db; /* (units) */
    struct logits logits;
    struct output_positions positions;
    bool by_positions; /* it goes through them, and the layers below have no y */
    double *terms;     /* (units) exponentials of a row */
    const double *class_weights; /* (C) borrowed, or NULL: all 1 */
    double smoothing;            /* in training, of targets */
};

static struct output_layer *of(struct layer *layer)
{
    return (struct output_layer *)layer;
}

static struct outline outline(const struct chain_config *chain, int i, struct outline in)
{
    (void)in;
    return (struct outline){0, chain->layer[i].output.units};
}

static bool is_wide(const struct layer *layer)
{
    return layer->config->output.units > FEW_UNITS;
}

/* What stands below gives the logits but for their biases: there is no matrix. */
static bool adds_biases(const struct layer *layer)
{
    return layer->below->config->kind == LAYER_NGRAMS;
}

static void tensors(const struct chain_config *chain, int i, struct params *params)
{
    if (chain_is_linear(chain))
        params_add(params, chain->layer[i].name, "bias", (size_t)chain_outputs(chain), 0);
    else
        dense_tensors(chain, i, params);
}

static struct work work(const struct chain_config *chain, int i, bool trains)
{
    return chain_is_linear(chain) ? (struct work){0, 0} : dense_work(chain, i, trains);
}

static void init(const struct layer *layer, uint64_t seed, real *weights)
{
    if (adds_biases(layer))
        memset(layer_gradient(layer, weights, 0), 0,
               (size_t)layer->out.width * sizeof *weights);
    else
        dense_init(layer, seed, weights);
}

static int shape(struct layer *layer)
{
    int units = layer->config->output.units;
    bool is_binary = layer->config->output.loss == LOSS_BINARY;

    if (is_binary ? units != 1 : units < 2)
        return fail(ERR_USAGE, "layer %s: %d units do not fit its loss",
                    layer->config->name, units);
    if (adds_biases(layer)) {
        layer->out = (struct shape){.blocks = 1, .width = units, .row = units};
        return OK;
    }

    struct logits *logits = &of(layer)->logits;
    logits_init(logits, layer->frame->kernels, layer->in.blocks, layer->in.width,
                layer->in.row, units, layer->frame->rows);
    layer->out = (struct shape){
        .blocks = 1, .width = units, .row = is_wide(layer) ? logits->columns : units};
    layer->joins = is_wide(layer);
    of(layer)->by_positions =
        !is_wide(layer) && output_positions_init(&of(layer)->positions, layer);
    return layer_expect_vector(layer);
}

static void layout_few(struct layer *layer, struct space *space)
{
    struct output_layer *output = of(layer);
    size_t units = (size_t)layer->out.width;
    size_t size = units * (size_t)layer->in.row;

    output->w = arena_take(&space->weights, size, sizeof(real));
    output->dw = arena_take(&space->backward, size, sizeof(real));
    output->b = arena_take(&space->weights, units, sizeof(real));
    output->db = arena_take(&space->backward, units, sizeof(real));
    if (output->by_positions)
        output_positions_layout(&output->positions, space);
}

static void layout(struct layer *layer, struct space *space)
{
    size_t units = (size_t)layer->out.width;

    if (adds_biases(layer))
        of(layer)->b = arena_take(&space->weights, units, sizeof(real));
    else if (is_wide(layer))
        logits_layout(&of(layer)->logits, space);
    else
        layout_few(layer, space);
    of(layer)->terms = arena_take(&space->lane, units, sizeof(double));
    layer_take_rows(layer, space);
}

/* Where Keras's element of input d of a block and unit c stands in w. */
static size_t packed_at(const struct layer *layer, int block, int d, int c)
{
    int width = round_up(layer->in.width, layer->frame->kernels->width);

    return (size_t)c * (size_t)layer->in.row + (size_t)(block * width + d);
}

static void pack(struct layer *layer, const real *weights)
{
    const real *kernel = layer_weights(layer, weights, 0);
    int units = layer->out.width;

    if (adds_biases(layer)) {
        memcpy(of(layer)->b, kernel, (size_t)units * sizeof(real));
        return;
    }
    if (is_wide(layer)) {
        logits_pack(&of(layer)->logits, kernel, layer_weights(layer, weights, 1));
        return;
    }
    for (int b = 0; b < layer->in.blocks; b++)
        for (int d = 0; d < layer->in.width; d++)
            for (int c = 0; c < units; c++)
                of(layer)->w[packed_at(layer, b, d, c)] = *kernel++;
    memcpy(of(layer)->b, layer_weights(layer, weights, 1), (size_t)units * sizeof(real));
}

static void unpack(struct layer *layer, real *gradient)
{
    real *kernel = layer_gradient(layer, gradient, 0);
    int units = layer->out.width;

    for (int b = 0; b < layer->in.blocks; b++)
        for (int d = 0; d < layer->in.width; d++)
            for (int c = 0; c < units; c++)
                *kernel++ = of(layer)->dw[packed_at(layer, b, d, c)];
    memcpy(layer_gradient(layer, gradient, 1), of(layer)->db,
           (size_t)units * sizeof(real));
}

/* y = x + b; x may be y. */
static void add_biases(const struct output_layer *output, int n_rows, const real *x)
{
    int units = output->layer.out.width;

    for (int r = 0; r < n_rows; r++)
        for (int c = 0; c < units; c++)
            output->layer.y[r * units + c] = x[r * units + c] + output->b[c];
}

static void forward(struct layer *layer, const struct pass *pass)
{
    struct output_layer *output = of(layer);
    size_t inputs = (size_t)layer->in.row, units = (size_t)layer->out.width;
    const real *x = layer->below->y;

    if (adds_biases(layer)) {
        add_biases(output, pass->n_rows, x);
        return;
    }
    if (is_wide(layer)) {
        logits_forward(&of(layer)->logits, pass->n_rows, x, layer->y);
        return;
    }
    if (output->by_positions) {
        output_positions_forward(&output->positions, pass, output->w);
        add_biases(output, pass->n_rows, layer->y);
        return;
    }
    /* Last row first: it was written last, and behind a Flatten all rows fit no near
     * cache. The way back begins with the first. */
    for (size_t r = (size_t)pass->n_rows; r-- > 0;)
        for (size_t c = 0; c < units; c++)
            layer->y[r * units + c] = layer->frame->kernels->dot(inputs, x + r * inputs,
                                                                 output->w + c * inputs) +
                                      output->b[c];
}

static void backward_few(struct layer *layer, const struct pass *pass)
{
    struct output_layer *output = of(layer);
    const struct kernels *kernels = layer->frame->kernels;
    size_t inputs = (size_t)layer->in.row, units = (size_t)layer->out.width;

    memset(output->dw, 0, units * inputs * sizeof *output->dw);
    memset(output->db, 0, units * sizeof *output->db);
    for (size_t r = 0; r < (size_t)pass->n_rows; r++) {
        const real *x = layer->below->y + r * inputs;
        real *dx = layer->below->dy + r * inputs;

        for (size_t c = 0; c < units; c++) {
            real d = layer->dy[r * units + c];
            output->db[c] += d;
            kernels->axpy(inputs, d, x, output->dw + c * inputs);
            if (c == 0)
                kernels->scale(inputs, d, output->w, dx);
            else
                kernels->axpy(inputs, d, output->w + c * inputs, dx);
        }
    }
    unpack(layer, pass->gradient);
}

static void backward_by_positions(struct layer *layer, const struct pass *pass)
{
    struct output_layer *output = of(layer);
    size_t units = (size_t)layer->out.width;

    memset(output->db, 0, units * sizeof *output->db);
    for (size_t i = 0; i < (size_t)pass->n_rows * units; i++)
        output->db[i % units] += layer->dy[i];
    output_positions_backward(&output->positions, pass, output->dw);
    unpack(layer, pass->gradient);
}

static void join(struct layer *layer, int first, int n, real *gradient)
{
    logits_gradient(&of(layer)->logits, first, n, layer_gradient(layer, gradient, 0),
                    layer_gradient(layer, gradient, 1));
}

static void backward(struct layer *layer, const struct pass *pass)
{
    const struct layer *below = layer->below;

    if (of(layer)->by_positions) {
        backward_by_positions(layer, pass);
        return;
    }
    if (!is_wide(layer)) {
        backward_few(layer, pass);
        return;
    }
    logits_backward(&of(layer)->logits, pass->slot, pass->n_rows, below->y, layer->dy,
                    below->dy);
    if (!layer->joins)
        join(layer, pass->slot, 1, pass->gradient);
}

static void note_decision(struct lane_result *result, int decided, int y)
{
    result->correct += decided == y;
    if (decided < result->first_class)
        result->first_class = decided;
    if (decided > result->last_class)
        result->last_class = decided;
}

static double class_loss(struct layer *output, const real *logits, int y, real *d_logits)
{
    int units = output->out.width;

    switch (output->config->output.loss) {
    case LOSS_BINARY:
        return binary_crossentropy(logits[0], y, d_logits);
    case LOSS_SIGMOIDS:
        return sigmoids_crossentropy(units, logits, y, d_logits);
    case LOSS_CATEGORICAL:
        return categorical_crossentropy(output->frame->kernels, units, logits, y,
                                        of(output)->terms, d_logits);
    case LOSS_MULTI_LABEL:
    case LOSS_KINDS:
        break;
    }
    die("a row of one class has no such loss");
}

/* What the loss of a row of one class grows by. */
static double smooth_class(const struct layer *output, const real *logits, int y,
                           double share, real *d_logits)
{
    int units = output->out.width;

    switch (output->config->output.loss) {
    case LOSS_BINARY:
        return smooth_binary(logits[0], y, share, d_logits);
    case LOSS_SIGMOIDS:
        return smooth_sigmoids(units, logits, y, share, d_logits);
    case LOSS_CATEGORICAL:
        return smooth_categorical(units, logits, y, share, d_logits);
    case LOSS_MULTI_LABEL:
    case LOSS_KINDS:
        break;
    }
    die("a row of one class has no such loss");
}

/* The same in training, where targets may be smoothed, and rows of some classes count
 * more. */
static double training_loss(struct layer *output, const real *logits, int y,
                            real *d_logits)
{
    const double *weights = of(output)->class_weights;
    double share = of(output)->smoothing;
    double loss = class_loss(output, logits, y, d_logits);

    if (share > 0)
        loss += smooth_class(output, logits, y, share, d_logits);
    for (int c = 0; c < output->out.width && weights; c++)
        d_logits[c] *= (real)weights[y];
    return weights ? weights[y] * loss : loss;
}

/* A row of one class; d_logits NULL: no gradient is wanted. */
static void score_class(struct layer *output, const real *logits, int y, real *d_logits,
                        struct lane_result *result)
{
    result->loss += d_logits ? training_loss(output, logits, y, d_logits)
                             : class_loss(output, logits, y, NULL);
    note_decision(result,
                  class_decision(output->frame->kernels, output->out.width, logits), y);
}

static void add_label(bool is_given, bool is_there, struct label_counts *counts)
{
    counts->true_positives += is_given && is_there;
    counts->false_positives += is_given && !is_there;
    counts->false_negatives += !is_given && is_there;
}

/* A row of several labels, each given where its logit is above 0. */
static void score_labels(struct layer *output, const real *logits, const uint8_t *y,
                         real *d_logits, struct lane_result *result)
{
    int n = output->out.width, n_wrong = 0;

    double share = d_logits ? of(output)->smoothing : 0;

    result->loss +=
        multi_label_crossentropy(output->frame->kernels, n, logits, y, d_logits);
    if (share > 0)
        result->loss += smooth_labels(n, logits, y, share, d_logits);
    for (int c = 0; c < n; c++) {
        bool is_given = logits[c] > 0, is_there = y[c] != 0;
        n_wrong += is_given != is_there;
        add_label(is_given, is_there, &result->labels);
    }
    result->correct += n_wrong == 0;
}

void output_weigh_classes(struct layer *output, const double *weights)
{
    of(output)->class_weights = weights;
}

void output_smooth_labels(struct layer *output, double share)
{
    of(output)->smoothing = share;
}

struct lane_result output_score(struct layer *output, const struct lane *lane,
                                bool trains)
{
    const struct rows *from = lane->from;
    bool is_multi_label = output->config->output.loss == LOSS_MULTI_LABEL;
    struct lane_result result = {.first_class = output->out.width + 1, .last_class = -1};

    if (!from->y && !from->multi_hot)
        return result;
    for (int r = 0; r < lane->n_rows; r++) {
        const real *logits = output->y + r * output->out.row;
        real *d_logits = trains ? output->dy + r * output->out.row : NULL;

        if (is_multi_label)
            score_labels(output, logits, rows_multi_hot(from, lane->rows[r]), d_logits,
                         &result);
        else
            score_class(output, logits, from->y[lane->rows[r]], d_logits, &result);
    }
    return result;
}

static const char *const words[] = {"output", NULL};

/* Units and loss follow from the data, but for how one of C classes is told. */
static int read_words(struct stack_item *item, struct chain_config *chain,
                      struct layer_config *layer)
{
    (void)chain;
    if (!stack_take_word(item, "sigmoid"))
        return stack_fail(item, "the output follows from the data; only output:sigmoid, "
                                "a sigmoid a class, is said");
    layer->output.loss = LOSS_SIGMOIDS;
    return stack_end(item, "sigmoid");
}

static char *write_words(const struct chain_config *chain,
                         const struct layer_config *layer)
{
    (void)chain;
    return layer->output.loss == LOSS_SIGMOIDS ? xstrdup("output:sigmoid") : NULL;
}

const struct layer_ops output_layer = {
    .size = sizeof(struct output_layer),
    .name = "dense",
    .words = words,
    .read_words = read_words,
    .write_words = write_words,
    .outline = outline,
    .tensors = tensors,
    .work = work,
    .shape = shape,
    .init = init,
    .layout = layout,
    .pack = pack,
    .forward = forward,
    .backward = backward,
    .join = join,
};
